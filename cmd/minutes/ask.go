package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/dailyminutes/minutes/rag/sqlite"
	"github.com/spf13/cobra"
)

func askCmd(sh *shell) *cobra.Command {
	var asJSON, trace bool
	cmd := &cobra.Command{
		Use:   "ask QUESTION",
		Short: "Answer a question from what is kept and the sources, every line cited",
		Args:  argsBetween(1, -1, `a QUESTION: minutes ask "what do I owe Anna?"`),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			question := strings.Join(args, " ")
			if err := p.think(ctx); err != nil {
				return err
			}
			if asJSON {
				r, err := p.Ask(ctx, question, agent.Listener{})
				if err != nil {
					return err
				}
				if !trace {
					r.Trace = nil
				}
				return render.Answer(sh.out, r)
			}
			return p.converse(ctx, question, trace)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.answer/v1")
	cmd.Flags().BoolVar(&trace, "trace", false, "show thoughts, calls, what came of them, time and tokens")
	return cmd
}

// installKey is a random key of this memory, made once: names that a model is given for items are made
// with it, so that nobody outside can know one.
func installKey(ctx context.Context, db *sqlite.DB) ([]byte, error) {
	st := db.State("minutes")
	key, err := st.Get(ctx, "install-key")
	if err == nil && len(key) == 32 {
		return key, nil
	} else if err != nil {
		return nil, err
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make the install key: %w", err)
	}
	return key, st.Put(ctx, "install-key", key)
}

// converse prints an answer as it is made: steps on stderr, claims on stdout, and what they rest on.
func (p *program) converse(ctx context.Context, question string, trace bool) error {
	var cited []string
	number := func(id string) int {
		if !slices.Contains(cited, id) {
			cited = append(cited, id)
		}
		return slices.Index(cited, id) + 1
	}
	var failed error
	hear := agent.Listener{Claim: func(c minutes.Claim) {
		if err := render.Claim(p.shell.out, c, number, p.renderOptions()); err != nil {
			failed = err
		}
	}}
	if trace {
		hear.Step = func(s minutes.Step) { _ = render.Step(p.shell.err, s, p.renderOptions()) }
	}
	r, err := p.Ask(ctx, question, hear)
	if err != nil || failed != nil {
		return firstOf(err, failed)
	}
	if trace {
		fmt.Fprintf(p.shell.err, "    %d calls of models, %d tokens read (%d from the cache), %d written\n",
			r.Usage.Calls, r.Usage.PromptTokens, r.Usage.CachedTokens, r.Usage.CompletionTokens)
	}
	p.sayPassedOver(r.Engine.Fallbacks)
	if r.Abstained {
		return render.Abstained(p.shell.out, r, p.renderOptions())
	}
	var items []minutes.Item
	var ids []string
	for _, id := range cited {
		if it, err := p.db.Item(ctx, id); err == nil {
			items, ids = append(items, it), append(ids, id)
		} else {
			items = append(items, minutes.Item{ID: id, Kind: minutes.KindNote, Source: "computed", Title: minutes.Clean("worked out here"), At: p.now()})
			ids = append(ids, "")
		}
	}
	p.remember(ctx, ids)
	return render.Cited(p.shell.out, items, p.renderOptions())
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
