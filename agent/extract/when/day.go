package when

import (
	"strings"
	"time"
)

// day is a calendar day the text names. own is ref's own weekday by its bare name: today or a
// week on, which the hour decides. past holds for days that can only lie behind (yesterday).
type day struct {
	t    time.Time
	own  bool
	past bool
}

// day reads a day at i. marked says that a word before it lets a number be a date.
func (p *reader) day(i int, marked bool) (d day, next int, ok bool) {
	if i = p.skip(i, "the", "der", "den", "dem", "le", "el", "die"); p.is(i-1, "the", "der", "den", "dem", "le", "el", "die") {
		if t, n, ok := p.ordinalDay(i); ok && (marked || p.is(i-2, "on", "since", "from")) {
			return day{t: t}, n, true
		}
	}
	if p.t(i).kind == digits {
		t, n, ok := p.numericDay(i, marked)
		if !ok {
			t, n, ok = p.dayMonth(i)
		}
		return day{t: t}, n, ok
	}
	if p.t(i).kind != word {
		return d, i, false
	}
	if t, n, ok := p.monthDay(i); ok {
		return day{t: t}, n, true
	}
	if d, n, ok := p.namedDay(i, marked); ok {
		return d, n, true
	}
	return p.relativeDay(i)
}

// dayMonth reads "12 December 2026", "12th of December", "5. Dezember", "1er mai", "5 de mayo".
func (p *reader) dayMonth(i int) (t time.Time, next int, ok bool) {
	n := p.t(i)
	if n.n < 1 || n.n > 31 || n.end-n.start > 2 || !p.clear(i) {
		return t, i, false
	}
	k := p.suffix(i + 1)
	k = p.skip(k, "of", "de", ".")
	m, named := month(p.t(k).low)
	if !named || p.t(k).glued && !p.is(k-1, ".") && !p.is(k-1, "-") || !p.monthLike(k, true) {
		return t, i, false
	}
	after := p.monthEnd(k)
	if t := p.t(after); t.kind == digits && t.end-t.start <= 2 && strings.Contains(p.text(i, k), "\n") {
		return time.Time{}, i, false // "exit code 1\nMay 29"
	}
	return p.withYear(after, m, int(n.n))
}

// monthDay reads "December 12th, 2026", "Dec. 5".
func (p *reader) monthDay(i int) (t time.Time, next int, ok bool) {
	m, named := month(p.t(i).low)
	if !named {
		return t, i, false
	}
	k := p.monthEnd(i)
	k = p.skip(k, "the")
	n := p.t(k)
	if n.kind != digits || n.glued || n.n < 1 || n.n > 31 || n.end-n.start > 2 {
		return t, i, false
	}
	end := p.suffix(k + 1)
	if !p.monthLike(i, false) || end == k+1 && !p.ends(end) && !p.is(end, "-") || p.is(end, ":") && p.t(end).glued && p.minutes(end+1) {
		return t, i, false
	}
	return p.withYear(end, m, int(n.n))
}

// monthLike tells months from verbs and names: "may 5" needs its capital or an ordinal.
func (p *reader) monthLike(i int, dayFirst bool) bool {
	switch t := p.t(i); t.low {
	case "may", "march", "mar", "mars":
		return t.caps || dayFirst || p.suffix(i+2) > i+2 || dateLead(p.t(i-1).low)
	}
	return true
}

// monthEnd is the place after a month's name and the dot of its abbreviation.
func (p *reader) monthEnd(i int) int {
	if !p.is(i+1, ".") || !p.t(i+1).glued || len(p.t(i).low) > 5 {
		return i + 1
	}
	if n := p.t(i + 2); n.kind == digits || n.kind == word && !n.caps || n.low == "," {
		return i + 2
	}
	return i + 1
}

// suffix is the place after st, nd, rd, th or er that is glued to a number ending before i.
func (p *reader) suffix(i int) int {
	if p.t(i).glued && p.is(i, "st", "nd", "rd", "th", "er", "e", "º", "ª") {
		return i + 1
	}
	return i
}

// withYear ends a day and month with the year that may follow.
func (p *reader) withYear(i int, m time.Month, d int) (t time.Time, next int, ok bool) {
	k := p.skip(i, ",", "de", "del")
	if y := p.t(k); y.kind == digits && y.n >= 1990 && y.n <= 2100 && y.end-y.start == 4 && !(p.is(k+1, "-", "/") && p.t(k+1).glued) {
		return p.midnight(int(y.n), m, d), k + 1, valid(int(y.n), m, d)
	}
	t, ok = p.yearless(m, d)
	return t, i, ok
}

// ordinalDay reads "the 15th", "den 15.", "le 15": a number that nothing it could count follows.
func (p *reader) ordinalDay(i int) (t time.Time, next int, ok bool) {
	n := p.t(i)
	if n.kind != digits || n.n < 1 || n.n > 31 || n.end-n.start > 2 || !p.clear(i) {
		return t, i, false
	}
	k := p.suffix(i + 1)
	if _, isMonth := month(p.t(p.skip(k, "of", "de", ".")).low); isMonth {
		return t, i, false
	}
	if k == i+1 && p.is(i-1, "the") {
		return t, i, false
	}
	switch {
	case p.seq(k, "of", "this", "month"), p.seq(k, "of", "the", "month"):
		k += 3
		t = p.midnight(p.ref.Year(), p.ref.Month(), int(n.n))
		return t, k, valid(t.Year(), p.ref.Month(), int(n.n))
	case p.seq(k, "of", "next", "month"):
		first := p.midnight(p.ref.Year(), p.ref.Month()+1, 1)
		return first.AddDate(0, 0, int(n.n)-1), k + 3, valid(first.Year(), first.Month(), int(n.n))
	}
	if !p.free(k) {
		return t, i, false
	}
	t, ok = p.dayOfMonth(int(n.n))
	return t, k, ok
}

// free says that what stands at i is not counted by the number before it.
func (p *reader) free(i int) bool {
	t := p.t(i)
	switch t.kind {
	case 0, stop:
		return true
	case word:
		return !t.glued && follower(t.low)
	case punct:
		return p.ends(i) && !p.is(i, "-", "/", "&", "#") || p.is(i, "-") && !t.glued
	}
	return false
}

// numericDay reads 2026-12-01, 12/5/2026, 5.12.2026 and, where marked, 12/5 and 5.12.
func (p *reader) numericDay(i int, marked bool) (t time.Time, next int, ok bool) {
	a := p.t(i)
	sep := p.t(i + 1)
	b := p.t(i + 2)
	if a.n < 0 || !p.clear(i) || sep.kind != punct || !sep.glued || b.kind != digits || !b.glued || b.end-b.start > 2 {
		return t, i, false
	}
	c := p.t(i + 4)
	full := p.is(i+3, sep.low) && p.t(i+3).glued && c.kind == digits && c.glued && p.endsDate(i+5)
	switch {
	case a.end-a.start == 4:
		if full && (sep.low == "-" || sep.low == "/" || sep.low == ".") && c.end-c.start <= 2 && a.n >= 1990 && a.n <= 2100 {
			return p.midnight(int(a.n), time.Month(b.n), int(c.n)), i + 5, valid(int(a.n), time.Month(b.n), int(c.n))
		}
		return t, i, false
	case a.end-a.start > 2:
		return t, i, false
	case full && (c.end-c.start == 4 || c.end-c.start == 2 && sep.low != "-" && (marked || sep.low == "/")):
		return p.dated(i, sep.low, int(c.n), i+5)
	case !marked && !p.weekdayBefore(i):
		return t, i, false
	}
	return p.shortDate(i, sep.low)
}

// shortDate reads 12/5 and 5.12. without a year.
func (p *reader) shortDate(i int, sep string) (t time.Time, next int, ok bool) {
	next = i + 3
	switch sep {
	case "/":
		if !p.endsDate(next) || p.is(next, "/") || p.t(i).n == 24 || p.t(i).n == 9 && p.t(i+2).n == 11 || !p.free(next) {
			return t, i, false
		}
	case ".":
		// "runs on 5.12" is a version: German words or the second dot make it a date.
		german := p.is(i-1, "am", "bis", "zum", "den", "dem", "vom", "ab", "vor", "spatestens") || p.weekdayBefore(i)
		if p.is(next, ".") && p.t(next).glued {
			next++
		}
		if !german && (next == i+3 || !p.is(i-1, "by", "before", "until", "due")) || p.t(next).glued && p.t(next).kind == digits {
			return t, i, false
		}
	default:
		return t, i, false
	}
	return p.dated(i, sep, 0, next)
}

// dated settles which of two numbers is the month. Year 0 is the nearest.
func (p *reader) dated(i int, sep string, y, next int) (time.Time, int, bool) {
	d, m := int(p.t(i).n), int(p.t(i+2).n)
	if sep == "/" && (!p.dayFirst && d <= 12 || m > 12) {
		d, m = m, d
	}
	if m > 12 || sep != "/" && sep != "." && sep != "-" {
		return time.Time{}, i, false
	}
	if y == 0 {
		t, ok := p.yearless(time.Month(m), d)
		return t, next, ok && m >= 1
	}
	if y < 70 {
		y += 2000
	} else if y < 100 {
		y += 1900
	}
	return p.midnight(y, time.Month(m), d), next, y >= 1990 && y <= 2100 && valid(y, time.Month(m), d)
}

// endsDate says that the digits ending before i are not the head of something longer.
func (p *reader) endsDate(i int) bool {
	t := p.t(i)
	if !t.glued || t.kind == 0 || t.kind == stop {
		return true
	}
	if t.kind == word {
		return t.low == "t" && p.t(i+1).kind == digits
	}
	return t.kind != digits && !(p.t(i+1).glued && p.t(i+1).kind != punct && p.is(i, ".", "-", "/", "_", "@", ":"))
}

func (p *reader) weekdayBefore(i int) bool {
	k := i - 1
	for k > i-4 && p.is(k, ",", ".", "the", "den", "der", "dem", "le", "el", "(") {
		k--
	}
	if _, ok := weekday(p.t(k).low); ok {
		return true
	}
	_, ok := shortDay(p.t(k).low)
	return ok || p.is(k, "mo", "di", "mi", "do", "fr", "sa", "so")
}
