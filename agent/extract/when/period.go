package when

import "time"

// period reads the end of a stretch of time as a deadline's day: "EOD", "end of next week", "close
// of business tomorrow", "Ende der Woche", "fin du mois". end says that the text speaks of an end.
func (p *reader) period(i int) (t time.Time, next int, end, ok bool) {
	i = p.skip(i, "the", "la", "el", "das", "zum")
	switch {
	case p.is(i, "eod", "eob", "eop", "cob", "tagesende", "feierabend"), p.seq(i, "o", ".", "b"):
		return p.endOfDay(i + 1)
	case p.is(i, "eow", "wochenende"):
		return p.endOfWeek(0), i + 1, true, true
	case p.is(i, "eom", "monatsende"):
		return p.endOfMonth(0), i + 1, true, true
	case p.is(i, "eoq"):
		return p.endOfQuarter(), i + 1, true, true
	case p.is(i, "eoy", "jahresende"):
		return p.midnight(p.ref.Year(), 12, 31), i + 1, true, true
	case p.is(i, "end", "close", "ende", "fin", "final", "finales"):
		return p.endOf(i + 1)
	case p.is(i, "weekend"):
		if p.ref.Weekday() == time.Sunday {
			return p.in(0), i + 1, false, true
		}
		return p.in(p.upcoming(time.Saturday)), i + 1, false, true
	case p.is(i, "this", "next", "nachste", "nachster", "diese", "dieser"):
		return p.wholePeriod(i)
	case p.is(i, "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"):
		return p.bareMonth(i)
	}
	return t, i, false, false
}

// endOf reads what follows "end".
func (p *reader) endOf(i int) (t time.Time, next int, end, ok bool) {
	i = p.skip(i, "of", "de", "du", "del", "der", "des")
	i = p.skip(i, "the", "la", "el", "my", "your", "our")
	week := 0
	switch {
	case p.is(i, "this", "diese", "dieser", "dieses", "cette", "ce", "esta", "este"):
		i++
	case p.is(i, "next", "nachste", "nachster", "nachsten", "proxima", "proximo"):
		i, week = i+1, 1
	}
	i = p.skip(i, "working", "business", "work")
	switch t, ok := p.endDay(i); {
	case ok:
		return t, i + 1, true, true
	case p.is(i, "business", "play", "day", "tages", "journee", "dia", "jour") || p.is(i-1, "business", "working", "work"):
		return p.endOfDay(p.skip(i, "business", "play", "day", "tages", "journee", "dia", "jour"))
	case p.is(i, "today", "tomorrow"):
		return p.in(boolInt(p.is(i, "tomorrow"))), i + 1, true, true
	case p.is(i, "week", "woche", "semaine", "semana"):
		if p.is(i+1, "prochaine", "proxima") {
			return p.endOfWeek(1), i + 2, true, true
		}
		return p.endOfWeek(week), i + 1, true, true
	case p.is(i, "month", "monats", "monat", "mois", "mes"):
		return p.endOfMonth(week), i + 1, true, true
	case p.is(i, "quarter", "quartals", "trimestre"):
		return p.endOfQuarter(), i + 1, true, true
	case p.is(i, "year", "jahres", "annee", "ano"):
		return p.midnight(p.ref.Year()+week, 12, 31), i + 1, true, true
	}
	return t, i, false, false
}

// endDay reads the month or weekday whose end is meant: "end of November", "end of Friday".
func (p *reader) endDay(i int) (t time.Time, ok bool) {
	if m, ok := month(p.t(i).low); ok && len(p.t(i).low) > 2 {
		last := p.midnight(p.ref.Year(), m+1, 0)
		if last.Before(p.in(-60)) {
			last = p.midnight(p.ref.Year()+1, m+1, 0)
		}
		return last, true
	}
	if w, ok := weekday(p.t(i).low); ok {
		return p.in(p.upcoming(w)), true
	}
	return t, false
}

// endOfDay reads the day that an end of day may name: "EOD Friday", "COB tomorrow", "EOD 12/5".
func (p *reader) endOfDay(i int) (time.Time, int, bool, bool) {
	k := p.skip(p.skip(i, ","), "on", "of")
	if d, n, ok := p.day(k, true); ok && !d.past && !p.possessive(n) {
		return d.t, n, true, true
	}
	if _, _, zoned := zone(p.text(i, i+1)); zoned {
		i++
	}
	return p.in(0), i, true, true
}

// wholePeriod reads "this week", "next month". The start of the next, the end of the present.
func (p *reader) wholePeriod(i int) (t time.Time, next int, end, ok bool) {
	nxt := p.is(i, "next", "nachste", "nachster")
	switch {
	case p.is(i+1, "week", "woche") && nxt:
		return p.ofWeek(time.Monday, 1), i + 2, false, true
	case p.is(i+1, "week", "woche"):
		return p.endOfWeek(0), i + 2, true, true
	case p.is(i+1, "month") && nxt:
		return p.midnight(p.ref.Year(), p.ref.Month()+1, 1), i + 2, false, true
	case p.is(i+1, "month"):
		return p.endOfMonth(0), i + 2, true, true
	case p.is(i+1, "weekend") && nxt:
		return p.ofWeek(time.Saturday, 1), i + 2, false, true
	case p.is(i+1, "weekend"):
		return p.period(i + 1)
	}
	return t, i, false, false
}

// bareMonth reads "by December": its first day, unless it is more likely a name or a verb.
func (p *reader) bareMonth(i int) (t time.Time, next int, end, ok bool) {
	m, _ := month(p.t(i).low)
	n := p.t(i + 1)
	if p.is(i+1, "end") {
		t, ok = p.endDay(i)
		return t, i + 2, true, ok
	}
	named := n.kind == word && (n.caps || n.glued) || p.possessive(i+1) || p.credited(i-1) // April Jones, written by April
	if named || p.is(i-1, "of") || !p.t(i).caps || n.kind == digits {
		return t, i, false, false
	}
	first := p.midnight(p.ref.Year(), m, 1)
	if m < p.ref.Month() {
		first = p.midnight(p.ref.Year()+1, m, 1)
	}
	return first, i + 1, false, m != p.ref.Month()
}

// credited holds where "by" names an author: "written by April".
func (p *reader) credited(by int) bool {
	return p.is(by-1, "written", "made", "sent", "signed", "created", "authored", "led", "owned", "approved", "reviewed", "designed",
		"drawn", "posted", "edited", "directed", "recommended", "hosted", "chaired", "said", "requested", "asked", "taken",
		"photo", "talk", "book")
}

func (p *reader) endOfWeek(weeks int) time.Time {
	if w := p.ref.Weekday(); weeks == 0 && (w == time.Saturday || w == time.Sunday) {
		return p.ofWeek(time.Sunday, 0)
	}
	return p.ofWeek(time.Friday, weeks)
}

func (p *reader) endOfMonth(months int) time.Time {
	return p.midnight(p.ref.Year(), p.ref.Month()+time.Month(months)+1, 0)
}

func (p *reader) endOfQuarter() time.Time {
	q := (int(p.ref.Month()) + 2) / 3 * 3
	return p.midnight(p.ref.Year(), time.Month(q)+1, 0)
}

// text is what the tokens from i to before j say, as it stands.
func (p *reader) text(i, j int) string {
	if i >= j || j > len(p.toks) {
		return ""
	}
	return p.src[p.toks[i].start:p.toks[j-1].end]
}

// possessive says whether 's stands at i: "Friday's".
func (p *reader) possessive(i int) bool {
	return p.is(i, "'") && p.t(i).glued && p.is(i+1, "s") && p.t(i+1).glued
}
