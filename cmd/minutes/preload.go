package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/spf13/cobra"
)

func preloadCmd(sh *shell) *cobra.Command {
	var only []string
	var allow bool
	cmd := &cobra.Command{
		Use:   "preload",
		Short: "Fetch, rank, compose, verify and cache today's brief (what cron runs)",
		Long: `Asks every source at once, keeps what is new, and makes today's brief of it.
A source that is down, slow or lying costs that source alone; the exit code says so:
0 all answered, 3 the brief exists but a source failed or came in part, 1 no brief.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := open(cmd.Context(), sh)
			if err != nil {
				return err
			}
			defer p.Close()
			b, err := p.preload(cmd.Context(), only)
			if err != nil {
				return err
			}
			if err := p.keepBackup(cmd.Context()); err != nil {
				return err
			}
			if agent.Partial(b, only...) && !allow {
				return errPartial
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&only, "only", nil, "ask this source only; may be given several times")
	cmd.Flags().BoolVar(&allow, "allow-partial", false, "exit 0 even if a source failed")
	return cmd
}

// How long a brief may take in all. Sources have their own, shorter limits inside it.
const (
	briefByHand = 5 * time.Minute
	briefByCron = 15 * time.Minute
)

// preload makes the brief, showing how on stderr, and says in the end what went wrong where.
func (p *program) preload(ctx context.Context, only []string) (minutes.Brief, error) {
	for _, name := range only {
		if err := p.named(name, "--only"); err != nil {
			return minutes.Brief{}, err
		}
	}
	limit := briefByCron
	if isTerminal(p.shell.err) {
		limit = briefByHand
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	names := make([]string, len(p.Sources))
	for i, s := range p.Sources {
		names[i] = s.Name()
	}
	if err := p.think(ctx); err != nil {
		return minutes.Brief{}, err
	}
	before, err := p.SourceStatuses(ctx)
	if err != nil {
		return minutes.Brief{}, err
	}
	b, err := p.Preload(ctx, only, newReporter(p.shell.err, names).report)
	if ctx.Err() != nil && outer.Err() == nil {
		return b, minutes.WithHint(fmt.Errorf("no brief within %s: %w", minutes.Duration(limit), ctx.Err()), "what was fetched is kept: run minutes preload again")
	}
	if err != nil {
		return b, err
	}
	told := slices.DeleteFunc(slices.Clone(b.Sources), func(s minutes.SourceStatus) bool { return len(only) > 0 && !slices.Contains(only, s.Name) })
	for _, s := range minutes.Together(told) {
		if s.Status == "failed" || s.Status == "partial" {
			fmt.Fprintf(p.shell.err, "%s %s: %s\n", minutes.CleanLine(s.Name), minutes.CleanLine(s.Status), s.Error.Line())
			if !s.Hint.Empty() {
				fmt.Fprintf(p.shell.err, "  next: %s\n", s.Hint.Line())
			}
		}
	}
	p.sayPassedOver(b.Engine.Fallbacks)
	switch n := newlyLeftOut(before, told); n {
	case 0:
	case 1:
		fmt.Fprintln(p.shell.err, "1 entry left out: minutes sources")
	default:
		fmt.Fprintf(p.shell.err, "%d entries left out: minutes sources\n", n)
	}
	return b, nil
}

// sayPassedOver names the models that did not answer, for whoever wonders why code wrote the lines.
func (p *program) sayPassedOver(list []minutes.Fallback) {
	for _, f := range list {
		fmt.Fprintf(p.shell.err, "minutes: %s was passed over: %s\n", minutes.CleanLine(f.Model), minutes.CleanLine(f.Error))
	}
}

// newlyLeftOut counts what could not be read now and was not said before.
func newlyLeftOut(before, now []minutes.SourceStatus) int {
	n := 0
	for _, s := range now {
		var known []minutes.Rejection
		if i := slices.IndexFunc(before, func(b minutes.SourceStatus) bool { return b.Name == s.Name }); i >= 0 {
			known = before[i].Rejected
		}
		for _, r := range s.LeftOut() {
			if !slices.Contains(known, r) {
				n++
			}
		}
	}
	return n
}

type briefFlags struct {
	json, markdown, html, plain, refresh, trace bool
	day                                         string
}

// check refuses two forms at once.
func (f briefFlags) check() error {
	n := 0
	for _, on := range []bool{f.json, f.markdown, f.html, f.plain} {
		if on {
			n++
		}
	}
	if n > 1 {
		return usagef("choose one of --json, --markdown, --html, --plain")
	}
	return nil
}

func briefCmd(sh *shell) *cobra.Command {
	var f briefFlags
	cmd := &cobra.Command{
		Use:   "brief",
		Short: "Print the brief (today's by default; made first if there is none)",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return printBrief(cmd.Context(), sh, f)
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "as minutes.brief/v1")
	cmd.Flags().BoolVar(&f.markdown, "markdown", false, "as Markdown")
	cmd.Flags().BoolVar(&f.html, "html", false, "as one HTML page, without scripts")
	cmd.Flags().BoolVar(&f.plain, "plain", false, "as plain text, even on a terminal")
	cmd.Flags().StringVar(&f.day, "day", "", "of another day: a date, a weekday, 2d")
	cmd.Flags().BoolVar(&f.refresh, "refresh", false, "make it again first")
	cmd.Flags().BoolVar(&f.trace, "trace", false, "with the agent's trace")
	return cmd
}

// printBrief prints the brief of the day, making it first if it is today's and there is none.
func printBrief(ctx context.Context, sh *shell, f briefFlags) error {
	p, err := open(ctx, sh)
	if err != nil {
		return err
	}
	defer p.Close()
	m := p.Morning()
	day, err := parseDay(f.day, m.Now)
	if err != nil {
		return err
	}
	today := day.Format("2006-01-02") == m.Day
	var b minutes.Brief
	if !f.refresh {
		b, err = p.Brief(ctx, day.Format("2006-01-02"))
	}
	partial := false
	switch {
	case f.refresh && !today:
		return usagef("--refresh makes today's brief; the brief of %s stays as it was", day.Format("2006-01-02"))
	case f.refresh, errors.Is(err, minutes.ErrNotFound) && today:
		if b, err = p.preload(ctx, nil); err != nil {
			return err
		}
		partial = agent.Partial(b) && sh.demo == nil
	case errors.Is(err, minutes.ErrNotFound):
		return p.noBrief(ctx, day)
	case err != nil:
		return err
	}
	if !f.trace {
		b.Trace = nil
	}
	if err := p.write(ctx, b, f); err != nil {
		return err
	}
	if partial {
		return errPartial
	}
	return nil
}

// noBrief says which days there are.
func (p *program) noBrief(ctx context.Context, day time.Time) error {
	days, err := p.db.Days(ctx)
	if err != nil {
		return err
	}
	hint := "there is none of any day yet: minutes preload makes today's"
	if len(days) > 0 {
		hint = "the last ones are of " + strings.Join(days[:min(len(days), 5)], ", ")
	}
	return minutes.WithHint(fmt.Errorf("there is no brief of %s", day.Format("Monday 2 January 2006")), hint)
}

func (p *program) write(ctx context.Context, b minutes.Brief, f briefFlags) error {
	out := p.shell.out
	if p.shell.demo != nil {
		b = p.shell.demo.Same(b)
	}
	switch {
	case f.json:
		return render.JSON(out, b)
	case f.markdown:
		return render.Markdown(out, b, render.Options{Hours: p.Settings.Hours, Now: p.now()})
	case f.html:
		return render.HTML(out, b, render.Options{Hours: p.Settings.Hours, Now: p.now()})
	}
	// The numbers printed beside items are remembered, so that `minutes show 3` works after.
	var ids []string
	for _, s := range b.Sections {
		for _, it := range s.Items {
			ids = append(ids, it.ID)
		}
	}
	p.remember(ctx, ids)
	number := map[string]int{}
	for i, id := range ids {
		number[id] = i + 1
	}
	pretty := colour(out) && !f.plain
	return render.Plain(out, b, render.Options{Width: width(out), Hours: p.Settings.Hours, Color: pretty, Links: pretty, Now: p.now(),
		Number: func(id string) int { return number[id] }})
}
