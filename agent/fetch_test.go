package agent

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// shelf is a store of one source's batches and statuses.
type shelf struct {
	kept     []string
	statuses map[string]minutes.SourceStatus
}

func (s *shelf) Cursor(context.Context, string) (minutes.Cursor, error) { return minutes.Cursor{}, nil }
func (s *shelf) Keep(_ context.Context, _ string, b minutes.Batch) (minutes.Kept, error) {
	var k minutes.Kept
	for _, it := range b.Items {
		s.kept = append(s.kept, it.Mail.Folder)
		k.New = append(k.New, it.ID)
	}
	return k, nil
}
func (s *shelf) Items(context.Context, minutes.Query) ([]minutes.Item, error) { return nil, nil }
func (s *shelf) Item(context.Context, string) (minutes.Item, error) {
	return minutes.Item{}, minutes.ErrNotFound
}
func (s *shelf) KeepStatus(_ context.Context, st minutes.SourceStatus) error {
	s.statuses[st.Name] = st
	return nil
}
func (s *shelf) Statuses(context.Context) ([]minutes.SourceStatus, error) {
	var out []minutes.SourceStatus
	for _, st := range s.statuses {
		out = append(out, st)
	}
	return out, nil
}

// source does what it is told to.
type source struct {
	name  string
	fetch func(ctx context.Context) (minutes.Batch, error)
}

func (s source) Name() string { return s.name }
func (s source) Fetch(ctx context.Context, _ minutes.Cursor) (minutes.Batch, error) {
	return s.fetch(ctx)
}

func newsroom(sources ...source) (*Agent, *shelf) {
	s := &shelf{statuses: map[string]minutes.SourceStatus{}}
	a := &Agent{Library: s, Health: s, Now: func() time.Time { return time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC) }}
	for _, src := range sources {
		a.Sources = append(a.Sources, Configured{Source: src, Kind: "test"})
	}
	return a, s
}

// Ctrl+C once left "failed: context canceled" behind for every source that had not answered yet.
func TestAnInterruptionIsNoFailureOfTheSource(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a, s := newsroom(source{"slow", func(ctx context.Context) (minutes.Batch, error) {
		cancel()
		<-ctx.Done()
		return minutes.Batch{}, ctx.Err()
	}})
	good := minutes.SourceStatus{Name: "slow", Kind: "test", Status: "ok", FetchedAt: a.Now().Add(-time.Hour)}
	s.statuses["slow"] = good
	var said []string
	h, err := a.fetch(ctx, nil, nil, func(p minutes.Progress) { said = append(said, p.State) })
	if err != nil || len(h.sources) != 1 || h.sources[0].Status != "ok" || s.statuses["slow"].Status != "ok" {
		t.Errorf("%+v, %v, kept as %+v", h.sources, err, s.statuses["slow"])
	}
	if len(said) != 1 || said[0] != "start" {
		t.Errorf("said %v", said)
	}
}

func TestASourceThatFailsIsKeptAsFailedSinceTheFirstTime(t *testing.T) {
	a, s := newsroom(source{"down", func(context.Context) (minutes.Batch, error) { return minutes.Batch{}, errors.New("gone") }})
	now := a.Now()
	for range 3 {
		if _, err := a.fetch(t.Context(), nil, nil, func(minutes.Progress) {}); err != nil {
			t.Fatal(err)
		}
		a.Now = func() time.Time { return now.Add(48 * time.Hour) }
	}
	if st := s.statuses["down"]; st.Status != "failed" || !st.FailedAt.Equal(now) || !st.FetchedAt.IsZero() {
		t.Errorf("%+v", st)
	}
}

func TestWhatAConnectorForgotToCleanIsCleanInTheStore(t *testing.T) {
	a, s := newsroom(source{"mail", func(context.Context) (minutes.Batch, error) {
		return minutes.Batch{Items: []minutes.Item{{ID: "mail:1", Kind: minutes.KindMail, Mail: &minutes.Mail{Folder: "IN\x1b[2JBOX\u202e"}}}}, nil
	}})
	if _, err := a.fetch(t.Context(), nil, nil, func(minutes.Progress) {}); err != nil {
		t.Fatal(err)
	}
	if len(s.kept) != 1 || s.kept[0] != "IN[2JBOX" {
		t.Errorf("%q", s.kept)
	}
}

func TestASourceThatDidWellTooLongAgoIsStale(t *testing.T) {
	a, s := newsroom(source{name: "fresh"}, source{name: "old"}, source{name: "never"}, source{name: "off"})
	a.Sources[3].Off = true
	for name, days := range map[string]int{"fresh": 3, "old": 5, "off": 5} {
		s.statuses[name] = minutes.SourceStatus{Name: name, Status: "ok", FetchedAt: a.Now().AddDate(0, 0, -days)}
	}
	st, err := a.SourceStatuses(t.Context())
	if err != nil || len(st) != 4 {
		t.Fatal(st, err)
	}
	for i, want := range []string{"ok", "stale", "stale", "off"} {
		if st[i].Status != want || want == "stale" && st[i].Hint.Empty() {
			t.Errorf("%+v, want %s", st[i], want)
		}
	}
}
