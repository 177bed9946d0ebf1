package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract"
	"github.com/dailyminutes/minutes/agent/gate"
	"github.com/dailyminutes/minutes/agent/prompts"
	"github.com/dailyminutes/minutes/agent/verify"
)

const (
	askTime      = 3 * time.Minute // to find and to write
	maxPassages  = 12
	maxPassage   = 1200 // runes
	maxQuestion  = 500  // runes
	answerBeside = 6    // most claims of an answer
)

// A Listener hears of an answer while it is made: of each step, and of each claim that passed. Both may
// be nil.
type Listener struct {
	Step  func(minutes.Step)
	Claim func(minutes.Claim)
}

// Ask answers a question from what is kept and what the sources bring meanwhile. Every claim is held
// against the items that it cites; where nothing supports an answer the reply abstains. Models that
// fail are in Engine.Fallbacks: what code can say without them it says.
func (a *Agent) Ask(ctx context.Context, question string, hear Listener) (minutes.Reply, error) {
	asked := minutes.Text{Safe: minutes.CleanLine(question).Cut(maxQuestion), Label: gate.Start()}
	reply := minutes.Reply{Schema: "minutes.answer/v1", Question: asked.Safe, Answer: []minutes.Claim{},
		Engine: minutes.Composer{Composer: "extractive", Fallbacks: []minutes.Fallback{}}}
	if asked.Empty() {
		return reply, minutes.WithHint(errors.New("nothing was asked"), `ask in words: minutes ask "what do I owe Anna?"`)
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	under, stop := a.refresh(ctx)
	defer stop()
	q := a.inquire(gate.Ask, asked, slices.Concat(a.ownTools(a.Morning()), a.fetchTools(under), a.toolboxes()))
	q.goal = "answer the question"
	if hear.Step != nil {
		q.report = hear.Step
	}
	planners := []planner{rulePlanner{}}
	q.add(q.calculateTool())
	if a.Models.Read != nil {
		q.add(q.readTool())
	}
	if a.Models.Plan != nil {
		planners = slices.Insert(planners, 0, planner(modelPlanner{a.Models.Plan}))
	}
	q.think(ctx, planners...)
	err := q.answer(ctx, &reply, hear)
	if outer.Err() != nil {
		return reply, outer.Err()
	}
	if reply.Abstained = len(reply.Answer) == 0; reply.Abstained {
		for _, w := range tellingWords(asked.String()) {
			reply.LookedFor = append(reply.LookedFor, minutes.CleanLine(w))
		}
	}
	for _, f := range q.passed {
		reply.Engine.Fallbacks = withFallback(reply.Engine.Fallbacks, f)
	}
	reply.Usage, reply.Trace = q.usage, q.trace
	return reply, err
}

// add offers one more tool.
func (q *inquiry) add(t minutes.Tool) {
	q.tools[t.Spec().Name] = t
	q.run.Tools = append(q.run.Tools, t.Spec())
}

// answer writes the reply: a model from passages, without tools, held claim by claim; where there is
// none, or nothing of it holds, what can be lifted.
func (q *inquiry) answer(ctx context.Context, reply *minutes.Reply, hear Listener) error {
	items, err := q.withBodies(ctx)
	if err != nil {
		return err
	}
	items = append(items, q.computedItems()...)
	told := func(c minutes.Claim) {
		c.ID = fmt.Sprintf("answer-%d", len(reply.Answer)+1)
		reply.Answer = append(reply.Answer, c)
		if hear.Claim != nil {
			hear.Claim(c)
		}
	}
	if q.a.Models.Answer != nil && len(items) > 0 {
		w := &writer{q: q, items: items, told: told, seen: map[string]bool{}}
		if model, abstains := w.write(ctx); len(reply.Answer) > 0 || abstains && !q.looked() {
			reply.Engine.Composer, reply.Engine.Model = "model", model
			return nil
		}
	}
	return q.lift(ctx, items, told)
}

// looked says that what the question named was looked up and is there: then a model that abstains is
// not the last word.
func (q *inquiry) looked() bool {
	return slices.ContainsFunc(q.done, func(d prompts.Done) bool {
		return d.Error == "" && len(d.Found) > 0 && (d.Tool == "open_actions" || d.Tool == "events" || d.Tool == "calculate")
	})
}

// lift answers without a model.
func (q *inquiry) lift(ctx context.Context, items []minutes.Item, told func(minutes.Claim)) error {
	question := extract.Question{Items: items}
	for _, w := range tellingWords(q.question.String()) {
		if !kindWord(w) {
			question.Words = append(question.Words, w)
		}
	}
	for _, d := range q.done {
		switch {
		case d.Error != "":
		case d.Tool == "open_actions":
			open, err := q.a.Open(ctx)
			if err != nil {
				return err
			}
			question.Actions = q.meant(open)
		case d.Tool == "recall_brief" && len(question.Words) == 0:
			b, err := q.a.Today(ctx)
			if err != nil {
				return err
			}
			question.Brief = slices.Concat(b.TLDR, b.Summary)
		case d.Tool == "events" || strings.HasPrefix(d.Tool, "fetch_") || d.Tool == "calculate":
			for _, name := range d.Found {
				it, ok := q.known(name)
				if !ok || d.Tool == "events" && q.says("next") && (len(question.Named) > 0 || it.Event == nil || it.Event.AllDay || !it.Event.Start.After(q.m.Now)) {
					continue // the next one is one
				}
				question.Named = append(question.Named, it.ID)
			}
		}
	}
	known := byID(items)
	for _, act := range question.Actions {
		if it, err := q.a.Library.Item(ctx, act.Item); err == nil {
			known[it.ID] = it
		}
	}
	for _, c := range extract.Answer(q.m, question) {
		if verify.Claim(c, known, q.m) == nil {
			told(c)
		}
	}
	return nil
}

// says whether a word stands in the question.
func (q *inquiry) says(words ...string) bool {
	asked := folded(q.question.String())
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(asked, w) })
}

// meant are the open actions of the side that a question is about: what I owe, or what I wait for.
func (q *inquiry) meant(open []minutes.Action) []minutes.Action {
	owner := ""
	switch {
	case q.says("owe", "owed", "todo"):
		owner = "me"
	case q.says("waiting", "wait", "owes"):
		owner = "them"
	}
	return slices.DeleteFunc(open, func(a minutes.Action) bool { return owner != "" && a.Owner != owner })
}

// withBodies are the items that were found, with all of their text.
func (q *inquiry) withBodies(ctx context.Context) ([]minutes.Item, error) {
	if len(q.found) == 0 {
		return nil, nil
	}
	ids := make([]string, len(q.found))
	for i, it := range q.found {
		ids[i] = it.ID
	}
	full, err := q.a.Library.Items(ctx, minutes.Query{IDs: ids, Bodies: true})
	if err != nil {
		return nil, err
	}
	kept := byID(full)
	out := make([]minutes.Item, 0, len(ids))
	for _, it := range q.found { // what a tool brought from outside is not in the store
		if k, ok := kept[it.ID]; ok {
			it = k
		}
		out = append(out, it)
	}
	return out, nil
}

// computedItems are what the program worked out, as something that can be cited.
func (q *inquiry) computedItems() []minutes.Item {
	var out []minutes.Item
	for i, n := range q.notes {
		id := fmt.Sprintf("note:computed-%d", i+1)
		name := gate.Name(q.a.Key, id)
		q.run.Handles[name] = gate.Handle{Item: id, Kind: minutes.KindNote}
		out = append(out, minutes.Item{ID: id, Kind: minutes.KindNote, Source: "computed", Title: n.Line(), Body: n.Safe, At: q.m.Now,
			Private: n.Label.Class != minutes.Public})
	}
	return out
}
