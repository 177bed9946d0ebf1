package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// harvest is what one round of fetching came to. moved says that the store changed.
type harvest struct {
	sources []minutes.SourceStatus
	keeping time.Duration
	moved   bool
}

type fetched struct {
	source Configured
	batch  minutes.Batch
	err    error
	took   time.Duration
}

// fetch asks every source that is on and not resting (or the named ones) at once and keeps each batch
// as it comes; fresh, if not nil, then hears what was new or changed. A source that fails becomes its
// status; only a failing store is an error.
func (a *Agent) fetch(ctx context.Context, only []string, fresh func([]minutes.Item), report func(minutes.Progress)) (harvest, error) {
	var h harvest
	before, err := a.statuses(ctx)
	if err != nil {
		return h, err
	}
	results := make(chan fetched)
	pending := 0
	for _, s := range a.Sources {
		was := before[s.Name()]
		switch {
		case s.Off:
			h.sources = append(h.sources, minutes.SourceStatus{Name: s.Name(), Kind: s.Kind, Status: "off", FetchedAt: was.FetchedAt})
		case len(only) > 0 && !slices.Contains(only, s.Name()):
			if was.Name == "" {
				was = minutes.SourceStatus{Name: s.Name(), Kind: s.Kind, Status: "stale", Hint: minutes.Clean("not fetched yet: run minutes preload")}
			}
			h.sources = append(h.sources, was)
		case len(only) == 0 && resting(was, a.Now()):
			h.sources = append(h.sources, rested(was))
			p := progress(rested(was))
			p.Note = minutes.CleanLine(fmt.Sprintf("not asked, for it failed %d times in a row: %s", was.Failures, was.Error))
			report(p)
		default:
			from, err := a.Library.Cursor(ctx, s.Name())
			if err != nil {
				return h, err
			}
			pending++
			report(minutes.Progress{Step: "fetch", Source: s.Name(), State: "start"})
			go func() { results <- a.fetchOne(asked(ctx, only), s, from) }()
		}
	}
	return h, a.keepAll(ctx, &h, before, pending, results, fresh, report)
}

// asked is ctx for a fetch of the named sources.
func asked(ctx context.Context, only []string) context.Context {
	if len(only) > 0 {
		return minutes.Insist(ctx)
	}
	return ctx
}

// keepAll takes what the sources that are being asked bring, one by one.
func (a *Agent) keepAll(ctx context.Context, h *harvest, before map[string]minutes.SourceStatus, pending int, results <-chan fetched,
	fresh func([]minutes.Item), report func(minutes.Progress)) error {
	var failed error
	var tried []fetched
	for ; pending > 0; pending-- {
		f := <-results
		tried = append(tried, f)
		start := time.Now()
		st, moved, err := a.keep(ctx, f, before[f.source.Name()])
		h.keeping += time.Since(start)
		h.moved = h.moved || len(moved) > 0
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		h.sources = append(h.sources, st)
		if fresh != nil && len(moved) > 0 {
			fresh(slices.DeleteFunc(f.batch.Items, func(it minutes.Item) bool { return !moved[it.ID] }))
		}
		if ctx.Err() == nil || f.err == nil {
			report(progress(st))
		}
	}
	slices.SortFunc(h.sources, a.bySourceOrder)
	if ctx.Err() == nil && noNetwork(tried) {
		failed = errors.Join(failed, a.tellNoNetwork(ctx, h, before, tried))
	}
	return failed
}

// tellNoNetwork puts it in the place of what each of the sources ran into.
func (a *Agent) tellNoNetwork(ctx context.Context, h *harvest, before map[string]minutes.SourceStatus, tried []fetched) error {
	var failed error
	for i := range h.sources {
		st := &h.sources[i]
		if slices.ContainsFunc(tried, func(f fetched) bool { return f.source.Name() == st.Name && !f.source.Local }) {
			sayNoNetwork(st, before[st.Name])
			failed = errors.Join(failed, a.Health.KeepStatus(ctx, *st))
		}
	}
	return failed
}

// bySourceOrder is the order of the config, so that what is printed never depends on who was first.
func (a *Agent) bySourceOrder(x, y minutes.SourceStatus) int {
	at := func(name string) int {
		return slices.IndexFunc(a.Sources, func(s Configured) bool { return s.Name() == name })
	}
	return at(x.Name) - at(y.Name)
}

// deadline is how long one source may take; a source that hangs costs itself alone.
func (a *Agent) deadline() time.Duration {
	if a.Settings.Deadline > 0 {
		return a.Settings.Deadline
	}
	return minutes.Deadlines{}.Filled().Source
}

// fetchOne never panics and never outlasts its deadline by more than the source takes to notice.
func (a *Agent) fetchOne(ctx context.Context, s Configured, from minutes.Cursor) (f fetched) {
	start := time.Now()
	deadline := a.deadline()
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	done := make(chan fetched, 1)
	go func() {
		f := fetched{source: s}
		defer func() {
			if p := recover(); p != nil {
				f.err = minutes.WithHint(fmt.Errorf("the connector broke: %.200v", p), "report this; the other sources are not affected")
				a.log().Error("connector panic", "source", s.Name(), "panic", fmt.Sprint(p))
			}
			done <- f
		}()
		f.batch, f.err = s.Fetch(ctx, from)
	}()
	select {
	case f = <-done:
	case <-ctx.Done():
		// The source should stop by itself; half a second later it is left behind.
		select {
		case f = <-done:
		case <-time.After(500 * time.Millisecond):
			f = fetched{source: s, err: ctx.Err()}
		}
	}
	if errors.Is(f.err, context.DeadlineExceeded) || f.err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		f.err = late(s.Name(), deadline, f.err)
	}
	f.source, f.took = s, time.Since(start)
	return f
}

// late is the error of a source whose own deadline fired. What it was doing then is said where it knows.
func late(name string, deadline time.Duration, err error) error {
	hint := "it is slow or far away: try again later with minutes sources test " + name
	if errors.Is(err, context.DeadlineExceeded) && errors.Unwrap(err) == nil { // it was left behind, or knows no more than that
		return minutes.WithHint(fmt.Errorf("not done within %s", deadline), hint)
	}
	doing := strings.ReplaceAll(err.Error(), ": "+context.DeadlineExceeded.Error(), "")
	return minutes.WithHint(fmt.Errorf("not done within %s: %s", deadline, doing), hint)
}

// keep stores one batch with its cursor and says how the source did, and what changed, by id.
func (a *Agent) keep(ctx context.Context, f fetched, was minutes.SourceStatus) (minutes.SourceStatus, map[string]bool, error) {
	st := minutes.SourceStatus{Name: f.source.Name(), Kind: f.source.Kind, Status: "ok", ElapsedMS: f.took.Milliseconds(),
		FetchedAt: was.FetchedAt, FailedAt: was.FailedAt, Items: len(f.batch.Items), Rejected: f.batch.Rejected}
	moved := map[string]bool{}
	if f.err == nil || len(f.batch.Items)+len(f.batch.Gone) > 0 || f.batch.Next.Token != nil {
		for i := range f.batch.Items {
			it := &f.batch.Items[i]
			it.Clean() // the one door: whatever a connector forgot
			it.Source, it.Private, it.LocalOnly = f.source.Name(), f.source.Private, f.source.LocalOnly
		}
		if f.err == nil && f.batch.Next.At.IsZero() {
			f.batch.Next.At = a.Now()
		}
		// What was fetched is kept even when the run is being cancelled: that is the promise.
		kept, err := a.Library.Keep(context.WithoutCancel(ctx), f.source.Name(), f.batch)
		if err != nil {
			return st, moved, err
		}
		st.New = len(kept.New)
		st.Rejected = append(st.Rejected, kept.Rejected...)
		for _, id := range slices.Concat(kept.New, kept.Changed, kept.Gone) {
			moved[id] = true
		}
	}
	if f.err != nil && ctx.Err() != nil {
		// The run was broken off, not the source: how it did is what it was.
		was.Name, was.Kind = f.source.Name(), f.source.Kind
		if was.Status == "" {
			was.Status = "stale"
		}
		return was, moved, nil
	}
	now := a.Now()
	switch {
	case f.err == nil:
		st.FetchedAt, st.FailedAt = now, time.Time{}
	case len(f.batch.Items) > 0 || f.batch.Part:
		st.Status, st.FetchedAt, st.FailedAt = "partial", now, time.Time{}
	default:
		st.Status = "failed"
		if st.FailedAt.IsZero() {
			st.FailedAt = now
		}
		failedOnce(&st, was, now)
	}
	if f.err != nil {
		st.Error, st.Hint = minutes.CleanLine(strings.ReplaceAll(f.err.Error(), "\n", "; ")), minutes.CleanLine(minutes.Hint(f.err))
		a.log().Warn("source", "source", st.Name, "status", st.Status, "error", st.Error.String())
	}
	if err := a.Health.KeepStatus(context.WithoutCancel(ctx), st); err != nil {
		return st, moved, err
	}
	return st, moved, nil
}

func (a *Agent) statuses(ctx context.Context) (map[string]minutes.SourceStatus, error) {
	all, err := a.Health.Statuses(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]minutes.SourceStatus, len(all))
	for _, s := range all {
		out[s.Name] = s
	}
	return out, nil
}

func progress(st minutes.SourceStatus) minutes.Progress {
	state := map[string]string{"ok": "done", "partial": "partial"}[st.Status]
	if state == "" {
		state = "failed"
	}
	return minutes.Progress{Step: "fetch", Source: st.Name, State: state, Items: st.New, Note: st.Error,
		Took: time.Duration(st.ElapsedMS) * time.Millisecond}
}
