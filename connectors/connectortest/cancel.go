package connectortest

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dailyminutes/minutes"
)

// moments is at how many steps, spread over a whole fetch, it is cancelled.
const moments = 24

// cancel ends the fetch before many of its steps into the world: network, state, secret, parse.
// It returns, leaks nothing, and either did everything or says that it was cancelled; a fetch
// after it brings what it left.
func (s Suite) cancel(t *testing.T) {
	p, src := s.open(t, None)
	p.tap.set(-1, nil)
	want, err := p.fetch(t.Context(), t, src, minutes.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	steps := p.tap.count()
	stride := max(1, steps/moments)
	for k := 1; k <= steps; k += stride {
		before := goleak.IgnoreCurrent()
		// A subtest: its world is gone when leaks are looked for.
		t.Run(strconv.Itoa(k), func(t *testing.T) { p.elsewhere(t).cancelAt(t, k, ids(want)) })
		if err := goleak.Find(before); err != nil {
			t.Fatalf("cancelled at step %d: %v", k, err)
		}
	}
}

func (p place) cancelAt(t *testing.T, k int, want []string) {
	src := p.reopen(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p.tap.set(k, cancel)
	b, err := p.fetch(ctx, t, src, minutes.Cursor{})
	p.tap.set(-1, nil)
	switch {
	case err == nil && len(minus(want, ids(b))) > 0:
		t.Errorf("no error, but only %d of %d items", len(b.Items), len(want))
	case err != nil && !errors.Is(err, context.Canceled):
		t.Errorf("the error does not say that it was cancelled: %v", err)
	}
	if err != nil && b.Full {
		t.Error("an interrupted batch says it is full")
	}
	// What the caller does: a token, if there is one, is kept with the items.
	var from minutes.Cursor
	if len(b.Next.Token) > 0 {
		from = b.Next
	}
	rest, err := p.fetch(t.Context(), t, src, from)
	if err != nil {
		t.Fatalf("the fetch after it: %v", err)
	}
	if lost := minus(want, append(ids(b), ids(rest)...)); len(lost) > 0 {
		t.Errorf("%v never came", lost)
	}
}

// stall cancels a fetch that waits on a silent counterpart.
func (s Suite) stall(t *testing.T) {
	p, src := s.open(t, Stall)
	ctx, cancel := context.WithCancel(t.Context())
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		for last := -1; ctx.Err() == nil; { // until it has begun and then stands still
			n := p.tap.count()
			if n > 0 && n == last {
				cancel()
			}
			last = n
			time.Sleep(50 * time.Millisecond)
		}
	}()
	_, err := p.fetch(ctx, t, src, minutes.Cursor{})
	cancel()
	<-quiet
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while it waited, but the error is %v", err)
	}
}
