// Package jail parses documents from outside in children of the same binary, so that a parser
// that hangs, overflows its stack or eats the memory costs one document and never the program.
// A Pool keeps one long-lived child per core; frames travel on stdin and stdout.
package jail

import (
	"context"
	"errors"

	"github.com/dailyminutes/minutes"
)

// A Document is one thing to parse: a feed, a message, a calendar. Parser names the function that
// reads it; Args are that parser's own, as JSON.
type Document struct {
	Parser string
	Data   []byte
	Args   []byte
}

// Parsed is what a parser made of a document. Facts are what it learned beside the items (a
// feed's title, a redirect), by names of its own.
type Parsed struct {
	Items    []minutes.Item
	Rejected []minutes.Rejection
	Facts    map[string]string
}

// A Parser is a pure function from bytes to items: no clock, no network, no files.
type Parser func(ctx context.Context, doc Document) (Parsed, error)

// ErrKilled says that the child that read the document was stopped: too slow, too deep, too big.
var ErrKilled = errors.New("stopped while parsing: the document costs too much time or memory")
