package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/spf13/cobra"
)

// probeTime is how long a server may take to say how it stands.
const probeTime = 10 * time.Second

func modelsCmd(sh *shell) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "models",
		Short: "Configured models: reachable, context, trust, breaker, what today has cost",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			list, spent, err := p.modelList(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return render.List(sh.out, "models", list)
			}
			return render.Models(sh.out, list, spent, p.cfg.Runtime.Budget, p.renderOptions())
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.models/v1")
	cmd.AddCommand(&cobra.Command{
		Use:   "test [NAME]",
		Short: "Have a model (or each) answer once: form, time to the first token, tokens a second",
		Args:  argsBetween(0, 1, "at most one NAME"),
		RunE:  with(sh, testModels),
	})
	return cmd
}

// modelList asks every model how it stands, all at once.
func (p *program) modelList(ctx context.Context) ([]render.Model, float64, error) {
	if err := p.think(ctx); err != nil {
		return nil, 0, err
	}
	list := make([]render.Model, len(p.minds))
	done := make(chan struct{})
	for i, m := range p.minds {
		go func() {
			defer func() { done <- struct{}{} }()
			ctx, cancel := context.WithTimeout(ctx, probeTime)
			defer cancel()
			st, err := m.provider.Status(ctx)
			row := render.Model{Name: m.Name, Type: m.Type, Trust: m.Trust, ModelStatus: st, Breaker: m.breaker.State(), Roles: p.rolesOf(m.Name)}
			if row.ModelStatus.Model == "" {
				row.ModelStatus.Model = m.Model.Model
			}
			if st.Remote != "" {
				row.Trust = "public"
			}
			if err != nil {
				row.Error, row.Hint = minutes.CleanLine(err.Error()), minutes.CleanLine(minutes.Hint(err))
			}
			list[i] = row
		}()
	}
	for range p.minds {
		<-done
	}
	spent, err := p.db.Spending(p.Settings.Zone).Spent(ctx)
	for i := range list {
		list[i].SpentToday = spent
	}
	return list, spent, err
}

// rolesOf are the kinds of work that a model is the first for.
func (p *program) rolesOf(name string) []string {
	roles := []string{}
	r := p.cfg.Runtime.Roles
	for _, role := range []struct{ name, model string }{{"read", r.Read}, {"plan", r.Plan}, {"answer", r.Answer}} {
		if order := p.order(role.model); len(order) > 0 && order[0] == name {
			roles = append(roles, role.name)
		}
	}
	return roles
}

// testModels has each model answer a fixed question that holds nothing of the user's, past cache, breaker
// and retries: what the server itself does is what is asked for.
func testModels(ctx context.Context, p *program, args []string) error {
	if err := p.think(ctx); err != nil {
		return err
	}
	if len(p.minds) == 0 {
		fmt.Fprintln(p.shell.out, "no model is configured, and no Ollama answers on", usualOllama)
		return nil
	}
	known, failed := false, false
	for _, m := range p.minds {
		if len(args) == 1 && m.Name != args[0] {
			continue
		}
		known = true
		line, err := m.try(ctx)
		if err != nil {
			failed = true
			fmt.Fprintf(p.shell.out, "%s: %s\n", minutes.CleanLine(m.Name), minutes.CleanLine(err.Error()))
			if h := minutes.Hint(err); h != "" {
				fmt.Fprintf(p.shell.out, "  next: %s\n", minutes.CleanLine(h))
			}
			continue
		}
		fmt.Fprintf(p.shell.out, "%s: %s\n", minutes.CleanLine(m.Name), minutes.CleanLine(line))
	}
	if !known {
		return minutes.WithHint(usagef("models test: no model is named %q", args[0]), "see minutes models")
	}
	if failed {
		return errFindings
	}
	return nil
}
