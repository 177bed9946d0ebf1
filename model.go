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
	// whoever, is an error and never an Answer: beside an error stands at most what the attempt cost
	// (Answer.Model and Answer.Usage), never a text.
	Generate(ctx context.Context, p Prompt, emit func(Piece)) (Answer, error)
}

// An Embedder turns texts into vectors of one length, one a text, in order.
type Embedder interface {
	Embed(ctx context.Context, texts []Text) ([][]float32, error)
}

// A ModelProber is a Model that can say how it stands without writing a word. `minutes models` and
// `minutes doctor` ask it.
type ModelProber interface {
	Status(ctx context.Context) (ModelStatus, error)
}

// ModelStatus is how one model stands. The error beside it says what is wrong and, as a hint, what to
// do; the fields are then as far as was known.
type ModelStatus struct {
	Model     string `json:"model"`
	Host      string `json:"host"` // that is asked, without path
	Reachable bool   `json:"reachable"`
	Present   bool   `json:"present"`           // the server has the model
	Remote    string `json:"remote,omitempty"`  // a host that the server hands every prompt on to: then the model is public, whatever the config says
	Context   int    `json:"context,omitempty"` // tokens the model can take in at most; 0 where the server does not say
	Window    int    `json:"window,omitempty"`  // tokens of it that are used: prompt and answer together
	Version   string `json:"version,omitempty"` // of the server
	Load      *Load  `json:"load,omitempty"`    // nil where the server does not say
}

// Load is how busy a server is, by its own count since it started.
type Load struct {
	Running       int   `json:"running"`
	Waiting       int   `json:"waiting"`
	PrefixHits    int64 `json:"prefix_hits"` // tokens found in the prefix cache
	PrefixQueries int64 `json:"prefix_queries"`
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

// Tokens is about how many tokens the prompt is, rather too many than too few.
func (p Prompt) Tokens() int { return Tokens(p.System.String()) + Tokens(p.User.String()) + 16 }

// Tokens is about how many tokens s is to a tokeniser of today, rather too many than too few: a third of
// the letters of a word, half of a number's digits, half of the bytes of other scripts, each sign. Text
// without any structure (base64) may come out a little too low.
func Tokens(s string) int {
	n := 0
	for from := 0; from < len(s); {
		share, to := shareOf(s[from]), from+1
		for to < len(s) && share == shareOf(s[to]) {
			to++
		}
		if n += (to - from + share - 1) / share; share == spaces {
			n-- // one space goes with the word after it
		}
		from = to
	}
	return n
}

// spaces is how many of them in a row are one token.
const spaces = 8

// shareOf is how many bytes like c are one token.
func shareOf(c byte) int {
	switch {
	case c == ' ':
		return spaces
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return 3
	case c >= '0' && c <= '9', c >= 0x80:
		return 2
	}
	return 1
}

// A Piece of an answer as it streams, as it came: whoever shows it cleans it. One without text is a sign
// of life from a model that thinks before it writes.
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
