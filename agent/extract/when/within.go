package when

import "time"

// within reads a stretch of time from now on: "within 48 hours", "in the next two days".
func (p *reader) within(i int) (d Deadline, next int, ok bool) {
	k, soft := p.withinLead(i)
	if k == i || soft && !p.has(i, cueAsk|cueDeliver) {
		return d, i, false
	}
	n, u := 1, byte(0)
	work := false
	if p.is(k-1, "the") && unit(p.t(k).low) != 0 {
		u = unit(p.t(k).low)
	} else if n = p.count(k); n > 0 {
		k++
		k = p.skip(k, "-", "of", "prochaines", "prochains", "proximas")
		if work = p.is(k, "business", "working"); work {
			k++
		}
		u = unit(p.t(k).low)
	} else if u = unit(p.t(k).low); u == 0 || !p.is(k-1, "next") {
		return d, i, false
	} else {
		n = 1
	}
	next = k + 1
	if u == 0 || p.is(next, "of", "after", "de", "nach", "apres", "ago") {
		return d, i, false
	}
	m, ok := p.stretch(n, u, work)
	return p.deadline(m, "by", i, next), next, ok
}

// withinLead is the place after the words that open a stretch; soft ones need a duty beside them.
func (p *reader) withinLead(i int) (next int, soft bool) {
	switch {
	case p.seq(i, "within", "the", "next"):
		return i + 3, false
	case p.is(i, "within", "binnen", "innert", "innerhalb", "sous"):
		return p.skip(p.skip(i+1, "von"), "the"), false
	case p.seq(i, "in", "the", "next"), p.seq(i, "over", "the", "next"), p.seq(i, "in", "den", "nachsten"),
		p.seq(i, "dans", "les", "prochaines"), p.seq(i, "dans", "les", "prochains"),
		p.seq(i, "en", "las", "proximas"), p.seq(i, "en", "los", "proximos"):
		return i + 3, true
	case p.seq(i, "dans", "les"):
		return i + 2, true
	}
	return i, false
}

// stretch is a stretch of n units from ref: to the minute for hours, whole days beyond.
func (p *reader) stretch(n int, u byte, work bool) (moment, bool) {
	switch u {
	case 'n':
		return moment{at: p.ref.Add(time.Duration(n) * time.Minute)}, true
	case 'h':
		return moment{at: p.ref.Add(time.Duration(n) * time.Hour)}, true
	}
	t, ok := p.ahead(n, u, work)
	return moment{at: t, allDay: true}, ok
}
