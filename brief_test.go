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

func TestWhatWentWrongOfManySourcesAlikeIsSaidOnce(t *testing.T) {
	at := time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	gone := Clean("no network")
	got := Together([]SourceStatus{{Name: "mail", Status: "failed", Error: gone, FetchedAt: at}, {Name: "files", Status: "ok"},
		{Name: "news", Status: "failed", Error: gone, FetchedAt: at.Add(-time.Hour)}, {Name: "new", Status: "failed", Error: gone},
		{Name: "dead", Status: "failed", Error: Clean("404")}, {Name: "well", Status: "ok"}})
	names := ""
	for _, s := range got {
		names += s.Name + "; "
	}
	if names != "mail, news, new; files; dead; well; " || !got[0].FetchedAt.Equal(at.Add(-time.Hour)) {
		t.Errorf("%s%+v", names, got[0])
	}
}
