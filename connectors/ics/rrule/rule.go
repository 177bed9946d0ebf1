// Package rrule expands the recurrence rules of RFC 5545. It knows no time zones: a moment is what
// a clock on the wall shows, counted in seconds from 1970-01-01T00:00:00 on that clock. It looks
// only at the periods that a window touches wherever the rule allows that, and every step is paid
// from a budget, so an endless, dense or impossible rule costs bounded time.
package rrule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Freq is how often a rule repeats before its BY parts widen or narrow it.
type Freq uint8

// The frequencies, from the longest period to the shortest.
const (
	Yearly Freq = iota
	Monthly
	Weekly
	Daily
	Hourly
	Minutely
	Secondly
)

// A Weekday is one entry of BYDAY. Day counts from Monday = 0; N is the ordinal, 0 for "every".
type Weekday struct {
	Day int
	N   int
}

// A Rule is one RRULE or EXRULE as it was written. Interval is at least 1; Count 0 means none.
type Rule struct {
	Freq      Freq
	Interval  int
	Count     int
	Until     Until
	WeekStart int // from Monday = 0
	Months    []int
	WeekNos   []int
	YearDays  []int
	MonthDays []int
	Days      []Weekday
	Hours     []int
	Minutes   []int
	Seconds   []int
	SetPos    []int
}

// Until is the last moment of a rule, inclusive. Wall is as written; UTC says that it was written
// in UTC, so that the caller has to move it into the zone of the start; Date that only a date
// was given, which reaches to that day's end.
type Until struct {
	Set  bool
	UTC  bool
	Date bool
	Wall int64
}

// ErrBudget says that a rule needed more steps than it was given.
var ErrBudget = errors.New("the rule takes too many steps to work out")

// Limits of what a rule may hold: RFC 5545 allows no more in a list (366 days, with signs), and a
// text longer than that was not made by a calendar.
const (
	maxRule = 8 << 10
	maxList = 732
)

// Parse reads "FREQ=WEEKLY;BYDAY=MO,WE;…". Case and blanks do not matter, a part given twice must
// say the same, parts of other standards (X-…, SKIP) are passed over.
func Parse(s string) (Rule, error) {
	r := Rule{Interval: 1}
	if len(s) > maxRule {
		return r, fmt.Errorf("a recurrence rule of %d bytes", len(s))
	}
	var seen [parts]string
	given := 0 // bits of seen
	for len(s) > 0 {
		var part string
		part, s, _ = strings.Cut(s, ";")
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return r, fmt.Errorf("%.40q is no part of a recurrence rule", part)
		}
		key, value = upper(strings.TrimSpace(key)), upper(strings.TrimSpace(value))
		n := index(key)
		if n < 0 {
			continue
		}
		if given&(1<<n) != 0 && seen[n] == value {
			continue
		}
		if given&(1<<n) != 0 {
			return r, fmt.Errorf("%s is given twice", key)
		}
		seen[n], given = value, given|1<<n
		if err := r.set(key, value); err != nil {
			return r, err
		}
	}
	if given&1 == 0 {
		return r, errors.New("the recurrence rule has no FREQ")
	}
	return r, nil
}

const parts = 15

func index(key string) int {
	switch key {
	case "FREQ":
		return 0
	case "INTERVAL":
		return 1
	case "COUNT":
		return 2
	case "UNTIL":
		return 3
	case "WKST":
		return 4
	case "BYMONTH":
		return 5
	case "BYWEEKNO":
		return 6
	case "BYYEARDAY":
		return 7
	case "BYMONTHDAY":
		return 8
	case "BYDAY":
		return 9
	case "BYHOUR":
		return 10
	case "BYMINUTE":
		return 11
	case "BYSECOND":
		return 12
	case "BYSETPOS":
		return 13
	case "RSCALE":
		return 14
	}
	return -1
}

func (r *Rule) set(key, value string) (err error) {
	switch key {
	case "FREQ":
		r.Freq, err = freqOf(value)
	case "INTERVAL":
		// 0 is written by programs that mean "no interval".
		r.Interval, err = number(key, value, 0, 1<<31-1)
		r.Interval = max(r.Interval, 1)
	case "COUNT":
		r.Count, err = number(key, value, 1, 1<<31-1)
	case "UNTIL":
		r.Until, err = until(value)
	case "WKST":
		r.WeekStart, err = day(value)
	case "BYMONTH":
		r.Months, err = list(key, value, 1, 12, false)
	case "BYWEEKNO":
		r.WeekNos, err = list(key, value, 1, 53, true)
	case "BYYEARDAY":
		r.YearDays, err = list(key, value, 1, 366, true)
	case "BYMONTHDAY":
		r.MonthDays, err = list(key, value, 1, 31, true)
	case "BYDAY":
		r.Days, err = days(value)
	case "BYHOUR":
		r.Hours, err = list(key, value, 0, 23, false)
	case "BYMINUTE":
		r.Minutes, err = list(key, value, 0, 59, false)
	case "BYSECOND":
		r.Seconds, err = list(key, value, 0, 60, false)
	case "BYSETPOS":
		r.SetPos, err = list(key, value, 1, 86400, true)
	case "RSCALE":
		if value != "GREGORIAN" {
			err = fmt.Errorf("the calendar %.20q is not understood", value)
		}
	}
	return err
}

func freqOf(s string) (Freq, error) {
	switch s {
	case "YEARLY":
		return Yearly, nil
	case "MONTHLY":
		return Monthly, nil
	case "WEEKLY":
		return Weekly, nil
	case "DAILY":
		return Daily, nil
	case "HOURLY":
		return Hourly, nil
	case "MINUTELY":
		return Minutely, nil
	case "SECONDLY":
		return Secondly, nil
	}
	return 0, fmt.Errorf("FREQ=%.20s is not a frequency", s)
}

func number(key, s string, low, high int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%s=%.20s is out of range", key, s)
	}
	return n, nil
}

func list(key, s string, low, high int, signed bool) ([]int, error) {
	out := make([]int, 0, strings.Count(s, ",")+1)
	if cap(out) > maxList {
		return nil, fmt.Errorf("%s holds %d values", key, cap(out))
	}
	for _, f := range strings.Split(s, ",") {
		f = strings.TrimSpace(f)
		n, err := strconv.Atoi(f)
		size := n
		if signed && n < 0 {
			size = -n
		}
		if err != nil || size < low || size > high {
			return nil, fmt.Errorf("%s=%.20s is out of range", key, f)
		}
		out = append(out, n)
	}
	return out, nil
}

func days(s string) ([]Weekday, error) {
	out := make([]Weekday, 0, strings.Count(s, ",")+1)
	if cap(out) > maxList {
		return nil, fmt.Errorf("BYDAY holds %d values", cap(out))
	}
	for _, f := range strings.Split(s, ",") {
		f = strings.TrimSpace(f)
		if len(f) < 2 {
			return nil, fmt.Errorf("%.20q is not a weekday", f)
		}
		d, err := day(f[len(f)-2:])
		if err != nil {
			return nil, err
		}
		n := 0
		if num := f[:len(f)-2]; num != "" {
			if n, err = strconv.Atoi(num); err != nil || n == 0 || n < -53 || n > 53 {
				return nil, fmt.Errorf("BYDAY=%.20s is out of range", f)
			}
		}
		out = append(out, Weekday{Day: d, N: n})
	}
	return out, nil
}

func day(s string) (int, error) {
	if len(s) == 2 {
		if i := strings.Index("MOTUWETHFRSASU", s); i >= 0 && i%2 == 0 {
			return i / 2, nil
		}
	}
	return 0, fmt.Errorf("%.20q is not a weekday", s)
}

// upper is strings.ToUpper for ASCII that is nearly always upper case already.
func upper(s string) string {
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			return strings.ToUpper(s)
		}
	}
	return s
}
