package main

import (
	"context"
	"os"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/tui"
)

// thinking is the agent for the screen: it looks for its models when a brief is to be made, not before
// the first frame.
type thinking struct{ *program }

// Preload makes today's brief.
func (t thinking) Preload(ctx context.Context, only []string, report func(minutes.Progress)) (minutes.Brief, error) {
	if err := t.think(ctx); err != nil {
		return minutes.Brief{}, err
	}
	return t.Agent.Preload(ctx, only, report)
}

// openScreen shows the brief on the terminal until the user quits.
func openScreen(ctx context.Context, sh *shell) error {
	p, err := open(ctx, sh)
	if err != nil {
		return err
	}
	defer p.Close()
	p.screen = true
	return tui.Run(ctx, tui.Screen{Briefs: thinking{p}, Judge: p.Agent, Why: p.Agent, Open: browse, Now: p.now,
		Hours: p.Settings.Hours, Color: os.Getenv("NO_COLOR") == ""})
}
