package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// maxSecret bounds what a command or a file may give.
const maxSecret = 64 << 10

// maxWords bounds what is kept of a command's complaints.
const maxWords = 4 << 10

// fromCommand runs a password manager, without a shell, and takes the first line it prints. Where it
// fails, the last line it wrote on stderr is told, without what it printed: it may quote the secret.
func (o Options) fromCommand(ctx context.Context, argv minutes.Argv) (string, error) {
	name := clean(filepath.Base(argv[0]))
	program := argv[0]
	if strings.ContainsAny(program, `/\`) {
		p, err := absolute(program)
		if err != nil {
			return "", err
		}
		program = p
	}
	wait, cancel := context.WithTimeout(ctx, o.wait.command)
	defer cancel()
	cmd := exec.CommandContext(wait, program, argv[1:]...)
	cmd.WaitDelay = o.wait.pipe
	out := &limited{left: maxSecret}
	words := &limited{left: maxWords, quiet: true}
	cmd.Stdout, cmd.Stderr = out, words
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it ended well; a helper it started keeps the pipe
		return firstLine(out.buf.String()), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("the command %s: %w", name, ctx.Err())
	case wait.Err() != nil:
		return "", minutes.WithHint(fmt.Errorf("the command %s did not end in %s", name, o.wait.command), "run it by hand: it may ask for a passphrase, which nobody can answer here")
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot):
		return "", minutes.WithHint(fmt.Errorf("there is no command %s", name), "install it, or write its whole path: cron knows few folders")
	case out.over: // before the exit: the command dies of the closed pipe
		return "", minutes.WithHint(fmt.Errorf("the command %s: %w", name, errTooMuch), "it must print the secret alone")
	case errors.As(err, &exit):
		return "", minutes.WithHint(fmt.Errorf("the command %s failed (exit %d)%s", name, exit.ExitCode(), o.complaint(out, words)), "run it by hand: it must print the secret and exit 0")
	}
	return "", minutes.WithHint(fmt.Errorf("the command %s cannot be run", name), "check that it is there and may be executed")
}

var errTooMuch = errors.New("it prints more than 64 KiB")

// complaint is the last line of what a command wrote on stderr, cleaned, and without anything that it
// printed or that is known as a secret.
func (o Options) complaint(out, words *limited) string {
	lines := strings.FieldsFunc(words.buf.String(), func(r rune) bool { return r == '\n' || r == '\r' })
	for _, line := range slices.Backward(lines) {
		hide := func(s string) string { return o.Known.Hide(Redact(s, strings.Fields(out.buf.String())...)) }
		if text := clean(hide(minutes.CleanLine(hide(line)).String())); text != "" {
			return ": " + text
		}
	}
	return ""
}

// limited is a buffer with a bound. A quiet one drops what is past it, else the writer is refused. The
// buffer is not embedded: its ReadFrom would pass by Write.
type limited struct {
	buf         bytes.Buffer
	left        int
	over, quiet bool
}

func (l *limited) Write(p []byte) (int, error) {
	keep := p
	if len(p) > l.left {
		l.over = true
		if !l.quiet {
			return 0, errTooMuch
		}
		keep = p[:l.left]
	}
	l.left -= len(keep)
	l.buf.Write(keep)
	return len(p), nil
}
