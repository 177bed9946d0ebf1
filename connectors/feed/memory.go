package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// fingerprint is all of the config that shapes items: when it changes, bodies that did not must
// be read again.
func (r *run) fingerprint() string {
	return fmt.Sprintf("%d/%s/%t/%t/%s", r.config.Limit, r.config.Category, r.config.FullText, r.env.Private, r.env.Zone)
}

// memory is what a source remembers of its feeds in State.
type memory struct {
	Feeds   map[string]history
	Blocked map[string]time.Time `json:",omitempty"` // hosts that refuse article pages, until when
}

// history is what matters of a feed's past. Since is when it began to fail without a success
// between.
type history struct {
	Moved string    `json:",omitempty"` // its address now, after permanent redirects
	Fails int       `json:",omitempty"`
	Since time.Time `json:",omitzero"`
	Next  time.Time `json:",omitzero"`  // not asked before
	Last  string    `json:",omitempty"` // the failure's words
	Hint  string    `json:",omitempty"`
	Gone  bool      `json:",omitempty"` // 410: never asked again
}

const stateKey = "feeds"

// longest is just under a day, so that a run each morning asks each morning.
const longest = 22 * time.Hour

// deadAfter is when a failing feed stops being news.
const deadAfter = 7 * 24 * time.Hour

// failed counts a failure. The first is asked again in the next run; from the second on the wait
// doubles from an hour to about a day, and a server's own wish counts for more.
func (h *history) failed(now time.Time, err error) {
	if errors.Is(err, context.Canceled) {
		return // by the user, not by the feed
	}
	if h.Fails == 0 {
		h.Since = now
	}
	h.Fails++
	h.Last, h.Hint = minutes.CleanLine(err.Error()).Cut(300).String(), minutes.Hint(err)
	wait := time.Duration(0)
	if h.Fails > 1 {
		wait = min(time.Hour<<min(h.Fails-2, 10), longest)
	}
	var status *connectors.StatusError
	if errors.As(err, &status) {
		wait = max(wait, min(status.RetryAfter, longest))
		h.Gone = status.Code == 410
	}
	h.Next = now.Add(wait)
}

func (h *history) succeeded() { *h = history{Moved: h.Moved} }

func (h history) dead(now time.Time) bool { return h.Fails > 0 && now.Sub(h.Since) >= deadAfter }

// waiting is the error of a feed that is left alone, nil if it is to be asked.
func (h history) waiting(now time.Time) error {
	if h.Gone {
		return minutes.WithHint(fmt.Errorf("%w: the feed is gone for good", minutes.ErrNotFound), "remove it from the config")
	}
	if h.Fails > 0 && h.Next.After(now) && !now.Before(h.Since) { // a clock that was set back keeps nobody waiting
		return withHint(fmt.Errorf("%s (asked again after %s)", h.Last, h.Next.In(now.Location()).Format("2 Jan 15:04")), h.Hint)
	}
	return nil
}

// recall reads cursor and state. What cannot be read is forgotten: it costs one full fetch.
func (r *run) recall(ctx context.Context, from minutes.Cursor) error {
	if len(from.Token) > 0 {
		if r.before = decodeCursor(from.Token); r.before.config != r.fingerprint() {
			r.before = cursor{}
		}
	}
	b, err := r.env.State.Get(ctx, stateKey)
	if err != nil {
		return err
	}
	r.was = b
	if len(b) > 0 && json.Unmarshal(b, &r.memory) != nil {
		r.memory = memory{}
	}
	return nil
}

// remember writes the state where it changed. It failing costs politeness, not items.
func (r *run) remember(ctx context.Context) {
	if len(r.memory.Feeds) == 0 && len(r.memory.Blocked) == 0 && len(r.was) == 0 {
		return
	}
	b, err := json.Marshal(r.memory)
	if err == nil && string(b) != string(r.was) {
		err = r.env.State.Put(ctx, stateKey, b)
	}
	if err != nil {
		r.env.Log.Warn("feed: what was learned of the feeds is not kept", "error", err)
	}
}
