package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/prompts"
)

// Models are who writes, by role. A nil one is nobody: then code does its work.
type Models struct {
	Read, Plan, Answer minutes.Model
	Name               string // of the chain that reads: readings of another one are made anew
	Slots              int    // how many readers at once; 0 and 1: one after the other, best first
}

// Readings keeps what readers made, by a key of what was read.
type Readings interface {
	Reading(ctx context.Context, key string) (minutes.Reading, error)
	KeepReading(ctx context.Context, key string, r minutes.Reading) error
}

const (
	maxReadings  = 60               // of one brief
	fewReadings  = 20               // where they are made one after the other
	maxFallbacks = 10               // told of one brief
	readingTime  = 4 * time.Minute  // by hand; a brief has 5 minutes
	unwatched    = 12 * time.Minute // from cron; a brief has 15
)

// readers is the reading of one morning: every item by itself, at once as far as the server has slots.
// A reader that fails costs its item's line, never the brief.
type readers struct {
	a     *Agent
	m     minutes.Morning
	ctx   context.Context
	end   context.CancelFunc
	slots int
	wg    sync.WaitGroup
	limit int  // of calls
	calls bool // false: what was read before is all there is

	mu     sync.Mutex
	queue  []job
	fresh  bool // something was to be read anew
	busy   int  // workers
	asked  map[string]bool
	made   map[string]minutes.Reading
	usage  minutes.Usage
	passed []minutes.Fallback
}

// newReaders is nil where no model reads.
func (a *Agent) newReaders(ctx context.Context, m minutes.Morning) *readers {
	if a.Models.Read == nil || a.Readings == nil {
		return nil
	}
	limit, slots := maxReadings, a.Models.Slots
	if slots <= 1 {
		limit, slots = fewReadings, 1
	}
	allowed := readingTime
	if a.Settings.Unwatched {
		allowed = unwatched
	}
	r := &readers{a: a, m: m, slots: slots, limit: limit, calls: true, asked: map[string]bool{}, made: map[string]minutes.Reading{}}
	r.ctx, r.end = context.WithTimeout(ctx, allowed)
	return r
}

// early has the items read that one source has just brought, while the others are still asked. On a
// server with one slot nothing is early: the best of all come first.
func (r *readers) early(items []minutes.Item) {
	if r == nil || r.slots == 1 || !r.calls {
		return
	}
	log, err := r.a.Journal.Judgements(r.ctx)
	if err != nil {
		return // what ranks all of them says so
	}
	ranked := r.a.Feedback.Rank(r.m, r.a.Merge(items), log)
	for _, s := range ranked[:min(len(ranked), fewReadings)] {
		r.read(s)
	}
}

// read has one item read, unless it was, or is not worth it. It returns at once. One goroutine calls it.
func (r *readers) read(s minutes.Scored) {
	if r == nil || !worth(s) {
		return
	}
	r.mu.Lock()
	seen := r.asked[s.ID]
	r.asked[s.ID] = true
	r.mu.Unlock()
	if seen {
		return
	}
	key := r.key(s.Item)
	if made, err := r.a.Readings.Reading(r.ctx, key); err == nil {
		r.keep(made)
		return
	}
	if r.limit == 0 || !r.calls {
		return
	}
	r.limit--
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fresh = true
	r.queue = append(r.queue, job{s.Item, key})
	if r.busy < r.slots {
		r.busy++
		r.wg.Go(r.work)
	}
}

// A job is an item to read.
type job struct {
	item minutes.Item
	key  string
}

// work reads what is first in the queue until there is nothing left, or no time.
func (r *readers) work() {
	for {
		r.mu.Lock()
		if len(r.queue) == 0 || r.ctx.Err() != nil {
			r.busy--
			r.mu.Unlock()
			return
		}
		next := r.queue[0]
		r.queue = r.queue[1:]
		r.mu.Unlock()
		r.one(next.item, next.key)
	}
}

// worth says that an item has words that a line could be made of.
func worth(s minutes.Scored) bool {
	if s.Score == 0 || s.Mail != nil && s.Mail.FromMe {
		return false
	}
	switch s.Kind {
	case minutes.KindMail, minutes.KindArticle:
		return !s.Body.Empty() || !s.Excerpt.Empty()
	case minutes.KindStory, minutes.KindNote:
		return !s.Excerpt.Empty()
	}
	return false
}

// key stands for all that a reading depends on.
func (r *readers) key(it minutes.Item) string {
	p := prompts.Read(it, nil)
	sum := sha256.Sum256([]byte(prompts.ReadVersion() + "\x00" + r.a.Models.Name + "\x00" + it.ID + "\x00" + p.User.String()))
	return hex.EncodeToString(sum[:16])
}

// one reads an item, holds the line against it, and has it mended once.
func (r *readers) one(it minutes.Item, key string) {
	reading := minutes.Reading{Item: it.ID, Evidence: []minutes.Evidence{}}
	var refused *prompts.Refused
	for try := range 2 {
		draft, answer, err := r.ask(it, refused)
		if reading.Model = answer.Model; err != nil && !errors.Is(err, prompts.ErrCut) && !errors.Is(err, prompts.ErrForm) {
			return // nothing was made: the next run asks again
		}
		if err != nil {
			refused = &prompts.Refused{Why: err.Error(), Label: answer.Text.Label}
			continue
		}
		evidence, why := hold(it, draft, r.m)
		if reading.Kind, reading.Asks, reading.NeedsReply = draft.Kind, r.said(it, draft.Asks), draft.NeedsReply; why == nil {
			reading.Line, reading.Evidence, reading.Repaired = draft.Line, evidence, try > 0
			break
		}
		refused = &prompts.Refused{Line: draft.Line, Why: why.Error(), Label: answer.Text.Label}
	}
	if err := r.a.Readings.KeepReading(context.WithoutCancel(r.ctx), key, reading); err != nil {
		r.a.log().Warn("keep a reading", "error", err.Error())
	}
	r.keep(reading)
}

// ask makes one call and counts it.
func (r *readers) ask(it minutes.Item, refused *prompts.Refused) (prompts.Draft, minutes.Answer, error) {
	answer, err := r.a.Models.Read.Generate(r.ctx, prompts.Read(it, refused), nil)
	r.mu.Lock()
	r.usage = addUsage(r.usage, answer.Usage)
	r.passed = append(r.passed, answer.Fallbacks...)
	var none *minutes.PassedOver
	if errors.As(err, &none) {
		r.passed = append(r.passed, none.Fallbacks...)
	} else if err != nil && r.ctx.Err() == nil {
		r.passed = append(r.passed, minutes.Fallback{Model: r.a.Models.Name, Error: minutes.CleanLine(err.Error()).String()})
	}
	r.mu.Unlock()
	if err != nil {
		return prompts.Draft{}, answer, err
	}
	draft, err := prompts.ParseReading(answer.Text)
	return draft, answer, err
}

// add counts what else was spent on the morning.
func (r *readers) add(u minutes.Usage, passed []minutes.Fallback) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.usage, r.passed = addUsage(r.usage, u), append(r.passed, passed...)
}

func (r *readers) keep(made minutes.Reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made[made.Item] = made
}

// best has the best of a ranking read, and is all that was read, once the readers have ended or their
// time is over. A reader that comes later is told to nobody.
func (r *readers) best(ranked []minutes.Scored) map[string]minutes.Reading {
	if r == nil {
		return nil
	}
	for _, s := range ranked {
		r.read(s)
	}
	r.wg.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.made)
}

// beside does what needs no reading while the readers are at work, where the server has slots for both;
// else when it is waited for: on one slot the readings come first.
func (r *readers) beside(do func()) (wait func()) {
	if r == nil || r.slots == 1 {
		return do
	}
	var wg sync.WaitGroup
	wg.Go(do)
	return wg.Wait
}

// anything says whether something was to be read anew, for a morning that is as the last one was.
func (r *readers) anything(ranked []minutes.Scored) bool {
	for _, s := range ranked {
		r.read(s)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fresh
}

// withFallback adds a model that was passed over: its first reason, which those after it follow from.
func withFallback(list []minutes.Fallback, f minutes.Fallback) []minutes.Fallback {
	if len(list) >= maxFallbacks || slices.ContainsFunc(list, func(o minutes.Fallback) bool { return o.Model == f.Model }) {
		return list
	}
	return append(list, f)
}

// onlyKept makes no call: it finds what was read before.
func (r *readers) onlyKept() {
	if r != nil {
		r.calls = false
	}
}

// stop ends readers that are still at work.
func (r *readers) stop() {
	if r != nil {
		r.end()
	}
}

// account says who put a brief together, which models were passed over, and what it cost.
func (r *readers) account(b minutes.Brief) (minutes.Composer, minutes.Usage) {
	c := minutes.Composer{Composer: "extractive", Fallbacks: []minutes.Fallback{}}
	if r == nil {
		return c, minutes.Usage{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.passed {
		c.Fallbacks = withFallback(c.Fallbacks, f)
	}
	for _, claim := range b.Claims() {
		if claim.Engine == minutes.EngineModel && len(claim.Items) > 0 {
			c.Composer, c.Model = "model", r.made[claim.Items[0]].Model
			break
		}
	}
	if held := func(m minutes.Reading) bool { return !m.Line.Empty() }; c.Composer != "model" && len(c.Fallbacks) == 0 && len(r.made) > 0 &&
		!slices.ContainsFunc(slices.Collect(maps.Values(r.made)), held) {
		c.Fallbacks = withFallback(c.Fallbacks, minutes.Fallback{Model: r.a.Models.Name,
			Error: fmt.Sprintf("nothing that it wrote of %d items was in form and true: see minutes models test", len(r.made))})
	}
	return c, r.usage
}
