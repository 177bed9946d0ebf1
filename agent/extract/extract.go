// Package extract composes a brief without a model: it lifts the sentences that matter out of the
// items, turns them to the reader where that is safe, joins what several sources say about one
// thing, and leaves out the rest with a reason. Every line carries the words it rests on.
package extract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Input is what a brief is made of. Ranked is best first, without my own mail, bodies filled; Sent
// is my own mail of the last weeks; Open is the ledger before, done actions included; Before is
// nil on a first day. Nothing in it is changed.
type Input struct {
	Ranked  []minutes.Scored
	Sent    []minutes.Item
	Open    []minutes.Action
	Before  *minutes.Brief
	Sources []minutes.SourceStatus
	// Readings are what a model made of items, by id; nil where none read.
	Readings map[string]minutes.Reading
	// Looked are lines that a closer look brought; there is room for them where insights leave it.
	Looked []minutes.Claim
}

// Compose drafts the brief of m: TL;DR, summary, insights, agenda, actions, sections, changes and
// reading time. The verifier has not seen it yet.
func Compose(m minutes.Morning, in Input) minutes.Brief {
	d := newDesk(m, in)
	b := minutes.Brief{Day: m.Day}
	d.loops = d.actions()
	d.agenda = d.day()
	b.TLDR = d.tldr()
	b.Insights = d.insights()
	b.Summary = d.summary()
	b.Agenda = d.entries()
	b.Actions = listed(d.loops)
	b.Sections = d.sections()
	d.fit(&b)
	d.familiar(&b)
	b.Changes = d.changes(b)
	number(&b)
	b.ReadingSeconds = Words(b) * 60 / wordsAMinute
	return b
}

// Actions is the ledger after m's items were read: what was open, what was newly asked, promised
// or invited, and what has been answered since (Status done).
func Actions(m minutes.Morning, in Input) []minutes.Action {
	return listed(newDesk(m, in).actions())
}

// desk is the morning's work as it lies before the writer.
type desk struct {
	m        minutes.Morning
	in       Input
	ranked   []minutes.Scored // on the reader's clock, muted ones apart
	muted    []minutes.Scored
	kinds    map[minutes.Kind][]minutes.Scored
	touched  map[string]int          // how much a story is the reader's, by id, once asked
	owing    map[string]bool         // see owed
	prepared map[string]minutes.Item // see preparation
	stories  []minutes.Scored        // see news
	place    map[string]int          // where an item stands in Input.Ranked
	top      int                     // the most points of a story
	sent     []minutes.Item
	people   people
	classes  map[string]class          // of mails, by id
	threads  map[string][]minutes.Item // oldest first
	read     map[string]reading        // of mails, by id
	codes    map[string][]string       // of events, see references
	tidings  map[string]bearing        // of mails, see bears
	loops    []loop
	agenda   []minutes.Scored // today's events that count, in order
	crowd    int              // events of today beyond maxDay
	alerts   map[string]alert // by mail, see alert
	room     map[string]int   // by line, see orRead
	reads    bool             // a model read something
	told     map[string]bool  // items that TL;DR or summary spoke of
	said     map[string]bool  // folded lines
	// tells are, by its text, the item that an insight tells in full if it is chosen.
	tells map[string]string
	// saidMoved are events whose move the TL;DR has told.
	saidMoved map[string]bool
}

func newDesk(m minutes.Morning, in Input) *desk {
	d := &desk{m: m, in: in, kinds: map[minutes.Kind][]minutes.Scored{}, touched: map[string]int{}, place: map[string]int{}, prepared: map[string]minutes.Item{}, classes: map[string]class{}, threads: map[string][]minutes.Item{},
		read: map[string]reading{}, codes: map[string][]string{}, tidings: map[string]bearing{}, told: map[string]bool{}, said: map[string]bool{}, saidMoved: map[string]bool{}, tells: map[string]string{}, alerts: map[string]alert{}, room: map[string]int{}}
	if m.Words <= 0 {
		d.m.Words = 600
	}
	for i, s := range in.Ranked {
		d.place[s.ID] = i
		s.Item = s.In(m.Zone)
		if d.isMuted(s) {
			d.muted = append(d.muted, s)
			continue
		}
		d.ranked = append(d.ranked, s)
		d.kinds[s.Kind] = append(d.kinds[s.Kind], s)
		if s.Story != nil {
			d.top = max(d.top, s.Story.Points)
		}
	}
	for _, it := range in.Sent {
		d.sent = append(d.sent, it.In(m.Zone))
	}
	for _, r := range in.Readings {
		d.reads = d.reads || !r.Line.Empty()
	}
	d.people = meet(d.m, d.ranked, d.sent)
	for _, s := range d.ranked {
		d.file(s.Item)
	}
	for _, it := range d.sent {
		d.file(it)
	}
	for _, t := range d.threads {
		slices.SortStableFunc(t, func(a, b minutes.Item) int { return a.At.Compare(b.At) })
	}
	return d
}

func (d *desk) file(it minutes.Item) {
	if it.Mail == nil {
		return
	}
	t := it.Mail.Thread
	if t == "" {
		t = it.ID
	}
	d.threads[t] = append(d.threads[t], it)
	if !it.Mail.FromMe {
		d.classes[it.ID] = d.classify(it)
	}
}

// isMuted goes by whole words: "crypto" mutes no cryptography. What the ranking muted is muted.
func (d *desk) isMuted(s minutes.Scored) bool {
	if s.Score == 0 && slices.ContainsFunc(s.Why, func(p minutes.Part) bool { return strings.HasPrefix(p.Label.String(), "muted") }) {
		return true
	}
	it := s.Item
	hay := it.Title.String() + "\n" + it.Author.String() + "\n" + it.Source + "\n" + it.Excerpt.String()
	if it.Mail != nil {
		hay = it.Title.String() + "\n" + it.Mail.From.Name.String() + "\n" + it.Mail.From.Email
		if it.Mail.Bulk { // a person may name what the reader is tired of
			hay += "\n" + it.Excerpt.String()
		}
	}
	return slices.ContainsFunc(d.m.Profile.Muted, func(w string) bool { return hasWords(hay, w) })
}

// kind are the items of one kind, best first. The slice is the desk's own: sort a copy.
func (d *desk) kind(k minutes.Kind) []minutes.Scored { return d.kinds[k] }

// failed says that a source of a kind was asked and nothing is known of it: silence is no answer.
func (d *desk) failed(kinds ...string) bool {
	return slices.ContainsFunc(d.in.Sources, func(s minutes.SourceStatus) bool {
		return slices.Contains(kinds, s.Kind) && s.Status == "failed"
	})
}

// tell marks what a claim of the TL;DR or summary is about, so that no other repeats it, and says
// whether it is new.
func (d *desk) tell(c minutes.Claim) bool {
	key := fold(c.Text.String())
	if c.Text.Empty() || d.said[key] {
		return false
	}
	d.said[key] = true
	return true
}

// claim puts one line together. quotes alternate: item id, quote, item id, quote…; an empty quote
// is left out, its item is cited all the same.
func claim(engine minutes.Engine, text string, quotes ...string) minutes.Claim {
	c := minutes.Claim{Text: minutes.CleanLine(text), Engine: engine, Items: []string{}, Evidence: []minutes.Evidence{}}
	for i := 0; i+1 < len(quotes); i += 2 {
		if !slices.Contains(c.Items, quotes[i]) {
			c.Items = append(c.Items, quotes[i])
		}
		e := minutes.Evidence{Item: quotes[i], Quote: minutes.CleanLine(quotes[i+1])}
		if !e.Quote.Empty() && !slices.Contains(c.Evidence, e) {
			c.Evidence = append(c.Evidence, e)
		}
	}
	return c
}

// number gives the claims ids that say where they stand.
func number(b *minutes.Brief) {
	for _, l := range []struct {
		name string
		cs   []minutes.Claim
	}{{"tldr", b.TLDR}, {"summary", b.Summary}, {"insight", b.Insights}} {
		for i := range l.cs {
			l.cs[i].ID = fmt.Sprintf("%s-%d", l.name, i+1)
		}
	}
	for i := range b.Agenda {
		if b.Agenda[i].Prepare != nil {
			b.Agenda[i].Prepare.ID = fmt.Sprintf("prepare-%d", i+1)
		}
	}
	for _, s := range b.Sections {
		for i := range s.Lines {
			s.Lines[i].ID = fmt.Sprintf("%s-%d", s.Kind, i+1)
		}
	}
}

// factLine is the line of the item's facts that begins with name, or "": what computed claims quote.
func factLine(it minutes.Item, name string) string {
	for l := range strings.Lines(it.Facts().String()) {
		if strings.HasPrefix(l, name+":") {
			return strings.TrimSpace(l)
		}
	}
	return ""
}
