package when

import "time"

// namedDay reads a weekday with what belongs to it: "next Friday", "Friday next week", "Friday,
// 12 December", "vendredi prochain", "Fri 5pm".
func (p *reader) namedDay(i int, marked bool) (d day, next int, ok bool) {
	k, lead := p.lead(i)
	w, full := weekday(p.t(k).low)
	if german, ok := p.shortDayDE(k); ok {
		w, full = german, true
	}
	if !full {
		if w, full = shortDay(p.t(k).low); !full || !p.shortLike(k, marked || lead != 0) {
			return d, i, false
		}
	}
	if p.otherDay(k, lead) {
		return d, i, false
	}
	next = k + 1
	if p.is(next, ".") && p.t(next).glued && len(p.t(k).low) <= 5 && !weekdayFull(p.t(k).low) {
		next++
	}
	if t, n, ok := p.dateAfter(next); ok {
		return day{t: t}, n, true
	}
	d, next = p.whichWeek(w, lead, next)
	if p.is(next, "-") && p.t(next).glued && p.t(next+1).glued && p.t(next+1).kind == word {
		if _, other := weekday(p.t(next + 1).low); !other && !p.isPart(next+1) {
			return d, i, false
		}
	}
	return d, next, true
}

func weekdayFull(w string) bool { _, ok := weekday(w); return ok }

// The leads of a weekday.
const (
	leadThis = iota + 1
	leadNext
	leadLast
)

// lead reads "next", "this", "last" before a weekday.
func (p *reader) lead(i int) (next, lead int) {
	switch p.t(i).low {
	case "this", "coming", "diesen", "dieser", "diesem", "kommenden", "kommender", "ce", "este", "upcoming":
		return p.skip(i+1, "coming", "upcoming", "proximo"), leadThis
	case "next", "nachsten", "nachster", "nachste", "proximo", "proxima":
		return i + 1, leadNext
	case "last", "past", "previous", "letzten", "letzter", "vergangenen", "pasado":
		return i + 1, leadLast
	}
	return i, 0
}

// otherDay holds for weekdays that name no day of this calendar: "Black Friday", "every Friday".
func (p *reader) otherDay(k, lead int) bool {
	b := k - 1
	if lead != 0 {
		b--
	}
	return p.is(b, "good", "black", "ash", "easter", "cyber", "super", "casual", "every", "each", "most", "any", "fat",
		"palm", "freaky", "ruby",
		"jeden", "jeder", "chaque", "cada", "alternate", "green", "holy", "giving", "bloody", "maundy", "shrove", "typical")
}

// shortLike tells "Sat" from a verb and "Sun" from the star: a capital, a lead or a marker, and no
// name after it.
func (p *reader) shortLike(k int, marked bool) bool {
	t, n := p.t(k), p.t(k+1)
	if !t.caps || t.glued && p.t(k-1).kind != punct {
		return false
	}
	if p.is(k+1, ".") && n.glued {
		n = p.t(k + 2)
	}
	if _, ok := month(n.low); ok || n.kind == digits && !n.glued || n.low == "," || p.isPart(k+1) ||
		p.is(k+1, "eod", "cob", "noon", "midday") {
		return true
	}
	return (marked || p.is(k-1, "on", "next", "this")) && (n.kind != word || !n.caps || len(n.low) <= 2 || n.glued && n.low == "s")
}

// dateAfter reads the date that a weekday stands before.
func (p *reader) dateAfter(i int) (t time.Time, next int, ok bool) {
	k := p.skip(i, ",")
	k = p.skip(k, "the", "den", "der", "dem", "le", "el")
	if p.t(k).kind == digits {
		if t, next, ok = p.numericDay(k, true); ok {
			return t, next, true
		}
		if t, next, ok = p.dayMonth(k); ok {
			return t, next, true
		}
		if p.suffix(k+1) > k+1 {
			return p.ordinalDay(k)
		}
		return t, i, false
	}
	return p.monthDay(k)
}

// whichWeek settles the week of a weekday, also by what follows: "next week", "prochain".
func (p *reader) whichWeek(w time.Weekday, lead, next int) (day, int) {
	after := p.skip(p.skip(next, ","), "of", "in", "the", "der", "de", "la")
	switch {
	case p.seq(after, "next", "week"), p.seq(after, "nachste", "woche"), p.seq(after, "nachster", "woche"):
		return day{t: p.ofWeek(w, 1)}, after + 2
	case p.seq(after, "this", "week"), p.seq(after, "diese", "woche"), p.seq(after, "dieser", "woche"):
		return day{t: p.ofWeek(w, 0)}, after + 2
	case p.seq(after, "week", "after", "next"):
		return day{t: p.ofWeek(w, 2)}, after + 3
	case p.seq(after, "last", "week"):
		return day{t: p.ofWeek(w, -1), past: true}, after + 2
	case p.is(next, "prochain", "prochaine", "proximo"):
		return day{t: p.ofWeek(w, 1)}, next + 1
	case p.seq(next, "que", "viene"):
		return day{t: p.in(p.upcoming(w))}, next + 2
	case p.is(next, "dernier", "pasado") && lead == 0:
		return day{t: p.in(p.upcoming(w) - 7), past: true}, next + 1
	}
	n := p.upcoming(w)
	switch lead {
	case leadThis:
		return day{t: p.in(n)}, next
	case leadNext:
		return day{t: p.ofWeek(w, 1)}, next
	case leadLast:
		return day{t: p.in(n - 7), past: true}, next
	}
	return day{t: p.in(n), own: n == 0}, next
}

// relativeDay reads today, tomorrow, the day after tomorrow, in three days.
func (p *reader) relativeDay(i int) (d day, next int, ok bool) {
	switch {
	case p.is(i, "today", "heute", "hoy", "vandaag", "tonight"):
		return day{t: p.in(0)}, i + 1, true
	case p.seq(i, "aujourd", "'", "hui"), p.seq(i, "later", "today"):
		return day{t: p.in(0)}, i + 1 + 2*(boolInt(p.is(i+1, "'"))) + boolInt(p.is(i, "later")), true
	case p.seq(i, "ce", "soir"), p.seq(i, "esta", "noche"), p.seq(i, "this", "morning"), p.seq(i, "this",
		"afternoon"), p.seq(i, "this", "evening"),
		p.seq(i, "esta", "tarde"), p.seq(i, "esta", "manana"), p.seq(i, "ce", "matin"):
		return day{t: p.in(0)}, i + 2, true
	case p.seq(i, "day", "after", "tomorrow"):
		return day{t: p.in(2)}, i + 3, true
	case p.is(i, "ubermorgen", "uebermorgen"):
		return day{t: p.in(2)}, i + 1, true
	case p.seq(i, "apres", "-", "demain"):
		return day{t: p.in(2)}, i + 3, true
	case p.seq(i, "pasado", "manana"):
		return day{t: p.in(2)}, i + 2, true
	case p.is(i, "tomorrow", "tmrw", "demain"), p.is(i, "morgen") && p.tomorrowDE(i), p.is(i, "manana") && !p.is(i-1, "la", "esta", "cada"):
		return p.tomorrow(i)
	case p.is(i, "yesterday", "gestern", "hier", "ayer") && !p.is(i, "hier"):
		return day{t: p.in(-1), past: true}, i + 1, true
	case p.seq(i, "hier", "soir"):
		return day{t: p.in(-1), past: true}, i + 2, true
	}
	return p.counted(i)
}

func (p *reader) tomorrow(i int) (day, int, bool) {
	if p.seq(i+1, "week") {
		return day{}, i, false
	}
	return day{t: p.in(1)}, i + 1, true
}

// tomorrowDE tells morgen, tomorrow, from der Morgen.
func (p *reader) tomorrowDE(i int) bool {
	return !p.t(i).caps || p.is(i-1, "bis", "spatestens") || p.t(i-1).kind == stop || i == 0
}

// counted reads "in 3 days", "in two weeks", "three days from now", "in 14 Tagen", "dans 2 jours".
func (p *reader) counted(i int) (d day, next int, ok bool) {
	k := i
	in := p.is(i, "in", "dans")
	if in {
		k = p.skip(i+1, "about")
	}
	n := p.count(k)
	if n == 0 {
		return d, i, false
	}
	k = p.skip(k+1, "of")
	work := p.is(k, "business", "working")
	if work {
		k++
	}
	u := unit(p.t(k).low)
	k++
	switch {
	case p.seq(k, "from", "now"), p.seq(k, "from", "today"):
		k += 2
	case !in, p.is(k, "ago", "of", "a"), p.is(k, "'"):
		return d, i, false
	}
	t, ok := p.ahead(n, u, work)
	return day{t: t}, k, ok
}

// ahead is the day n units from ref's.
func (p *reader) ahead(n int, u byte, work bool) (time.Time, bool) {
	switch {
	case u == 'd' && work && n <= 60:
		return p.workdays(n), true
	case u == 'd' && n <= 366:
		return p.in(n), true
	case u == 'w' && n <= 52:
		return p.in(7 * n), true
	case u == 'm' && n <= 12:
		first := p.midnight(p.ref.Year(), p.ref.Month()+time.Month(n), 1)
		last := first.AddDate(0, 1, -1).Day()
		return p.midnight(first.Year(), first.Month(), min(p.ref.Day(), last)), true
	}
	return time.Time{}, false
}

// isPart says whether a part of the day stands at i.
func (p *reader) isPart(i int) bool {
	return p.is(i, "morning", "afternoon", "evening", "night", "vormittag", "nachmittag", "abend", "fruh", "morgen", "mittag",
		"matin", "soir")
}

// part is the place after a part of the day at i, if one is there.
func (p *reader) part(i int) int {
	switch {
	case p.isPart(i):
		return i + 1
	case p.seq(i, "apres", "-", "midi"):
		return i + 3
	case p.seq(i, "por", "la", "manana"), p.seq(i, "por", "la", "tarde"), p.seq(i, "por", "la", "noche"):
		return i + 3
	}
	return i
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
