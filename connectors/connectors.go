// Package connectors says what a connector is: a Spec that `all` lists, a Config that the user
// writes, and a minutes.Source that it opens, with Env as all of the world that it may touch.
package connectors

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/jail"
	"github.com/dailyminutes/minutes/connectors/web"
)

// A Spec describes one kind of connector: the table [[connectors.KIND]] of the config.
type Spec struct {
	Kind    string
	About   string                 // one sentence for people
	Sample  string                 // sample.toml: a commented table to copy
	Private bool                   // items are private unless the config says otherwise
	New     func() Config          // an empty config
	Parsers map[string]jail.Parser // by names that start with Kind
}

// A Config is one [[connectors.KIND]] table: a pointer to a struct with toml tags that embeds
// Common.
type Config interface {
	Base() *Common
	// Fill sets the defaults of what the user left out. It is called once, before Check.
	Fill()
	// Check finds what is wrong without touching the network. It returns a *KeyError.
	Check() error
	// Open makes the source. It touches no network either: Fetch does.
	Open(env Env) (minutes.Source, error)
}

// Common is what every connector's table takes.
type Common struct {
	Name      string `toml:"name"`
	Enabled   *bool  `toml:"enabled"`
	Private   *bool  `toml:"private"`
	LocalOnly bool   `toml:"local_only"`
}

// Base gives the embedding Config its method.
func (c *Common) Base() *Common { return c }

// On says whether the source is enabled; it is unless the config says otherwise.
func (c *Common) On() bool { return c.Enabled == nil || *c.Enabled }

// A Local is a Config whose source may read nothing but files of this machine: how it does then says
// nothing of the network.
type Local interface{ Local() bool }

// A KeyError is a value in the config that will not do: which key, what is wrong, what to write.
type KeyError struct {
	Key, Problem, Remedy string
}

func (e *KeyError) Error() string { return e.Key + ": " + e.Problem + "; " + e.Remedy }

// Env is all of the world that a connector may touch. Every field but Wait and Limits is set.
type Env struct {
	Name    string          // of the source
	Private bool            // what to mark items with
	Profile minutes.Profile // whose mail and meetings these are
	Zone    *time.Location  // the user's
	Now     func() time.Time
	// Wait sleeps for d or until ctx ends. Whoever pauses between requests does it through Wait, so
	// that no test sleeps; nil is a real timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Limits are how long each step of a fetch may take; the zero value is the rule.
	Limits minutes.Deadlines
	Log    *slog.Logger
	State  State
	// Client and Dial come from the egress broker and reach only what this source's config names
	// and public addresses.
	Client *http.Client
	Dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	// Secret resolves a credential at the moment of use; its errors name the ref, not the value.
	Secret func(ctx context.Context, ref minutes.SecretRef) (minutes.Secret, error)
	// Parse is the one guarded door for documents from outside.
	Parse func(ctx context.Context, doc jail.Document) (jail.Parsed, error)
}

// State is a connector's own small memory between runs: back-off, redirects, a geocoded place.
// What decides which items are fetched next (validators, UIDs) belongs in the Cursor, which is
// kept with the items. Get of an unknown key is nil without an error.
type State interface {
	Get(ctx context.Context, key string) ([]byte, error)
	Put(ctx context.Context, key string, value []byte) error
}

// Web is a polite HTTP reader over the source's client: caps, conditional GET, per-host limits,
// retries. Make one a source and keep it.
func (e Env) Web() *web.Client {
	return &web.Client{HTTP: e.Client, Now: e.Now, Wait: e.Wait, Limits: e.Limits}
}

// Names of the neighbours, so that a connector imports its parent alone.
type (
	Document = jail.Document
	Parsed   = jail.Parsed
	Parser   = jail.Parser
	Request  = web.Request
	Response = web.Response
	// A StatusError is what Env.Web().Get returns for an answer that is no success.
	StatusError = web.StatusError
	// A Pool is what stands behind Env.Parse.
	Pool = jail.Pool
)

// ErrKilled is the jail's: the document cost too much time or memory.
var ErrKilled = jail.ErrKilled

// Child is jail.Child: it never returns in a process that was started to parse.
func Child(parsers map[string]Parser) { jail.Child(parsers) }
