//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal is a pseudo terminal with a program on it. What the program writes is kept byte for byte
// (the line discipline changes nothing) and drawn on a screen. It answers what a terminal is asked.
type terminal struct {
	t      testing.TB
	cmd    *exec.Cmd
	master *os.File

	mu     sync.Mutex
	raw    []byte
	screen *screenful
	moved  chan struct{} // something came
	ended  chan struct{} // nothing comes any more
}

// openPty is a new pseudo terminal of that size.
func openPty(t testing.TB, rows, cols int) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("skipped: no pseudo terminals here: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	mode, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	mode.Oflag &^= unix.OPOST
	mode.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS, mode); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: uint16(rows), Col: uint16(cols)}); err != nil {
		t.Fatal(err)
	}
	return master, slave
}

// onTerminal starts a command of a box on a terminal of its own.
func (b *box) onTerminal(rows, cols int, args ...string) *terminal {
	b.t.Helper()
	master, slave := openPty(b.t, rows, cols)
	defer slave.Close()
	cmd := b.command(args...)
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	t := &terminal{t: b.t, cmd: cmd, master: master, screen: newScreenful(rows, cols), moved: make(chan struct{}, 1), ended: make(chan struct{})}
	go t.read()
	return t
}

func (t *terminal) read() {
	defer close(t.ended)
	buf := make([]byte, 32<<10)
	for {
		n, err := t.master.Read(buf)
		if n > 0 {
			t.mu.Lock()
			t.raw = append(t.raw, buf[:n]...)
			t.screen.write(buf[:n])
			t.mu.Unlock()
			t.answer(string(buf[:n]))
			select {
			case t.moved <- struct{}{}:
			default:
			}
		}
		if err != nil { // EIO: the last process has closed it
			return
		}
	}
}

// answer says what a terminal is: one that knows colours and no more.
func (t *terminal) answer(asked string) {
	for _, q := range []struct{ ask, reply string }{{"\x1b[c", "\x1b[?62;22c"}, {"\x1b]11;?", "\x1b]11;rgb:0000/0000/0000\x1b\\"}, {"\x1b[?2026$p", "\x1b[?2026;2$y"}, {"\x1b[?2027$p", "\x1b[?2027;0$y"}} {
		if strings.Contains(asked, q.ask) {
			_, _ = io.WriteString(t.master, q.reply)
		}
	}
}

func (t *terminal) press(keys string) {
	t.t.Helper()
	if _, err := io.WriteString(t.master, keys); err != nil {
		t.t.Fatal(err)
	}
}

// rows is the screen as it stands.
func (t *terminal) rows() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.rows()
}

// until waits until the screen is as wanted; half a minute is for a machine that is busy.
func (t *terminal) until(what string, fits func(rows []string) bool) []string {
	t.t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		if rows := t.rows(); fits(rows) {
			return rows
		}
		select {
		case <-t.moved:
		case <-t.ended:
			t.t.Fatalf("the program ended before %s:\n%s", what, strings.Join(t.rows(), "\n"))
		case <-late.C:
			t.t.Fatalf("the screen never showed %s:\n%s", what, strings.Join(t.rows(), "\n"))
		}
	}
}

// end waits until the program has ended and gives all that it wrote.
func (t *terminal) end() (out []byte, code int) {
	t.t.Helper()
	err := t.cmd.Wait()
	<-t.ended
	_ = t.master.Close()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.t.Fatal(err)
	}
	return t.raw, t.cmd.ProcessState.ExitCode()
}

// typed runs a command on a terminal to its end.
func (b *box) typed(args ...string) (out []byte, code int) {
	return b.onTerminal(40, 120, args...).end()
}
