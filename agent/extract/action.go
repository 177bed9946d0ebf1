package extract

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// reading is what was found in one mail.
type reading struct {
	asks  []ask
	texts []string // its sentences
}

func (d *desk) reading(it minutes.Item) reading {
	if r, ok := d.read[it.ID]; ok {
		return r
	}
	r := reading{texts: sentences(it), asks: d.people.asksIn(it)}
	d.read[it.ID] = r
	return r
}

// A loop is an action with the mail and the ask it came from; ask is nil for one that only the
// ledger knows.
type loop struct {
	minutes.Action
	mail   minutes.Item
	ask    *ask
	also   bool // not the first thing that its mail asks
	invite *minutes.Event
}

// actions are the ledger brought up to now: conversations are read from their oldest message on,
// each message opening loops and closing those it answers.
func (d *desk) actions() []loop {
	var out []loop
	for _, t := range d.threads {
		out = append(out, d.converse(t)...)
	}
	out = append(out, d.invitations()...)
	before := map[string]minutes.Action{}
	for _, a := range d.in.Open {
		before[a.ID] = a
	}
	have := map[string]bool{}
	for i := range out {
		a := &out[i].Action
		have[a.ID] = true
		if old, ok := before[a.ID]; ok {
			a.Since = old.Since
			if old.Status == "done" {
				a.Status = "done" // the reader said so, or it was answered
			}
		}
	}
	for _, a := range d.in.Open {
		if have[a.ID] || d.supersedes(out, a) {
			continue
		}
		out = append(out, d.remembered(a))
	}
	for i := range out {
		d.dueBefore(&out[i])
		if d.cameOtherwise(out[i]) {
			out[i].Status = "done"
		}
		out[i].AgeDays = max(0, -d.daysOff(out[i].Since))
	}
	slices.SortFunc(out, d.byDue)
	return slices.CompactFunc(out, func(a, b loop) bool { return a.ID == b.ID })
}

// dueBefore gives an ask without a day of its own the start of the event that it names: "before the
// design review".
func (d *desk) dueBefore(l *loop) {
	if l.Due != nil || l.ask == nil || l.Owner != "me" || l.Status != "open" {
		return
	}
	g := beforeEvent().FindStringSubmatch(l.ask.sentence)
	if g == nil {
		return
	}
	named := fold(g[1])
	for _, s := range d.kind(minutes.KindEvent) {
		title, _, _ := strings.Cut(s.Title.Line().String(), ":")
		title = fold(title)
		if count(title) > 1 && strings.HasPrefix(named, title) && d.counts(s.Item) && !s.Event.AllDay && s.Event.Start.After(l.Since) && d.daysOff(s.Event.Start) < 4 {
			if l.Due == nil || s.Event.Start.Before(*l.Due) {
				l.Due = &s.Event.Start
			}
		}
	}
}

var beforeEvent = lazy(`(?i)\b(?:before|ahead of|in time for|for) (?:the |our |today's |tomorrow's )(.+)`)

// cameOtherwise says whether the one I wait for has since written of the same thing, if not as an
// answer.
func (d *desk) cameOtherwise(l loop) bool {
	if l.Owner != "them" || l.Status != "open" || l.mail.Mail == nil || !l.mail.Mail.FromMe || len(l.mail.Mail.To) == 0 {
		return false
	}
	about := topical(l.mail.Title.String())
	return slices.ContainsFunc(d.kind(minutes.KindMail), func(s minutes.Scored) bool {
		return s.Mail.From.Email == l.mail.Mail.To[0].Email && s.At.After(l.Since) && d.classes[s.ID] == person && !d.acknowledges(s.Item) &&
			len(shared(about, topical(s.Title.String()+" "+s.Excerpt.String()))) > 0
	})
}

func (d *desk) byDue(a, b loop) int {
	late := func(l loop) time.Time {
		switch {
		case l.Due == nil:
			return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		case l.DueAll:
			return l.Due.AddDate(0, 0, 1)
		}
		return *l.Due
	}
	return cmp.Or(cmp.Compare(b.Status, a.Status), late(a).Compare(late(b)), cmp.Compare(b.Owner, a.Owner)*-1,
		a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
}

// supersedes says whether the mail that a remembered action rests on was read anew and gave
// another action of the same owner: then that one stands for it.
func (d *desk) supersedes(now []loop, a minutes.Action) bool {
	return slices.ContainsFunc(now, func(l loop) bool { return l.Item == a.Item && l.Owner == a.Owner })
}

// remembered is an action of the ledger that no mail of today repeats: answered since, it is done.
func (d *desk) remembered(a minutes.Action) loop {
	for _, t := range d.threads {
		i := slices.IndexFunc(t, func(it minutes.Item) bool { return it.ID == a.Item })
		if i < 0 {
			continue
		}
		for _, it := range t[i+1:] {
			if it.Mail.FromMe == (a.Owner == "me") && d.classes[it.ID] != notice && !d.acknowledges(it) {
				a.Status = "done"
			}
		}
		if a.Owner == "me" && t[i].Mail.Answered {
			a.Status = "done"
		}
		return loop{Action: a, mail: t[i]}
	}
	return loop{Action: a}
}

// converse reads one conversation.
func (d *desk) converse(thread []minutes.Item) []loop {
	var loops []loop
	answer := func(owner string) {
		for i := range loops {
			if loops[i].Owner == owner {
				loops[i].Status = "done"
			}
		}
	}
	for _, it := range thread {
		if it.Mail.FromMe {
			if !d.acknowledges(it) {
				answer("me")
			}
			loops = append(loops, d.mine(it)...)
			continue
		}
		if d.classes[it.ID] != person && !d.official(it) {
			continue
		}
		if !d.acknowledges(it) {
			answer("them")
		}
		if d.forMe(it) {
			loops = d.owe(loops, it)
		}
		loops = append(loops, d.promises(it)...)
	}
	return loops
}

// forMe says whether a mail's asks are asked of me: it is to me, or it names me.
func (d *desk) forMe(it minutes.Item) bool {
	if it.Mail.Direct || slices.ContainsFunc(it.Mail.To, d.people.mine) {
		return true
	}
	name, _, _ := strings.Cut(d.m.Profile.Name, " ")
	return name != "" && slices.ContainsFunc(d.reading(it).texts, func(s string) bool { return strings.HasPrefix(s, name+",") })
}

// same says that two asks of one conversation are one thing.
func same(a, b ask) bool {
	if b.reminder {
		return true
	}
	x, y := topical(a.sentence), topical(b.sentence)
	return len(shared(x, y))*5 >= 2*min(len(x), len(y)) && len(shared(x, y)) > 0
}

func (d *desk) open(it minutes.Item, a ask, owner, text string) loop {
	sum := sha256.Sum256([]byte(it.Mail.Thread + "\x00" + owner + "\x00" + fold(a.sentence)))
	l := loop{Action: minutes.Action{ID: "act-" + hex.EncodeToString(sum[:6]), Text: minutes.CleanLine(text), Owner: owner,
		Item: it.ID, Status: "open", Since: it.At}, mail: it, ask: &a}
	for _, q := range []string{a.sentence, a.dueWords(), d.withBefore(it, a), it.Title.String()} {
		if q != "" && (q != it.Title.String() || strings.Contains(text, "“")) {
			l.Evidence = append(l.Evidence, minutes.Evidence{Item: it.ID, Quote: minutes.CleanLine(q)})
		}
	}
	if owner == "me" && !it.Mail.FromMe || owner == "them" && !it.Mail.FromMe {
		l.Who = minutes.CleanLine(who(it))
	} else if len(it.Mail.To) > 0 {
		l.Who = minutes.CleanLine(it.Mail.To[0].String())
	}
	if a.due != nil && !a.due.At.IsZero() {
		at := a.due.At.In(d.m.Zone)
		if a.due.AllDay && a.due.Kind == "before" {
			at = at.AddDate(0, 0, -1)
		}
		l.Due, l.DueAll = &at, a.due.AllDay
	}
	return l
}

func listed(loops []loop) []minutes.Action {
	out := make([]minutes.Action, len(loops))
	for i, l := range loops {
		out[i] = l.Action
		if out[i].Evidence == nil {
			out[i].Evidence = []minutes.Evidence{}
		}
	}
	return out
}
