package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/dailyminutes/minutes/rag/sqlite"
	"github.com/spf13/cobra"
)

func exportCmd(sh *shell) *cobra.Command {
	var since, file string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Everything kept, as JSON Lines",
		Args:  noArgs,
		RunE: with(sh, func(ctx context.Context, p *program, _ []string) error {
			var from time.Time
			if since != "" {
				day, err := parseDay(since, p.Morning().Now)
				if err != nil {
					return err
				}
				from = day
			}
			if file == "" {
				return exportTo(ctx, p, from, sh.out)
			}
			return exportFile(ctx, p, from, file)
		}),
	}
	cmd.Flags().StringVar(&since, "since", "", "not older than this: a date, a weekday, 30d")
	cmd.Flags().StringVar(&file, "out", "", "write to this file (0600) instead of stdout")
	return cmd
}

func exportTo(ctx context.Context, p *program, since time.Time, w io.Writer) error {
	buf := bufio.NewWriter(w)
	line := func(v any) error { return render.Line(buf, v) }
	if err := p.db.Export(ctx, since, line); err != nil {
		return err
	}
	return buf.Flush()
}

// exportFile writes beside the target and renames: half an export is never taken for a whole one.
func exportFile(ctx context.Context, p *program, since time.Time, file string) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".minutes-export-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	if err := exportTo(ctx, p, since, f); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

func backupCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the whole memory to a file, checked",
		Args:  argsBetween(1, 1, "the FILE to write"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			if err := p.db.Backup(ctx, args[0]); err != nil {
				return err
			}
			fmt.Fprintln(sh.err, "backed up and checked:", minutes.CleanLine(args[0]))
			return nil
		}),
	}
}

func restoreCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "restore [FILE]",
		Short: "Put a backup in the place of the memory; the present one is kept beside it",
		Long: `Puts FILE, which minutes backup wrote, in the place of the memory. Without FILE a damaged memory is
replaced by the last backup that the program made itself, each week at the end of a preload, or by a
new one; a sound one is left as it is. The present memory is kept beside it, and judgements made since
come back from the journal.`,
		Args: argsBetween(0, 1, "at most one FILE, which minutes backup wrote"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return restoreDamaged(cmd.Context(), sh)
			}
			file, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			if err := sqlite.Restore(cmd.Context(), file, sh.memory()); err != nil {
				return err
			}
			fmt.Fprintln(sh.err, "restored from", minutes.CleanLine(args[0]))
			return nil
		},
	}
}

// memory is where the memory is kept.
func (sh *shell) memory() string { return filepath.Join(sh.dataDir(), "minutes.db") }

// tell says on stderr what became of a damaged memory.
func (sh *shell) tell(s string) { fmt.Fprintln(sh.err, "minutes:", minutes.Clean(s)) }

// restoreDamaged is restore without a FILE.
func restoreDamaged(ctx context.Context, sh *shell) error {
	now, err := sh.clock()
	if err != nil {
		return err
	}
	rec, err := sqlite.Recover(ctx, sh.memory(), now)
	if errors.Is(err, sqlite.ErrSound) {
		return minutes.WithHint(errors.New("the memory is not damaged: nothing was changed"), "to go back to a backup all the same, name it: minutes restore FILE (the program's own, once it has made one, is "+sh.memory()+".backup)")
	}
	if err != nil {
		return err
	}
	sh.tell(recovered(rec))
	return nil
}

// mend takes a damaged memory out of the way when a command has failed on it, so that the next one
// works: the user hears once what was kept, what was lost and what to do. The command itself has failed.
func mend(ctx context.Context, sh *shell, err error) error {
	if !errors.Is(err, sqlite.ErrDamaged) || ctx.Err() != nil {
		return err
	}
	now, e := sh.clock()
	if e != nil {
		return err
	}
	rec, e := sqlite.Recover(ctx, sh.memory(), now)
	if e != nil {
		return err // its hint says what can be done by hand
	}
	return minutes.WithHint(fmt.Errorf("%w\n  %s", err, recovered(rec)), "minutes preload")
}

// recovered says what became of a damaged memory.
func recovered(rec sqlite.Recovery) string {
	from := "there was no backup, so a new one was begun"
	if rec.Backup != "" {
		from = fmt.Sprintf("the backup of %s is in its place (%s)", rec.At.Format("Monday 2 January 15:04"), rec.Backup)
	}
	return fmt.Sprintf("the damaged memory is kept as %s; %s; %d judgements and closed actions are in force; what else came since is fetched again where its source still has it",
		rec.Aside, from, rec.Judgements)
}

// keepBackup makes the weekly backup when it is due. Only a damaged memory is an error: the brief stands
// without a backup too.
func (p *program) keepBackup(ctx context.Context) error {
	_, err := p.db.KeepBackup(ctx, 7*24*time.Hour)
	if errors.Is(err, sqlite.ErrDamaged) || err == nil || ctx.Err() != nil {
		return err
	}
	p.shell.tell(err.Error())
	if h := minutes.Hint(err); h != "" {
		fmt.Fprintln(p.shell.err, "  next:", minutes.Clean(h))
	}
	return nil
}

func schemaCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:       "schema [NAME]",
		Short:     "The JSON Schema of what is printed: brief, item, export, …",
		Args:      argsBetween(0, 1, "at most one NAME"),
		ValidArgs: render.Names(),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				for _, n := range render.Names() {
					fmt.Fprintln(sh.out, n)
				}
				return nil
			}
			b, err := render.Schema(args[0])
			if err != nil {
				return usageError{minutes.WithHint(err, "minutes schema lists them")}
			}
			_, err = sh.out.Write(append(b, '\n'))
			return err
		},
	}
}

func versionCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(sh.out, "minutes", version)
			return err
		},
	}
}

func completionCmd() *cobra.Command {
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Print the completion script for bash, zsh, fish or powershell",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      argsBetween(1, 1, "one SHELL: bash, zsh, fish or powershell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return cmd.Root().GenBashCompletionV2(out, true)
			case "zsh":
				return cmd.Root().GenZshCompletion(out)
			case "fish":
				return cmd.Root().GenFishCompletion(out, true)
			case "powershell":
				return cmd.Root().GenPowerShellCompletionWithDesc(out)
			}
			return usagef("no completion for %q: bash, zsh, fish or powershell", args[0])
		},
	}
}

func configCmd(sh *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check the config, show what is in force, print its path",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{Use: "check", Short: "Check strictly", Args: noArgs, RunE: func(*cobra.Command, []string) error {
			c, err := loadConfig(sh)
			if err != nil {
				return err
			}
			where := c.Path
			if where == "" {
				where = "no config file: the defaults"
			}
			fmt.Fprintf(sh.err, "%s: fine, %d sources\n", minutes.CleanLine(where), len(c.Connectors))
			for _, l := range c.NotYet() {
				fmt.Fprintln(sh.err, " ", minutes.CleanLine(l))
			}
			return nil
		}},
		&cobra.Command{Use: "show", Short: "What is in force and where each value comes from (secrets hidden)", Args: noArgs, RunE: func(*cobra.Command, []string) error {
			c, err := loadConfig(sh)
			if err != nil {
				return err
			}
			return config.Show(sh.out, c)
		}},
		&cobra.Command{Use: "path", Short: "Print the path", Args: noArgs, RunE: func(*cobra.Command, []string) error {
			path := sh.config
			if path == "" {
				path = config.ConfigPath()
			}
			_, err := fmt.Fprintln(sh.out, minutes.Clean(path))
			return err
		}},
	)
	return cmd
}
