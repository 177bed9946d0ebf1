package minutes

import (
	"testing"
	"time"
	_ "time/tzdata"
)

// Havana, Santiago and the Azores change their clocks at midnight: a day that began an hour early
// there would be the day before.
func TestADayStartsInsideItself(t *testing.T) {
	for _, name := range []string{"America/Havana", "America/Santiago", "Atlantic/Azores", "Africa/Cairo", "Asia/Beirut", "America/Sao_Paulo",
		"Europe/Berlin", "America/Nuuk", "Australia/Lord_Howe", "Pacific/Apia", "UTC"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		noon := time.Date(2017, 1, 1, 12, 0, 0, 0, loc)
		for n := range 3650 {
			at := noon.AddDate(0, 0, n)
			got := DayStart(noon, n)
			if got.Format(time.DateOnly) != at.Format(time.DateOnly) {
				t.Fatalf("%s: %s starts at %s", name, at.Format(time.DateOnly), got)
			}
			if before := got.Add(-time.Second); before.Format(time.DateOnly) == got.Format(time.DateOnly) {
				t.Fatalf("%s: %s is not the first moment of %s", name, got, at.Format(time.DateOnly))
			}
		}
	}
}
