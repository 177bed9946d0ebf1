package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/spf13/cobra"
)

// filter is what the listing commands select by.
type filter struct {
	json         bool
	kind, source string
	day, since   string
	limit        int
}

func (f *filter) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "as JSON")
	cmd.Flags().StringVar(&f.kind, "kind", "", "only mail, event, story, article, quote, forecast or note")
	cmd.Flags().StringVar(&f.source, "source", "", "only of this source")
}

func (f filter) check(p *program) error {
	switch minutes.Kind(f.kind) {
	case "", minutes.KindMail, minutes.KindEvent, minutes.KindStory, minutes.KindArticle, minutes.KindQuote, minutes.KindForecast, minutes.KindNote:
	default:
		return usagef("--kind: there is no kind %q: mail, event, story, article, quote, forecast, note", f.kind)
	}
	if f.limit < 0 {
		return usagef("--limit: %d is less than nothing", f.limit)
	}
	if f.source == "" {
		return nil
	}
	return p.named(f.source, "--source")
}

func itemsCmd(sh *shell) *cobra.Command {
	var f filter
	cmd := &cobra.Command{
		Use:   "items",
		Short: "Ranked items of a day, with scores",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			if err := f.check(p); err != nil {
				return err
			}
			day, err := parseDay(f.day, p.Morning().Now)
			if err != nil {
				return err
			}
			ranked, err := p.Ranked(ctx, day.Format(time.DateOnly))
			if errors.Is(err, minutes.ErrNotFound) {
				return p.noBrief(ctx, day)
			} else if err != nil {
				return err
			}
			shown := []minutes.Scored{}
			for _, s := range ranked {
				if (f.kind == "" || string(s.Kind) == f.kind) && (f.source == "" || s.Source == f.source) && (f.limit == 0 || len(shown) < f.limit) {
					s.Body = minutes.Safe{}
					s.Number = len(shown) + 1
					shown = append(shown, s)
				}
			}
			ids := make([]string, len(shown))
			for i, s := range shown {
				ids[i] = s.ID
			}
			p.remember(ctx, ids)
			if f.json {
				return render.List(sh.out, "items", shown)
			}
			if len(shown) == 0 {
				fmt.Fprintln(sh.err, "no such items; minutes preload fetches")
			}
			return render.Items(sh.out, shown, p.renderOptions())
		}),
	}
	f.flags(cmd)
	cmd.Flags().StringVar(&f.day, "day", "", "of another day: a date, a weekday, 2d")
	cmd.Flags().IntVar(&f.limit, "limit", 50, "at most this many; 0 for all")
	return cmd
}

func searchCmd(sh *shell) *cobra.Command {
	var f filter
	cmd := &cobra.Command{
		Use:   "search QUERY",
		Short: "Search everything kept",
		Args:  argsBetween(1, -1, "words to look for"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			if err := f.check(p); err != nil {
				return err
			}
			q := minutes.Query{Text: words(args), Kind: minutes.Kind(f.kind), Source: f.source, Limit: f.limit}
			if f.since != "" {
				since, err := parseDay(f.since, p.Morning().Now)
				if err != nil {
					return err
				}
				q.Since = since
			}
			hits, err := p.db.Search(ctx, q)
			if err != nil {
				return err
			}
			if f.json { // no numbers are printed, so none change
				return render.List(sh.out, "search", hits)
			}
			ids := make([]string, len(hits))
			for i, h := range hits {
				ids[i] = h.ID
			}
			p.remember(ctx, ids)
			if len(hits) == 0 {
				fmt.Fprintf(sh.err, "nothing kept matches %q\n", minutes.CleanLine(q.Text))
			}
			return render.Hits(sh.out, hits, p.renderOptions())
		}),
	}
	f.flags(cmd)
	cmd.Flags().StringVar(&f.since, "since", "", "not older than this: a date, a weekday, 7d")
	cmd.Flags().IntVar(&f.limit, "limit", 20, "at most this many")
	return cmd
}

func showCmd(sh *shell) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ITEM",
		Short: "One item in full: a mail with its thread, an event, an article",
		Args:  argsBetween(1, 1, "one ITEM: an id, its first letters, or the number last printed beside it"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			it, err := p.item(ctx, args[0])
			if err != nil {
				return err
			}
			thread, err := p.Thread(ctx, it)
			if err != nil {
				return err
			}
			if asJSON {
				s, err := p.Why(ctx, it.ID)
				if err != nil {
					return err
				}
				s.Item = it // one that was merged into another has that one's place
				return render.Show(sh.out, s)
			}
			return render.Item(sh.out, it, thread, p.renderOptions())
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.item/v1")
	return cmd
}

func whyCmd(sh *shell) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why ITEM",
		Short: "Why an item stands where it stands: parts that sum to its score",
		Args:  argsBetween(1, 1, "one ITEM: an id, its first letters, or the number last printed beside it"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			id, err := p.db.Resolve(ctx, args[0])
			if err != nil {
				return err
			}
			s, err := p.Why(ctx, id)
			if err != nil {
				return err
			}
			log, err := p.db.Judgements(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return render.Why(sh.out, s)
			}
			return render.WhyText(sh.out, s, log, p.renderOptions())
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.why/v1")
	return cmd
}

// with opens the program around a command.
func with(sh *shell, do func(ctx context.Context, p *program, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		p, err := open(cmd.Context(), sh)
		if err != nil {
			return err
		}
		defer p.Close()
		return do(cmd.Context(), p, args)
	}
}

func (p *program) item(ctx context.Context, ref string) (minutes.Item, error) {
	id, err := p.db.Resolve(ctx, ref)
	if err != nil {
		return minutes.Item{}, err
	}
	return p.db.Item(ctx, id)
}

// remember keeps the numbers beside what is printed. What cannot be written, on a full disk, can still
// be read.
func (p *program) remember(ctx context.Context, ids []string) {
	if err := p.db.Printed(ctx, ids); err != nil && ctx.Err() == nil {
		fmt.Fprintln(p.shell.err, "minutes: the numbers beside the items will not be known later:", minutes.CleanLine(err.Error()))
	}
}

func (p *program) renderOptions() render.Options {
	pretty := colour(p.shell.out)
	return render.Options{Width: width(p.shell.out), Hours: p.Settings.Hours, Color: pretty, Links: pretty, Now: p.now().In(p.Settings.Zone)}
}

func words(args []string) string {
	s := ""
	for i, a := range args {
		if i > 0 {
			s += " "
		}
		s += a
	}
	return s
}
