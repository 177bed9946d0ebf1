// Package jail parses documents from outside in children of the same binary, so that a parser
// that hangs, overflows its stack or eats the memory costs one document and never the program.
// A Pool keeps long-lived children, at most one per core; frames travel on stdin and stdout.
package jail

import (
	"context"
	"errors"

	"github.com/dailyminutes/minutes"
)

// A Document is one thing to parse: a feed, a message, a calendar. Parser names the function that
// reads it; Args are that parser's own, as JSON. Data has at most 64 MiB. One without a Parser asks
// that a child be started ahead of need.
type Document struct {
	Parser string
	Data   []byte
	Args   []byte
}

// Parsed is what a parser made of a document. Facts are what it learned beside the items (a
// feed's title, a redirect), by names of its own. On its way out of the jail a time keeps its
// offset and loses its zone's name, and an empty slice becomes nil.
type Parsed struct {
	Items    []minutes.Item
	Rejected []minutes.Rejection
	Facts    map[string]string
}

// A Parser is a pure function from bytes to items: no clock, no network, no files.
type Parser func(ctx context.Context, doc Document) (Parsed, error)

// ErrKilled says that the child that read the document was stopped: too slow, too deep, too big.
// The error that wraps it says which, and carries a hint.
var ErrKilled = errors.New("stopped while parsing: the document costs too much time or memory")

// killed is ErrKilled with the reason that is known. chance says that it may not have been the
// document's fault: a machine short of memory ends processes of its own choice.
type killed struct {
	why    string
	chance bool
}

func (k killed) Error() string      { return "stopped while parsing: " + k.why }
func (killed) Is(target error) bool { return target == ErrKilled }

func errKilled(why string) error { return killing(killed{why: why}) }

func killing(k killed) error {
	return minutes.WithHint(k, "the document is damaged or hostile; nothing else is affected: leave its source out if it stays (enabled = false)")
}
