package main

import (
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// parseDay reads D: a date, today, yesterday, a weekday (the last one, today included), or a
// duration back. It returns the first moment of that day in now's zone.
func parseDay(s string, now time.Time) (time.Time, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "", "today":
		return minutes.DayStart(now, 0), nil
	case "yesterday":
		return minutes.DayStart(now, -1), nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return minutes.DayStart(time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, now.Location()), 0), nil
	}
	if len(s) >= 3 {
		for back := range 7 {
			t := minutes.DayStart(now, -back)
			if strings.HasPrefix(strings.ToLower(t.Weekday().String()), s) {
				return t, nil
			}
		}
	}
	var d minutes.Duration
	if err := d.UnmarshalText([]byte(s)); err == nil {
		// Whole days go back on the calendar: a day is 23 hours when the clocks go forward.
		days, rest := int(time.Duration(d)/(24*time.Hour)), time.Duration(d)%(24*time.Hour)
		return minutes.DayStart(now.Add(-rest), -days), nil
	}
	return time.Time{}, usagef("%q is not a day: write 2026-11-25, a weekday, yesterday, or how far back (2d)", s)
}
