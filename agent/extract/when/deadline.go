package when

import "strings"

// maxAgeDays bounds how long ago a deadline may lie: what was due years back is history.
const maxAgeDays = 366

// deadlines finds what is due, in order and without overlap.
func (p *reader) deadlines() []Deadline {
	var out []Deadline
	for i := 0; i < len(p.toks); {
		if !p.toks[i].lead || p.inside(i) {
			i++
			continue
		}
		d, next, ok := p.due(i)
		if !ok {
			i++
			continue
		}
		if d.At.IsZero() || d.At.After(p.in(-maxAgeDays)) {
			out = append(out, d)
		}
		i = next
	}
	return out
}

// due reads one deadline at i.
func (p *reader) due(i int) (d Deadline, next int, ok bool) {
	if n, yes := p.asap(i); yes && !p.negated(i) {
		return p.deadline(moment{}, "asap", i, n), n, true
	}
	if k, kind, yes := p.mark(i); yes {
		if d, next, ok = p.after(i, k, kind); ok {
			return d, next, true
		}
	}
	if d, next, ok = p.announced(i); ok {
		return d, next, true
	}
	if d, next, ok = p.within(i); ok {
		return d, next, true
	}
	if t, n, end, yes := p.period(i); yes && end && p.bareEnd(i) {
		return p.deadline(moment{at: t, allDay: true}, "eod", i, n), n, true
	}
	return p.unmarked(i)
}

// after reads what a marker that ends before k says is due.
func (p *reader) after(i, k int, kind string) (d Deadline, next int, ok bool) {
	if kind == "until" && !p.limit(i) || kind == "for" && !p.has(i, cueAsk|cueDeliver) {
		return d, i, false
	}
	strong := kind == "strong" || kind == "due"
	kind = p.kindOf(i, k, kind)
	if p.is(i, "before") && p.seq(i-2, "on", "or") {
		i, kind = i-2, "by"
	}
	for n := 0; n < 2; n++ { // by *Friday*, by: Friday
		k = p.skip(k, "*", "_", ":", "\"")
	}
	if t, n, end, yes := p.period(k); yes && !p.possessive(n) && !p.told(i, n) {
		if end {
			kind = "eod"
		}
		return p.deadline(moment{at: t, allDay: true}, kind, i, n), n, true
	}
	m, n, yes := p.moment(k, true, true)
	if !yes || m.past {
		return p.gathering(i, k, kind)
	}
	if kind == "before" && m.allDay && !m.at.After(p.in(0)) || p.told(i, n) {
		return d, i, false
	}
	if m.loose && !p.hourDue(i, strong) {
		return d, i, false
	}
	if p.possessive(n) {
		if n, yes = p.ofGathering(n + 2); !yes {
			return d, i, false
		}
	} else if e, yes := p.ofGathering(n); yes && kind == "before" {
		n = e
	}
	if e, yes := p.dayEnd(n); yes && m.allDay {
		n, kind = e, "eod"
	}
	if e, yes := p.latest(n); yes {
		n = e
	}
	if kind == "before" && m.allDay && p.isPart(n-1) && !p.is(n-1, "morning", "matin", "fruh", "vormittag", "morgen") {
		kind = "by" // before Monday evening, Monday is still in time
	}
	return p.deadline(m, kind, i, n), n, true
}

// dayEnd is the place after "EOD" and its like behind a day: "Friday EOD", "tomorrow end of day".
func (p *reader) dayEnd(n int) (int, bool) {
	k := p.skip(n, ",")
	switch {
	case p.is(k, "eod", "cob", "eob", "eop") && !p.joined(k):
		return k + 1, true
	case p.is(k, "end", "close") && p.is(k+1, "of") && p.is(k+2, "day", "business", "play"):
		return k + 3, true
	}
	return n, false
}

// inside says that the word at i is part of a longer one: a code, a path, "mid-December".
func (p *reader) inside(i int) bool {
	t, before := p.t(i), p.t(i-1)
	if !t.glued || t.kind != word {
		return false
	}
	return before.kind != punct || strings.IndexByte("/+=_-\\#&$", p.src[before.start]) >= 0
}

// told holds for a story: "By 9:40 the traffic was gone," begins a sentence that asks for nothing.
func (p *reader) told(i, n int) bool {
	return p.is(i, "by", "before") && p.t(i).caps && p.is(n, ",") && !p.has(i, cueAsk|cueDeliver)
}

// asked says that a word of handing over stands shortly before i: "send it today", but not
// "Today we send".
func (p *reader) asked(i int) bool {
	const near = 8
	hands := func(b int) bool {
		return cueOf(p.toks[b].low) == cueDeliver && !p.is(b, "get", "know", "back", "book")
	}
	for b := i - 1; b >= i-near && b >= 0 && p.toks[b].kind != stop; b-- {
		if hands(b) {
			return true
		}
	}
	if p.is(i, "heute") { // German puts the verb at the end: "bitte heute noch antworten"
		for b := i + 1; b <= i+near && b < len(p.toks) && p.toks[b].kind != stop; b++ {
			if hands(b) {
				return true
			}
		}
	}
	return false
}

// needed says that the words before i say that something is needed: "so we need both today", but
// not "we need to talk today".
func (p *reader) needed(i int) bool {
	const near = 6
	for b := i - 1; b >= i-near && b >= 0 && p.toks[b].kind != stop; b-- {
		switch {
		case p.is(b, "need", "needs", "brauche", "brauchen", "benotige", "benotigen"):
			return !p.is(b+1, "to", "not") && !p.has(i, cueNot)
		case p.is(b, ",", ";", ":"):
			return false
		}
	}
	return false
}

// hourDue says whether a bare hour after a marker is a time and not an amount.
func (p *reader) hourDue(i int, strong bool) bool {
	if strong {
		return true
	}
	for b := i - 1; b >= i-3; b-- {
		if t := p.t(b); t.kind == digits && b == i-1 || changes(t.low) {
			return false
		}
	}
	return p.has(i, cueDeliver)
}

func changes(w string) bool {
	switch w {
	case "up", "down", "increase", "increased", "increases", "decrease", "decreased", "grow", "grew", "grown", "rose",
		"rises", "fell", "falls", "multiplied", "multiply",
		"divided", "divide", "reduce", "reduced", "cut", "raise", "raised", "drop", "dropped", "scale", "scaled", "delay", "delayed", "extend",
		"extended", "move", "moved", "shift", "shifted", "bump", "bumped", "won", "lost", "lead", "led", "round", "beat",
		"followed", "off", "behind", "ahead":
		return true
	}
	return false
}

// unmarked reads days that a duty beside them makes deadlines: "please send it tonight", "first
// thing tomorrow", "Friday at the latest".
func (p *reader) unmarked(i int) (d Deadline, next int, ok bool) {
	if p.seq(i, "first", "thing") {
		k := p.skip(p.skip(i+2, "in"), "on")
		if m, n, yes := p.moment(k, true, true); yes && !m.past && m.allDay {
			return p.deadline(m, "by", i, n), n, true
		}
		return d, i, false
	}
	m, n, yes := p.moment(i, false, true)
	if !yes || m.past {
		return d, i, false
	}
	if e, yes := p.latest(n); yes {
		return p.deadline(m, "by", i, e), e, true
	}
	if e, yes := p.dayEnd(n); yes && m.allDay {
		return p.deadline(m, "eod", i, e), e, true
	}
	today := p.is(i, "today", "tonight", "heute", "aujourd", "hoy") || p.seq(i, "ce", "soir") || p.seq(i, "esta", "noche") ||
		p.seq(i, "this", "afternoon") || p.seq(i, "later", "today")
	if today && (p.owed(i) && p.asked(i) || p.needed(i)) && !p.possessive(n) {
		return p.deadline(m, "on", i, n), n, true
	}
	return d, i, false
}

// latest is the place after "at the latest" and its like at i.
func (p *reader) latest(i int) (int, bool) {
	i = p.skip(i, ",")
	switch {
	case p.seq(i, "at", "the", "latest"), p.seq(i, "au", "plus", "tard"), p.seq(i, "a", "mas", "tardar"):
		return i + 3, true
	case p.seq(i, "at", "latest"):
		return i + 2, true
	case p.is(i, "spatestens"):
		return i + 1, true
	}
	return i, false
}

func (p *reader) deadline(m moment, kind string, i, n int) Deadline {
	at := m.at
	if !m.until.IsZero() {
		at = m.until
	}
	start, end := int(p.toks[i].start), int(p.toks[n-1].end)
	return Deadline{At: at, AllDay: m.allDay, Quote: p.src[start:end], Start: start, End: end, Kind: kind}
}
