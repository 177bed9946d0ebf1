package minutes

import (
	"context"
	"encoding/json"
)

// A Tool is one question the agent may ask. Its arguments select among things the program holds;
// they do not travel, but as far as Spec().Reach says. None changes anything.
type Tool interface {
	Spec() ToolSpec
	// Call gets the arguments as the gate resolved them: ids for handles, words of the user's for
	// spans. What it returns keeps the labels of what it was made from.
	Call(ctx context.Context, args json.RawMessage) (Observation, error)
}

// ToolSpec describes a Tool to the gate and to a planner. An argument that Params does not name
// does not pass.
type ToolSpec struct {
	Name, About string
	Source      string // whose tool it is, "" for the program's own; a handle that leaves is one of its items
	Params      []Param
	Reads       Class // the highest class its results may have; 0 counts as Private
	Reach       Reach
}

// Reach says who sees a tool's arguments. The zero Reach passes nothing of a plan: such a tool is code's
// alone, which chooses by what is public.
type Reach string

// The reaches, from nobody to anybody.
const (
	ReachLocal Reach = "local" // nobody
	ReachOwn   Reach = "own"   // the server that already holds the thing asked for
	ReachFixed Reach = "fixed" // a third party, arguments enumerated from the config
	ReachOpen  Reach = "open"  // a third party, words of the user's own question
)

// A Param is one argument of a tool.
type Param struct {
	Name, About string
	Type        ParamType
	Kinds       []Kind   // of a handle: what it may stand for; nil: any
	Choices     []string // of a choice
	Min, Max    int      // of an int, both included; Max of a text in runes, 0 means 200
	Optional    bool
}

// ParamType says what an argument may be. There is no type for a string that travels.
type ParamType string

// The types of arguments.
const (
	ParamHandle ParamType = "handle" // of an item that this run was given
	ParamChoice ParamType = "choice" // one of a list from the config or the program
	ParamInt    ParamType = "int"
	ParamDate   ParamType = "date" // 2006-01-02, near today
	ParamText   ParamType = "text" // free text: of local tools alone
	ParamSpan   ParamType = "span" // q1: words of the user's question, never a model's
	ParamVar    ParamType = "var"  // $v1: what a reader found in this run; of local tools alone
)

// An Observation is what a Tool found: items, or text that keeps its label.
type Observation struct {
	Items []Item
	Text  Text
}
