package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/dailyminutes/minutes"
)

// maxSecret bounds what a command or a file may give.
const maxSecret = 64 << 10

// fromCommand runs a password manager, without a shell, and takes the first line it prints. What it
// says on stderr is dropped: it may quote the secret.
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
	cmd.Stdout = out
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
		return "", minutes.WithHint(fmt.Errorf("the command %s failed (exit %d)", name, exit.ExitCode()), "run it by hand: it must print the secret and exit 0")
	}
	return "", minutes.WithHint(fmt.Errorf("the command %s cannot be run", name), "check that it is there and may be executed")
}

var errTooMuch = errors.New("it prints more than 64 KiB")

// limited is a buffer with a bound. The buffer is not embedded: its ReadFrom would pass by Write.
type limited struct {
	buf  bytes.Buffer
	left int
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		l.over = true
		return 0, errTooMuch
	}
	l.left -= len(p)
	return l.buf.Write(p)
}
