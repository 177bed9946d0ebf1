package extract

import (
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// maxInsights is the contract's.
const maxInsights = 5

// insights join what several items say about one thing, the most useful kind first: what cannot
// both be done, what one's time does not allow, what a mail means for a meeting, the weather on the
// way, the reason of a price. At most two of a kind.
func (d *desk) insights() []minutes.Claim {
	var out []minutes.Claim
	for _, join := range []func() []minutes.Claim{
		d.overlaps, d.taken, d.collides, d.crunch, d.tight, d.concerning, d.unconfirmed, d.preparing, d.waiting, d.wet, d.priceNews, d.near,
	} {
		n := 0
		if len(out) == maxInsights {
			break
		}
		for _, c := range join() {
			if len(out) == maxInsights || n == 2 || n == 1 && len(out) > 2 {
				break
			}
			if count(c.Text.String()) <= maxLine+5 && d.tell(c) {
				out = append(out, c)
				if id := d.tells[c.Text.String()]; id != "" {
					d.told[id] = true
				}
				n++
			}
		}
	}
	for _, c := range d.in.Looked {
		if len(out) < maxInsights && d.tell(c) {
			out = append(out, c)
		}
	}
	return out
}

// overlaps says what to do about a clash: who could move it. That there is one, the TL;DR says.
func (d *desk) overlaps() []minutes.Claim {
	var out []minutes.Claim
	for i, a := range d.agenda {
		for _, b := range d.agenda[i+1:] {
			if clashes(a, b) {
				out = append(out, d.overlap(a, b))
			}
		}
	}
	return out
}

func (d *desk) overlap(a, b minutes.Scored) minutes.Claim {
	n := int(earlier(a.Event.End, b.Event.End).Sub(b.Event.Start).Minutes())
	text := name(a) + " (until " + d.clock(a.Event.End) + ") and " + name(b) + " (from " + d.clock(b.Event.Start) + ") overlap by " + itoa(n) + " minutes"
	quotes := []string{a.ID, a.Title.String(), a.ID, factLine(a.Item, "ends"), b.ID, b.Title.String(), b.ID, factLine(b.Item, "starts")}
	if b.Event.End.Before(a.Event.End) {
		text = upper(name(b)) + " (" + d.clock(b.Event.Start) + " to " + d.clock(b.Event.End) + ") falls within " + name(a) + " (until " + d.clock(a.Event.End) + ")"
		quotes = append(quotes, b.ID, factLine(b.Item, "ends"))
	}
	switch {
	case d.own(b) && !d.own(a):
		text += "; " + name(b) + " is yours alone to move."
	case d.own(a) && !d.own(b):
		text += "; " + name(a) + " is yours alone to move."
	case d.people.mine(b.Event.Organizer) && !d.people.mine(a.Event.Organizer):
		text += "; " + name(b) + " is yours to move."
	case d.people.mine(a.Event.Organizer) && !d.people.mine(b.Event.Organizer):
		text += "; " + name(a) + " is yours to move."
	case b.Event.Organizer.Email != "" && !b.Event.Organizer.Name.Empty() && b.Event.Organizer != a.Event.Organizer:
		text += "; to move " + name(b) + ", ask " + b.Event.Organizer.Name.Line().String() + "."
		quotes = append(quotes, b.ID, factLine(b.Item, "organizer"))
	default:
		text += "."
	}
	return claim(minutes.EngineComputed, text, quotes...)
}

// own holds for an entry of mine with no one else in it.
func (d *desk) own(s minutes.Scored) bool {
	return (s.Event.Organizer.Email == "" || d.people.mine(s.Event.Organizer)) &&
		!slices.ContainsFunc(s.Event.Attendees, func(a minutes.Address) bool { return !d.people.mine(a) })
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// taken are invitations for hours that are not free.
func (d *desk) taken() []minutes.Claim {
	var out []minutes.Claim
	for i := range d.loops {
		l := &d.loops[i]
		if l.invite == nil || l.invite.AllDay || l.Status != "open" {
			continue
		}
		quotes := evidence(l.Evidence)
		var in []string
		for _, s := range d.kind(minutes.KindEvent) {
			if s.ID == l.Item || !d.counts(s.Item) || !busy(s) || s.Event.UID == l.invite.UID && s.Event.UID != "" || len(in) == 2 ||
				!s.Event.Start.Before(l.invite.End) || !l.invite.Start.Before(s.Event.End) {
				continue
			}
			in = append(in, name(s)+" ("+d.clock(s.Event.Start)+" to "+d.clock(s.Event.End)+")")
			quotes = append(quotes, s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "ends"))
		}
		if len(in) == 0 {
			continue
		}
		text := l.Who.String() + " invites you to " + quoted(clip(inviteTitle(l.mail), 8)) + ", " + d.span(l.invite) + ", when you have " + enumerate(in) + "."
		out = append(out, claim(minutes.EngineComputed, text, quotes...))
		d.tells[text] = l.Item
	}
	return out
}

// preparing says what the mail to read before a meeting says.
func (d *desk) preparing() []minutes.Claim {
	var out []minutes.Claim
	for _, s := range d.agenda {
		it, ok := d.preparation(s)
		if !ok || d.told[it.ID] || d.owed(it.ID) || s.Event.End.Before(d.m.Now) {
			continue // what is asked is told elsewhere
		}
		g, quotes := d.point(it), []string{s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), it.ID, factLine(it, "from")}
		text := "Before " + name(s) + " at " + d.clock(s.Event.Start) + ": " + who(it) + " "
		if s.Event.AllDay {
			text = "Before " + name(s) + ": " + who(it) + " "
		}
		text = stop(text + g.text)
		out = append(out, claim(minutes.EngineExtract, text, append(quotes, g.quotes...)...))
		d.tells[text] = it.ID
	}
	return out
}

// point is what a mail says beyond that something is attached or moved, a sentence with a figure
// first.
func (d *desk) point(it minutes.Item) said {
	var plain []string
	for _, s := range d.reading(it).texts {
		s, _ = d.people.addressed(s)
		if _, asks := readAsk(s); !asks && !attached().MatchString(s) && !changed().MatchString(s) && count(s) >= 4 {
			plain = append(plain, s)
		}
	}
	if best := telling(plain, it.At); len(best) > 0 {
		s := best[0]
		text, ok := d.now(s, it.At)
		if !ok || firstPerson().MatchString(s) {
			return said{"writes " + quoted(upper(clip(s, 18))), []string{it.ID, s}}
		}
		return said{"writes that " + inSentence(clip(text, 18), it), []string{it.ID, s}}
	}
	return said{"writes about " + quoted(clip(subject(it), 12)), []string{it.ID, it.Title.String()}}
}

// inSentence is midSentence for a word that the mail elsewhere writes small: it is no name.
func inSentence(s string, it minutes.Item) string {
	w, _, _ := strings.Cut(s, " ")
	if w = lower(w); strings.Contains(" "+strings.Join(strings.Fields(it.Body.String()), " "), " "+w+" ") {
		return lower(s)
	}
	return midSentence(s)
}

// midSentence makes a small letter of a sentence's first, if its first word is no name.
func midSentence(s string) string {
	w, _, _ := strings.Cut(s, " ")
	switch strings.ToLower(w) {
	case "the", "a", "an", "this", "that", "these", "those", "all", "both", "pages", "page", "section", "chapter", "table", "there", "it",
		"they", "no", "some", "most", "your", "his", "her", "their", "if", "when", "after", "before", "part", "figure", "numbers":
		return lower(s)
	}
	return s
}

// waiting are people one meets today and whose mail waits for an answer. Where the mail has been
// told, only that they meet is said.
func (d *desk) waiting() []minutes.Claim {
	var out []minutes.Claim
	met := map[string]bool{}
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "me" || l.Status != "open" || l.ask == nil || l.mail.Mail == nil || l.mail.Mail.FromMe || met[l.mail.Mail.From.Email] {
			continue
		}
		for _, s := range d.agenda {
			if !busy(s) || !s.Event.Start.After(d.m.Now) || l.Due != nil && l.Due.Before(s.Event.Start) && !l.DueAll || !d.takesPart(s.Event, l.mail.Mail.From) {
				continue
			}
			if c := d.meeting(l, s); !c.Text.Empty() {
				met[l.mail.Mail.From.Email] = true
				out = append(out, c)
			}
			break
		}
	}
	return out
}

// meeting joins what one person waits for with the event at which one meets them.
func (d *desk) meeting(l *loop, s minutes.Scored) minutes.Claim {
	n := who(l.mail)
	quotes := []string{l.Item, factLine(l.mail, "from"), s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts")}
	at := d.clock(s.Event.Start)
	if !hasWords(s.Title.String(), n) {
		at += " (" + name(s) + ")"
	}
	if d.told[l.Item] && l.Due != nil && l.Due.Equal(s.Event.Start) {
		return minutes.Claim{} // it was told as due before they meet
	}
	if d.told[l.Item] {
		return claim(minutes.EngineComputed, "You meet "+n+" at "+at+"; have your answer on "+quoted(clip(subject(l.mail), 8))+" by then.",
			append(quotes, l.Item, l.mail.Title.String())...)
	}
	if l.ask.form == question {
		return minutes.Claim{} // it has a line of its own, or a place among those who wait
	}
	what := d.say(l.mail, *l.ask)
	rest, plain := strings.CutPrefix(what.text, n+" ")
	if text := n + ", whom you meet at " + at + ", " + rest; plain && count(text) <= maxLine+3 {
		d.tells[text] = l.Item // the summary has no need to say it again
		return claim(minutes.EngineExtract, text, append(quotes, what.quotes...)...)
	}
	text := n + ", whom you meet at " + at + ", still waits for your answer on " + quoted(clip(subject(l.mail), 8)) + "."
	return claim(minutes.EngineComputed, text, append(quotes, l.Item, l.mail.Title.String())...)
}
