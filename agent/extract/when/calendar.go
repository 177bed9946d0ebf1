package when

import "time"

func (p *reader) midnight(y int, m time.Month, d int) time.Time {
	return time.Date(y, m, d, 0, 0, 0, 0, p.loc)
}

// in is the day n days from ref's.
func (p *reader) in(n int) time.Time {
	return p.midnight(p.ref.Year(), p.ref.Month(), p.ref.Day()+n)
}

// sinceMonday is how far ref's day is into its week.
func (p *reader) sinceMonday() int { return (int(p.ref.Weekday()) + 6) % 7 }

// upcoming is how many days from ref's the first such weekday is; 0 on the day itself.
func (p *reader) upcoming(w time.Weekday) int { return (int(w) - int(p.ref.Weekday()) + 7) % 7 }

// ofWeek is the weekday of the calendar week that lies weeks from ref's.
func (p *reader) ofWeek(w time.Weekday, weeks int) time.Time {
	return p.in((int(w)+6)%7 - p.sinceMonday() + 7*weeks)
}

// valid says whether the month has such a day.
func valid(y int, m time.Month, d int) bool {
	return d >= 1 && m >= 1 && m <= 12 && d <= time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// yearless is the day and month between 60 days before ref and ten months after it.
func (p *reader) yearless(m time.Month, d int) (time.Time, bool) {
	ref := time.Date(p.ref.Year(), p.ref.Month(), p.ref.Day(), 0, 0, 0, 0, time.UTC)
	for y := p.ref.Year() - 1; y <= p.ref.Year()+1; y++ {
		days := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(ref).Hours() / 24)
		if valid(y, m, d) && days >= -60 && days < 306 {
			return p.midnight(y, m, d), true
		}
	}
	return time.Time{}, false
}

// dayOfMonth is the first such day on or after ref's.
func (p *reader) dayOfMonth(d int) (time.Time, bool) {
	for n := range 3 {
		first := p.midnight(p.ref.Year(), p.ref.Month()+time.Month(n), 1)
		if valid(first.Year(), first.Month(), d) && (n > 0 || d >= p.ref.Day()) {
			return p.midnight(first.Year(), first.Month(), d), true
		}
	}
	return time.Time{}, false
}

// workdays is the day n working days from ref's; holidays are not known here.
func (p *reader) workdays(n int) time.Time {
	at := 0
	for n > 0 {
		at++
		if w := p.in(at).Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	return p.in(at)
}

// clockOn is the moment on day when a clock shows c.
func (p *reader) clockOn(day time.Time, c clock) time.Time {
	h := c.hour
	if c.bare && h >= 1 && h <= 6 {
		h += 12
	}
	if c.zone != nil {
		return time.Date(day.Year(), day.Month(), day.Day(), h, c.minute, 0, 0, c.zone).In(p.loc)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), h, c.minute, 0, 0, p.loc)
}

// clockAlone is c with no day beside it: the next such moment if ahead, else on ref's day.
func (p *reader) clockAlone(c clock, ahead bool) time.Time {
	if !ahead {
		return p.clockOn(p.in(0), c)
	}
	for n := range 3 {
		for _, half := range []int{0, 12} {
			if half > 0 && (!c.bare || c.hour > 12) {
				continue
			}
			k := c
			k.bare = false
			if c.bare && c.hour == 12 {
				k.hour = 12 - half
			} else {
				k.hour += half
			}
			t := p.clockOn(p.in(n), k)
			if t.After(p.ref) && (!c.bare || t.Hour() >= 7 && t.Hour() < 22) {
				return t
			}
		}
	}
	return p.clockOn(p.in(1), c)
}
