package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
	"github.com/dailyminutes/minutes/agent/agenttest"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/dailyminutes/minutes/rag"
	"github.com/dailyminutes/minutes/rag/sqlite"
)

// shelf is a source that brings what the morning's world holds, or fails as it says.
type shelf struct {
	name  string
	items []minutes.Item
	err   error
}

func (s shelf) Name() string { return s.name }
func (s shelf) Fetch(context.Context, minutes.Cursor) (minutes.Batch, error) {
	return minutes.Batch{Items: s.items}, s.err
}

// wholePreload makes the brief of a morning as cron would: fetch, keep in a real store, gather,
// merge, rank, compose, verify, cache.
func wholePreload(t *testing.T, m agenttest.Morning) minutes.Brief {
	t.Helper()
	ctx := t.Context()
	now := func() time.Time { return m.Morning.Now }
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "minutes.db"), sqlite.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a := &agent.Agent{Library: db, Archive: db, Journal: db, Loops: db, Runs: db, Health: db, Upkeep: db,
		Feedback: ranker{}, Merge: rag.Merge, Now: now, Settings: agent.Settings{Zone: m.Morning.Zone, ZoneName: m.Morning.Zone.String(),
			Profile: m.Morning.Profile, Words: m.Morning.Words, Hours: m.Morning.Hours, Expires: time.Hour,
			KeepItems: 90 * 24 * time.Hour, KeepBriefs: 730 * 24 * time.Hour}}
	failed := map[string]minutes.SourceStatus{}
	for _, s := range m.Sources {
		if s.Status == "failed" {
			failed[s.Name] = s
		}
	}
	sources := m.BySource()
	for name := range failed {
		sources[name] = sources[name][:len(sources[name]):len(sources[name])] // a failed source is there too
	}
	for name, items := range sources {
		src := shelf{name: name, items: items}
		if s, down := failed[name]; down {
			src.err = fmt.Errorf("%s", s.Error)
		}
		kind, private := "feed", false
		for _, it := range items {
			private = private || it.Private
		}
		for _, s := range m.Sources {
			if s.Name == name {
				kind = s.Kind
			}
		}
		a.Sources = append(a.Sources, agent.Configured{Source: src, Kind: kind, Private: private})
	}
	if m.Before != nil {
		if err := db.KeepBrief(ctx, *m.Before, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.KeepActions(ctx, m.Open); err != nil {
		t.Fatal(err)
	}
	b, err := a.Preload(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEvalWholePreload is the composer measured through everything before and after it: what was
// written down as must-know before the composer ran, and what must never be said.
func TestEvalWholePreload(t *testing.T) {
	mornings, err := agenttest.All()
	if err != nil {
		t.Fatal(err)
	}
	must, met := 0, 0
	for _, m := range mornings {
		b := wholePreload(t, m)
		for _, r := range m.Rules {
			ok := r.Met(b)
			switch {
			case r.Never && !ok:
				t.Errorf("%s: says what it must not: %s", m.Name, r)
			case !r.Never:
				must++
				if ok {
					met++
				} else {
					t.Logf("%s: misses %s", m.Name, r)
				}
			}
		}
		if n := render.Words(b); n > m.Morning.Words {
			t.Errorf("%s: %d words, the budget is %d", m.Name, n, m.Morning.Words)
		}
		if b.Verification.Dropped > 0 {
			t.Errorf("%s: %d lines dropped by the verifier", m.Name, b.Verification.Dropped)
		}
		t.Logf("%-12s %3d words, %3d s, %d lines, %d supported", m.Name, render.Words(b), b.ReadingSeconds, b.Verification.Claims, b.Verification.Supported)
	}
	t.Logf("whole preload: %d of %d must-knows said", met, must)
	if met*100 < must*95 {
		t.Errorf("only %d of %d must-knows are said", met, must)
	}
}
