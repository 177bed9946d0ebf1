package main

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/dailyminutes/minutes"
)

// FuzzParseDay reads whatever is typed as a day: what passes is the first moment of one, and its date is
// read as the same day.
func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"", "today", "yesterday", "mon", "2d", "36h", "2026-11-25", "0000-01-01", "99999999d", "36500d2562047h", "-2d", " Friday "} {
		f.Add(s, int64(1774823400))
	}
	var zones []*time.Location
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Havana", "Pacific/Apia"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			f.Fatal(err)
		}
		zones = append(zones, loc)
	}
	f.Fuzz(func(t *testing.T, s string, at int64) {
		for _, loc := range zones {
			now := time.Unix(at&(1<<32-1), 0).In(loc)
			got, err := parseDay(s, now)
			if err != nil {
				if strings.IndexFunc(err.Error(), unicode.IsControl) >= 0 {
					t.Errorf("%q", err)
				}
				continue
			}
			if _, err := time.Parse(time.DateOnly, strings.TrimSpace(s)); err != nil && got.After(now) {
				t.Errorf("%q at %s is %s, still to come", s, now, got)
			}
			if !got.Equal(minutes.DayStart(got, 0)) || got.Location() != loc {
				t.Errorf("%q at %s is %s, in the middle of a day", s, now, got)
			}
			if again, err := parseDay(got.Format(time.DateOnly), now); got.Year() >= 0 && got.Year() <= 9999 && (err != nil || !again.Equal(got)) {
				t.Errorf("%q at %s is %s, and that %s, %v", s, now, got, again, err)
			}
		}
	})
}
