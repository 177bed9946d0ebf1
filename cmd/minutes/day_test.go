package main

import (
	"testing"
	"time"
)

func TestADayIsADateAWeekdayOrADurationBack(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 30, 0, 30, 0, 0, zone) // the Monday after the clocks went forward
	for in, want := range map[string]string{
		"": "2026-03-30", "today": "2026-03-30", "yesterday": "2026-03-29", "monday": "2026-03-30", "sun": "2026-03-29",
		"Friday": "2026-03-27", "2d": "2026-03-28", "36h": "2026-03-28", "2025-12-24": "2025-12-24",
	} {
		got, err := parseDay(in, now)
		if err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("%q is %s, %v; want %s", in, got, err, want)
		}
		if h, m, s := got.Clock(); h+m+s != 0 {
			t.Errorf("%q is not midnight: %s", in, got)
		}
	}
	for _, bad := range []string{"someday", "32", "-2d", "2026-13-01", "m"} {
		if d, err := parseDay(bad, now); err == nil {
			t.Errorf("%q passed as %s", bad, d)
		}
	}
}

func TestADayWithoutMidnightIsStillThatDay(t *testing.T) {
	for zone, day := range map[string]string{"America/Havana": "2026-03-08", "America/Santiago": "2026-09-06", "Africa/Cairo": "2026-04-24"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		now, _ := time.ParseInLocation("2006-01-02 15:04", day+" 07:00", loc)
		for _, in := range []string{"", "today", day, now.Weekday().String(), "1h"} {
			if got, err := parseDay(in, now); err != nil || got.Format(time.DateOnly) != day {
				t.Errorf("%s: %q is %s, %v; want %s", zone, in, got, err, day)
			}
		}
	}
}
