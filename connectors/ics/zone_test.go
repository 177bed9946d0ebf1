package ics

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestEveryWindowsNameLeadsToAZone(t *testing.T) {
	n := 0
	for line := range strings.Lines(windowsZones) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if windows(strings.ToUpper(name)) == nil {
			t.Errorf("%s leads nowhere", name)
		}
		n++
	}
	if n < 140 {
		t.Errorf("only %d names", n)
	}
	for name, want := range map[string]string{"W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris", "Eastern Standard Time": "America/New_York", "India Standard Time": "Asia/Kolkata"} {
		if got := windows(name); got == nil || got.String() != want {
			t.Errorf("%s leads to %v, want %s", name, got, want)
		}
	}
	for _, name := range []string{"", "Standard Time", "Europe/Berlin", "\t", "utc\tetc"} {
		if got := windows(name); got != nil {
			t.Errorf("%q leads to %s", name, got)
		}
	}
}

var crooked = []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "America/St_Johns",
	"Asia/Tehran", "Pacific/Apia", "Europe/Dublin", "America/Sao_Paulo", "Antarctica/Troll", "UTC"}

// Every moment is found again from what the clock showed; of the two moments that one time on the
// clock can mean it is the first.
func TestMomentsAreFoundAgainFromTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(crooked).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		u := rapid.Int64Range(time.Date(1975, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC).Unix()).Draw(t, "moment")
		if rapid.Bool().Draw(t, "near a change") {
			if begin, _ := time.Unix(u, 0).In(loc).ZoneBounds(); !begin.IsZero() {
				u = begin.Unix() + rapid.Int64Range(-7200, 7200).Draw(t, "by")
			}
		}
		z := &zone{loc: loc}
		for range 2 { // once anew, once from what it remembers
			got := z.moment(z.wall(u))
			if got != u && (got > u || z.wall(got) != z.wall(u)) {
				t.Fatalf("%s: %d became %d", loc, u, got)
			}
		}
		date := time.Unix(z.wall(u), 0).UTC()
		if g := time.Date(date.Year(), date.Month(), date.Day(), date.Hour(), date.Minute(), date.Second(), 0, loc).Unix(); z.wall(g) == z.wall(u) && z.moment(z.wall(u)) > g {
			t.Fatalf("%s: the standard library knows an earlier moment for %d", loc, u)
		}
	})
}

func TestATimeThatIsSkippedIsReadByTheOldOffset(t *testing.T) {
	z := &zone{loc: mustZone(t, "Europe/Berlin")}
	wall := time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC).Unix()
	if got, want := z.moment(wall), time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC).Unix(); got != want {
		t.Errorf("%v", time.Unix(got, 0).UTC())
	}
}

// What goes to the jail as a list of clock changes is the zone it was made of.
func TestTheUsersZoneSurvivesTheJail(t *testing.T) {
	from := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 37)
	for _, loc := range append([]*time.Location{time.Local, time.FixedZone("X", 20700)}, func() (all []*time.Location) {
		for _, name := range crooked {
			all = append(all, mustZone(t, name))
		}
		return all
	}()...) {
		before, changes := export(loc, from, to)
		got, err := userZone(loc.String(), before, changes)
		if err != nil {
			t.Fatal(err)
		}
		for at := from.AddDate(-1, 0, 0); at.Before(to.AddDate(1, 0, 0)); at = at.Add(30 * time.Minute) {
			_, want := at.In(loc).Zone()
			if _, have := at.In(got).Zone(); have != want {
				t.Fatalf("%s at %v: offset %d, want %d", loc, at, have, want)
			}
		}
	}
}

// A VTIMEZONE that says what the database says is read as the database has it.
func TestAVTimezoneIsReadAsItsRulesSay(t *testing.T) {
	for name, text := range map[string]string{
		"Europe/Berlin": "BEGIN:DAYLIGHT\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nDTSTART:19810329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n" +
			"BEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nDTSTART:19961027T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\n",
		"America/New_York": "BEGIN:DAYLIGHT\nDTSTART:19670430T020000\nRRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19730429T070000Z\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\n" +
			"BEGIN:DAYLIGHT\nDTSTART:20070311T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\n" +
			"BEGIN:STANDARD\nDTSTART:20071104T020000\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\n",
		"Australia/Sydney": "BEGIN:STANDARD\nDTSTART:20080406T030000\nTZOFFSETFROM:+1100\nTZOFFSETTO:+1000\nRRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\nEND:STANDARD\n" +
			"BEGIN:DAYLIGHT\nDTSTART:20081005T020000\nTZOFFSETFROM:+1000\nTZOFFSETTO:+1100\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU\nEND:DAYLIGHT\n",
		"Asia/Kolkata": "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\n",
	} {
		f, err := scanFile([]byte("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\n" + text + "END:VTIMEZONE\nEND:VCALENDAR\n"))
		if err != nil {
			t.Fatal(err)
		}
		steps := zoneSteps
		got, loc := f.calendars[1].zones[0].build([2]int{2024, 2028}, &steps), mustZone(t, name)
		if got == nil {
			t.Fatalf("%s: nothing was made of it", name)
		}
		for at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2029; at = at.Add(time.Hour) {
			_, want := at.In(loc).Zone()
			if _, have := at.In(got).Zone(); have != want {
				t.Fatalf("%s at %v: offset %d, want %d", name, at, have, want)
			}
		}
	}
}

func TestNamesAreLookedUpInTheirOrder(t *testing.T) {
	for name, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "europe/berlin": "Europe/Berlin", "America/New York": "America/New_York", "UTC": "UTC", "Etc/GMT": "UTC",
		"/freeassociation.sourceforge.net/Europe/Berlin": "Europe/Berlin", "/softwarestudio.org/Tzfile/America/Indiana/Vevay": "America/Indiana/Vevay",
		"America/Port-au-Prince": "America/Port-au-Prince",
		"Local":                  "", "": "", "../../etc/passwd": "", "/etc/localtime": "", "Europe//Berlin": "", "Europe/Berlin/": "", "Nowhere/Middle": "", "a\x00b": "",
	} {
		got := ""
		if loc := iana(name); loc != nil {
			got = loc.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestSpokenZonesAreUnderstood(t *testing.T) {
	for name, want := range map[string]string{
		"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "Europe/Amsterdam",
		"(UTC-05:00) Eastern Time (US & Canada)":                       "America/New_York",
		"(GMT -08:00) Pacific Time (US & Canada); Tijuana":             "America/Los_Angeles",
		"(UTC+09:00) Osaka, Sapporo, Tokyo":                            "Asia/Tokyo",
		"(UTC) Dublin, Edinburgh, Lisbon, London":                      "Europe/Dublin",
		"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi":              "Asia/Kolkata",
		"(UTC+03:00) Berlin":                                           "UTC+03:00", // the figure is what was written down
		"GMT +0100 (Standard) / GMT +0200 (Daylight)":                  "UTC+01:00",
		"UTC-3": "UTC-03:00", "GMT+5:30": "UTC+05:30", "(UTC)": "UTC", "US-Eastern": "America/New_York", "Kuala Lumpur, Singapore": "Asia/Kuala_Lumpur",
		"Customized Time Zone 1": "", "tzone://Microsoft/Custom": "", "Western/Central Europe": "", "UTC+99": "",
	} {
		got := ""
		if loc := spoken(name); loc != nil {
			got = loc.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
