package minutes

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// A Model writes. Implementations are chained as decorators; none knows what a brief is.
type Model interface {
	// Generate answers p, calling emit (if not nil) with each piece as it arrives; a piece with
	// Reset set takes back all before it (a fallback took over). An answer that was cut short, by
	// whoever, is an error and never an Answer.
	Generate(ctx context.Context, p Prompt, emit func(Piece)) (Answer, error)
}

// An Embedder turns texts into vectors of one length, one a text, in order.
type Embedder interface {
	Embed(ctx context.Context, texts []Text) ([][]float32, error)
}

// A Prompt is the stable part first (System) and what changes last (User), so that a prefix
// cache hits. Schema, if set, is a JSON Schema that the answer must meet.
type Prompt struct {
	System, User Text
	Schema       json.RawMessage
	MaxTokens    int  // of the answer; 0 means the model's own limit
	LocalOnly    bool // holds something that never leaves this machine
}

// Label is what the whole prompt was made from: it decides which models may see it.
func (p Prompt) Label() Label { return p.System.Label.Join(p.User.Label) }

// A Piece of an answer as it streams.
type Piece struct {
	Text  string
	Reset bool
}

// An Answer is a model's whole reply. Its text is untrusted, whoever wrote the prompt: its label is
// the prompt's, joined with FromModel.
type Answer struct {
	Text  Text
	Model string
	Usage Usage
	// Fallbacks are the models that were passed over before this one answered.
	Fallbacks []Fallback
}

// PassedOver is the error of a chain in which no model answered: every one with its reason, in
// the order in which they were tried.
type PassedOver struct{ Fallbacks []Fallback }

func (e *PassedOver) Error() string {
	out := "no model answered"
	for i, f := range e.Fallbacks {
		out += map[bool]string{true: ": ", false: "; "}[i == 0] + f.Model + ": " + f.Error
	}
	return out
}

// Errors of models, beside ErrAuth, ErrOffline, ErrBudget and ErrNotFound.
var (
	ErrTooLong   = errors.New("the prompt does not fit the model's context")
	ErrTruncated = errors.New("the answer was cut short")
	ErrTrust     = errors.New("the model may not see this")
)

// A ModelError is what went wrong with one call of a model. It wraps one of the errors above where one
// fits. Again says that the same call may go well a moment later: the server was busy, or the connection
// broke; RetryAfter is what it asked for, 0 if nothing.
type ModelError struct {
	Model      string
	Status     int // HTTP, 0 where none came
	Again      bool
	RetryAfter time.Duration
	Err        error // never holds a key, nor more of a body than a line
}

func (e *ModelError) Error() string { return e.Model + ": " + e.Err.Error() }
func (e *ModelError) Unwrap() error { return e.Err }
