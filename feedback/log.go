package feedback

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// The verbs of the log.
const (
	up     = "up"
	down   = "down"
	wipe   = "clear"
	muteIt = "mute"
	unmute = "unmute"
	undo   = "undo"
)

// Effective is what of the log is in force, oldest first: the last verdict on each item and the
// last mute or unmute of each term. What was undone counts as never said, so a verdict that an
// undone one had replaced is back; a cleared item has no verdict.
func Effective(log []minutes.Judgement) []minutes.Judgement {
	last := map[string]int{}
	said := standing(log)
	for i, j := range said {
		last[subject(j)] = i
	}
	out := make([]minutes.Judgement, 0, len(last))
	for i, j := range said {
		if j.Verb != wipe && last[subject(j)] == i {
			out = append(out, j)
		}
	}
	return out
}

// subject is what a judgement is about: a later one on the same replaces it.
func subject(j minutes.Judgement) string {
	if j.Verb == muteIt || j.Verb == unmute {
		return "term " + normal(j.Term)
	}
	return "item " + j.Item
}

// standing is the log in order of its ids without the undone judgements and the undos.
func standing(log []minutes.Judgement) []minutes.Judgement {
	log = slices.Clone(log)
	slices.SortStableFunc(log, func(a, b minutes.Judgement) int { return cmp.Compare(a.ID, b.ID) })
	var out []minutes.Judgement
	for _, j := range log {
		switch j.Verb {
		case undo:
			if i := target(out, j.Undoes); i >= 0 {
				out = slices.Delete(out, i, i+1)
			}
		case up, down, wipe, muteIt, unmute:
			out = append(out, j)
		}
	}
	return out
}

// target is the place of the judgement that an undo takes back: the one it names, else the last.
func target(said []minutes.Judgement, id int64) int {
	if id == 0 {
		return len(said) - 1
	}
	for i := len(said) - 1; i >= 0; i-- { // from the end: what is taken back is mostly recent
		if said[i].ID == id {
			return i
		}
	}
	return -1
}

// Undo is the judgement that an undo would take back now: the last one that still stands. Undoing
// again takes back the one before it. ok is false when nothing is left.
func Undo(log []minutes.Judgement) (j minutes.Judgement, ok bool) {
	said := standing(log)
	if len(said) == 0 {
		return j, false
	}
	return said[len(said)-1], true
}

// Verdicts are the verdicts in force, "up" or "down" by item id.
func Verdicts(log []minutes.Judgement) map[string]string {
	out := map[string]string{}
	for _, j := range Effective(log) {
		if j.Verb == up || j.Verb == down {
			out[j.Item] = j.Verb
		}
	}
	return out
}

// Mutes are the terms muted by the profile and the log, in alphabetical order. The log has the last
// word: an unmute also lifts a term of the profile.
func Mutes(p minutes.Profile, log []minutes.Judgement) []string {
	var out []string
	for _, m := range mutes(p, Effective(log)) {
		out = append(out, m.text)
	}
	slices.Sort(out)
	return out
}

// mute is a term that sends items to the bottom: a word or phrase of the title, a sender, a
// domain, a source, a feed or a site.
type mute struct {
	text       string
	words      []string
	judgements []int64
}

func mutes(p minutes.Profile, inForce []minutes.Judgement) []mute {
	by := map[string]mute{}
	for _, s := range p.Muted {
		by[normal(s)] = newMute(s)
	}
	for _, j := range inForce {
		switch j.Verb {
		case muteIt:
			m := newMute(j.Term)
			m.judgements = []int64{j.ID}
			by[normal(j.Term)] = m
		case unmute:
			delete(by, normal(j.Term))
		}
	}
	delete(by, "")
	out := make([]mute, 0, len(by))
	for _, m := range by {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b mute) int { return cmp.Compare(a.text, b.text) })
	return out
}

func newMute(term string) mute {
	return mute{text: minutes.CleanLine(term).String(), words: split(nil, fold(term))}
}

// normal is the form in which terms are compared.
func normal(term string) string { return strings.Join(strings.Fields(fold(term)), " ") }

// muted is the first term that mutes the whole group. A story that an unmuted source has too is
// not muted by its other source.
func (w *world) muted(g minutes.Group) (mute, bool) {
	if len(w.mutes) == 0 {
		return mute{}, false
	}
	first, ok := w.mutedItem(g.Lead)
	for i := 0; ok && i < len(g.Also); i++ {
		_, ok = w.mutedItem(g.Also[i])
	}
	return first, ok
}

func (w *world) mutedItem(it minutes.Item) (mute, bool) {
	names := named(it)
	title := split(nil, fold(it.Title.String()))
	for _, t := range it.Tags {
		title = split(append(title, border), fold(t))
	}
	for _, m := range w.mutes {
		if slices.Contains(names, normal(m.text)) || len(m.words) > 0 && contains(title, m.words) {
			return m, true
		}
	}
	return mute{}, false
}

// named is who and what an item comes from, as a user would write it to mute it.
func named(it minutes.Item) []string {
	var out []string
	add := func(s string) {
		if s = normal(s); s != "" {
			out = append(out, s)
		}
	}
	address := func(a minutes.Address) {
		add(a.Email)
		add(a.Name.String())
		if _, d, ok := strings.Cut(a.Email, "@"); ok {
			add(d)
			add("@" + d)
		}
	}
	add(it.Source)
	add(it.Author.String())
	switch {
	case it.Mail != nil:
		address(it.Mail.From)
		add(it.Mail.ListID)
	case it.Event != nil:
		address(it.Event.Organizer)
	case it.Article != nil:
		add(it.Article.Feed.String())
		add(it.Article.FeedURL)
		add(it.Article.Category)
	case it.Quote != nil:
		add(it.Quote.Symbol)
	}
	if it.Mail == nil {
		add(site(it.URL))
	}
	return out
}
