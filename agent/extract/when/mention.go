package when

import "time"

// mention reads a day or time at i that is said in passing: "on Tuesday at 10", "10-11am", "12 to
// 14 December", "Monday to Friday".
func (p *reader) mention(i int) (d Date, next int, ok bool) {
	if !p.toks[i].lead || p.inside(i) {
		return d, i, false
	}
	if a, b, n, ok := p.days(i); ok {
		return p.date(moment{at: a, until: b, allDay: true}, i, n), n, true
	}
	m, n, ok := p.moment(i, p.leadIn(i), false)
	if !ok || m.loose || p.possessive(n) && m.allDay && !p.isEventNoun(n+2) || p.repeats(i) {
		return d, i, false
	}
	return p.date(m, i, n), n, true
}

// leadIn says whether a word stands before i that dates follow.
func (p *reader) leadIn(i int) bool { return i > 0 && dateLead(p.t(i-1).low) && !p.is(i-1, "by") }

func (p *reader) isEventNoun(i int) bool { _, ok := p.ofGathering(i); return ok }

// repeats holds for times of a habit: "every day at 9:00", "weekly at 15:00".
func (p *reader) repeats(i int) bool {
	for b := i - 1; b >= i-4; b-- {
		if p.is(b, "every", "each", "daily", "weekly", "always", "taglich", "jeden", "chaque", "cada", "usually") {
			return true
		}
	}
	return false
}

// days reads a range of days: "12 to 14 December", "Dec 12-14, 2026", "Monday to Friday".
func (p *reader) days(i int) (a, b time.Time, next int, ok bool) {
	if p.t(i).kind == digits && p.clear(i) && p.t(i).n >= 1 && p.t(i).n <= 31 {
		k := p.skip(p.suffix(i+1), ".")
		if p.to(k) && !p.is(k, "a") && p.t(k+1).kind == digits {
			if last, n, yes := p.dayMonthAfter(k + 1); yes {
				return p.fromDay(int(p.t(i).n), last, n)
			}
		}
	}
	if _, named := month(p.t(i).low); named {
		k := p.monthEnd(i)
		if s := p.suffix(k + 1); p.t(k).kind == digits && p.to(s) && p.t(s+1).kind == digits && p.monthLike(i, false) {
			m, _ := month(p.t(i).low)
			e := p.suffix(s + 2)
			if last, n, yes := p.withYear(e, m, int(p.t(s+1).n)); yes && (n > e || p.endsDate(e) || e > s+2) && p.t(s+1).n <= 31 {
				return p.fromDay(int(p.t(k).n), last, n)
			}
		}
	}
	return p.weekdays(i)
}

// dayMonthAfter is dayMonth for a number that a dash is glued to.
func (p *reader) dayMonthAfter(i int) (time.Time, int, bool) {
	was := p.toks[i].glued
	p.toks[i].glued = false
	t, n, ok := p.dayMonth(i)
	p.toks[i].glued = was
	return t, n, ok
}

func (p *reader) fromDay(d int, last time.Time, next int) (a, b time.Time, n int, ok bool) {
	a = p.midnight(last.Year(), last.Month(), d)
	return a, last, next, a.Before(last) && valid(last.Year(), last.Month(), d)
}

// weekdays reads "Monday to Friday", "Mon-Wed".
func (p *reader) weekdays(i int) (a, b time.Time, next int, ok bool) {
	if _, full := weekday(p.t(i).low); !full || !p.to(i+1) || p.otherDay(i, 0) || p.repeats(i) || p.is(i+1, "and", "und", "et", "y", "a") {
		return a, b, i, false
	}
	w, full := weekday(p.t(i + 2).low)
	if !full || p.possessive(i+3) {
		return a, b, i, false
	}
	v, _ := weekday(p.t(i).low)
	a = p.in(p.upcoming(v))
	return a, a.AddDate(0, 0, (int(w)-int(v)+7)%7), i + 3, w != v
}

func (p *reader) date(m moment, i, n int) Date {
	start, end := int(p.toks[i].start), int(p.toks[n-1].end)
	return Date{At: m.at, Until: m.until, AllDay: m.allDay, Quote: p.src[start:end], Start: start, End: end}
}
