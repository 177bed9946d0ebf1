package rrule

import (
	"fmt"
	"strings"
)

// Seconds in a day on a clock that no one ever puts forward or back.
const day24 = 86400

// The years that RFC 5545 can write.
const (
	minYear = 1
	maxYear = 9999
)

// A date is a day number since 1970-01-01 taken apart.
type date struct {
	day            int // since 1970-01-01
	year           int
	month, mday    int // from 1
	yday           int // from 1
	mlen, ylen, wd int // wd from Monday = 0
}

// Days is the day number of a date, which must exist.
func Days(year, month, mday int) int {
	// Years begin in March, so that the leap day is the last of its year (the days-from-civil
	// arithmetic that is common knowledge).
	if month <= 2 {
		year--
		month += 12
	}
	era := floor(year, 400)
	yoe := year - era*400
	doy := (153*(month-3)+2)/5 + mday - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// Wall is the moment of a date and a time of day.
func Wall(year, month, mday, hour, minute, second int) int64 {
	return int64(Days(year, month, mday))*day24 + int64(hour*3600+minute*60+second)
}

// Civil takes a day number apart.
func Civil(day int) (year, month, mday int) {
	z := day + 719468
	era := floor(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	mday = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, mday
}

// MonthLen is the number of days of a month.
func MonthLen(year, month int) int {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func yearLen(y int) int {
	if leap(y) {
		return 366
	}
	return 365
}

func dateOf(day int) date {
	y, m, d := Civil(day)
	return date{day: day, year: y, month: m, mday: d, yday: day - Days(y, 1, 1) + 1,
		mlen: MonthLen(y, m), ylen: yearLen(y), wd: weekday(day)}
}

// weekday counts from Monday = 0; 1970-01-01 was a Thursday.
func weekday(day int) int { return week(day + 3) }

// weekOf is the number of the week that day lies in, by ISO 8601 with weeks that begin on
// start, and how many weeks that week's year has.
func weekOf(day, start int) (no, of int) {
	first := day - week(weekday(day)-start) // the week's first day
	y, _, _ := Civil(first + 3)             // most of the week lies in this year
	one := weekOne(y, start)
	return (first-one)/7 + 1, (weekOne(y+1, start) - one) / 7
}

// weekOne is the first day of the week that holds 4 January.
func weekOne(year, start int) int {
	d := Days(year, 1, 4)
	return d - week(weekday(d)-start)
}

func floor(a, b int) int {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// week is a modulo 7, never negative.
func week(a int) int { return a - floor(a, 7)*7 }

func floor64(a, b int64) int64 {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// until reads the value of UNTIL: a date, a date with a time, or that in UTC.
func until(s string) (Until, error) {
	u, given := Until{Set: true}, s
	if strings.ContainsAny(s, "-:") { // as ISO 8601 has it
		s = strings.NewReplacer("-", "", ":", "").Replace(s)
	}
	s, u.UTC = strings.CutSuffix(s, "Z")
	d, t, timed := strings.Cut(s, "T")
	u.Date = !timed
	y, m, md := digits(d, 0, 4), digits(d, 4, 2), digits(d, 6, 2)
	bad := len(d) != 8 || y < minYear || m < 1 || m > 12 || md < 1 || md > 31
	h, mi, sec := 0, 0, 0
	if timed {
		h, mi, sec = digits(t, 0, 2), digits(t, 2, 2), digits(t, 4, 2)
		bad = bad || len(t) != 6 || h < 0 || h > 24 || mi < 0 || mi > 59 || sec < 0 || sec > 60
	}
	if bad {
		return u, fmt.Errorf("UNTIL=%.20s is not a date", given)
	}
	// Programs that add a year to 29 February write days that do not exist: the month's last is meant.
	u.Wall = Wall(y, m, min(md, MonthLen(y, m)), h, mi, min(sec, 59))
	return u, nil
}

// digits is the number in s[at:at+n], or -1.
func digits(s string, at, n int) int {
	if len(s) < at+n {
		return -1
	}
	v := 0
	for _, c := range []byte(s[at : at+n]) {
		if c < '0' || c > '9' {
			return -1
		}
		v = v*10 + int(c-'0')
	}
	return v
}
