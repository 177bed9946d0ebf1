package extract

import (
	"slices"

	"github.com/dailyminutes/minutes"
)

const (
	// wordsAMinute is how fast people read to themselves (Brysbaert 2019).
	wordsAMinute = 238
	// shownActions is how many open actions the plain form prints.
	shownActions = 8
)

// Words is how many words a reader of the plain form meets: all that people read, no links.
func Words(b minutes.Brief) int {
	n := 12 + 28 // date and headings; the last line, which tells what was checked and whose data it is
	for _, cs := range [][]minutes.Claim{b.TLDR, b.Summary, b.Insights} {
		for _, c := range cs {
			n += count(c.Text.String())
		}
	}
	titles := map[string]string{}
	for _, a := range b.Agenda {
		titles[a.Item] = a.Title.String()
	}
	for _, a := range b.Agenda {
		n += 1 + count(a.Title.String()) + count(a.Location.String())
		for _, id := range a.Conflicts {
			n += 2 + count(titles[id]) // (clashes with …)
		}
		if a.Prepare != nil {
			n += count(a.Prepare.Text.String())
		}
	}
	open := 0
	for _, a := range b.Actions {
		if a.Status == "open" && open < shownActions {
			n += 3 + count(a.Text.String())
			open++
		}
	}
	for _, s := range b.Sections {
		for _, c := range s.Lines {
			n += count(c.Text.String())
		}
		n += count(s.Why.String()) + 3
	}
	for _, s := range b.Sources {
		if s.Status == "failed" || s.Status == "partial" {
			n += 3 + count(s.Error.String()) + count(s.Hint.String())
		}
	}
	return n
}

// fit keeps the brief within its words: the longest list of a section gives its last line first,
// then insights go from the end, then the summary's beyond five. What is said of sources that failed
// comes on top: a source that fails costs itself, and takes no line from the others.
func (d *desk) fit(b *minutes.Brief) {
	cut := map[string]int{}
	defer func() {
		for i := range b.Sections {
			s := &b.Sections[i]
			s.Why = minutes.CleanLine(reasons(s.Why.String(), counted(cut[s.Kind], "for length", "for length")))
		}
	}()
	for d.roomOf(*b)+4*len(cut) > d.m.Words { // four words more for each reason "12 for length"
		s := longest(b.Sections, 3, 1)
		if s == nil && len(b.Insights) <= 2 && len(b.Summary) <= 5 {
			s = longest(b.Sections, 0, 0)
		}
		switch {
		case s != nil:
			i := len(s.Items) - 1
			s.Items, s.Lines = s.Items[:i], s.Lines[:i]
			s.LeftOut++
			cut[s.Kind]++
		case len(b.Insights) > 2 || len(b.Summary) <= 5 && len(b.Insights) > 0:
			b.Insights = b.Insights[:len(b.Insights)-1]
		case len(b.Summary) > 3:
			b.Summary = b.Summary[:len(b.Summary)-1]
		default:
			return // what is left is what must be known
		}
	}
}

// longest is the section with most lines that can still give one: a mail section has a least of
// its own.
func longest(ss []minutes.Section, mail, other int) *minutes.Section {
	var out *minutes.Section
	for i := range ss {
		keep := other
		if ss[i].Kind == "mail" {
			keep = mail
		}
		if len(ss[i].Items) > keep && (out == nil || len(ss[i].Items) > len(out.Items)) {
			out = &ss[i]
		}
	}
	return out
}

// changes compares with the brief before.
func (d *desk) changes(b minutes.Brief) minutes.Changes {
	c := minutes.Changes{New: []string{}, Changed: []string{}, Resolved: []string{}, StillOpen: []string{}}
	if d.in.Before == nil {
		return c
	}
	before := d.in.Before
	known := map[string]minutes.Scored{}
	for _, s := range before.Sections {
		for _, it := range s.Items {
			known[it.ID] = it
		}
	}
	events := beforeEvents(before)
	visit := func(it minutes.Scored) {
		was, seen := known[it.ID]
		old, held := events[it.ID]
		switch {
		case it.Event != nil && held:
			if !old.start.Equal(it.Event.Start) || !old.end.Equal(it.Event.End) || old.where != "" && old.where != it.Event.Location.String() {
				c.Changed = append(c.Changed, it.ID)
			}
		case !seen:
			c.New = append(c.New, it.ID)
		case it.Quote != nil && was.Quote != nil && it.Quote.Price != was.Quote.Price:
			c.Changed = append(c.Changed, it.ID)
		}
	}
	for _, s := range d.agenda {
		visit(s)
	}
	for _, s := range b.Sections {
		for _, it := range s.Items {
			visit(it)
		}
	}
	d.actionChanges(before, &c)
	for _, l := range []*[]string{&c.New, &c.Changed, &c.Resolved, &c.StillOpen} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	return c
}

func (d *desk) actionChanges(before *minutes.Brief, c *minutes.Changes) {
	was := map[string]string{}
	for _, a := range before.Actions {
		was[a.ID] = a.Status
	}
	for _, l := range d.loops {
		switch {
		case l.Status == "done" && was[l.ID] == "open":
			c.Resolved = append(c.Resolved, l.ID)
		case l.Status == "open" && was[l.ID] == "open":
			c.StillOpen = append(c.StillOpen, l.ID)
		case l.Status == "open" && was[l.ID] == "":
			c.New = append(c.New, l.ID)
		}
	}
	for id := range beforeEvents(before) {
		for _, s := range d.kind(minutes.KindEvent) {
			if s.ID == id && s.Event.Status == "cancelled" {
				c.Resolved = append(c.Resolved, id)
			}
		}
	}
}
