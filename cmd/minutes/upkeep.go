package main

import (
	"bufio"
	"context"
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
			fmt.Fprintln(sh.err, "backed up and checked:", args[0])
			return nil
		}),
	}
}

func restoreCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the memory; the present one is kept beside it",
		Args:  argsBetween(1, 1, "the FILE that minutes backup wrote"),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			if err := sqlite.Restore(cmd.Context(), file, filepath.Join(sh.dataDir(), "minutes.db")); err != nil {
				return err
			}
			fmt.Fprintln(sh.err, "restored from", args[0])
			return nil
		},
	}
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
			fmt.Fprintf(sh.err, "%s: fine, %d sources\n", where, len(c.Connectors))
			for _, l := range c.NotYet() {
				fmt.Fprintln(sh.err, " ", l)
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
			_, err := fmt.Fprintln(sh.out, path)
			return err
		}},
	)
	return cmd
}
