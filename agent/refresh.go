package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// A refreshing is a fetch that was begun before anyone asked for it: of the sources that have not been
// asked for a while, with parameters of the config alone. A tool call joins it; none begins one.
type refreshing struct {
	mu   sync.Mutex
	over map[string]chan struct{} // by source, closed when it has been kept or has failed
	end  chan struct{}            // closed when all have
}

// refresh begins to ask the sources whose last answer is older than a brief may be. Where another
// process fetches already, that one's result is as good: nothing is begun.
func (a *Agent) refresh(ctx context.Context) (*refreshing, func()) {
	r := &refreshing{over: map[string]chan struct{}{}, end: make(chan struct{})}
	ctx, cancel := context.WithCancel(ctx)
	var old []string
	if st, err := a.SourceStatuses(ctx); err == nil {
		for _, s := range st {
			if s.Status != "off" && !resting(s, a.Now()) && a.Now().Sub(s.FetchedAt) > a.Settings.Expires && a.Now().Sub(s.FailedAt) > a.Settings.Expires {
				old = append(old, s.Name)
				r.over[s.Name] = make(chan struct{})
			}
		}
	}
	if len(old) == 0 {
		close(r.end)
		return r, cancel
	}
	go func() {
		defer close(r.end)
		unlock, _, err := a.Runs.Lock(ctx, time.Millisecond, func() {})
		if err != nil {
			return
		}
		defer unlock()
		_, err = a.fetch(ctx, old, nil, func(p minutes.Progress) {
			if p.Step == "fetch" && p.State != "start" {
				r.done(p.Source)
			}
		})
		if err != nil && ctx.Err() == nil {
			a.log().Warn("refresh", "error", err.Error())
		}
	}()
	return r, func() { cancel(); <-r.end }
}

func (r *refreshing) done(source string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.over[source]; c != nil {
		close(c)
		r.over[source] = nil
	}
}

// wait is until a source has been asked, if it is being asked.
func (r *refreshing) wait(ctx context.Context, source string) {
	r.mu.Lock()
	c := r.over[source]
	r.mu.Unlock()
	if c == nil {
		return
	}
	select {
	case <-c:
	case <-r.end:
	case <-ctx.Done():
	}
}

// fetchTools are fetch_NAME for every source: what it brought lately, once it has been asked.
func (a *Agent) fetchTools(r *refreshing) []minutes.Tool {
	var out []minutes.Tool
	for _, s := range a.Sources {
		if s.Off {
			continue
		}
		class := minutes.Public
		if s.Private {
			class = minutes.Private
		}
		spec := minutes.ToolSpec{Name: "fetch_" + s.Name(), About: fmt.Sprintf("the newest of the source %s (%s)", s.Name(), s.Kind), Source: s.Name(),
			Reads: class, Reach: minutes.ReachLocal}
		out = append(out, tool{spec, func(ctx context.Context, _ json.RawMessage) (minutes.Observation, error) {
			r.wait(ctx, s.Name())
			items, err := a.Library.Items(ctx, minutes.Query{Source: s.Name(), Since: a.Now().Add(-lookBack), Limit: maxShown / 2})
			return minutes.Observation{Items: items}, err
		}})
	}
	return out
}

// toolboxes are the finer tools that sources bring and a plan may call.
func (a *Agent) toolboxes() []minutes.Tool {
	return slices.DeleteFunc(a.allTools(), func(t minutes.Tool) bool { return t.Spec().Reach == "" })
}

func (a *Agent) allTools() []minutes.Tool {
	var out []minutes.Tool
	for _, s := range a.Sources {
		if box, ok := s.Source.(minutes.Toolbox); ok && !s.Off {
			out = append(out, box.Tools()...)
		}
	}
	return out
}

// talked is how many stories' comments a run has.
const talked = 3

// comments has code ask what people say of the stories with most points, before a planner sees anything:
// no plan and nothing private has a part in the choice. What is said comes as an item like any other.
func (q *inquiry) comments(ctx context.Context, items []minutes.Item) {
	stories := slices.DeleteFunc(slices.Clone(items), func(it minutes.Item) bool {
		return it.Story == nil || it.Story.Comments == 0 || it.Label().Class != minutes.Public
	})
	slices.SortStableFunc(stories, func(x, y minutes.Item) int { return y.Story.Points - x.Story.Points })
	for _, t := range q.a.allTools() {
		if t.Spec().Reach != "" || !strings.HasSuffix(t.Spec().Name, "_comments") {
			continue
		}
		for _, it := range stories[:min(len(stories), talked)] {
			if it.Source != t.Spec().Source {
				continue
			}
			args, err := json.Marshal(map[string]string{"story": it.ID})
			if err != nil {
				continue
			}
			got, err := t.Call(ctx, args)
			if err != nil {
				q.a.log().Warn("comments", "error", err.Error())
				continue
			}
			for _, note := range got.Items {
				q.take(note)
			}
		}
	}
}
