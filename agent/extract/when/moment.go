package when

import "time"

// moment is a day, a time of day or both, settled in time.
type moment struct {
	at, until time.Time
	allDay    bool
	past      bool
	loose     bool // nothing but a bare hour: "3"
}

// moment reads a day and a time in either order at i. marked says that a word before it makes
// numbers dates; ahead puts a time without a day after ref.
func (p *reader) moment(i int, marked, ahead bool) (m moment, next int, ok bool) {
	if m, next, ok = p.dayTime(i, marked); ok {
		return m, next, true
	}
	return p.timeDay(i, marked, ahead)
}

// dayTime reads a day with the time that may follow: "Thursday 5pm", "12 December at 10".
func (p *reader) dayTime(i int, marked bool) (m moment, next int, ok bool) {
	d, k, ok := p.day(i, marked)
	if !ok {
		return m, i, false
	}
	if p.is(k, "t") && p.t(k).glued {
		if m, n, ok := p.stamp(d, k+1); ok {
			return m, n, true
		}
	}
	next = p.part(k)
	j := p.skip(next, ",", "-", "(")
	loose := p.is(j, "at", "@", "um", "by", "before")
	j = p.skip(j, "at", "@", "um", "by", "before", "around", "from", "between", "gegen", "vers", "ab", "von")
	if p.seq(j, "a", "las") || p.seq(j, "a", "la") {
		j, loose = j+2, true
	} else if j == next || p.is(j-1, ",") {
		j = p.skip(j, "a", "de")
	}
	if c, last, n, ok := p.span(j, loose); ok && !(p.isPart(k) && c.bare && j == next) {
		if c.bare && c.hour < 12 && p.evening(next-1) {
			c.bare, c.hour = false, c.hour+12
		}
		return p.settled(d, &c, last), p.skipClose(next, n), true
	}
	return p.settled(d, nil, nil), next, true
}

// evening says whether the word at i puts a bare hour after noon: "tonight at 8".
func (p *reader) evening(i int) bool {
	return p.is(i, "tonight", "evening", "night", "abend", "soir", "noche", "afternoon", "nachmittag")
}

func (p *reader) skipClose(open, n int) int {
	if p.is(open, "(") {
		return p.skip(n, ")")
	}
	return n
}

// stamp reads the time of 2026-12-01T15:00:00Z.
func (p *reader) stamp(d day, i int) (m moment, next int, ok bool) {
	c, next, ok := p.clockFrom(i, false)
	if !ok {
		return m, i, false
	}
	c.bare = false
	return p.settled(d, &c, nil), next, true
}

// timeDay reads a time with the day that may follow: "5pm on Friday", "noon tomorrow", "3".
func (p *reader) timeDay(i int, marked, ahead bool) (m moment, next int, ok bool) {
	c, last, next, ok := p.span(i, true)
	if !ok {
		return m, i, false
	}
	j := p.skip(p.skip(next, ","), "on", "am", "of", "le", "el")
	if d, k, ok := p.day(j, false); ok && (!c.bare || j > next || !p.isDigit(j)) && !p.possessive(k) {
		return p.settled(d, &c, last), p.part(k), true
	}
	if c.bare && (!marked || !p.free(next)) {
		return m, i, false
	}
	m.at = p.clockAlone(c, ahead)
	m.loose = c.bare && c.minute == 0
	if last != nil {
		m.until = p.later(m.at, *last)
	}
	return m, next, true
}

func (p *reader) isDigit(i int) bool { return p.t(i).kind == digits }

// settled puts day and time together; a weekday that is ref's own is today while that is ahead.
func (p *reader) settled(d day, c, last *clock) moment {
	m := moment{at: d.t, allDay: c == nil, past: d.past}
	if c != nil {
		m.at = p.clockOn(d.t, *c)
	}
	if d.own && (c != nil && !m.at.After(p.ref) || c == nil && p.ref.Hour() >= 12) {
		d.t = p.in(7)
		if m.at = d.t; c != nil {
			m.at = p.clockOn(d.t, *c)
		}
	}
	if last != nil {
		m.until = p.later(m.at, *last)
	}
	return m
}

// later is the first time after t when a clock shows c: a range past midnight ends the next day.
func (p *reader) later(t time.Time, c clock) time.Time {
	for n := range 3 {
		if u := p.clockOn(p.midnight(t.Year(), t.Month(), t.Day()+n), c); u.After(t) {
			return u
		}
	}
	return time.Time{}
}
