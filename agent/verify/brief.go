package verify

import (
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Brief checks every claim of b against items and returns a brief that holds only what is
// supported: a claim that is not is replaced once by its item's own title, else dropped. The
// three slots of the TL;DR stay three, in their order. Verification counts what was done.
func Brief(b minutes.Brief, items map[string]minutes.Item, m minutes.Morning) minutes.Brief {
	v := &verifier{items: items, m: m, said: map[string]bool{}}
	b.TLDR = v.tldr(b.TLDR)
	b.Summary = v.claims(b.Summary)
	b.Insights = v.claims(b.Insights)
	b.Agenda = v.agenda(b.Agenda)
	b.Actions = v.actions(b.Actions)
	b.Sections = v.sections(b.Sections)
	b.Verification = v.count
	return b
}

type verifier struct {
	items map[string]minutes.Item
	m     minutes.Morning
	said  map[string]bool // folded lines of TL;DR, summary and insights: none stands twice
	count minutes.Verification
}

// claim is c, or its repair, or false.
func (v *verifier) claim(c minutes.Claim) (minutes.Claim, bool) {
	v.count.Claims++
	if Claim(c, v.items, v.m) == nil {
		v.count.Supported++
		return c, true
	}
	if r, ok := v.own(c); ok {
		v.count.Repaired++
		return r, true
	}
	v.count.Dropped++
	return c, false
}

// own says with the item's title what c could not: who wrote it and what about.
func (v *verifier) own(c minutes.Claim) (minutes.Claim, bool) {
	for _, id := range c.Items {
		it, ok := v.items[id]
		if !ok || it.Title.Empty() {
			continue
		}
		text := it.Title.Line().Cut(140).String()
		if it.Mail != nil {
			text = it.Author.String() + ": “" + text + "”"
		}
		c.Text, c.Items, c.Engine, c.Empty = minutes.CleanLine(text), []string{id}, minutes.EngineExtract, false
		c.Evidence = []minutes.Evidence{{Item: id, Quote: it.Title}}
		if Claim(c, v.items, v.m) == nil {
			return c, true
		}
	}
	return c, false
}

func (v *verifier) once(c minutes.Claim) bool {
	key := strings.Trim(fold(c.Text.String()), " .!")
	if v.said[key] {
		return false
	}
	v.said[key] = true
	return true
}

func (v *verifier) tldr(cs []minutes.Claim) []minutes.Claim {
	slots := []struct{ id, section, none string }{
		{"tldr-1", "mail", "No urgent mail today"}, {"tldr-2", "calendar", "No events today"}, {"tldr-3", "market", "No market news today"},
	}
	out := make([]minutes.Claim, 0, len(slots))
	for i, s := range slots {
		if i < len(cs) {
			if c, ok := v.claim(cs[i]); ok && v.once(c) {
				out = append(out, c)
				continue
			}
		}
		none := minutes.Claim{ID: s.id, Text: minutes.Clean(s.none), Section: s.section, Engine: minutes.EngineComputed,
			Items: []string{}, Evidence: []minutes.Evidence{}, Empty: true}
		v.once(none)
		out = append(out, none)
	}
	return out
}

func (v *verifier) claims(cs []minutes.Claim) []minutes.Claim {
	out := make([]minutes.Claim, 0, len(cs))
	for _, c := range cs {
		if c, ok := v.claim(c); ok && v.once(c) {
			out = append(out, c)
		}
	}
	return out
}

// agenda keeps entries that say what their event says.
func (v *verifier) agenda(as []minutes.AgendaEntry) []minutes.AgendaEntry {
	out := make([]minutes.AgendaEntry, 0, len(as))
	for _, a := range as {
		it, ok := v.items[a.Item]
		if !ok || it.Event == nil || !it.Event.Start.Equal(a.Start) || !it.Event.End.Equal(a.End) || it.Title != a.Title {
			v.count.Claims++
			v.count.Dropped++
			continue
		}
		a.Conflicts = slices.DeleteFunc(slices.Clone(a.Conflicts), func(id string) bool { _, ok := v.items[id]; return !ok })
		if a.Prepare != nil {
			if c, ok := v.claim(*a.Prepare); ok {
				a.Prepare = &c
			} else {
				a.Prepare = nil
			}
		}
		out = append(out, a)
	}
	return out
}

// actions are held to the same: text, and through it who and when. One that does not stand is
// said in the words it rests on.
func (v *verifier) actions(as []minutes.Action) []minutes.Action {
	out := make([]minutes.Action, 0, len(as))
	for _, a := range as {
		c := minutes.Claim{ID: a.ID, Text: a.Text, Items: []string{a.Item}, Evidence: a.Evidence}
		v.count.Claims++
		err := Claim(c, v.items, v.m)
		if err == nil {
			v.count.Supported++
			out = append(out, a)
			continue
		}
		if len(a.Evidence) > 0 {
			c.Text = a.Evidence[0].Quote.Line()
			if Claim(c, v.items, v.m) == nil {
				v.count.Repaired++
				a.Text = c.Text
				out = append(out, a)
				continue
			}
		}
		v.count.Dropped++
	}
	return out
}

// sections lose the items that are not there, and lines that do not stand become titles.
func (v *verifier) sections(ss []minutes.Section) []minutes.Section {
	out := make([]minutes.Section, 0, len(ss))
	for _, s := range ss {
		if len(s.Lines) != len(s.Items) {
			s.Lines = nil
			out = append(out, s)
			continue
		}
		var items []minutes.Scored
		var lines []minutes.Claim
		for i, it := range s.Items {
			if c, ok := v.claim(s.Lines[i]); ok {
				items, lines = append(items, it), append(lines, c)
			} else {
				s.LeftOut++
			}
		}
		s.Items, s.Lines = items, lines
		out = append(out, s)
	}
	return out
}
