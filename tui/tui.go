// Package tui is the screen: today's brief, read with a few keys. It draws from root nouns and asks
// through small interfaces of its own; nothing in Update waits for anything.
package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/dailyminutes/minutes"
)

// Briefs gives today's brief from the cache, makes it anew from the sources, or anew from what is
// kept.
type Briefs interface {
	Today(ctx context.Context) (minutes.Brief, error)
	Preload(ctx context.Context, only []string, report func(minutes.Progress)) (minutes.Brief, error)
	Remake(ctx context.Context) (minutes.Brief, error)
}

// Judge takes thumbs. A judgement is on disk when a method returns.
type Judge interface {
	Judge(ctx context.Context, verb, id string) (minutes.Judgement, error)
	Undo(ctx context.Context) (minutes.Judgement, error)
}

// Why explains an item's place.
type Why interface {
	Why(ctx context.Context, id string) (minutes.Scored, error)
}

// Screen is what the screen needs. Open starts the system's opener on a checked link; Color false
// draws without any.
type Screen struct {
	Briefs Briefs
	Judge  Judge
	Why    Why
	Open   func(ctx context.Context, link string) error
	Now    func() time.Time
	Hours  int // 24 or 12
	Color  bool
}

// Run shows the screen until the user quits or ctx ends.
func Run(ctx context.Context, s Screen, opts ...tea.ProgramOption) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a refresh under way is stopped; what was fetched is kept
	m := newModel(ctx, s)
	// 120 frames a second halves the wait for the first frame; nothing is drawn when nothing changed.
	p := tea.NewProgram(m, append([]tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(120)}, opts...)...)
	m.send = p.Send
	_, err := p.Run()
	return err
}
