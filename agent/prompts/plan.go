package prompts

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/dailyminutes/minutes"
)

const (
	planTokens = 600
	maxActions = 4
	maxThought = 300 // runes
)

//go:embed plan.txt
var planPage string

const planSchema = `{"type":"object","additionalProperties":false,"required":["mark","thought","actions","final"],"properties":{` +
	`"mark":{"type":"string","maxLength":16},"thought":{"type":"string","maxLength":300},` +
	`"actions":{"type":"array","maxItems":4,"items":{"type":"object","additionalProperties":false,"required":["tool","args"],` +
	`"properties":{"tool":{"type":"string","maxLength":64},"args":{"type":"object"}}}},"final":{"type":"boolean"}}}`

var planTemplate = sync.OnceValue(func() template { return newTemplate(planPage, planSchema) })

// A View is what a planner sees of a run: closed fields and names, never a text from outside.
type View struct {
	Today    string            `json:"today"`
	Goal     string            `json:"goal"`
	Question map[string]string `json:"question,omitempty"` // q1 …: the user's own words
	Items    []Sight           `json:"items"`
	Vars     []Sight           `json:"vars,omitempty"`
	Done     []Done            `json:"done,omitempty"`
	Left     int               `json:"steps_left"`
}

// A Sight is an item, or what was read out of one, as a planner sees it.
type Sight struct {
	Name   string  `json:"name"`
	Kind   string  `json:"kind,omitempty"`
	Source string  `json:"source,omitempty"`
	When   string  `json:"when,omitempty"`
	Score  float64 `json:"score,omitempty"`
	Of     string  `json:"of,omitempty"`    // of a variable: the item
	Runes  int     `json:"runes,omitempty"` // of a variable: how long it is
}

// Done is a call that was made, with what it came to.
type Done struct {
	Tool  string          `json:"tool"`
	Args  json.RawMessage `json:"args"`
	Found []string        `json:"found,omitempty"` // names
	Error string          `json:"error,omitempty"` // a rule's or the program's own words
}

// A Step is what a planner wants to be done.
type Step struct {
	Thought minutes.Safe
	Actions []Action
	Final   bool
}

// An Action is a call, as it was written; the gate has not seen it.
type Action struct {
	Tool string          `json:"tool"`
	Args json.RawMessage `json:"args"`
}

// written is the label of what a planner wrote: it may have seen anything that is private.
func written() minutes.Label { return minutes.Label{Class: minutes.Private, Origin: minutes.FromModel} }

// Plan asks for the next step. label is of all that v was made from; local says that something in it never
// leaves this machine.
func Plan(tools []minutes.ToolSpec, v View, label minutes.Label, local bool, wrong error) minutes.Prompt {
	t := planTemplate()
	system := t.system
	system.Safe = minutes.Clean(system.String() + "\nTools:\n" + toolList(tools))
	for _, tool := range tools {
		for _, p := range tool.Params {
			if len(p.Choices) > 0 { // places and symbols of the config
				system.Label = system.Label.Join(minutes.Label{Class: minutes.Private, Origin: minutes.FromConfig})
			}
		}
	}
	out := struct {
		View
		Wrong string `json:"wrong_before,omitempty"`
	}{View: v}
	if wrong != nil || len(v.Done) > 0 {
		label = label.Join(written())
	}
	if wrong != nil {
		out.Wrong = inert(minutes.CleanLine(wrong.Error()).Cut(120).String())
	}
	b, err := json.Marshal(out)
	if err != nil {
		b = []byte("{}")
	}
	return minutes.Prompt{System: system, User: minutes.Text{Safe: minutes.Clean(string(b)), Label: label}, Schema: t.schema, MaxTokens: planTokens, LocalOnly: local}
}

// toolList is how a planner is told of tools: a line each, and one for each argument.
func toolList(tools []minutes.ToolSpec) string {
	var b strings.Builder
	for _, t := range tools {
		fmt.Fprintf(&b, "%s: %s\n", t.Name, t.About)
		for _, p := range t.Params {
			fmt.Fprintf(&b, "  %s (%s): %s\n", p.Name, form(p), p.About)
		}
	}
	return b.String()
}

// form says what an argument looks like.
func form(p minutes.Param) string {
	out := map[minutes.ParamType]string{minutes.ParamHandle: "a handle", minutes.ParamInt: fmt.Sprintf("a number from %d to %d", p.Min, p.Max),
		minutes.ParamDate: "a day like 2026-11-25", minutes.ParamText: "words", minutes.ParamSpan: "a part of the question: q1 …",
		minutes.ParamVar: "a name: $v1 …", minutes.ParamChoice: "one of " + strings.Join(p.Choices, ", ")}[p.Type]
	if p.Optional {
		out += ", or left out"
	}
	return out
}

// ParseStep reads a planner's answer.
func ParseStep(answer minutes.Text) (Step, error) {
	var a struct {
		Mark, Thought string
		Actions       []Action
		Final         bool
	}
	if err := decode(answer.String(), &a); err != nil {
		return Step{}, err
	}
	if err := planTemplate().marked(a.Mark); err != nil {
		return Step{}, err
	}
	if len(a.Actions) > maxActions {
		return Step{}, fmt.Errorf("%w: %d actions at once", ErrForm, len(a.Actions))
	}
	return Step{Thought: minutes.CleanLine(a.Thought).Cut(maxThought), Actions: a.Actions, Final: a.Final}, nil
}
