package when

import "time"

// clock is a time of day as the text has it. bare is an hour that am, pm or two digits would have
// made certain. Hour 24 is the end of the day.
type clock struct {
	hour, minute int
	bare         bool
	zone         *time.Location
	half         byte // 'a' or 'p' where am or pm was written
}

// clear says that the digits at i are not the tail of something else: v3, $3, #3, 1.3, 555-3.
func (p *reader) clear(i int) bool {
	if !p.t(i).glued {
		return true
	}
	before := p.t(i - 1)
	if before.kind != punct {
		return false
	}
	switch before.low {
	case "(", "[", "\"", "'", "*", "_", "@", "~", "|", "“", "„", "«", "<", ">", "!", "?", ";":
		return true
	case ":", ",":
		return p.t(i-2).kind != digits
	}
	return false
}

// ends says that the number which ends before i goes no further: 3%, 3k, 3.5, 3-4, 3/4, 3°.
func (p *reader) ends(i int) bool {
	t := p.t(i)
	if !t.glued || t.kind == 0 || t.kind == stop {
		return !p.is(i, "%", "€", "$", "£", "°", "/", "x", "×", "+")
	}
	switch t.low {
	case ",", ")", "]", "\"", "'", "!", "?", ";", "”", "»", "*", "_", "|", "…", ">":
		return !p.t(i+1).glued || p.t(i+1).kind != digits
	case ".", ":":
		return !p.t(i+1).glued || p.t(i+1).kind == punct
	}
	return false
}

// clock reads a time of day at i. loose allows a bare hour ("by 3").
func (p *reader) clock(i int, loose bool) (c clock, next int, ok bool) {
	switch p.t(i).low {
	case "noon", "midday", "mittag", "mittags", "midi", "mediodia", "lunchtime":
		return p.zoned(clock{hour: 12}, i+1)
	case "midnight", "mitternacht", "minuit", "medianoche":
		return p.zoned(clock{hour: 24}, i+1)
	}
	t := p.t(i)
	if t.kind != digits || t.n < 0 || t.n > 24 || t.end-t.start > 2 || !p.clear(i) {
		return c, i, false
	}
	return p.clockFrom(i, loose)
}

// clockFrom is clock once it is known that an hour stands at i, whatever is before it.
func (p *reader) clockFrom(i int, loose bool) (c clock, next int, ok bool) {
	t := p.t(i)
	if t.kind != digits || t.n < 0 || t.n > 24 || t.end-t.start > 2 {
		return c, i, false
	}
	c = clock{hour: int(t.n)}
	next = i + 1
	switch {
	case p.is(next, ":") && p.t(next).glued && p.minutes(next+1):
		c.minute = int(p.t(next + 1).n)
		c.bare = t.end-t.start == 1
		next += 2
		if p.is(next, ":") && p.t(next).glued && p.minutes(next+1) {
			next += 2
		}
	case p.is(next, ".") && p.t(next).glued && p.minutes(next+1) && p.t(next+1).glued && (p.halfAt(next+2) != 0 || p.is(next+2, "uhr") || p.dotted(i)):
		c.minute = int(p.t(next + 1).n)
		c.bare = t.end-t.start == 1 && !p.is(next+2, "uhr")
		next += 2
	case p.is(next, "h") && c.hour > 0:
		if next++; p.minutes(next) {
			c.minute = int(p.t(next).n)
			next++
		}
		return p.settle(c, next)
	default:
		c.bare = true
	}
	return p.afterHour(c, next, loose)
}

// dotted says whether the hour at i, a dot and two digits are a time as the British write it: "by
// 7.30", "on Monday at 10.15". Amounts and versions stand behind "by" and "from" too, so the
// minutes must be a multiple of five and nothing that is counted may follow.
func (p *reader) dotted(i int) bool {
	if p.t(i+2).n%5 != 0 || p.t(i).n > 23 || !p.is(i-1, "at", "by", "before", "until", "till", "around", "um", "gegen", "vor", "bis", "ab") {
		return false
	}
	for b := i - 2; b >= i-4; b-- {
		if changes(p.t(b).low) {
			return false
		}
	}
	next := p.t(i + 3)
	switch {
	case next.kind == digits, next.kind == punct && !p.ends(i+3), next.glued && next.kind == word:
		return false
	}
	return !p.is(i+3, "million", "billion", "percent", "per", "points", "euros", "euro", "pounds", "dollars", "k", "m", "km", "kg", "times", "or", "release", "version")
}

// afterHour reads what makes an hour certain: am, pm, o'clock, Uhr.
func (p *reader) afterHour(c clock, next int, loose bool) (clock, int, bool) {
	if half := p.halfAt(next); half != 0 && c.hour >= 1 && c.hour <= 12 {
		c.half, c.bare = half, false
		c.hour %= 12
		if half == 'p' {
			c.hour += 12
		}
		return p.settle(c, p.afterHalf(next))
	}
	switch {
	case p.is(next, "uhr"):
		c.bare = false
		if next++; c.minute == 0 && p.minutes(next) && p.ends(next+1) {
			c.minute = int(p.t(next).n)
			next++
		}
	case p.is(next, "o") && p.is(next+1, "'") && p.is(next+2, "clock"):
		return p.settle(c, next+3)
	case c.bare && c.minute == 0 && p.t(next-1).kind == digits && !p.is(next-2, ":"):
		if !loose || c.hour == 0 || c.hour > 23 || !p.ends(next) {
			return c, next, false
		}
	}
	return p.settle(c, next)
}

func (p *reader) settle(c clock, next int) (clock, int, bool) {
	if z, n, ok := p.zoned(c, next); n > next {
		return z, n, ok
	}
	return c, next, (c.hour < 24 || c.minute == 0) && (p.ends(next) || p.is(next, "-"))
}

// minutes says whether two digits from 00 to 59 stand at i.
func (p *reader) minutes(i int) bool {
	t := p.t(i)
	return t.kind == digits && t.end-t.start == 2 && t.n < 60
}

// halfAt is 'a' or 'p' if am, pm, a.m., p.m. stands at i.
func (p *reader) halfAt(i int) byte {
	switch p.t(i).low {
	case "am":
		// German "am" is a preposition: "um 10 am Freitag".
		if _, day := weekday(p.t(i + 1).low); day && !p.t(i).glued && dayFirstWord(p.t(i+1).low) {
			return 0
		}
		return 'a'
	case "pm":
		return 'p'
	case "a", "p":
		if p.is(i+1, ".") && p.is(i+2, "m") && p.t(i+1).glued && p.t(i+2).glued {
			return p.t(i).low[0]
		}
	}
	return 0
}

func (p *reader) afterHalf(i int) int {
	if p.is(i, "am", "pm") {
		return i + 1
	}
	if p.is(i+3, ".") && p.t(i+3).glued {
		return i + 4
	}
	return i + 3
}

// zoned reads a zone after a time. IST, CST of China and their like mean several and are left out.
func (p *reader) zoned(c clock, next int) (clock, int, bool) {
	if c.zone, next = p.offset(next); c.zone != nil {
		return c, next, true
	}
	t := p.t(next)
	if t.kind != word || !t.caps {
		return c, next, true
	}
	if name, hours, ok := zone(p.src[t.start:t.end]); ok {
		c.zone = time.FixedZone(name, hours*3600)
		if hours == 99 {
			loc, err := time.LoadLocation(name)
			if err != nil {
				return c, next, true
			}
			c.zone = loc
		}
		next++
	}
	return c, next, true
}

// offset reads +02:00 glued to a time, or the +0200 of a mail's head.
func (p *reader) offset(i int) (*time.Location, int) {
	h := p.t(i + 1)
	if !p.is(i, "+", "-") || h.kind != digits || !h.glued {
		return nil, i
	}
	s, next := 0, i+2
	switch {
	case h.end-h.start == 4 && h.n%100 < 60 && h.n < 1500:
		s = int(h.n)/100*3600 + int(h.n)%100*60
	case h.end-h.start == 2 && h.n < 15 && p.is(next, ":") && p.minutes(next+1):
		s, next = int(h.n)*3600+int(p.t(next+1).n)*60, next+2
	default:
		return nil, i
	}
	if p.is(i, "-") {
		s = -s
	}
	return time.FixedZone("", s), next
}

func zone(s string) (name string, hours int, ok bool) {
	switch s {
	case "UTC", "GMT", "Z":
		return s, 0, true
	case "CET", "MEZ", "BST":
		return s, 1, true
	case "CEST", "MESZ", "EET":
		return s, 2, true
	case "EDT":
		return s, -4, true
	case "EST":
		return s, -5, true
	case "MST", "PDT":
		return s, -7, true
	case "PST":
		return s, -8, true
	case "JST":
		return s, 9, true
	case "ET":
		return "America/New_York", 99, true
	case "PT":
		return "America/Los_Angeles", 99, true
	}
	return "", 0, false
}

// span reads a time or a stretch of times: "10-11am", "10 to 11:30", "14–15 Uhr". last is nil
// for a single time.
func (p *reader) span(i int, loose bool) (first clock, last *clock, next int, ok bool) {
	first, next, ok = p.clock(i, loose)
	if k := next; ok && p.to(k) {
		if c, n, good := p.clockFrom(k+1, loose || !first.bare); good && (!c.bare || !first.bare || loose) {
			return merge(first, c), &c, n, true
		}
	}
	if ok {
		return first, nil, next, !p.is(next, "-") || !p.t(next).glued
	}
	// An hour that only its end makes certain: "10-11am", "from 2 to 3pm".
	t := p.t(i)
	if t.kind == digits && t.n >= 0 && t.n <= 23 && p.clear(i) && p.to(i+1) {
		if c, n, good := p.clockFrom(i+2, false); good && (c.half != 0 || !c.bare) {
			return merge(clock{hour: int(t.n), bare: true}, c), &c, n, true
		}
	}
	return first, nil, i, false
}

// merge gives a first hour the half of the day that its end names, or the other if it would come
// after it: "11-1pm" begins in the morning.
func merge(first, last clock) clock {
	if first.zone == nil {
		first.zone = last.zone
	}
	if !first.bare || last.half == 0 {
		if last.half == 0 && !last.bare {
			first.bare = false
		}
		return first
	}
	first.bare = false
	if first.hour > 12 {
		return first
	}
	h := first.hour % 12
	if last.half == 'p' && h+12 < last.hour || last.half == 'p' && h+12 == last.hour && first.minute < last.minute {
		h += 12
	}
	first.hour, first.half = h, last.half
	return first
}

// to says whether a word or sign that joins two ends of a range stands at i.
func (p *reader) to(i int) bool {
	if t := p.t(i); t.kind == word && t.glued {
		return false
	}
	return p.is(i, "-", "—", "to", "until", "till", "through", "thru", "bis", "a", "and", "und", "et", "y", "hasta", "au", "al")
}
