package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/gate"
	"github.com/dailyminutes/minutes/agent/prompts"
)

const (
	stepTime    = 30 * time.Second // of the calls of one step, together
	runTokens   = 60_000           // of one run's planning and looking
	maxShown    = 60               // items that a planner is shown
	maxVars     = 20
	windowBytes = 64 << 10 // of what one run takes in, where the model's window is not known
)

// An inquiry is one run of the loop: think, act, observe, until enough was found or its bounds are met.
// Items and texts stay here; a planner sees names of them.
type inquiry struct {
	a        *Agent
	mu       sync.Mutex // of what tools that call a model count
	m        minutes.Morning
	run      gate.Run
	goal     string
	question minutes.Text
	tools    map[string]minutes.Tool
	report   func(minutes.Step)

	found    []minutes.Item     // in the order in which they were found
	ranks    map[string]float64 // scores, by id, where they are known
	notes    []minutes.Text     // computed by tools: sums, lists of what is open
	vars     []variable         // $v1 …
	done     []prompts.Done     // every call
	used     map[string]int     // bytes taken in, by source
	trace    []minutes.Step
	usage    minutes.Usage
	passed   []minutes.Fallback
	observed map[string]minutes.Observation // by key of the call
}

// A variable is what was read out of an item.
type variable struct {
	name string
	of   string // a handle
	text minutes.Text
}

// A planner thinks of the next step. It sees a view and no text of any item.
type planner interface {
	next(ctx context.Context, q *inquiry) (prompts.Step, error)
}

func (a *Agent) inquire(kind gate.Kind, question minutes.Text, tools []minutes.Tool) *inquiry {
	m := a.Morning()
	q := &inquiry{a: a, m: m, question: question, tools: map[string]minutes.Tool{}, ranks: map[string]float64{}, used: map[string]int{},
		observed: map[string]minutes.Observation{}, report: func(minutes.Step) {},
		run: gate.Run{Kind: kind, Today: m.Now, Handles: map[string]gate.Handle{}, Spans: map[string]minutes.Text{}, Vars: map[string]minutes.Text{},
			Taint: gate.Start(), Made: map[string]int{}, Budget: runTokens}}
	for _, t := range tools {
		q.tools[t.Spec().Name] = t
		q.run.Tools = append(q.run.Tools, t.Spec())
	}
	for i, span := range spans(question) {
		q.run.Spans[fmt.Sprintf("q%d", i+1)] = span
	}
	return q
}

// think runs the loop. A planner that fails, or finds nothing, is followed by the next; the last one, of
// rules, does not fail. When ctx ends, what was found stands.
func (q *inquiry) think(ctx context.Context, planners ...planner) {
	for q.run.Steps = 1; q.run.Steps <= gate.MaxSteps && len(planners) > 0; q.run.Steps++ {
		if q.run.Over = ctx.Err() != nil; q.run.Over {
			return
		}
		if q.run.Denied >= gate.MaxDenied {
			if len(planners) == 1 {
				return
			}
			// Its planning is over, not the question: rules plan, and what it called for answers nothing.
			planners, q.run.Denied, q.run.Steps, q.done = planners[len(planners)-1:], 0, min(q.run.Steps, gate.MaxSteps-1), nil
		}
		step, err := planners[0].next(ctx, q)
		if err != nil {
			planners = planners[1:]
			q.run.Steps--
			continue
		}
		if step.Final || len(step.Actions) == 0 {
			q.note(minutes.Step{Step: q.run.Steps, Thought: step.Thought, Actions: []minutes.StepAction{}})
			if len(q.found)+len(q.notes) > 0 || len(planners) == 1 {
				return
			}
			planners = planners[1:] // it gives up with nothing found: rules look where the words point
			continue
		}
		q.act(ctx, step)
	}
}

// An outcome is one call of a step, made or denied.
type outcome struct {
	call   prompts.Action
	permit gate.Permit
	got    minutes.Observation
	err    error
	denied *gate.Denial
	took   time.Duration
}

// act makes the calls of a step, all at once, under one deadline. The gate sees all of them before
// any is made, and sees each again after what stands before it in the step has tainted the run.
func (q *inquiry) act(ctx context.Context, step prompts.Step) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	outcomes := make([]outcome, len(step.Actions))
	var wg sync.WaitGroup
	foreseen := q.run // what the run will have read when the calls before have returned
	for i, call := range step.Actions {
		o := &outcomes[i]
		o.call = call
		if o.permit, o.denied = gate.Check(foreseen, gate.Call{Tool: call.Tool, Args: call.Args}); o.denied != nil {
			continue
		}
		foreseen.Taint = foreseen.Taint.Join(worst(o.permit.Tool))
		q.run.Made[o.permit.Key]++
		if got, again := q.observed[o.permit.Key]; again { // answered from the run's own memory
			o.got = got
			continue
		}
		wg.Go(func() { q.call(ctx, o) })
	}
	wg.Wait()
	said := minutes.Step{Step: q.run.Steps, Thought: step.Thought}
	for i := range outcomes {
		said.Actions = append(said.Actions, q.observe(&outcomes[i]))
	}
	q.note(said)
}

// worst is the label that a tool's results may have.
func worst(t minutes.ToolSpec) minutes.Label {
	return minutes.Label{Class: t.Reads, Origin: minutes.FromWeb}
}

// call makes one call. A tool that breaks costs its own call.
func (q *inquiry) call(ctx context.Context, o *outcome) {
	start := time.Now()
	defer func() {
		o.took = time.Since(start)
		if p := recover(); p != nil {
			o.err = fmt.Errorf("the tool broke: %.100v", p)
		}
	}()
	o.got, o.err = q.tools[o.permit.Tool.Name].Call(ctx, o.permit.Args)
	if o.err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		o.err = fmt.Errorf("no answer within %s", stepTime)
	}
}

// observe takes in what a call came to: items under handles, texts as notes or variables. What goes
// into the view is a name and a rule's words, never a text from outside.
func (q *inquiry) observe(o *outcome) minutes.StepAction {
	act := minutes.StepAction{Tool: minutes.CleanLine(o.call.Tool).Cut(64).String(), Args: minutes.CleanLine(string(o.call.Args)).Cut(200),
		MS: o.took.Milliseconds()}
	done := prompts.Done{Tool: act.Tool, Args: closedArgs(o)}
	switch {
	case o.denied != nil:
		q.run.Denied++
		act.Error = minutes.CleanLine("denied, " + o.denied.Error())
		done.Error = "denied: " + o.denied.Rule
		q.a.log().Warn("denied", "rule", o.denied.Rule, "tool", act.Tool)
	case o.err != nil:
		act.Error = minutes.CleanLine(o.err.Error()).Cut(200)
		done.Error = "failed"
	default:
		q.observed[o.permit.Key] = o.got
		for _, it := range o.got.Items {
			if name, ok := q.take(it); ok {
				done.Found = append(done.Found, name)
			}
		}
		if !o.got.Text.Empty() {
			done.Found = append(done.Found, q.takeText(o))
		}
		act.Items = len(done.Found)
	}
	q.done = append(q.done, done)
	return act
}

// closedArgs are the arguments of a call as the next view shows them: what the gate let pass, as it was
// written. What it did not let pass may hold anything and is not shown again.
func closedArgs(o *outcome) json.RawMessage {
	if o.denied != nil || len(o.call.Args) == 0 {
		return json.RawMessage("{}")
	}
	return o.call.Args
}

// take gives an item a handle, if the run has room for it: at most a quarter of what a run takes in
// comes from one source.
func (q *inquiry) take(it minutes.Item) (string, bool) {
	name := gate.Name(q.a.Key, it.ID)
	if _, known := q.run.Handles[name]; known {
		return name, true
	}
	text := minutes.Text{Safe: minutes.Clean(it.Title.String() + it.Excerpt.String()), Label: it.Label()}
	text, taint := gate.Admit(q.run.Taint, text, windowBytes, q.used[it.Source])
	if text.Empty() || len(q.found) >= maxShown {
		return "", false
	}
	q.run.Taint = taint
	q.used[it.Source] += len(text.String())
	q.run.Handles[name] = gate.Handle{Item: it.ID, Source: it.Source, Kind: it.Kind}
	q.found = append(q.found, it)
	return name, true
}

// takeText keeps a tool's text: a reader's as a variable, which may be passed on by its name, the
// program's own as a note.
func (q *inquiry) takeText(o *outcome) string {
	text, taint := gate.Admit(q.run.Taint, o.got.Text, windowBytes, q.used[o.permit.Tool.Name])
	q.run.Taint = taint
	q.used[o.permit.Tool.Name] += len(text.String())
	if o.permit.Tool.Name != "read" {
		q.notes = append(q.notes, text)
	}
	if len(q.vars) >= maxVars {
		return "nothing more can be kept"
	}
	v := variable{name: fmt.Sprintf("$v%d", len(q.vars)+1), text: text}
	var args struct{ Item string }
	if json.Unmarshal(o.call.Args, &args) == nil {
		v.of = minutes.CleanLine(args.Item).Cut(20).String()
	}
	q.vars = append(q.vars, v)
	q.run.Vars[v.name] = text
	return v.name
}

func (q *inquiry) note(s minutes.Step) {
	q.trace = append(q.trace, s)
	q.report(s)
}

// view is what a planner sees.
func (q *inquiry) view() prompts.View {
	v := prompts.View{Today: q.m.Now.Format("Monday 2006-01-02 15:04"), Goal: q.goal, Done: q.done, Left: gate.MaxSteps - q.run.Steps,
		Items: []prompts.Sight{}, Question: map[string]string{}}
	for name, span := range q.run.Spans {
		v.Question[name] = span.String()
	}
	for _, it := range q.found {
		v.Items = append(v.Items, prompts.Sight{Name: gate.Name(q.a.Key, it.ID), Kind: string(it.Kind), Source: it.Source,
			When: it.At.In(q.m.Zone).Format("2006-01-02 15:04"), Score: float64(int(q.ranks[it.ID]*100)) / 100})
	}
	for _, x := range q.vars {
		v.Vars = append(v.Vars, prompts.Sight{Name: x.name, Of: x.of, Runes: len([]rune(x.text.String()))})
	}
	return v
}

// local says that something was found that never leaves this machine.
func (q *inquiry) local() bool {
	return slices.ContainsFunc(q.found, func(it minutes.Item) bool { return it.LocalOnly })
}

// known is the item behind a handle.
func (q *inquiry) known(name string) (minutes.Item, bool) {
	h, ok := q.run.Handles[name]
	if !ok {
		return minutes.Item{}, false
	}
	i := slices.IndexFunc(q.found, func(it minutes.Item) bool { return it.ID == h.Item })
	return q.found[i], true
}
