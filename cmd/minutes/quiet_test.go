package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/secret"
)

// leaky is a connector that tells its password in every way it can.
type leaky struct{ broken bool }

const leak = "hunter2-of-a-connector"

func (leaky) Name() string { return "leaky" }

func (l leaky) Fetch(context.Context, minutes.Cursor) (minutes.Batch, error) {
	if l.broken {
		panic("login with " + leak)
	}
	return minutes.Batch{Rejected: []minutes.Rejection{{Item: minutes.Clean(leak), Reason: minutes.Clean("not " + leak), Next: minutes.Clean("try " + leak)}}},
		minutes.WithHint(fmt.Errorf("login with hunter2-of\x1b-a-connector: %w", minutes.ErrAuth), "not "+leak)
}

// A leakyProber can be asked, and has tools.
type leakyProber struct{ leaky }

func (l leakyProber) Probe(ctx context.Context) error {
	_, err := l.Fetch(ctx, minutes.Cursor{})
	return err
}
func (leakyProber) Tools() []minutes.Tool { return make([]minutes.Tool, 2) }

func TestWhatAConnectorTellsHoldsNoSecret(t *testing.T) {
	known := &secret.Known{}
	known.Add(minutes.NewSecret(leak))
	for _, broken := range []bool{false, true} {
		q := quiet(leakyProber{leaky{broken}}, known.Hide)
		b, err := q.Fetch(t.Context(), minutes.Cursor{})
		probed := q.(minutes.Prober).Probe(t.Context())
		said := fmt.Sprintf("%v %+v %v %s %s %+v", err, err, probed, minutes.Hint(err), minutes.Hint(probed), b.Rejected)
		if strings.Contains(said, "hunter2") || strings.Count(said, "[secret]") < 3 {
			t.Errorf("broken %v: %s", broken, said)
		}
		if minutes.Hint(err) == "" || minutes.Hint(probed) == "" || !broken && !errors.Is(err, minutes.ErrAuth) {
			t.Errorf("broken %v: the error lost its kind or its next step: %v", broken, err)
		}
		if n := len(q.(minutes.Toolbox).Tools()); n != 2 {
			t.Errorf("%d tools", n)
		}
	}
	plain := quiet(leaky{}, known.Hide)
	if _, ok := plain.(minutes.Prober); ok {
		t.Error("a source that cannot be probed says that it can")
	}
	if _, ok := plain.(minutes.Toolbox); ok {
		t.Error("a source without tools says that it has some")
	}
}
