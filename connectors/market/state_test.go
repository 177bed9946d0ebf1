package market

import (
	"errors"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// FuzzState has State hold any bytes: the provider is left alone for a day at most, and asked no more often
// a day than a free key may.
func FuzzState(f *testing.F) {
	for _, s := range []string{`"2026-11-25T18:00:00Z"`, `"9999-01-01T00:00:00Z"`, `{"day":"2026-11-25","used":24}`, `{"day":"2026-11-25","used":-9}`, `{"day":7}`, `null`, ``} {
		f.Add([]byte(s))
	}
	env := connectortest.Env(f, connectortest.Options{Private: true})
	start := env.Now()
	f.Fuzz(func(t *testing.T, state []byte) {
		now, ctx := start, t.Context()
		s := &source{env: env}
		s.env.Now = func() time.Time { return now }
		for _, key := range []string{"rest", "spent"} {
			if err := s.env.State.Put(ctx, key, state); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.paused(ctx); err != nil && (!errors.Is(err, minutes.ErrBudget) || minutes.Hint(err) == "") {
			t.Errorf("%v", err)
		}
		asked := 0
		for range 2 * perDay {
			if err := s.spend(ctx); err == nil {
				asked++
			} else if !errors.Is(err, minutes.ErrBudget) || minutes.Hint(err) == "" {
				t.Errorf("%v", err)
			}
		}
		if asked > perDay {
			t.Errorf("asked %d times in a day", asked)
		}
		now = now.Add(24*time.Hour + time.Second)
		if err := errors.Join(s.paused(ctx), s.spend(ctx)); err != nil {
			t.Errorf("a day later: %v", err)
		}
	})
}
