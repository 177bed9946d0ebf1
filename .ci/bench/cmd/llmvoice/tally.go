package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
)

// tally counts calls as the server saw them.
type tally struct {
	mu   sync.Mutex
	all  []*call
	open int
	most int
}

type call struct {
	Kind               string
	Usage              usage
	Cut                bool // it did not fit num_ctx
	start, first, last time.Time
	prompt             string
}

// report is what /stats tells. Times are of the wall, in ms since 1970 where they are moments.
type report struct {
	Calls       int            `json:"calls"`
	Kinds       map[string]int `json:"kinds"`
	AtOnce      int            `json:"at_once"`  // streams, at most
	FirstAt     int64          `json:"first_at"` // when the first call came
	WallMS      int64          `json:"wall_ms"`  // from the first call's coming to the last one's end
	ReadMS      int64          `json:"read_ms"`  // the same, of readers
	Prompt      int            `json:"prompt"`
	Cached      int            `json:"cached"`
	Completion  int            `json:"completion"`
	WorstBlocks float64        `json:"worst_blocks"` // of the fixed prefix's full blocks, after the first call of its kind
	WorstPrefix float64        `json:"worst_prefix"` // of all tokens of the fixed prefix
	Cut         int            `json:"cut"`          // prompts that did not fit
	Longest     int            `json:"longest"`      // tokens of a prompt
}

func (t *tally) begin(q question) *call {
	c := &call{Kind: q.kind(), start: time.Now(), prompt: prompt(q)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, c)
	t.open++
	t.most = max(t.most, t.open)
	if w := q.Options.Window; w > 0 {
		c.Cut = len(c.prompt)/4+q.Options.Max > w
	}
	return c
}

// prompt is what llmsim makes of the messages.
func prompt(q question) string {
	out := ""
	for _, m := range q.Messages {
		out += "<|" + m.Role + "|>" + m.Content
	}
	return out
}

func (t *tally) token(c *call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.last = time.Now(); c.first.IsZero() {
		c.first = c.last
	}
}

func (t *tally) end(*call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open--
}

func (t *tally) tell(w http.ResponseWriter, _ *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := report{Calls: len(t.all), Kinds: map[string]int{}, AtOnce: t.most, WorstBlocks: 100, WorstPrefix: 100}
	var last, lastRead time.Time
	for _, c := range t.all {
		r.Kinds[c.Kind]++
		r.Prompt, r.Cached, r.Completion = r.Prompt+c.Usage.Prompt, r.Cached+c.Usage.Details.Cached, r.Completion+c.Usage.Completion
		r.Longest = max(r.Longest, c.Usage.Prompt)
		if c.Cut {
			r.Cut++
		}
		if last = later(last, c.last); c.Kind == "read" {
			lastRead = later(lastRead, c.last)
		}
	}
	if len(t.all) > 0 {
		begin := t.all[0].start
		r.FirstAt, r.WallMS = begin.UnixMilli(), last.Sub(begin).Milliseconds()
		if !lastRead.IsZero() {
			r.ReadMS = lastRead.Sub(begin).Milliseconds()
		}
	}
	for kind := range r.Kinds {
		t.prefix(kind, &r)
	}
	t.all, t.most = nil, t.open
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(r)
}

// prefix looks how much of what a kind's prompts have in common was cached, in every call but the first.
func (t *tally) prefix(kind string, r *report) {
	calls := slices.DeleteFunc(slices.Clone(t.all), func(c *call) bool { return c.Kind != kind })
	if len(calls) < 2 {
		return
	}
	common := len(calls[0].prompt)
	for _, c := range calls[1:] {
		n := 0
		for n < min(common, len(c.prompt)) && c.prompt[n] == calls[0].prompt[n] {
			n++
		}
		common = n
	}
	// The server tells when a call ends; the first is whose prompt it took in first.
	first := slices.MinFunc(calls, func(a, b *call) int { return a.Usage.Details.Cached - b.Usage.Details.Cached })
	blocks := float64(common / 64 * 16)
	for _, c := range calls {
		if c == first {
			continue
		}
		had := min(float64(c.Usage.Details.Cached), blocks)
		r.WorstBlocks = min(r.WorstBlocks, 100*had/blocks)
		r.WorstPrefix = min(r.WorstPrefix, 100*had/(float64(common)/4))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
