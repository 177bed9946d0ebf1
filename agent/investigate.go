package agent

import (
	"context"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/gate"
)

const (
	lookTime  = 90 * time.Second // of one look
	lookItems = 20               // best items that a planner is shown
	maxLooked = 2                // lines of a brief that a look may add
)

// investigate looks closer where a model thinks that it pays: once at what is public, where a third
// party may still be asked for what it has, and once at all of it, where nobody is asked anything. What
// comes of it are words of items, each a line that the brief may add to its insights. A day is looked at
// once, and one that brought nothing to read not at all: a later brief of it has the lines of the first. Without a model that plans there is nothing that
// code would not have seen.
func (a *Agent) investigate(ctx context.Context, ranked []minutes.Scored, readers *readers, worth bool) (lines []minutes.Claim, trace []minutes.Step) {
	if a.Models.Plan == nil || a.Models.Read == nil || readers == nil || !readers.calls {
		return nil, nil
	}
	if today, err := a.Archive.Brief(ctx, readers.m.Day); err == nil && len(today.Trace) > 0 {
		for _, c := range today.Insights {
			if c.Engine == minutes.EngineModel {
				lines = append(lines, c)
			}
		}
		return lines, today.Trace
	}
	if !worth { // all of it was read before, and looked at
		return nil, nil
	}
	public := func(s minutes.Scored) bool { return s.Label().Class == minutes.Public }
	for _, seen := range []func(minutes.Scored) bool{public, func(minutes.Scored) bool { return true }} {
		items := slices.DeleteFunc(slices.Clone(ranked), func(s minutes.Scored) bool { return !seen(s) || s.Score == 0 })
		items = items[:min(len(items), lookItems)]
		if len(items) == 0 {
			continue
		}
		q := a.look(ctx, items)
		lines, trace = append(lines, q.lines()...), append(trace, q.trace...)
		readers.add(q.usage, q.passed)
	}
	for i := range trace {
		trace[i].Step = i + 1
	}
	return lines[:min(len(lines), maxLooked)], trace
}

// look is one run of the loop over items that it is given to begin with.
func (a *Agent) look(ctx context.Context, items []minutes.Scored) *inquiry {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	q := a.inquire(gate.Investigate, minutes.Text{}, slices.Concat(a.ownTools(a.Morning()), a.toolboxes()))
	q.goal = "find what would make the reader's morning easier: what a meeting of today needs, what a story's readers say, what an item leaves open and another one tells"
	q.add(q.readTool())
	public := make([]minutes.Item, 0, len(items))
	for _, s := range items {
		q.ranks[s.ID] = s.Score
		q.take(s.Item)
		public = append(public, s.Item)
	}
	if q.run.Taint.Class == minutes.Public { // in the look at what is public
		q.comments(ctx, public)
	}
	q.think(ctx, modelPlanner{a.Models.Plan})
	return q
}

// lines are what was read out of items, each in the item's own words.
func (q *inquiry) lines() []minutes.Claim {
	var out []minutes.Claim
	for _, v := range q.vars {
		it, ok := q.known(v.of)
		if !ok || len(folded(v.text.String())) < 4 {
			continue
		}
		out = append(out, minutes.Claim{Text: minutes.CleanLine(it.Title.Line().Cut(80).String() + ": “" + v.text.Cut(160).String() + "”"),
			Engine: minutes.EngineModel, Items: []string{it.ID},
			Evidence: []minutes.Evidence{{Item: it.ID, Quote: it.Title.Line()}, {Item: it.ID, Quote: v.text.Safe}}})
	}
	return out
}
