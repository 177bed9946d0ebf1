// Package gate decides whether a call that a plan asks for may be made. The plan comes from a model
// that must be taken for hostile, so the decision is a pure function of what the run has seen and of
// closed values: no model, no clock, no network, and what no rule allows is denied.
package gate

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
)

// A Kind of run decides which reaches its tools may have at all.
type Kind string

// The kinds of run.
const (
	Investigate Kind = "investigate" // for the brief: nobody has asked anything
	Ask         Kind = "ask"         // a question of the user's
)

// The bounds of a run.
const (
	MaxSteps     = 8
	MaxIdentical = 2        // calls with the same arguments
	MaxDenied    = 5        // then the run ends
	MaxResult    = 32 << 10 // bytes of one result
	MaxDays      = 400      // how far from today a date may lie
	maxText      = 200      // runes of a free text, where its parameter says nothing
)

// A Handle is an item as a plan may name it.
type Handle struct {
	Item, Source string
	Kind         minutes.Kind
}

// A Run is all that a decision depends on. The loop keeps it; Check changes nothing.
type Run struct {
	Kind    Kind
	Today   time.Time
	Tools   []minutes.ToolSpec
	Handles map[string]Handle       // what this run was given
	Spans   map[string]minutes.Text // q1 …: words of the user's question
	Vars    map[string]minutes.Text // $v1 …: what readers found
	Taint   minutes.Label           // of all that was read so far; see Start
	Steps   int                     // begun, this one included
	Made    map[string]int          // calls by Permit.Key
	Denied  int
	Tokens  int // spent
	Budget  int // tokens; 0: none are left
	Over    bool
}

// A Call is what a plan asks for, as it was written.
type Call struct {
	Tool string          `json:"tool"`
	Args json.RawMessage `json:"args"`
}

// A Permit is a call that may be made. Args have ids for handles and words for spans and variables;
// Key is the same for the same call.
type Permit struct {
	Tool minutes.ToolSpec
	Args json.RawMessage
	Key  string
}

// A Denial says which rule refused a call. Rule is stable, for logs and tests.
type Denial struct{ Rule, Text string }

func (d *Denial) Error() string { return d.Rule + ": " + d.Text }

func deny(rule, format string, args ...any) *Denial {
	return &Denial{Rule: rule, Text: fmt.Sprintf(format, args...)}
}

// Start is the label of a run that has read nothing: of the question alone.
func Start() minutes.Label { return minutes.Label{Class: minutes.Public, Origin: minutes.FromUser} }

// Check says whether r may make c.
func Check(r Run, c Call) (Permit, *Denial) {
	if d := bounds(r); d != nil {
		return Permit{}, d
	}
	i := slices.IndexFunc(r.Tools, func(t minutes.ToolSpec) bool { return t.Name == c.Tool })
	if i < 0 {
		return Permit{}, deny("tool", "there is no tool of that name in this run")
	}
	tool := r.Tools[i]
	if d := reach(r, tool); d != nil {
		return Permit{}, d
	}
	args, d := decode(c.Args)
	if d != nil {
		return Permit{}, d
	}
	resolved, d := check(r, tool, args)
	if d != nil {
		return Permit{}, d
	}
	p := Permit{Tool: tool, Args: resolved, Key: tool.Name + string(resolved)}
	if r.Made[p.Key] >= MaxIdentical {
		return Permit{}, deny("repeat", "the same call was made %d times", r.Made[p.Key])
	}
	return p, nil
}

// bounds holds for any call.
func bounds(r Run) *Denial {
	switch {
	case r.Over:
		return deny("time", "the run's time is over")
	case r.Denied >= MaxDenied:
		return deny("denials", "%d calls were denied; the run is over", r.Denied)
	case r.Steps > MaxSteps:
		return deny("steps", "a run has %d steps", MaxSteps)
	case r.Tokens >= r.Budget:
		return deny("budget", "the run's tokens are spent")
	}
	return nil
}

// reach asks who would see the arguments, and what the run has read that they could carry.
func reach(r Run, t minutes.ToolSpec) *Denial {
	switch t.Reach {
	case minutes.ReachLocal, minutes.ReachOwn:
		return nil
	case minutes.ReachFixed:
		if !public(r.Taint) {
			return deny("fixed", "something private was read: nothing more goes to a third party")
		}
		return nil
	case minutes.ReachOpen:
		switch {
		case r.Kind != Ask:
			return deny("open", "nobody asked a question whose words could be sent")
		case !public(r.Taint):
			return deny("open", "something private was read: nothing more goes to a third party")
		case !r.Taint.Trusted():
			return deny("open", "something from outside was read: it could choose what is sent")
		}
		return nil
	}
	return deny("reach", "the tool does not say who sees its arguments")
}

// public says that nothing private was read. The zero class counts as private.
func public(l minutes.Label) bool { return l.Class == minutes.Public }
