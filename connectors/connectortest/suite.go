package connectortest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// A Suite is what a connector brings to be checked.
type Suite struct {
	Spec connectors.Spec
	// Config starts a counterpart of its own on loopback (or writes files under t.TempDir) in the
	// given mode, and returns a config that reads it. nil means that this fault cannot happen here.
	// HTTP connectors are served by Serve.
	Config func(t *testing.T, fault Fault) connectors.Config
	// Items is how many items None brings, at least 1.
	Items int
	// Options of the Env, where the usual ones will not do. Name and Private are the suite's.
	Options Options
}

// hang is when a Fetch that does not return is given up. Nothing is measured against it.
const hang = 60 * time.Second

// Run checks the connector as every other is checked. Its tests' folder must hold README.md and
// sample.toml.
func Run(t *testing.T, s Suite) {
	t.Run("spec", s.spec)
	leakFree(t, "clean fetch", s.clean)
	leakFree(t, "since", s.since)
	leakFree(t, "stable ids", s.stable)
	leakFree(t, "privacy is the config's", s.privacy)
	for _, f := range Faults() {
		if f == Stall || testing.Short() && (f == Huge || f == Bomb) { // the race detector makes minutes of megabytes
			continue
		}
		leakFree(t, "fault "+string(f), func(t *testing.T) { s.fault(t, f) })
	}
	leakFree(t, "cancel a stalled fetch", s.stall)
	leakFree(t, "cancel at any moment", s.cancel)
}

// leakFree runs f and then finds no goroutine that was not there before.
func leakFree(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Run(name, f)
	if err := goleak.Find(before); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func (s Suite) spec(t *testing.T) {
	sp := s.Spec
	if sp.Kind == "" || sp.About == "" {
		t.Error("a Spec says its Kind and About")
	}
	if !strings.Contains(sp.Sample, "[[connectors."+sp.Kind+"]]") {
		t.Errorf("the sample has no table [[connectors.%s]]", sp.Kind)
	}
	if b, err := os.ReadFile("sample.toml"); err != nil || string(b) != sp.Sample {
		t.Errorf("Spec.Sample is not sample.toml (%v)", err)
	}
	if _, err := os.Stat("README.md"); err != nil {
		t.Error(err)
	}
	for name := range sp.Parsers {
		if name != sp.Kind && !strings.HasPrefix(name, sp.Kind+".") {
			t.Errorf("parser %q is not named after its kind: %s or %s.…", name, sp.Kind, sp.Kind)
		}
	}
	if sp.New() == sp.New() {
		t.Error("New gives the same config twice")
	}
	c := sp.New()
	c.Fill()
	var ke *connectors.KeyError
	if err := c.Check(); err != nil && !errors.As(err, &ke) {
		t.Errorf("Check of an empty config gives %T, not a *KeyError", err)
	}
}

// place is one counterpart with a world around it.
type place struct {
	*world
	config connectors.Config
}

// open gives a source, or skips where the fault cannot happen.
func (s Suite) open(t *testing.T, fault Fault) (place, minutes.Source) {
	t.Helper()
	c := s.Config(t, fault)
	if c == nil {
		t.Skip("this fault cannot happen here")
	}
	if c.Base().Name == "" {
		c.Base().Name = "suite"
	}
	c.Fill()
	if err := c.Check(); err != nil {
		t.Fatalf("config: %v", err)
	}
	o := s.Options
	o.Name, o.Private = c.Base().Name, s.Spec.Private
	p := place{newWorld(t, o), c}
	return p, p.reopen(t)
}

// elsewhere is the same counterpart seen from a new world: nothing remembered.
func (p place) elsewhere(t *testing.T) place {
	t.Helper()
	return place{newWorld(t, Options{Name: p.env.Name, Private: p.env.Private, Profile: p.env.Profile,
		Zone: p.env.Zone.String(), Now: p.env.Now()}), p.config}
}

func (p place) reopen(t *testing.T) minutes.Source {
	t.Helper()
	src, err := p.config.Open(p.env)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if src.Name() != p.env.Name {
		t.Errorf("the source calls itself %q, its name is %q", src.Name(), p.env.Name)
	}
	return src
}

// fetch is one Fetch with everything checked that holds of every Fetch, however it went.
func (p place) fetch(ctx context.Context, t *testing.T, src minutes.Source, from minutes.Cursor) (minutes.Batch, error) {
	t.Helper()
	type result struct {
		b   minutes.Batch
		err error
	}
	done := make(chan result, 1)
	go func() {
		b, err := src.Fetch(ctx, from)
		done <- result{b, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-time.After(hang):
		t.Fatal("Fetch does not return")
	}
	checkItems(t, p.env, r.b.Items)
	checkRejections(t, p.env, r.b.Rejected)
	if r.err != nil && minutes.Hint(r.err) == "" && !errors.Is(r.err, context.Canceled) {
		t.Errorf("the error has no hint: %v", r.err)
	}
	p.checkSecrets(t, r.b, r.err)
	return r.b, r.err
}

// checkSecrets looks for the canary wherever it could come to rest.
func (p place) checkSecrets(t *testing.T, b minutes.Batch, err error) {
	t.Helper()
	kept, jerr := json.Marshal(b)
	if jerr != nil {
		t.Errorf("the batch cannot be written as JSON: %v", jerr)
	}
	for where, text := range map[string]string{
		"the error": fmt.Sprintf("%v %+v %q", err, err, minutes.Hint(err)), "the batch": string(kept),
		"the cursor": string(b.Next.Token), "the log": p.log.String(), "the state": p.state.dump(),
	} {
		if strings.Contains(text, Canary) {
			t.Errorf("a secret is in %s: %.300s", where, text)
		}
	}
}

func (s Suite) clean(t *testing.T) {
	p, src := s.open(t, None)
	b, err := p.fetch(t.Context(), t, src, minutes.Cursor{})
	if err != nil {
		t.Fatalf("%v (%s)", err, minutes.Hint(err))
	}
	if len(b.Items) < max(s.Items, 1) {
		t.Errorf("%d items, want at least %d; rejected: %v", len(b.Items), max(s.Items, 1), b.Rejected)
	}
	if pr, ok := src.(minutes.Prober); ok {
		if err := pr.Probe(t.Context()); err != nil {
			t.Errorf("probe: %v", err)
		}
	}
}

func (s Suite) since(t *testing.T) {
	p, src := s.open(t, None)
	first, err := p.fetch(t.Context(), t, src, minutes.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	next := first.Next
	if next.At.IsZero() {
		next.At = p.env.Now() // as the caller does
	}
	second, err := p.fetch(t.Context(), t, src, next)
	if err != nil {
		t.Fatalf("the second fetch: %v", err)
	}
	if extra := minus(ids(second), ids(first)); len(extra) > 0 {
		t.Errorf("nothing changed, but the second fetch brings %v", extra)
	}
	if len(second.Gone) > 0 {
		t.Errorf("nothing changed, but gone are %v", second.Gone)
	}
	// An item that Full leaves out is dropped: what is still there must be there.
	if lost := minus(ids(first), ids(second)); second.Full && len(lost) > 0 {
		t.Errorf("the second fetch says it is full and leaves out %v", lost)
	}
}

func (s Suite) stable(t *testing.T) {
	p, src := s.open(t, None)
	first, err := p.fetch(t.Context(), t, src, minutes.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	q := p.elsewhere(t)
	for who, again := range map[string]func() (minutes.Batch, error){
		"the same source": func() (minutes.Batch, error) { return p.fetch(t.Context(), t, src, minutes.Cursor{}) },
		"a new process":   func() (minutes.Batch, error) { return p.fetch(t.Context(), t, p.reopen(t), minutes.Cursor{}) },
		"a new machine":   func() (minutes.Batch, error) { return q.fetch(t.Context(), t, q.reopen(t), minutes.Cursor{}) },
	} {
		b, err := again()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ids(b), ids(first)) {
			t.Errorf("%s: ids %v, before %v", who, ids(b), ids(first))
		}
	}
}

func (s Suite) privacy(t *testing.T) {
	p, _ := s.open(t, None)
	for _, private := range []bool{true, false} {
		p.env.Private = private
		if _, err := p.fetch(t.Context(), t, p.reopen(t), minutes.Cursor{}); err != nil {
			t.Fatal(err)
		}
	}
}

func (s Suite) fault(t *testing.T, f Fault) {
	p, src := s.open(t, f)
	b, err := p.fetch(t.Context(), t, src, minutes.Cursor{})
	told := err != nil || len(b.Rejected) > 0
	switch f {
	case Partial:
		if !told || len(b.Items) == 0 {
			t.Errorf("a partial result keeps what is good and says what is not: %d items, error %v, rejected %v", len(b.Items), err, b.Rejected)
		}
		if b.Full {
			t.Error("a partial result is not full")
		}
		return
	case Down:
		if !errors.Is(err, minutes.ErrOffline) {
			t.Errorf("want ErrOffline, got %v", err)
		}
	case Refused:
		if !errors.Is(err, minutes.ErrAuth) {
			t.Errorf("want ErrAuth, got %v", err)
		}
	}
	if !told && f != Truncated { // half of some formats is a whole
		t.Errorf("a fault that is told nowhere; items: %v", ids(b))
	}
	if b.Full && f != Truncated {
		t.Error("a failed fetch says it is full: everything kept would be dropped")
	}
	if len(b.Next.Token) > 0 && len(b.Items) == 0 && f != Truncated {
		// A cursor that moves on without items would skip them for ever.
		again, err := p.fetch(t.Context(), t, src, b.Next)
		if err == nil && len(again.Rejected) == 0 {
			t.Errorf("the cursor moved past what was not read: then %v", ids(again))
		}
	}
}

func ids(b minutes.Batch) []string {
	var out []string
	for _, it := range b.Items {
		out = append(out, it.ID)
	}
	slices.Sort(out)
	return out
}

// minus is what of a is not in b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
