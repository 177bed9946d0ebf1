package main

import (
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// parseDay reads D: a date, today, yesterday, a weekday (the last one, today included), or a
// duration back. It returns midnight of that day in now's zone.
func parseDay(s string, now time.Time) (time.Time, error) {
	midnight := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	}
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "", "today":
		return midnight(now), nil
	case "yesterday":
		return midnight(now).AddDate(0, 0, -1), nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, now.Location()); err == nil {
		return t, nil
	}
	if len(s) >= 3 {
		for back := range 7 {
			t := midnight(now).AddDate(0, 0, -back)
			if strings.HasPrefix(strings.ToLower(t.Weekday().String()), s) {
				return t, nil
			}
		}
	}
	var d minutes.Duration
	if err := d.UnmarshalText([]byte(s)); err == nil {
		// Whole days go back on the calendar: a day is 23 hours when the clocks go forward.
		days, rest := int(time.Duration(d)/(24*time.Hour)), time.Duration(d)%(24*time.Hour)
		return midnight(now.AddDate(0, 0, -days).Add(-rest)), nil
	}
	return time.Time{}, usagef("%q is not a day: write 2026-11-25, a weekday, yesterday, or how far back (2d)", s)
}
