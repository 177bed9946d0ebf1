package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
)

// Today is the cached brief of today, marked stale when it has expired; minutes.ErrNotFound when
// there is none yet.
func (a *Agent) Today(ctx context.Context) (minutes.Brief, error) {
	return a.Brief(ctx, a.Morning().Day)
}

// Brief is the last brief made for a day (2006-01-02).
func (a *Agent) Brief(ctx context.Context, day string) (minutes.Brief, error) {
	b, err := a.Archive.Brief(ctx, day)
	if err != nil {
		return b, err
	}
	b.Stale = a.Now().After(b.ExpiresAt)
	return b, nil
}

// Ranked are the items of a day in their order, best first. For today they are ranked now, so that
// a thumb given a moment ago already counts; other days are as they were.
func (a *Agent) Ranked(ctx context.Context, day string) ([]minutes.Scored, error) {
	m := a.Morning()
	if day != "" && day != m.Day {
		ranked, err := a.Archive.Ranking(ctx, day)
		if err != nil {
			return nil, err
		}
		return ranked, nil
	}
	g, err := a.gather(ctx, m)
	if err != nil {
		return nil, err
	}
	return withoutMine(a.Feedback.Rank(m, a.Merge(append(g.items, g.sent...)), g.log)), nil
}

// Why is one item in its place among today's, or, for an older one, in the place it would have by
// itself. The reasons are in Scored.Why and sum to the score.
func (a *Agent) Why(ctx context.Context, id string) (minutes.Scored, error) {
	ranked, err := a.Ranked(ctx, "")
	if err != nil {
		return minutes.Scored{}, err
	}
	for _, s := range ranked {
		if s.ID == id || slices.Contains(s.Also, id) {
			return s, nil
		}
	}
	it, err := a.Library.Item(ctx, id)
	if err != nil {
		return minutes.Scored{}, err
	}
	log, err := a.Journal.Judgements(ctx)
	if err != nil {
		return minutes.Scored{}, err
	}
	return a.Feedback.Rank(a.Morning(), []minutes.Group{{Lead: it}}, log)[0], nil
}

// Thread is the conversation a mail belongs to, oldest first; of anything else, the item alone.
func (a *Agent) Thread(ctx context.Context, it minutes.Item) ([]minutes.Item, error) {
	if it.Mail == nil || it.Mail.Thread == "" {
		return []minutes.Item{it}, nil
	}
	items, err := a.Library.Items(ctx, minutes.Query{Thread: it.Mail.Thread, Bodies: true})
	if err != nil {
		return nil, fmt.Errorf("read the thread: %w", err)
	}
	slices.Reverse(items)
	return items, nil
}

// staleAfter is when what a source brought is old for a program that runs each morning: longer than a
// long weekend.
const staleAfter = 4 * 24 * time.Hour

// SourceStatuses is how every configured source last did, in the order of the config. One that did well
// too long ago is stale.
func (a *Agent) SourceStatuses(ctx context.Context) ([]minutes.SourceStatus, error) {
	was, err := a.statuses(ctx)
	if err != nil {
		return nil, err
	}
	out := []minutes.SourceStatus{}
	for _, s := range a.Sources {
		st, ok := was[s.Name()]
		if !ok {
			st = minutes.SourceStatus{Name: s.Name(), Kind: s.Kind, Status: "stale", Hint: minutes.Clean("not fetched yet: run minutes preload")}
		}
		if st.Status == "ok" && a.Now().Sub(st.FetchedAt) > staleAfter {
			st.Status, st.Hint = "stale", minutes.Clean("run minutes preload; is the schedule still calling it?")
		}
		if s.Off {
			st.Status, st.Error, st.Hint = "off", minutes.Safe{}, minutes.Safe{}
		}
		out = append(out, st)
	}
	return out, nil
}

// probe is a source's own, within the deadline of a source.
func (a *Agent) probe(ctx context.Context, name string, p minutes.Prober) error {
	deadline := a.deadline()
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	err := p.Probe(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return late(name, deadline, err)
	}
	return err
}

// Probe asks one source whether it would work. It changes nothing, but that a source which answers is asked
// by the next run, however often it failed before: its password may just have been stored. The count is of what a fetch
// would bring, -1 where the source can tell without one.
func (a *Agent) Probe(ctx context.Context, name string) (int, error) {
	if err := a.known([]string{name}); err != nil {
		return 0, err
	}
	for _, s := range a.Sources {
		if s.Name() != name {
			continue
		}
		ctx = minutes.Insist(ctx)
		if p, ok := s.Source.(minutes.Prober); ok {
			if err := a.probe(ctx, s.Name(), p); err != nil {
				return -1, err
			}
			return -1, a.closeBreaker(ctx, name)
		}
		from, err := a.Library.Cursor(ctx, name)
		if err != nil {
			return 0, err
		}
		f := a.fetchOne(ctx, s, minutes.Cursor{At: from.At})
		if f.err != nil {
			return len(f.batch.Items), f.err
		}
		return len(f.batch.Items), a.closeBreaker(ctx, name)
	}
	return 0, minutes.ErrNotFound
}
