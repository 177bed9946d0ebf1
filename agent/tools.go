package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/calculate"
	"github.com/dailyminutes/minutes/agent/prompts"
)

// A tool is one of the program's own. All are local: they read what is kept.
type tool struct {
	spec minutes.ToolSpec
	call func(ctx context.Context, args json.RawMessage) (minutes.Observation, error)
}

func (t tool) Spec() minutes.ToolSpec { return t.spec }
func (t tool) Call(ctx context.Context, args json.RawMessage) (minutes.Observation, error) {
	return t.call(ctx, args)
}

// kinds are what an item may be, as a choice.
func kindChoices() []string {
	return []string{string(minutes.KindMail), string(minutes.KindEvent), string(minutes.KindStory), string(minutes.KindArticle),
		string(minutes.KindQuote), string(minutes.KindForecast), string(minutes.KindNote)}
}

// ownTools are the tools that every run has.
func (a *Agent) ownTools(m minutes.Morning) []minutes.Tool {
	local := func(name, about string, call func(context.Context, json.RawMessage) (minutes.Observation, error), params ...minutes.Param) minutes.Tool {
		return tool{minutes.ToolSpec{Name: name, About: about, Params: params, Reads: minutes.Private, Reach: minutes.ReachLocal}, call}
	}
	tools := []minutes.Tool{
		local("recall_brief", "the items that the brief of a day speaks of", a.recallBrief,
			minutes.Param{Name: "day", About: "today if left out", Type: minutes.ParamDate, Optional: true}),
		local("open_actions", "what the reader owes and waits for, with terms", a.openActions),
		local("events", "the events that begin on days from … to …", a.eventsTool(m),
			minutes.Param{Name: "from", About: "the first day", Type: minutes.ParamDate}, minutes.Param{Name: "to", About: "the last day", Type: minutes.ParamDate}),
	}
	if a.Finder != nil {
		tools = append(tools, local("search_memory", "search all that is kept by words: mails, events, articles, stories", a.searchTool(m),
			minutes.Param{Name: "words", About: "a few telling words", Type: minutes.ParamText},
			minutes.Param{Name: "kind", About: "of one kind alone", Type: minutes.ParamChoice, Choices: kindChoices(), Optional: true},
			minutes.Param{Name: "since", About: "not older than this day", Type: minutes.ParamDate, Optional: true},
			minutes.Param{Name: "until", About: "not newer than this day", Type: minutes.ParamDate, Optional: true},
			minutes.Param{Name: "limit", About: "at most so many; 8 if left out", Type: minutes.ParamInt, Min: 1, Max: 20, Optional: true}))
	}
	return tools
}

// readTool has a reader without tools look into one item, for one thing. What it finds is a variable:
// the planner sees that there is something, and how long it is.
func (q *inquiry) readTool() minutes.Tool {
	spec := minutes.ToolSpec{Name: "read", About: "have one item read for one thing; what it says comes back as a name", Reads: minutes.Private, Reach: minutes.ReachLocal,
		Params: []minutes.Param{{Name: "item", About: "which", Type: minutes.ParamHandle}, {Name: "question", About: "what to look for", Type: minutes.ParamText}}}
	return tool{spec, func(ctx context.Context, raw json.RawMessage) (minutes.Observation, error) {
		var args struct{ Item, Question string }
		if err := json.Unmarshal(raw, &args); err != nil {
			return minutes.Observation{}, err
		}
		it, err := q.a.Library.Item(ctx, args.Item)
		if err != nil {
			return minutes.Observation{}, err
		}
		answer, err := q.a.Models.Read.Generate(ctx, prompts.Look(it, args.Question, q.local()), nil)
		q.mu.Lock()
		q.spend(answer, err)
		q.mu.Unlock()
		if err != nil {
			return minutes.Observation{}, err
		}
		value, err := prompts.ParseLook(answer.Text)
		if err != nil || value.Empty() {
			return minutes.Observation{}, err
		}
		if !strings.Contains(flat(it), " "+strings.Join(folded(value.String()), " ")+" ") {
			return minutes.Observation{}, fmt.Errorf("the item does not say what was read in it")
		}
		// It stands in the item, letter for letter: it is the item's own.
		return minutes.Observation{Text: minutes.Text{Safe: value, Label: it.Label()}}, nil
	}}
}

func (a *Agent) searchTool(m minutes.Morning) func(context.Context, json.RawMessage) (minutes.Observation, error) {
	return func(ctx context.Context, raw json.RawMessage) (minutes.Observation, error) {
		var args struct {
			Words, Kind, Since, Until string
			Limit                     int
		}
		if err := json.Unmarshal(raw, &args); err != nil {
			return minutes.Observation{}, err
		}
		q := minutes.Query{Text: args.Words, Kind: minutes.Kind(args.Kind), Limit: args.Limit}
		if q.Limit == 0 {
			q.Limit = 8
		}
		if args.Since != "" {
			q.Since = day(args.Since, m.Zone, 0)
		}
		if args.Until != "" {
			q.Until = day(args.Until, m.Zone, 1)
		}
		hits, err := a.Finder.Search(ctx, q)
		var o minutes.Observation
		for _, h := range hits {
			o.Items = append(o.Items, h.Item)
		}
		o.Items = a.usable(o.Items)
		return o, err
	}
}

func (a *Agent) recallBrief(ctx context.Context, raw json.RawMessage) (minutes.Observation, error) {
	var args struct{ Day string }
	if err := json.Unmarshal(raw, &args); err != nil {
		return minutes.Observation{}, err
	}
	if args.Day == "" {
		args.Day = a.Morning().Day
	}
	b, err := a.Archive.Brief(ctx, args.Day)
	if notFound(err) {
		return minutes.Observation{}, fmt.Errorf("there is no brief of %s", args.Day)
	} else if err != nil {
		return minutes.Observation{}, err
	}
	var ids []string
	for _, c := range b.Claims() {
		for _, id := range c.Items {
			if !slices.Contains(ids, id) && len(ids) < maxShown/2 {
				ids = append(ids, id)
			}
		}
	}
	items, err := a.Library.Items(ctx, minutes.Query{IDs: ids})
	return minutes.Observation{Items: a.usable(items)}, err
}

func (a *Agent) openActions(ctx context.Context, _ json.RawMessage) (minutes.Observation, error) {
	open, err := a.Open(ctx)
	if err != nil || len(open) == 0 {
		return minutes.Observation{}, err
	}
	var ids []string
	for _, act := range open[:min(len(open), maxShown/2)] {
		ids = append(ids, act.Item)
	}
	items, err := a.Library.Items(ctx, minutes.Query{IDs: ids})
	return minutes.Observation{Items: a.usable(items)}, err
}

func (a *Agent) eventsTool(m minutes.Morning) func(context.Context, json.RawMessage) (minutes.Observation, error) {
	return func(ctx context.Context, raw json.RawMessage) (minutes.Observation, error) {
		var args struct{ From, To string }
		if err := json.Unmarshal(raw, &args); err != nil {
			return minutes.Observation{}, err
		}
		items, err := a.Library.Items(ctx, minutes.Query{Kind: minutes.KindEvent, Since: day(args.From, m.Zone, 0), Until: day(args.To, m.Zone, 1), Limit: maxShown})
		slices.SortFunc(items, func(x, y minutes.Item) int { return x.At.Compare(y.At) })
		return minutes.Observation{Items: a.usable(items)}, err
	}
}

// calculateTool works out an expression whose numbers the user gave, or stand in what was found: a
// planner may reckon with figures, it may not bring its own.
func (q *inquiry) calculateTool() minutes.Tool {
	spec := minutes.ToolSpec{Name: "calculate", About: "the value of an expression of numbers that the question or the items hold", Reads: minutes.Private, Reach: minutes.ReachLocal,
		Params: []minutes.Param{{Name: "expression", About: "like (1250 + 80) * 19%", Type: minutes.ParamText}}}
	return tool{spec, func(_ context.Context, raw json.RawMessage) (minutes.Observation, error) {
		var args struct{ Expression string }
		if err := json.Unmarshal(raw, &args); err != nil {
			return minutes.Observation{}, err
		}
		given, label := q.question.String(), q.question.Label
		for _, it := range q.found {
			given, label = given+" "+it.Title.String()+" "+it.Excerpt.String()+" "+it.Facts().String(), label.Join(it.Label())
		}
		for _, v := range q.vars {
			given, label = given+" "+v.text.String(), label.Join(v.text.Label)
		}
		for _, n := range calculate.Numbers(args.Expression) {
			if !slices.Contains(calculate.Numbers(given), n) {
				return minutes.Observation{}, fmt.Errorf("%s is a number that neither the question nor an item gave", n)
			}
		}
		value, err := calculate.Value(args.Expression)
		if err != nil {
			return minutes.Observation{}, err
		}
		return minutes.Observation{Text: minutes.Text{Safe: minutes.CleanLine(args.Expression + " = " + value), Label: label}}, nil
	}}
}

// day is the first moment of a day that the gate has checked, some days on.
func day(s string, zone *time.Location, on int) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return time.Time{}
	}
	return minutes.DayStart(t, on)
}
