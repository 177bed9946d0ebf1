package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/egress"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// version is set by the linker.
var version = "dev"

// The exit codes of the contract.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitPartial     = 3
	exitInterrupted = 130
)

// errPartial ends a command that did its work with at least one source failing: exit 3, and the
// command has already said what is wrong.
var errPartial = errors.New("at least one source failed or came in part")

// errFindings ends doctor when it found something: exit 1, already printed.
var errFindings = errors.New("findings")

// usageError is a command line that is wrong: exit 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// shell is what a command knows of the outside: the streams and the flags that all commands take.
type shell struct {
	in       io.Reader
	out, err io.Writer
	config   string
	data     string
	now      string
	state    string            // where the log is; "" is the user's folder
	taken    map[string]string // variables that were taken out of the environment: secrets
	ways     egress.Options    // how connections are made, and how long they may take; zero: by the rules
	demo     *demoWorld        // set by `minutes demo`: the bundled world stands in for config and clock
}

// run is the whole program: arguments in, exit code out.
func run(args []string, in io.Reader, out, errw io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the first Ctrl+C ends the work, a second one the program
	return (&shell{in: in, out: out, err: errw}).run(ctx, args)
}

// run is one command, broken off when ctx ends.
func (sh *shell) run(ctx context.Context, args []string) int {
	cmd := root(sh)
	cmd.SetArgs(args)
	cmd.SetIn(sh.in)
	cmd.SetOut(sh.out)
	cmd.SetErr(sh.err)
	return exitCode(ctx, mend(ctx, sh, cmd.ExecuteContext(ctx)), sh.err)
}

func exitCode(ctx context.Context, err error, errw io.Writer) int {
	var usage usageError
	var bad *config.Error
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil: // whatever was being done, it was broken off
		fmt.Fprintln(errw, "minutes: interrupted; what was fetched is kept, the last brief is untouched")
		return exitInterrupted
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, errFindings):
		return exitFailed
	}
	fmt.Fprintln(errw, "minutes:", minutes.Clean(err.Error()))
	if h := minutes.Hint(err); h != "" {
		fmt.Fprintln(errw, "  next:", minutes.Clean(h))
	}
	if errors.As(err, &usage) || errors.As(err, &bad) {
		return exitUsage
	}
	return exitFailed
}

func root(sh *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "minutes",
		Short: "A three-minute brief each morning: mail, calendar, news, weather, markets",
		Long: `minutes turns your mail, calendar, Hacker News, feeds, weather and markets into a brief that
takes three minutes to read. Every line cites what it rests on and was checked. It is local:
one program, one SQLite file, no telemetry, and nothing needs a language model.

  minutes demo        see it on a bundled world, without an account
  minutes init        write a config
  minutes preload     make today's brief (what cron runs)
  minutes             open it`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !sh.interactive() {
				return printBrief(cmd.Context(), sh, briefFlags{})
			}
			return openScreen(cmd.Context(), sh)
		},
	}
	f := cmd.PersistentFlags()
	f.StringVar(&sh.config, "config", "", "config file (default "+config.ConfigPath()+")")
	f.StringVar(&sh.data, "data-dir", "", "data folder (default "+config.DataDir()+")")
	f.StringVar(&sh.now, "now", "", "act as if it were this time (RFC 3339)")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(preloadCmd(sh), briefCmd(sh), itemsCmd(sh), showCmd(sh), openCmd(sh), whyCmd(sh), askCmd(sh), searchCmd(sh),
		feedbackCmd(sh), actionsCmd(sh), doneCmd(sh), exportCmd(sh), sourcesCmd(sh), modelsCmd(sh), authCmd(sh), doctorCmd(sh), initCmd(sh),
		configCmd(sh), backupCmd(sh), restoreCmd(sh), schemaCmd(sh), demoCmd(sh), completionCmd(), versionCmd(sh))
	return cmd
}

// noArgs and its neighbours make a wrong command line exit 2.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		msg := fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath())
		if s := cmd.SuggestionsFor(args[0]); !cmd.HasParent() && slices.Contains(planned(), args[0]) {
			msg = fmt.Sprintf("%s %s is not in this version yet", cmd.CommandPath(), args[0])
		} else if len(s) > 0 {
			msg += fmt.Sprintf("; did you mean %q?", s[0])
		}
		return usageError{minutes.WithHint(errors.New(msg), cmd.CommandPath()+" --help")}
	}
	return usageError{fmt.Errorf("%s takes no arguments, got %q", cmd.CommandPath(), args[0])}
}

// planned are the commands that the program's description names and this version does not have.
func planned() []string {
	return []string{"daemon", "schedule", "mcp", "memory", "learn"}
}

func argsBetween(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return usageError{minutes.WithHint(fmt.Errorf("%s takes %s", cmd.CommandPath(), what), cmd.CommandPath()+" --help")}
		}
		return nil
	}
}

// interactive says whether a person sits at a terminal on both ends.
func (sh *shell) interactive() bool {
	return isTerminal(sh.in) && isTerminal(sh.out) && os.Getenv("TERM") != "dumb"
}

func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour says whether w takes colour and motion: a terminal, and nobody asked for none.
func colour(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// width is the terminal's, or a page's.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return min(n, 100)
		}
	}
	return 80
}

// clock is Now for the whole program: the real one, or fixed by --now.
func (sh *shell) clock() (func() time.Time, error) {
	if sh.now != "" {
		t, err := time.Parse(time.RFC3339, sh.now)
		if err != nil {
			return nil, usagef("--now: %q is not a time as in RFC 3339: write it like 2026-11-25T07:00:00+01:00", sh.now)
		}
		return func() time.Time { return t }, nil
	}
	if sh.demo != nil {
		return func() time.Time { return sh.demo.Now }, nil
	}
	return time.Now, nil
}
