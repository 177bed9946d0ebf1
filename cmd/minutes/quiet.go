package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/secret"
)

// secretsDir is the folder of the config in force: the encrypted store is below it.
func secretsDir(cfg *config.Config) string {
	if cfg.Path == "" {
		return filepath.Dir(config.ConfigPath())
	}
	return filepath.Dir(absolute(cfg.Path))
}

// literals are the secrets that stand in the config itself, known before anybody asks for them.
func literals(cfg *config.Config) *secret.Known {
	known := &secret.Known{}
	for _, name := range cfg.Names() {
		list, _ := cfg.Credentials(name)
		for _, c := range list {
			known.Add(c.Ref.Literal)
		}
	}
	return known
}

// environment is how secrets look variables up. Those that the sources' secrets are in are taken out of this
// program's own environment, so that nothing it starts (a browser, a password manager) is given them; what
// a model's key is in stays until it is asked for.
func (sh *shell) environment(cfg *config.Config) func(string) string {
	if sh.taken == nil {
		sh.taken = map[string]string{}
	}
	for _, con := range cfg.Connectors {
		list, _ := cfg.Credentials(con.Name())
		for _, e := range list {
			if v, ok := os.LookupEnv(e.Ref.Env); ok {
				sh.taken[e.Ref.Env] = v
				_ = os.Unsetenv(e.Ref.Env)
			}
		}
	}
	return func(name string) string {
		if v, ok := sh.taken[name]; ok {
			return v
		}
		return os.Getenv(name)
	}
}

// quiet is src with the known secrets taken out of all that it says went wrong, whatever the connector or
// the server put there. What a server has as an item is its own text and stays.
func quiet(src minutes.Source, hide func(string) string) minutes.Source {
	q := quietSource{src, hide}
	p, probes := src.(minutes.Prober)
	b, tools := src.(minutes.Toolbox)
	switch {
	case probes && tools:
		return struct {
			quietProber
			minutes.Toolbox
		}{quietProber{q, p}, b}
	case probes:
		return quietProber{q, p}
	case tools:
		return struct {
			quietSource
			minutes.Toolbox
		}{q, b}
	}
	return q
}

type quietSource struct {
	minutes.Source
	hide func(string) string
}

// Fetch is the source's. A panic becomes an error here: what was thrown may be a secret too.
func (q quietSource) Fetch(ctx context.Context, from minutes.Cursor) (b minutes.Batch, err error) {
	defer q.panics(&err)
	b, err = q.Source.Fetch(ctx, from)
	for i := range b.Rejected {
		r := &b.Rejected[i]
		r.Item, r.Reason, r.Next = q.safe(r.Item), q.safe(r.Reason), q.safe(r.Next)
	}
	return b, q.err(err)
}

type quietProber struct {
	quietSource
	prober minutes.Prober
}

// Probe is the source's.
func (q quietProber) Probe(ctx context.Context) (err error) {
	defer q.panics(&err)
	return q.err(q.prober.Probe(ctx))
}

func (q quietSource) panics(err *error) {
	if p := recover(); p != nil {
		*err = minutes.WithHint(fmt.Errorf("the connector broke: %.200s", q.text(fmt.Sprint(p))), "report this; the other sources are not affected")
	}
}

// text hides twice: cleaning takes letters out that may have broken a secret up.
func (q quietSource) text(s string) string {
	return q.hide(minutes.Clean(q.hide(s)).String())
}

func (q quietSource) safe(s minutes.Safe) minutes.Safe {
	if hidden := q.hide(s.String()); hidden != s.String() {
		return minutes.Clean(hidden)
	}
	return s
}

// err is err with another text and another hint, where these hold a secret.
func (q quietSource) err(err error) error {
	if err == nil {
		return nil
	}
	text, hint := err.Error(), minutes.Hint(err)
	if q.text(text) == minutes.Clean(text).String() && q.text(hint) == minutes.Clean(hint).String() {
		return err
	}
	return minutes.WithHint(quieted{q.text(text), err}, q.text(hint))
}

// quieted is an error under another text: what it is stays.
type quieted struct {
	text string
	error
}

func (e quieted) Error() string { return e.text }
func (e quieted) Unwrap() error { return e.error }
