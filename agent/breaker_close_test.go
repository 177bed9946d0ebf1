package agent

import (
	"context"
	"errors"
	"testing"

	"github.com/dailyminutes/minutes"
)

// A password that was just stored and tried did not help the next run: the breaker was still open.
func TestASourceThatAnswersAProbeIsAskedByTheNextRun(t *testing.T) {
	wrong, asked := errors.New("no password"), 0
	a, s := newsroom(source{"work", func(context.Context) (minutes.Batch, error) { asked++; return minutes.Batch{}, wrong }})
	run := func() {
		if _, err := a.fetch(t.Context(), nil, nil, func(minutes.Progress) {}); err != nil {
			t.Fatal(err)
		}
	}
	for range breakAfter + 1 {
		run()
	}
	if asked != breakAfter {
		t.Fatalf("asked %d times", asked)
	}
	if _, err := a.Probe(t.Context(), "work"); err == nil || s.statuses["work"].Failures == 0 {
		t.Fatalf("%v: a probe that failed closed the breaker", err)
	}
	wrong = nil
	if _, err := a.Probe(t.Context(), "work"); err != nil || s.statuses["work"].Failures != 0 {
		t.Fatalf("%v, %+v", err, s.statuses["work"])
	}
	before := asked
	if run(); asked != before+1 {
		t.Error("the next run did not ask it")
	}
}
