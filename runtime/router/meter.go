package router

import (
	"context"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// Price is in US dollars: per million tokens, and per hour of the host while it works for us.
type Price struct{ Input, Output, Hour float64 }

// free says that no call costs anything.
func (p Price) free() bool { return p.Input == 0 && p.Output == 0 }

// cost is of one call that took so long.
func (p Price) cost(u minutes.Usage, took time.Duration) float64 {
	return p.Input*float64(u.PromptTokens)/1e6 + p.Output*float64(u.CompletionTokens)/1e6 + p.Hour*took.Hours()
}

// A Meter counts what a model was used for in this run.
type Meter struct {
	mu    sync.Mutex
	total minutes.Usage
	busy  time.Duration
}

// Total is what was counted so far.
func (m *Meter) Total() minutes.Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.total
}

// Count fills in what the provider could not: the time to the first token as the caller saw it, tokens a
// second after it, and what it cost. A call that failed and used tokens counts as well.
func (m *Meter) Count(price Price, inner minutes.Model) minutes.Model {
	return modelFunc(func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		start := time.Now()
		var first time.Time
		answer, err := inner.Generate(ctx, p, func(piece minutes.Piece) {
			if first.IsZero() {
				first = time.Now()
			}
			if emit != nil {
				emit(piece)
			}
		})
		took := time.Since(start)
		u := &answer.Usage
		u.Calls = 1
		if !first.IsZero() {
			u.TTFTMS = float64(first.Sub(start).Microseconds()) / 1000
			if rest := time.Since(first).Seconds(); rest > 0 && u.CompletionTokens > 1 {
				u.TokensPerSecond = float64(u.CompletionTokens-1) / rest
			}
		}
		u.CostUSD = price.cost(*u, took)
		m.add(*u, took)
		return answer, err
	})
}

func (m *Meter) add(u minutes.Usage, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &m.total
	t.Calls, t.PromptTokens, t.CompletionTokens = t.Calls+u.Calls, t.PromptTokens+u.PromptTokens, t.CompletionTokens+u.CompletionTokens
	t.CachedTokens, t.CostUSD = t.CachedTokens+u.CachedTokens, t.CostUSD+u.CostUSD
	t.TTFTMS = max(t.TTFTMS, u.TTFTMS)
	if m.busy += took; m.busy > 0 {
		t.TokensPerSecond = float64(t.CompletionTokens) / m.busy.Seconds()
	}
}
