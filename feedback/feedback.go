// Package feedback puts a morning's items in order and says why. A score is the sum of named
// parts: readable priors (to me directly, from someone I answer, meeting today with its sender,
// 120 points an hour) and what the thumbs taught (you liked: postgres). All of it is pure functions
// over values: the log of judgements is append-only, the weights are made from it anew each time,
// so that taking a judgement back leaves no trace.
//
// What a sender writes is his claim. Urgency, deadlines, questions, invitations and words of
// interest in a mail share one allowance, which is large for people I know and small for strangers
// and lists: no words of his carry a stranger's newsletter over a direct mail from someone I answer.
package feedback

import (
	"cmp"
	"slices"

	"github.com/dailyminutes/minutes"
)

// Rank orders items, best first, with the parts of each score. The deltas of Why sum to Score,
// which lies in [0, 1]; a last part, limit, is there where the bare sum lies outside of it. Equal
// scores stand newest first, then by id, so the order of items does not matter. What is muted stands
// last with score 0 and is never left out.
func Rank(m minutes.Morning, items []minutes.Group, log []minutes.Judgement) []minutes.Scored {
	w := newWorld(m, items, log)
	out := make([]minutes.Scored, len(items))
	for i, g := range items {
		out[i] = w.score(g)
	}
	slices.SortFunc(out, func(a, b minutes.Scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.At.Compare(a.At), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// score is one item in the world of this morning.
func (w *world) score(g minutes.Group) minutes.Scored {
	t := &tally{}
	text := w.reader.read(g.Lead)
	switch it := g.Lead; {
	case it.Mail != nil:
		w.mail(t, it, text)
	case it.Event != nil:
		w.event(t, it, text)
	case it.Story != nil:
		w.story(t, it, text)
	case it.Article != nil:
		w.article(t, it, text)
	case it.Quote != nil:
		w.quote(t, it)
	case it.Forecast != nil:
		w.forecast(t, it)
	default:
		t.add(150, "note")
		w.likes(t, text, news)
	}
	w.sources(t, g)
	verdict, by := w.verdict(g)
	w.judged(t, verdict, by)
	w.learned(t, g)
	term, muted := w.muted(g)
	if muted {
		t.add(mutedBy, "muted: "+term.text, term.judgements...)
	}
	out := minutes.Scored{Item: g.Lead, Verdict: verdict, Also: []string{}}
	for _, it := range g.Also {
		out.Also = append(out.Also, it.ID)
	}
	slices.Sort(out.Also)
	out.Score, out.Why = t.close(muted)
	return out
}

// sources counts who else has the story.
func (w *world) sources(t *tally, g minutes.Group) {
	if g.Lead.Mail != nil || g.Lead.Event != nil {
		return
	}
	seen := map[string]bool{g.Lead.Source + "\n" + feedOf(g.Lead): true}
	for _, it := range g.Also {
		seen[it.Source+"\n"+feedOf(it)] = true
	}
	if n := len(seen); n > 1 {
		t.add(min(80*(n-1), 160), plural(n, "source has it", "sources have it"))
	}
}

func feedOf(it minutes.Item) string {
	if it.Article == nil {
		return ""
	}
	return it.Article.FeedURL
}
