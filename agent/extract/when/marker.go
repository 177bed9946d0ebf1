package when

// mark reads the words that make what follows a deadline. kind is by, before, strong, due, until
// or for; the last two need more of their sentence.
func (p *reader) mark(i int) (next int, kind string, ok bool) {
	switch p.t(i).low {
	case "by":
		return p.skip(p.skip(i+1, "latest", "around", "about"), "on"), "by", !p.credited(i) || weekdayFull(p.t(i+1).low)
	case "before":
		return i + 1, "before", !p.is(i-1, "day", "night", "evening", "week", "weekend", "month", "year", "hour", "hours", "minutes", "not")
	case "prior", "ahead":
		return i + 2, "before", p.is(i+1, "to", "of")
	case "no", "not":
		return i + 3, "strong", p.seq(i+1, "later", "than")
	case "latest":
		return i + 2, "strong", p.is(i+1, "by")
	case "until", "till", "til", "through", "thru":
		return i + 1, "until", true
	case "rsvp":
		return i + 2, "strong", p.is(i+1, ":")
	case "due":
		return p.afterDue(i), "due", true
	case "expires", "expire", "expiring":
		return p.skip(i+1, "on", "at", "in", "by"), "due", true
	case "ends", "closes", "closing":
		return p.skip(i+1, "on", "at"), "due", p.has(i, cueOffer|cueOpen)
	case "needed":
		return p.skip(i+1, "on", "for"), "due", p.is(i+1, "on", "for")
	}
	return p.foreignMark(i)
}

// afterDue is the place after "due" and the words that tie it to a date.
func (p *reader) afterDue(i int) int {
	k := p.skip(i+1, "date")
	k = p.skip(k, "is", ":", "back")
	return p.skip(k, "on", "by", "at", "before", ":")
}

func (p *reader) foreignMark(i int) (next int, kind string, ok bool) {
	switch p.t(i).low {
	case "bis":
		k := p.skip(i+1, "spatestens")
		return p.skip(k, "zum", "zur", "am", "um"), "until", true
	case "uiterlijk":
		return p.skip(p.skip(i+1, "tot", "voor"), "op"), "strong", true
	case "spatestens":
		return p.skip(p.skip(i+1, "bis"), "zum", "am", "um"), "strong", true
	case "fallig":
		return p.skip(p.skip(i+1, "bis"), "zum", "am", "um"), "due", true
	case "vor":
		return i + 1, "before", unit(p.t(i+2).low) == 0 && p.count(i+1) == 0 || p.t(i+1).kind == digits && unit(p.t(i+2).low) == 0
	case "avant":
		return p.skip(i+1, "le", "la"), "before", true
	case "d":
		return p.skip(i+3, "a", "au", "le", "la"), "strong", p.seq(i+1, "'", "ici")
	case "au":
		return p.skip(i+3, "le", "a", "avant"), "strong", p.seq(i+1, "plus", "tard")
	case "jusqu":
		return p.skip(i+2, "a", "au"), "until", p.is(i+1, "'")
	case "pour":
		return p.skip(i+1, "le"), "for", true
	case "antes":
		return p.skip(p.skip(i+1, "de", "del"), "el", "las", "la"), "before", p.is(i+1, "de", "del")
	case "a":
		return p.skip(i+3, "el", "las"), "strong", p.seq(i+1, "mas", "tardar")
	case "hasta":
		return p.skip(i+1, "el", "las"), "until", true
	case "para":
		return i + 1, "for", p.is(i+1, "el", "manana", "hoy")
	case "vence":
		return p.skip(i+1, "el"), "due", true
	}
	return i, "", false
}

// kindOf is a deadline's kind by its marker, whose last word may say it better: "due before".
func (p *reader) kindOf(i, k int, kind string) string {
	switch kind {
	case "before":
		return "before"
	case "due":
		switch last := p.t(k - 1).low; {
		case k-1 == i:
			return "on"
		case last == "by" || last == "zum" || last == "bis":
			return "by"
		case last == "before":
			return "before"
		case last == "at" || last == "um":
			return "at"
		}
		return "on"
	}
	return "by"
}

// limit tells a limit ("you have until Friday") from an absence and from the end of a range.
func (p *reader) limit(i int) bool {
	if p.has(i, cueAway|cueNot) {
		return false
	}
	prev := p.t(i - 1)
	if _, ok := weekday(prev.low); ok || prev.kind == digits || p.isPart(i-1) ||
		p.is(i-1, "uhr", "am", "pm", "h", "today", "heute", "noon", "now") {
		return false
	}
	for b := i - 1; b >= i-6 && b >= 0 && p.toks[b].kind != stop; b-- {
		if p.is(b, "from", "von", "vom", "desde", "since", "du", "seit", "ab") && !p.seq(b, "du", "kannst") {
			return false
		}
	}
	return p.is(i-1, "have", "has", "got") || p.has(i, cueOpen|cueDeliver|cueOffer) || p.is(i, "bis") && (p.has(i, cueAsk) || p.shortNote(i))
}

// shortNote holds for a sentence of a few words, "Antwort bis Freitag": there is nothing else in
// it that could last until then.
func (p *reader) shortNote(i int) bool {
	n := 0
	for b := i - 1; b >= 0 && p.toks[b].kind != stop; b-- {
		if n++; n > 3 {
			return false
		}
	}
	return true
}

// has says whether the sentence around i holds one of the cues.
func (p *reader) has(i int, c cue) bool { return p.cues[p.t(i).sent]&c != 0 }

// owed says that the sentence around i asks for something to change hands.
func (p *reader) owed(i int) bool {
	return p.has(i, cueAsk) && p.has(i, cueDeliver) && !p.has(i, cueNot)
}

// bareEnd says whether an end of day, week or month without "by" is a deadline: "I need it EOD",
// not "at the end of the day" and not a calendar's weekend.
func (p *reader) bareEnd(i int) bool {
	if p.is(i-1, "the") {
		i--
	}
	switch {
	case p.is(i-1, "at", "until", "since", "from", "after", "to", "back"):
		return false
	case p.is(i, "cob"):
		return p.t(i).caps && !p.joined(i)
	case p.is(i, "eod", "eow"):
		return !p.joined(i)
	case p.is(i, "end", "close", "the", "ende", "fin", "this"):
		return p.owed(i) && p.asked(i)
	}
	return false
}

// joined says that something is glued to the word at i, as in a code.
func (p *reader) joined(i int) bool {
	return p.t(i+1).glued && (p.t(i+1).kind != punct || p.is(i+1, "+", "/", "=", "_", ":"))
}

// announced reads a deadline named as one: "Deadline: 2026-12-01", "the deadline for papers is
// Friday", "last day to register is 5 December", "date limite : 5 décembre".
func (p *reader) announced(i int) (d Deadline, next int, ok bool) {
	switch {
	case p.is(i, "deadline", "frist", "abgabe", "abgabetermin", "stichtag", "echeance", "vencimiento", "einsendeschluss", "anmeldeschluss"),
		p.is(i, "date", "fecha") && p.is(i+1, "limite"), p.is(i, "closing", "due") && p.is(i+1, "date"), p.seq(i, "last",
			"day"), p.seq(i, "cut", "-", "off"):
	default:
		return d, i, false
	}
	const reach = 9 // words between the name and its date
	for k := i + 1; k <= i+reach && k < len(p.toks) && p.toks[k].kind != stop; k++ {
		if !p.ties(k) {
			continue
		}
		for n := 0; n < 3 && p.ties(k+1); n++ {
			k++
		}
		if t, n, _, yes := p.period(k + 1); yes {
			return p.deadline(moment{at: t, allDay: true}, "by", i, n), n, true
		}
		if m, n, yes := p.moment(k+1, true, true); yes && !m.past && !m.loose && !p.possessive(n) {
			return p.deadline(m, "by", i, n), n, true
		}
	}
	if m, n, yes := p.moment(i+1, true, true); yes && !m.past && !m.loose {
		return p.deadline(m, "by", i, n), n, true
	}
	return d, i, false
}

// ties holds for what joins a deadline's name to its date.
func (p *reader) ties(k int) bool {
	return p.is(k, "is", ":", "-", "on", "by", "to", "of", "until", "ist", "est", "es", "am", "der", "bis", "zum", "le", "el",
		"au", "limite", "date", "now", "was", "remains", "be", "(")
}
