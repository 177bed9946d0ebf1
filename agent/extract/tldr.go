package extract

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// tldr is the three slots in their order: mail or action, calendar, market or business.
func (d *desk) tldr() []minutes.Claim {
	out := []minutes.Claim{d.firstOfAll(), d.dayInOne(), d.marketInOne()}
	for i, none := range []struct{ section, text string }{
		{"mail", d.orFailed("No urgent mail today", "Mail could not be read today", "imap", "gmail", "graph")},
		{"calendar", d.orFailed("No events today", "Calendar could not be read today", "ics", "caldav", "gcal")},
		{"market", d.orFailed("No market news today", "Markets could not be read today", "market")},
	} {
		if out[i].Text.Empty() {
			out[i] = claim(minutes.EngineComputed, none.text)
			out[i].Empty, out[i].Section = true, none.section
		}
		d.tell(out[i])
		for _, id := range out[i].Items {
			d.told[id] = true
		}
	}
	return out
}

func (d *desk) orFailed(none, failed string, kinds ...string) string {
	if d.failed(kinds...) {
		return failed
	}
	return none
}

// A pick is a mail that could open the brief, and how much it presses.
type pick struct {
	weight int
	at     time.Time
	mail   minutes.Scored
	loop   *loop
	alert  string // the sentence of a notice that changes an event of today
	event  minutes.Scored
}

// picks are the mails worth telling, most pressing first. What presses is a term that the ledger
// holds, who asks, and what touches today's events; the word "urgent" weighs nothing.
func (d *desk) picks() []pick {
	var out []pick
	loops := d.owedBy()
	for _, s := range d.kind(minutes.KindMail) {
		p := pick{mail: s, loop: loops[s.ID], at: s.At}
		if d.classes[s.ID] == suspect {
			continue
		}
		if p.event, p.alert = d.alert(s.Item); p.alert != "" {
			p.weight = 110
		} else if p.weight = d.weigh(s, p.loop); p.weight == 0 {
			continue
		}
		if p.loop != nil && p.loop.Due != nil {
			p.at = *p.loop.Due
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b pick) int {
		if c := cmp.Compare(b.weight, a.weight); c != 0 {
			return c
		}
		if a.loop != nil && b.loop != nil && a.loop.Due != nil && b.loop.Due != nil {
			return a.at.Compare(b.at)
		}
		return cmp.Compare(b.mail.Score, a.mail.Score)
	})
	return out
}

// owedBy is, by mail, the first thing it asks of me that is still open.
func (d *desk) owedBy() map[string]*loop {
	out := map[string]*loop{}
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "me" || l.Status != "open" {
			continue
		}
		if old := out[l.Item]; old == nil || old.Due == nil && l.Due == nil && old.also && !l.also {
			out[l.Item] = l
		}
	}
	return out
}

// weigh is how much a mail presses; 0 is nothing worth a line above the sections.
func (d *desk) weigh(s minutes.Scored, l *loop) int {
	if c := d.classes[s.ID]; c != person && c != list && !d.official(s.Item) {
		return 0
	}
	known := d.people.knows(s.Item)
	w := 0
	switch {
	case l != nil && l.Due != nil:
		w = d.dueWeight(l)
		if !known {
			w = min(w, 30)
		}
	case l != nil && known && l.ask != nil && l.ask.form == question:
		w = 36
	case l != nil && known:
		w = 40
	case l != nil:
		w = 15
	default:
		w = d.weighFact(s, known)
	}
	if w > 0 && d.people.important(s.Mail.From) {
		w += 12
	}
	if s.Mail.Flagged && s.Mail.Unread {
		w = max(w, 35)
	}
	if w >= 36 && l != nil && l.Due == nil {
		switch {
		case d.touchesToday(s.Item):
			w += 8 // it is about today
		case s.At.After(midnight(d.m.Now)):
			w += 5 // written this morning: it happens now
		}
	}
	return w
}

func (d *desk) dueWeight(l *loop) int {
	switch n := d.daysOff(*l.Due); {
	case n < -3:
		return 55
	case n < 0:
		return 80
	case n == 0:
		return 100
	case n == 1:
		return 60
	case n <= 3:
		return 50
	case n <= 14:
		return 42
	}
	return 30
}

// firstOfAll is the mail slot: what presses today or, failing that, the one person who waits for
// an answer. Known people alone can stand here.
func (d *desk) firstOfAll() minutes.Claim {
	for _, p := range d.picks() {
		if p.weight < 40 {
			break
		}
		c := d.orRead(p.mail.Item, d.mailLine(p, true))
		if !c.Text.Empty() {
			c.Section = "mail"
			if p.loop != nil && p.weight >= 50 {
				c.Section = "action"
			}
			return c
		}
	}
	return minutes.Claim{}
}

// mailLine is one mail said to the reader. first adds whether it still waits.
func (d *desk) mailLine(p pick, first bool) minutes.Claim {
	it := p.mail.Item
	switch {
	case p.alert != "":
		text := who(it) + ": " + capital(clip(p.alert, maxLine-2))
		if firstPerson().MatchString(p.alert) {
			text = who(it) + ": " + quoted(clip(p.alert, maxLine-4))
		}
		text = stop(text)
		return claim(minutes.EngineExtract, text, it.ID, p.alert, it.ID, factLine(it, "from"), p.event.ID, p.event.Title.String())
	case p.loop != nil && p.loop.invite != nil:
		return d.inviteLine(p.loop)
	case p.loop != nil && p.loop.ask != nil:
		return d.askLine(p, first)
	case p.loop != nil:
		return claim(minutes.EngineComputed, stop("Still open: "+lower(p.loop.Text.String())), evidence(p.loop.Evidence)...)
	}
	g, ok := d.gist(it)
	if !ok {
		return minutes.Claim{}
	}
	return claim(minutes.EngineExtract, stop(saying(it, g.text)), append(g.quotes, it.ID, factLine(it, "from"))...)
}

// saying sets a gist behind its writer's name.
func saying(it minutes.Item, gist string) string {
	if strings.HasPrefix(gist, "sends “") {
		return who(it) + " " + gist
	}
	return who(it) + ": " + gist
}

func evidence(es []minutes.Evidence) []string {
	var out []string
	for _, e := range es {
		out = append(out, e.Item, e.Quote.String())
	}
	return out
}

func (d *desk) inviteLine(l *loop) minutes.Claim {
	text := l.Who.String() + " invites you to " + quoted(clip(inviteTitle(l.mail), 10)) + ", " + d.span(l.invite) + "; your answer is open."
	return claim(minutes.EngineComputed, text, evidence(l.Evidence)...)
}

// gist is the first sentence of a mail that tells something, as of now.
func (d *desk) gist(it minutes.Item) (said, bool) {
	texts := d.reading(it).texts
	if len(it.Mail.Attachments) > 0 && subject(it) != "" && (len(texts) == 0 || attached().MatchString(texts[0]) && count(texts[0]) < 9) {
		return said{"sends " + quoted(clip(subject(it), 10)) + " (" + it.Mail.Attachments[0] + ")", []string{it.ID, it.Title.String(), it.ID, factLine(it, "attachments")}}, true
	}
	if b := d.bears(it); b.upsets || b.money {
		texts = append([]string{b.sentence}, texts...)
	} else {
		texts = telling(texts, it.At)
	}
	for _, s := range texts {
		s, _ = d.people.addressed(s)
		s = plainly(s)
		if count(s) < 3 || attached().MatchString(s) && count(s) < 9 {
			continue
		}
		text, ok := d.now(s, it.At)
		if !ok || firstPerson().MatchString(text) || strings.HasSuffix(s, "?") || !english(s) && count(s) > 4 {
			text = quoted(upper(clip(s, maxLine-8)))
		} else {
			text = capital(clip(text, maxLine-4))
		}
		return said{text, []string{it.ID, s}}, true
	}
	if t := subject(it); t != "" {
		return said{quoted(clip(t, maxLine-8)), []string{it.ID, it.Title.String()}}, true
	}
	return said{}, false
}

var attached = lazy(`(?i)\b(?:attached|attachment|enclosed|anbei|ci-joint|adjunto|here (?:it )?(?:is|are|they are)|hier (?:ist|sind))\b`)

// An alert is a notice that changes an event of today: which, and the sentence that says so.
type alert struct {
	event minutes.Scored
	text  string
}

// alert finds a notice that changes an event of today: it names the same flight, train or booking,
// and says that something moved.
func (d *desk) alert(it minutes.Item) (minutes.Scored, string) {
	if a, ok := d.alerts[it.ID]; ok {
		return a.event, a.text
	}
	e, text := d.findAlert(it)
	d.alerts[it.ID] = alert{e, text}
	return e, text
}

func (d *desk) findAlert(it minutes.Item) (minutes.Scored, string) {
	text := " " + fold(it.Body.String()+"\n"+it.Excerpt.String()) + " "
	for _, e := range d.agenda {
		for _, c := range d.references(e) {
			if !strings.Contains(text, " "+fold(c)+" ") {
				continue
			}
			for _, s := range d.reading(it).texts {
				if hasWords(s, c) && changed().MatchString(s) {
					return e, s
				}
			}
		}
	}
	return minutes.Scored{}, ""
}

var reference = lazy(`\b[A-Z]{1,4}[ -]?\d{2,6}\b`)

// references are the codes in an event's title, a flight's or a booking's.
func (d *desk) references(e minutes.Scored) []string {
	out, ok := d.codes[e.ID]
	if !ok {
		out = reference().FindAllString(e.Title.String(), -1)
		d.codes[e.ID] = out
	}
	return out
}

var changed = lazy(`(?i)\b(?:delay(?:ed)?|now (?:departs|leaves|arrives|starts)|instead of|cancel(?:led|ed)|rescheduled|postponed|moved|new (?:time|gate|platform)|verspätet|annulé|retrasado|cancelado)\b`)
