package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/secret"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// An auth is one `minutes auth NAME`: the source or model, and where its secrets go.
type auth struct {
	*shell
	cfg          *config.Config
	name         string
	entries      []config.Credential // those that the keyring is to have
	file, forget bool
	found        string // in the child of unattended: the entry to look for
}

func authCmd(sh *shell) *cobra.Command {
	a := &auth{shell: sh}
	cmd := &cobra.Command{
		Use:   "auth NAME",
		Short: "Store the password of a source, and prove that an unattended run finds it",
		Long: `Asks for the password (or key) of a source whose config says { keyring = "…" }, or reads one line
from a pipe, and stores it in the system's keyring, else in the encrypted store beside the config.
Then it looks whether a run without your session, as cron starts it, finds it, and asks the
source whether it is right.`,
		Args: argsBetween(1, 1, "the NAME of one source (minutes sources lists them)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.name = args[0]
			return a.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&a.file, "file", false, "into the encrypted store even if there is a keyring: for runs without your session")
	cmd.Flags().BoolVar(&a.forget, "forget", false, "remove it from the keyring and from the encrypted store")
	cmd.Flags().StringVar(&a.found, "found", "", "say where this entry is found, if it is what stdin has")
	_ = cmd.Flags().MarkHidden("found") // the child of unattended
	return cmd
}

func (a *auth) run(ctx context.Context) error {
	var err error
	if a.cfg, err = loadConfig(a.shell); err != nil {
		return err
	}
	if a.entries, err = a.wanted(); err != nil {
		return err
	}
	lines := bufio.NewReader(interruptible{ctx, a.in})
	lost := error(nil) // an entry that an unattended run would not find
	for _, e := range a.entries {
		switch {
		case a.forget:
			err = a.remove(ctx, e)
		case a.found == e.Ref.Keyring:
			return a.compare(ctx, e, lines)
		case a.found == "":
			if err = a.store(ctx, e, lines); errors.Is(err, errFindings) {
				lost, err = err, nil
			}
		}
		if err != nil {
			return err
		}
	}
	if !a.forget && a.found == "" {
		if err := a.probe(ctx); err != nil {
			return err
		}
	}
	return lost
}

// wanted are the entries of the keyring that the config of NAME names. Where it takes its secret from
// elsewhere there is nothing to store.
func (a *auth) wanted() ([]config.Credential, error) {
	list, ok := a.cfg.Credentials(a.name)
	if !ok {
		hint := "there are " + strings.Join(a.cfg.Names(), ", ")
		return nil, minutes.WithHint(usagef("auth: no source is named %q", a.name), hint)
	}
	var out []config.Credential
	for _, e := range list {
		if e.Ref.Keyring != "" {
			out = append(out, e)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	if len(list) == 0 {
		return nil, usagef("auth: %s needs no password: there is nothing to store", a.name)
	}
	e := list[0]
	key := e.Key[strings.LastIndexByte(e.Key, '.')+1:]
	instead := fmt.Sprintf("to keep it in the keyring write %s = { keyring = %q }", key, a.name)
	where := a.cfg.Path
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if !e.Ref.Set() {
		return nil, minutes.WithHint(usagef("%s: %s has no %s: there is nothing to store", where, a.name, key), instead)
	}
	return nil, minutes.WithHint(usagef("%s: %s: %s has it from %s: there is nothing to store", where, e.Key, a.name, secret.Describe(e.Ref)), instead)
}

func (a *auth) options() secret.Options {
	return secret.Options{Dir: secretsDir(a.cfg), Source: a.name}
}

// store asks, keeps and proves: errFindings says that an unattended run would not find it.
func (a *auth) store(ctx context.Context, e config.Credential, lines *bufio.Reader) error {
	value, err := a.ask(ctx, e, lines)
	if err != nil {
		return err
	}
	place, why, err := secret.Keep(ctx, a.options(), e.Ref.Keyring, value, a.file)
	if err != nil {
		return err
	}
	if why != "" {
		why = " (not in the keyring: " + why + ")"
	}
	if file := secret.File(a.options(), e.Ref.Keyring); place == secret.PlaceStore {
		place += ", " + file
	}
	a.say("%s: stored in %s%s", a.name, place, why)
	return a.unattended(ctx, e, value)
}

func (a *auth) say(format string, args ...any) {
	fmt.Fprintln(a.out, minutes.CleanLine(fmt.Sprintf(format, args...)))
}

// probe asks the source itself, if it is a source and on: a wrong password is told at once.
func (a *auth) probe(ctx context.Context) error {
	p, err := open(ctx, a.shell)
	if err != nil {
		return err
	}
	defer p.Close()
	for _, s := range p.Sources {
		if s.Name() != a.name {
			continue
		}
		if s.Off {
			a.say("%s: is switched off in the config, so it was not asked", a.name)
			return nil
		}
		if _, err := p.Probe(ctx, a.name); err != nil {
			return fmt.Errorf("%s: stored, but it does not work yet: %w", a.name, err)
		}
		a.say("%s: asked, and it works", a.name)
	}
	return nil
}

func (a *auth) remove(ctx context.Context, e config.Credential) error {
	places, err := secret.Forget(ctx, a.options(), e.Ref.Keyring)
	if len(places) > 0 {
		a.say("%s: removed from %s", a.name, strings.Join(places, " and from "))
	}
	return err
}

// maxTyped bounds a password.
const maxTyped = 4 << 10

// ask takes the secret from the terminal, without showing it, or one line from a pipe.
func (a *auth) ask(ctx context.Context, e config.Credential, lines *bufio.Reader) (minutes.Secret, error) {
	key := e.Key[strings.LastIndexByte(e.Key, '.')+1:]
	var typed string
	var err error
	if isTerminal(a.in) {
		fmt.Fprintf(a.err, "%s of %s (not shown): ", minutes.CleanLine(key), minutes.CleanLine(a.name))
		typed, err = unseen(ctx, a.in.(*os.File))
		fmt.Fprintln(a.err)
	} else {
		typed, err = oneLine(lines)
	}
	switch {
	case ctx.Err() != nil:
		return minutes.Secret{}, ctx.Err()
	case err != nil && !errors.Is(err, io.EOF):
		return minutes.Secret{}, minutes.WithHint(fmt.Errorf("auth: the %s cannot be read: %w", key, err), "type it, or give it as one line on stdin")
	case typed == "":
		return minutes.Secret{}, minutes.WithHint(usagef("auth: no %s was given", key), "type it, or give it as one line on stdin")
	case strings.ContainsFunc(typed, unicode.IsControl):
		return minutes.Secret{}, minutes.WithHint(usagef("auth: there is a control character in the %s", key), "type it again, without arrows")
	}
	return minutes.NewSecret(typed), nil
}

// oneLine is the next line without its end.
func oneLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		b, err := r.ReadByte()
		if err != nil || b == '\n' {
			return strings.TrimSuffix(string(line), "\r"), err
		}
		if line = append(line, b); len(line) > maxTyped {
			return "", errors.New("it is over 4 KiB")
		}
	}
}

// unseen reads a line from a terminal that does not show it. An interruption gives the terminal back as
// it was.
func unseen(ctx context.Context, tty *os.File) (string, error) {
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	type typed struct {
		line []byte
		err  error
	}
	done := make(chan typed, 1)
	go func() { // it goes on waiting after an interruption, and ends with the program
		b, err := term.ReadPassword(fd)
		done <- typed{b, err}
	}()
	select {
	case t := <-done:
		return string(t.line), t.err
	case <-ctx.Done():
		_ = term.Restore(fd, before)
		return "", ctx.Err()
	}
}
