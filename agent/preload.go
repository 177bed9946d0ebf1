package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract"
	"github.com/dailyminutes/minutes/agent/verify"
)

// lockWait is how long a preload waits for another one, in whatever process, before it gives up.
const lockWait = 60 * time.Second

// Preload makes today's brief: fetch, keep, rank, compose, verify, cache. Only names the sources
// to ask (nil: all that are on); report hears of every step and may be nil.
//
// A failed source is in the brief's Sources, not an error: Partial tells. When another preload was
// running, its result is returned. When ctx ends, what was fetched is kept and the last good brief
// stays as it was.
func (a *Agent) Preload(ctx context.Context, only []string, report func(minutes.Progress)) (minutes.Brief, error) {
	if report == nil {
		report = func(minutes.Progress) {}
	}
	if err := a.known(only); err != nil {
		return minutes.Brief{}, err
	}
	before, _ := a.newest(ctx)
	unlock, waited, err := a.Runs.Lock(ctx, lockWait, func() {
		report(minutes.Progress{Step: "wait", State: "start", Note: minutes.Clean("another preload is running; waiting for it")})
	})
	if err != nil {
		return minutes.Brief{}, fmt.Errorf("wait for the other preload: %w", err)
	}
	defer unlock()
	if waited && len(only) == 0 {
		// Its result is ours too, if it asked every source and came to its end.
		// It may have been a question's look at the sources, which makes no brief.
		if run, ok := a.ended(ctx, 1); ok && run.Kind == "preload" && (run.ID != before.ID || before.End.IsZero()) {
			if b, err := a.Today(ctx); err == nil && !b.Stale {
				return b, nil
			}
		}
	}
	m := a.Morning()
	kind := "preload"
	if len(only) > 0 {
		kind = "only"
	}
	run, err := a.Runs.Begin(ctx, minutes.Run{Kind: kind, Day: m.Day, Start: m.Now})
	if err != nil {
		return minutes.Brief{}, err
	}
	b, err := a.preload(ctx, m, only, report)
	run.End, run.Sources, run.Timing = a.Now(), b.Sources, b.Timing
	switch {
	case err == nil && Partial(b):
		run.Outcome = "partial"
	case err == nil:
		run.Outcome = "ok"
	case ctx.Err() != nil:
		run.Outcome = "interrupted"
	default:
		run.Outcome, run.Error = "failed", minutes.CleanLine(err.Error())
	}
	if e := a.Runs.End(context.WithoutCancel(ctx), run); e != nil {
		err = errors.Join(err, e)
	}
	return b, err
}

func (a *Agent) preload(ctx context.Context, m minutes.Morning, only []string, report func(minutes.Progress)) (minutes.Brief, error) {
	t := newStopwatch()
	readers := a.newReaders(ctx, m)
	defer readers.stop()
	h, err := a.fetch(ctx, only, readers.early, report)
	timing := minutes.Timing{Fetch: max(t.lap()-h.keeping.Milliseconds(), 0), Keep: h.keeping.Milliseconds()}
	if err != nil {
		return minutes.Brief{}, err
	}
	if ctx.Err() != nil {
		return minutes.Brief{}, ctx.Err()
	}
	if !h.moved {
		if b, ok := a.unchanged(ctx, m, h.sources); ok {
			report(minutes.Progress{Step: "cache", State: "done", Note: minutes.Clean("nothing new; the brief stands")})
			return b, nil
		}
	}
	b, err := a.remake(ctx, m, h.sources, readers, &timing, report)
	if err != nil {
		return minutes.Brief{}, err
	}
	if n, err := a.Upkeep.Retain(ctx, a.Settings.KeepItems, a.Settings.KeepBriefs); err != nil {
		a.log().Warn("retention", "error", err.Error()) // the brief stands; the next run tries again
	} else if n > 0 {
		a.log().Info("retention", "dropped", n)
	}
	return b, nil
}

// Remake composes today's brief again from what is kept, without asking any source: after a thumb
// or a mute. It needs a brief of today for how the sources did.
func (a *Agent) Remake(ctx context.Context) (minutes.Brief, error) {
	m := a.Morning()
	was, err := a.Archive.Brief(ctx, m.Day)
	if err != nil {
		return minutes.Brief{}, err
	}
	readers := a.newReaders(ctx, m)
	defer readers.stop()
	readers.onlyKept() // a thumb waits for no model
	return a.remake(ctx, m, was.Sources, readers, &was.Timing, func(minutes.Progress) {})
}

// remake is the line from rank to cache.
func (a *Agent) remake(ctx context.Context, m minutes.Morning, sources []minutes.SourceStatus, readers *readers, timing *minutes.Timing, report func(minutes.Progress)) (minutes.Brief, error) {
	t := newStopwatch()
	g, err := a.gather(ctx, m)
	if err != nil {
		return minutes.Brief{}, err
	}
	ranked := a.Feedback.Rank(m, a.Merge(append(g.items, g.sent...)), g.log)
	timing.Rank = t.step("rank", report)

	var looked []minutes.Claim
	var trace []minutes.Step
	worth := readers != nil && readers.anything(ranked)
	look := readers.beside(func() { looked, trace = a.investigate(ctx, withoutMine(ranked), readers, worth) })
	readings := readers.best(ranked)
	if readers != nil {
		timing.Read = t.step("read", report)
	}
	if look(); len(trace) > 0 {
		timing.Investigate = t.step("investigate", report)
	}

	draft := extract.Compose(m, extract.Input{Ranked: withoutMine(ranked), Sent: g.sent, Open: g.open, Before: g.before, Sources: sources, Readings: readings, Looked: looked})
	timing.Compose = t.step("compose", report)

	known := byID(g.items, g.sent)
	b := verify.Brief(draft, known, m)
	timing.Verify = t.step("verify", report)

	b.Schema, b.Day, b.Timezone = "minutes.brief/v1", m.Day, a.Settings.ZoneName
	b.GeneratedAt, b.ExpiresAt = m.Now, m.Now.Add(a.Settings.Expires)
	a.weave(ctx, &b, known, readers)
	prose := b.Engine.Prose
	b.Engine, b.Usage = readers.account(b)
	b.Engine.Prose, b.Trace = prose, trace
	b.Sources = sources
	// Of what was gathered, not of what is there now: a thumb given meanwhile is not in this brief.
	// What the brief itself settled is no news to the next run.
	b.Fingerprint = a.fingerprint(m, sources, len(g.log), settled(g.open, b.Actions))
	timing.Total = timing.Fetch + timing.Keep + timing.Rank + timing.Read + timing.Investigate + timing.Compose + timing.Verify
	b.Timing = *timing
	if ctx.Err() != nil {
		return minutes.Brief{}, ctx.Err() // the last good brief stays
	}
	if err := a.Loops.KeepActions(ctx, b.Actions); err != nil {
		return minutes.Brief{}, err
	}
	if err := a.Archive.KeepBrief(ctx, b, withoutMine(ranked)); err != nil {
		return minutes.Brief{}, err
	}
	report(minutes.Progress{Step: "cache", State: "done"})
	return b, nil
}

// unchanged is today's brief if composing again could not change it: no source brought anything,
// the run before came to its end (what one that was killed had kept is in no brief yet), every other
// input is as it was, and it has not expired.
func (a *Agent) unchanged(ctx context.Context, m minutes.Morning, sources []minutes.SourceStatus) (minutes.Brief, bool) {
	b, err := a.Archive.Brief(ctx, m.Day)
	if err != nil || !m.Now.Before(b.ExpiresAt) || m.Now.Before(b.GeneratedAt) || len(b.Engine.Fallbacks) > 0 {
		return b, false // a model that was down then may read now
	}
	if _, ok := a.ended(ctx, 2); !ok { // this run is the newest
		return b, false
	}
	log, err := a.Journal.Judgements(ctx)
	if err != nil {
		return b, false
	}
	done, err := a.Loops.Actions(ctx, "done")
	if err != nil || a.fingerprint(m, sources, len(log), len(done)) != b.Fingerprint {
		return b, false
	}
	b.Sources = sources
	return b, true
}

// newest is the run that began last; false where none has.
func (a *Agent) newest(ctx context.Context) (minutes.Run, bool) {
	runs, err := a.Runs.Runs(ctx, 1)
	if err != nil || len(runs) == 0 {
		return minutes.Run{}, false
	}
	return runs[0], true
}

// ended is the run at a place counted from the newest, which is 1, if it made a brief.
func (a *Agent) ended(ctx context.Context, place int) (minutes.Run, bool) {
	runs, err := a.Runs.Runs(ctx, place)
	if err != nil || len(runs) < place {
		return minutes.Run{}, false
	}
	run := runs[place-1]
	return run, run.Outcome == "ok" || run.Outcome == "partial"
}

// fingerprint stands for every input of a brief but the items: judgements and settled actions, which
// only ever become more, how the sources did, the settings.
func (a *Agent) fingerprint(m minutes.Morning, sources []minutes.SourceStatus, judged, settled int) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %v %d %d %q\n", m.Day, a.Settings.ZoneName, m.Profile, m.Words, m.Hours, a.Settings.Version)
	fmt.Fprintln(h, judged, settled, a.Models.Name)
	for _, s := range sources {
		fmt.Fprintf(h, "%q %s %q %t\n", s.Name, s.Status, s.Error.String(), s.RetryAt.IsZero())
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// settled counts the actions that are done in any of the lists.
func settled(lists ...[]minutes.Action) int {
	done := map[string]bool{}
	for _, l := range lists {
		for _, act := range l {
			if act.Status == "done" {
				done[act.ID] = true
			}
		}
	}
	return len(done)
}

// Partial says whether a source that is on failed or came in part. Entries that were rejected one
// by one, and feeds dead for a week, are in Rejected and do not count.
//
// With names, only those sources are looked at.
func Partial(b minutes.Brief, names ...string) bool {
	for _, s := range b.Sources {
		asked := len(names) == 0 || slices.Contains(names, s.Name)
		if asked && (s.Status == "failed" || s.Status == "partial") {
			return true
		}
	}
	return false
}

func (a *Agent) known(only []string) error {
	for _, name := range only {
		found := false
		for _, s := range a.Sources {
			if s.Name() == name {
				found = true
				if s.Off {
					return minutes.WithHint(fmt.Errorf("the source %q is switched off", name), "set enabled = true in the config")
				}
			}
		}
		if !found {
			return minutes.WithHint(fmt.Errorf("no source named %q: %w", name, minutes.ErrNotFound), "see minutes sources")
		}
	}
	return nil
}

// withoutMine leaves out the mail I sent: it ranks others, it is not news to me.
func withoutMine(ranked []minutes.Scored) []minutes.Scored {
	out := make([]minutes.Scored, 0, len(ranked))
	for _, s := range ranked {
		if s.Mail == nil || !s.Mail.FromMe {
			out = append(out, s)
		}
	}
	return out
}

func byID(lists ...[]minutes.Item) map[string]minutes.Item {
	out := map[string]minutes.Item{}
	for _, l := range lists {
		for _, it := range l {
			out[it.ID] = it
		}
	}
	return out
}

func notFound(err error) bool { return errors.Is(err, minutes.ErrNotFound) }

// stopwatch measures steps; it tells no time of day.
type stopwatch struct{ last time.Time }

func newStopwatch() *stopwatch { return &stopwatch{time.Now()} }

func (s *stopwatch) lap() int64 {
	d := time.Since(s.last)
	s.last = time.Now()
	return d.Milliseconds()
}

func (s *stopwatch) step(name string, report func(minutes.Progress)) int64 {
	ms := s.lap()
	report(minutes.Progress{Step: name, State: "done", Took: time.Duration(ms) * time.Millisecond})
	return ms
}
