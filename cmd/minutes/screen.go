package main

import (
	"context"
	"os"

	"github.com/dailyminutes/minutes/tui"
)

// openScreen shows the brief on the terminal until the user quits.
func openScreen(ctx context.Context, sh *shell) error {
	p, err := open(ctx, sh)
	if err != nil {
		return err
	}
	defer p.Close()
	return tui.Run(ctx, tui.Screen{Briefs: p.Agent, Judge: p.Agent, Why: p.Agent, Open: browse, Now: p.now,
		Hours: p.Settings.Hours, Color: os.Getenv("NO_COLOR") == ""})
}
