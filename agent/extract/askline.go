package extract

import (
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// askLine is what a mail asks, said to the reader with its reason. first adds whether it still waits.
func (d *desk) askLine(p pick, first bool) minutes.Claim {
	it, a := p.mail.Item, d.whole(p.mail.Item, *p.loop.ask)
	s := d.say(it, a)
	if with, ok := d.withSecond(it, p.loop, s); ok {
		return claim(minutes.EngineExtract, with.text, with.quotes...)
	}
	if with, ok := d.withReason(it, a, s); ok {
		s = with
	}
	if first && d.people.wrote && firstName(it) != who(it) && d.m.Now.Sub(it.At) > 10*time.Hour && !d.overdue(a.due) &&
		count(s.text) < maxLine-6 && !strings.HasSuffix(s.text, "?”.") {
		s.text = strings.TrimSuffix(s.text, ".") + "; you have not answered yet."
		s.text = strings.Replace(s.text, "?”; you", "?” You", 1)
	}
	return claim(minutes.EngineExtract, s.text, s.quotes...)
}

// withReason sets a fact from the mail before what it asks. Where both are too long for a line, the
// fact and the term stand, and the list of things to do has the question.
func (d *desk) withReason(it minutes.Item, a ask, s said) (said, bool) {
	n := who(it)
	gist, ok := d.context(it, a)
	if !ok || a.form == foreign || strings.Contains(s.text, gist.text) || !strings.HasPrefix(s.text, n+" asks ") && !strings.HasPrefix(s.text, n+" asks: ") {
		return s, false
	}
	head := n + ": " + strings.TrimRight(gist.text, ".!")
	quotes := slices.Concat(s.quotes, gist.quotes)
	if joined := head + "; asks" + strings.TrimPrefix(s.text, n+" asks"); count(joined) <= maxLine+3 {
		return said{joined, quotes}, true
	}
	if a.form != question || a.part || a.due == nil || d.overdue(a.due) {
		return s, false
	}
	short := head + "; wants your answer " + d.by(a.due) + "."
	return said{short, quotes}, count(short) <= maxLine+3
}

// context is a sentence before an ask that says why: a fact, not the writer's doings.
func (d *desk) context(it minutes.Item, a ask) (said, bool) {
	texts := d.reading(it).texts
	if len(texts) == 0 {
		return said{}, false
	}
	s, _ := d.people.addressed(texts[0])
	text, ok := d.now(s, it.At)
	if strings.Contains(s, a.sentence) || !ok || firstPerson().MatchString(s) || attached().MatchString(s) || strings.HasSuffix(s, "?") || count(s) < 6 || thanking().MatchString(s) {
		return said{}, false
	}
	if a.dueAlso == texts[0] && a.due != nil {
		at := d.clock(a.due.At) + " " + d.dayName(a.due.At)
		switch {
		case a.due.AllDay && a.due.Kind == "before":
			at = "before " + d.dayName(a.due.At)
		case a.due.AllDay:
			at = d.dayName(a.due.At)
		}
		if strings.HasPrefix(a.due.Quote, "at ") {
			at = "at " + at
		}
		text = strings.Replace(text, a.due.Quote, at, 1)
	}
	return said{capital(text), []string{it.ID, s}}, true
}

var thanking = lazy(`(?i)^(?:many )?(?:thanks|thank you)\b`)

// whole is an ask that is part of a sentence, with the rest of what that sentence asks.
func (d *desk) whole(it minutes.Item, a ask) ask {
	texts := d.reading(it).texts
	if !a.part || a.last >= len(texts) {
		return a
	}
	for _, part := range asked(texts[a.last]) {
		if at := strings.Index(texts[a.last], part); at >= 0 {
			if _, ok := readAsk(part); ok {
				a.sentence, a.form = texts[a.last][at:], question // so that it is quoted
				return a
			}
		}
	}
	return a
}

// withSecond adds the other thing that a mail asks, where both can be turned and fit a line.
func (d *desk) withSecond(it minutes.Item, first *loop, s said) (said, bool) {
	n := who(it)
	if strings.Contains(s.text, "”") {
		return s, false
	}
	for i := range d.loops {
		l := &d.loops[i]
		if l == first || l.Item != first.Item || l.Owner != "me" || l.Status != "open" || l.ask == nil {
			continue
		}
		also := d.say(it, *l.ask)
		rest, ok := strings.CutPrefix(also.text, n+" ")
		if !ok || strings.Contains(rest, "“") {
			continue
		}
		if strings.HasPrefix(s.text, n+" asks you to ") {
			rest = strings.Replace(rest, "asks you to ", "to ", 1)
		}
		if text := strings.TrimSuffix(s.text, ".") + ", and " + rest; count(text) <= maxLine+2 {
			return said{text, append(s.quotes, also.quotes...)}, true
		}
	}
	return s, false
}
