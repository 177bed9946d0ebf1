// Package minutes is the vocabulary of the program: the nouns that cross folders and the
// contracts that several folders implement. It imports only the standard library; every other
// folder imports it, its own parents and its own subfolders, and nothing beside them.
package minutes

import (
	"context"
	"time"
)

// A Source brings items in from one place the user has configured.
type Source interface {
	// Name is unique over all sources: "work", "hackernews".
	Name() string
	// Fetch returns what is new or changed since from. It may return a batch together with an
	// error: the caller keeps the batch and tells the reader the error. It returns promptly when
	// ctx ends. The zero Cursor asks for a first look.
	Fetch(ctx context.Context, from Cursor) (Batch, error)
}

// A Prober is a Source that can say more cheaply than by a Fetch whether it would work. `minutes
// doctor` and `minutes sources test` ask it; a Source without it is probed by a Fetch.
type Prober interface {
	Probe(ctx context.Context) error
}

// insistent is the key of Insist.
type insistent struct{}

// Insist is ctx for a fetch that the user asked for by the source's name: what the source remembers of
// its failures is then no reason not to ask. How often a server wants to be asked still is.
func Insist(ctx context.Context) context.Context { return context.WithValue(ctx, insistent{}, true) }

// Insisted says that ctx comes of Insist.
func Insisted(ctx context.Context) bool { return ctx.Value(insistent{}) != nil }

// A Cursor is how far a source has been read. At is the time of the last success, and a source
// with a window always reaches back to it. Token is the source's own (validators, UIDVALIDITY,
// sync token): opaque to everyone else, kept in the same transaction as the items it speaks of.
type Cursor struct {
	At    time.Time
	Token []byte
}

// A Batch is what one Fetch brought. It is kept in one transaction with its cursor: a crash
// repeats a fetch, it never loses one.
type Batch struct {
	Items []Item
	Gone  []string // ids that no longer exist (a meeting deleted)
	// Full says that everything between From and To is here: an item of this source kept earlier
	// whose At lies in [From, To) and that is absent is gone. Zero times are unbounded. A source
	// that could not read all of its parts leaves it false.
	Full     bool
	From, To time.Time
	// Part says, beside an error, that a part of the source was read well, if only to find nothing new.
	Part     bool
	Next     Cursor
	Rejected []Rejection
}

// A Rejection is one document or entry that could not be read: it costs itself, never its
// neighbours. Next says what the user can do about it.
type Rejection struct {
	Source string `json:"source"`
	Item   Safe   `json:"item"` // what it was, as far as is known: a title, a UID, a URL without secrets
	Reason Safe   `json:"reason"`
	Next   Safe   `json:"next"`
}

// Kept counts what a Batch changed in the store. New and Changed hold ids. Rejected are items that
// could not be stored; the rest of the batch was.
type Kept struct {
	New, Changed, Gone []string
	Rejected           []Rejection
}

// A Toolbox is a Source that the agent can also ask specific things of. Every Source is callable
// as the tool fetch_NAME even without it.
type Toolbox interface {
	Tools() []Tool
}

// A Ledger records what leaves this machine: which host got which class of data in which run.
type Ledger interface {
	Record(ctx context.Context, d Departure) error
}

// A Departure is one line of the egress ledger. Host carries no path and no query. Count, where it
// was read back, is how often that day; At is then the last time.
type Departure struct {
	At     time.Time `json:"at"`
	Run    string    `json:"run"`
	Source string    `json:"source"`
	Host   string    `json:"host"`
	Class  Class     `json:"class"`
	Count  int64     `json:"count,omitempty"`
}
