// Package secret finds credentials where the config says they are: keyring, variable, command or
// file. Its errors name the place and the next step, never the value.
package secret

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// Service is the name that all entries in the keyring carry.
const Service = "minutes"

// Options say where to look. Dir is the config's folder: the encrypted store is below it.
type Options struct {
	Dir    string
	Getenv func(string) string // nil is the environment
	Source string              // whose secrets these are, for hints; may be ""
	Known  *Known              // is told every value that is found, so that logs can hide it; may be nil
	Log    *slog.Logger        // is told when the encrypted store stood in for the keyring, and why; may be nil

	ring ring // the system's keyring
	wait limits
}

// limits bound what may hang: a keyring that asks for its password on a screen nobody sees, a command
// that asks on a terminal it does not have. spare is for a keyring where the store has the entry too,
// person for one that somebody who sits there may have to unlock.
type limits struct{ ring, spare, person, command, pipe time.Duration }

func (o Options) filled() Options {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.ring == nil {
		o.ring = systemRing{o.Getenv}
	}
	if o.wait == (limits{}) {
		o.wait = limits{ring: 15 * time.Second, spare: 2 * time.Second, person: time.Minute, command: 10 * time.Second, pipe: time.Second}
	}
	return o
}

// Resolver resolves references at the moment of use. Nothing is cached: a password changed in the
// keyring is the new one at once.
func Resolver(o Options) func(ctx context.Context, ref minutes.SecretRef) (minutes.Secret, error) {
	o = o.filled()
	return func(ctx context.Context, ref minutes.SecretRef) (minutes.Secret, error) {
		s, _, err := o.find(ctx, ref)
		return s, err
	}
}

func (o Options) find(ctx context.Context, ref minutes.SecretRef) (minutes.Secret, string, error) {
	v, place, err := o.resolve(ctx, ref)
	if err != nil {
		return minutes.Secret{}, "", err
	}
	s := minutes.NewSecret(v)
	if s.Empty() {
		return s, "", minutes.WithHint(fmt.Errorf("%s is empty", Describe(ref)), "put the secret there, or change the config")
	}
	if o.Known != nil {
		o.Known.Add(s)
	}
	return s, place, nil
}

func (o Options) resolve(ctx context.Context, ref minutes.SecretRef) (value, place string, err error) {
	place = Describe(ref)
	switch {
	case ref.Keyring != "":
		return o.fromRing(ctx, ref.Keyring)
	case ref.Env != "":
		if value = o.Getenv(ref.Env); value == "" {
			err = minutes.WithHint(fmt.Errorf("the variable %s is not set", clean(ref.Env)), "set it also where the schedule runs: cron and systemd do not read your shell's files")
		}
	case len(ref.Command) > 0:
		value, err = o.fromCommand(ctx, ref.Command)
	case ref.File != "":
		value, err = o.fromFile(ref.File)
	case !ref.Literal.Empty():
		value = ref.Literal.Reveal()
	default:
		err = minutes.WithHint(errors.New("no secret is configured"), `write one of { keyring = "…" }, { env = "…" }, { command = "…" }, { file = "…" }`)
	}
	return value, place, err
}

// Describe names a reference without its value.
func Describe(ref minutes.SecretRef) string {
	switch {
	case ref.Keyring != "":
		return "keyring entry " + clean(ref.Keyring)
	case ref.Env != "":
		return "the variable " + clean(ref.Env)
	case len(ref.Command) > 0:
		return "the output of " + clean(filepath.Base(ref.Command[0]))
	case ref.File != "":
		return clean(ref.File)
	}
	return "the config itself"
}

// auth is the command that stores the source's secret.
func (o Options) auth() string {
	name := o.Source
	if name == "" {
		name = "NAME"
	}
	return "minutes auth " + clean(name)
}

func clean(s string) string { return minutes.CleanLine(s).Cut(120).String() }

// firstLine is what password managers keep the password in; what follows are notes.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r")
}

// absolute is a path that does not depend on the working directory; ~ is the home folder.
func absolute(path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", minutes.WithHint(errors.New("there is no home folder"), "write the whole path")
		}
		return filepath.Join(home, rest), nil
	}
	if !filepath.IsAbs(path) {
		return "", minutes.WithHint(fmt.Errorf("%s is a relative path", clean(path)), "write the whole path: the schedule runs in another folder")
	}
	return path, nil
}
