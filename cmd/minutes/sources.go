package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/doctor"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/spf13/cobra"
)

func sourcesCmd(sh *shell) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "Configured sources: freshness, last error, what to do next",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			st, err := p.SourceStatuses(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return render.List(sh.out, "sources", st)
			}
			return render.Sources(sh.out, st, p.renderOptions())
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.sources/v1")
	cmd.AddCommand(&cobra.Command{
		Use:   "test [NAME]",
		Short: "Ask a source (or all) now whether it would work; nothing is kept",
		Args:  argsBetween(0, 1, "at most one NAME"),
		RunE:  with(sh, testSources),
	})
	return cmd
}

func testSources(ctx context.Context, p *program, args []string) error {
	if len(args) == 1 {
		if err := p.named(args[0], "sources test"); err != nil {
			return err
		}
	}
	failed := false
	for _, s := range p.Sources {
		if len(args) == 1 && s.Name() != args[0] || len(args) == 0 && s.Off {
			continue
		}
		n, err := p.Probe(ctx, s.Name())
		switch {
		case err != nil:
			failed = true
			fmt.Fprintf(p.shell.out, "%s: %s\n", minutes.CleanLine(s.Name()), minutes.CleanLine(err.Error()))
			if h := minutes.Hint(err); h != "" {
				fmt.Fprintf(p.shell.out, "  next: %s\n", minutes.CleanLine(h))
			}
		case n < 0:
			fmt.Fprintf(p.shell.out, "%s: fine\n", minutes.CleanLine(s.Name()))
		default:
			fmt.Fprintf(p.shell.out, "%s: fine, %d items\n", minutes.CleanLine(s.Name()), n)
		}
	}
	if failed {
		return errFindings
	}
	return nil
}

// named refuses the name of no source; where is the flag or command that took it.
func (p *program) named(name, where string) error {
	for _, s := range p.Sources {
		if s.Name() == name {
			return nil
		}
	}
	return minutes.WithHint(usagef("%s: no source is named %q", where, name), "see minutes sources")
}

func doctorCmd(sh *shell) *cobra.Command {
	var asJSON, ledger bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check config, permissions, database, clock, every source and every model; each finding with its remedy",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := open(cmd.Context(), sh)
			if err != nil && !ledger {
				return examineUnopened(cmd.Context(), sh, err, asJSON)
			} else if err != nil {
				return err
			}
			defer p.Close()
			if ledger {
				return p.egress(cmd.Context(), asJSON)
			}
			found, err := p.examine(cmd.Context())
			if err != nil {
				return err
			}
			return sh.writeFindings(found, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as minutes.doctor/v1")
	cmd.Flags().BoolVar(&ledger, "egress", false, "what left this machine in the last 30 days: which host got which class of data")
	return cmd
}

func (p *program) examine(ctx context.Context) ([]doctor.Finding, error) {
	st, err := p.SourceStatuses(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := p.db.Runs(ctx, 1)
	if err != nil {
		return nil, err
	}
	patient := doctor.Patient{Config: p.cfg.Path, DataDir: p.shell.dataDir(), Database: p.db.Check, Sources: st,
		Probe: p.Probe, Models: p.modelsStand, Now: func() time.Time { return p.now().In(p.Settings.Zone) }, ZoneName: p.Settings.ZoneName}
	if len(runs) > 0 {
		patient.LastRun = &runs[0]
	}
	return doctor.Examine(ctx, patient), nil
}

// modelsStand is how each model stands, for the doctor.
func (p *program) modelsStand(ctx context.Context) ([]doctor.Model, error) {
	list, _, err := p.modelList(ctx)
	out := make([]doctor.Model, len(list))
	for i, m := range list {
		out[i] = doctor.Model{Name: m.Name, Type: m.Type, Trust: m.Trust, ModelStatus: m.ModelStatus, Error: m.Error, Hint: m.Hint}
	}
	return out, err
}

// examineUnopened looks at what there is when the memory cannot be opened, which is then a finding. A
// config that cannot be read leaves nothing to look at.
func examineUnopened(ctx context.Context, sh *shell, err error, asJSON bool) error {
	cfg, bad := loadConfig(sh)
	now, wrong := sh.clock()
	if bad != nil || wrong != nil || ctx.Err() != nil || exitCode(ctx, err, io.Discard) == exitUsage {
		return err
	}
	found := doctor.Examine(ctx, doctor.Patient{Config: cfg.Path, DataDir: sh.dataDir(), ZoneName: cfg.ZoneName,
		Database: func(context.Context) ([]string, error) { return nil, err },
		Now:      func() time.Time { return now().In(cfg.Zone) }})
	// When it last ran is in the memory.
	found = slices.DeleteFunc(found, func(f doctor.Finding) bool { return f.Check == "preload" })
	return sh.writeFindings(found, asJSON)
}

// writeFindings ends in errFindings where something was found.
func (sh *shell) writeFindings(found []doctor.Finding, asJSON bool) error {
	bad := error(nil)
	for _, f := range found {
		if !f.OK {
			bad = errFindings
		}
	}
	if asJSON {
		return errors.Join(render.List(sh.out, "doctor", found), bad)
	}
	for _, f := range found {
		mark := "ok  "
		switch {
		case !f.OK:
			mark = "BAD "
		case !f.Remedy.Empty():
			mark = "note"
		}
		fmt.Fprintf(sh.out, "%s %-20s %s\n", mark, minutes.CleanLine(f.Check), f.Text.Line())
		if !f.Remedy.Empty() {
			fmt.Fprintf(sh.out, "     next: %s\n", f.Remedy.Line())
		}
	}
	return bad
}

func initCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a commented config, asking a few questions on a terminal",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := sh.config
			if path == "" {
				path = config.ConfigPath()
			}
			in := interruptible{cmd.Context(), sh.in}
			return config.Init(path, config.Asker{In: in, Out: sh.err, Interactive: sh.interactive()}, kinds())
		},
	}
}

// interruptible is a reader that Ctrl+C ends while it waits for a line.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	type result struct {
		b   []byte
		err error
	}
	done := make(chan result, 1)
	go func() { // it goes on waiting after an interruption, and ends with the program
		b := make([]byte, len(p))
		n, err := i.r.Read(b)
		done <- result{b[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.b), r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}
