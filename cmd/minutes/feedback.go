package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/dailyminutes/minutes/feedback"
	"github.com/spf13/cobra"
)

func feedbackCmd(sh *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feedback",
		Short: "Teach it with thumbs and mutes, see what it learned, take it back",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for verb, about := range map[string]string{"up": "More like this", "down": "Less like this", "clear": "Take back what was said of an item"} {
		cmd.AddCommand(thumbCmd(sh, verb, about))
	}
	cmd.AddCommand(muteCmd(sh, "mute", "Sink what a word, sender or source names"), muteCmd(sh, "unmute", "Take a mute back"),
		undoCmd(sh), judgementsCmd(sh), weightsCmd(sh), feedbackExportCmd(sh))
	return cmd
}

func thumbCmd(sh *shell, verb, about string) *cobra.Command {
	return &cobra.Command{
		Use:   verb + " ITEM…",
		Short: about,
		Args:  argsBetween(1, -1, "at least one ITEM: an id, its first letters, or the number last printed beside it"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			// All are looked up before the first is judged: a mistyped one changes nothing.
			var ids []string
			for _, ref := range args {
				id, err := p.db.Resolve(ctx, ref)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			for _, id := range ids {
				j, err := p.Judge(ctx, verb, id)
				if err != nil {
					return err
				}
				fmt.Fprintf(sh.err, "%s: %s\n", verb, j.Title.Line().Cut(70))
			}
			return nil
		}),
	}
}

func muteCmd(sh *shell, verb, about string) *cobra.Command {
	return &cobra.Command{
		Use:   verb + " WORD|SENDER|SOURCE",
		Short: about,
		Args:  argsBetween(1, -1, "a word, a sender's address or a source's name"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			if strings.TrimSpace(words(args)) == "" {
				return usagef("nothing to %s: name a word, a sender or a source", verb)
			}
			do := p.Mute
			if verb == "unmute" {
				do = p.Unmute
			}
			j, err := do(ctx, words(args))
			if err != nil {
				return err
			}
			fmt.Fprintf(sh.err, "%sd: %s\n", verb, minutes.CleanLine(j.Term))
			return nil
		}),
	}
}

func undoCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "undo",
		Short: "Take the last judgement back, exactly",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			j, err := p.Undo(ctx)
			if err != nil {
				return err
			}
			what := j.Title.Line().Cut(70)
			if what.Empty() {
				what = minutes.CleanLine(j.Term)
			}
			fmt.Fprintf(sh.err, "undone: %s %s\n", minutes.CleanLine(j.Verb), what)
			return nil
		}),
	}
}

func judgementsCmd(sh *shell) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Every judgement, newest first",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			log, err := p.db.Judgements(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return render.List(sh.out, "feedback", log)
			}
			return render.Judgements(sh.out, log, p.renderOptions())
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.feedback/v1")
	return cmd
}

func weightsCmd(sh *shell) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "weights",
		Short: "What it learned: each label and how much it moves an item",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			log, err := p.db.Judgements(ctx)
			if err != nil {
				return err
			}
			weights := feedback.Weights(log)
			if asJSON {
				return render.List(sh.out, "weights", weights)
			}
			if len(weights) == 0 {
				fmt.Fprintln(sh.err, "nothing learned yet: give an item a thumb with minutes feedback up ITEM")
			}
			for _, w := range weights {
				fmt.Fprintf(sh.out, "%+.2f  %s\n", w.Weight, minutes.CleanLine(w.Label))
			}
			return nil
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.weights/v1")
	return cmd
}

func feedbackExportCmd(sh *shell) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "The log of judgements, as JSON Lines",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			if format != "jsonl" {
				return usageError{feedback.Export(sh.out, nil, format)}
			}
			log, err := p.db.Judgements(ctx)
			if err != nil {
				return err
			}
			return feedback.Export(sh.out, log, format)
		}),
	}
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl")
	return cmd
}

func actionsCmd(sh *shell) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "actions",
		Short: "Open loops: what you owe and what you wait for",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			open, err := p.Open(ctx)
			if err != nil {
				return err
			}
			if asJSON { // no numbers are printed, so none change
				return render.List(sh.out, "actions", open)
			}
			ids := make([]string, len(open))
			for i, a := range open {
				ids[i] = a.ID
			}
			p.remember(ctx, ids)
			if len(open) == 0 {
				fmt.Fprintln(sh.err, "nothing open")
			}
			return render.Actions(sh.out, open, p.renderOptions())
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.actions/v1")
	return cmd
}

func doneCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "done ITEM-OR-ACTION…",
		Short: "Mark actions done",
		Args:  argsBetween(1, -1, "at least one action: its id, its mail's, or the number last printed beside it"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			for _, ref := range args {
				id, err := p.action(ctx, ref)
				if err != nil {
					return err
				}
				closed, err := p.Agent.Close(ctx, id)
				if err != nil {
					return err
				}
				for _, a := range closed {
					fmt.Fprintf(sh.err, "done: %s\n", a.Text.Line().Cut(70))
				}
			}
			return nil
		}),
	}
}

// action finds the action or item that ref names: an action's id or its first letters, or an ITEM.
func (p *program) action(ctx context.Context, ref string) (string, error) {
	open, err := p.Open(ctx)
	if err != nil {
		return "", err
	}
	var found []string
	for _, a := range open {
		if a.ID == ref {
			return ref, nil
		}
		if len(ref) >= 3 && len(a.ID) > len(ref) && a.ID[:len(ref)] == ref {
			found = append(found, a.ID)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return p.db.Resolve(ctx, ref)
}
