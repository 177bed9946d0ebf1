//go:build unix

package jail

import (
	"errors"
	"strconv"
	"syscall"
	"testing"
	"time"
)

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// until waits for what another process does; that it happens is the claim, not when.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("never: " + what)
}

func pidOf(t *testing.T, p *Pool) int {
	t.Helper()
	pid, err := strconv.Atoi(echo(t, p, "x")["pid"])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestCloseLeavesNoProcessAndNoZombie(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	pid := pidOf(t, p)
	p.Close()
	if !gone(pid) { // a zombie would still answer
		t.Errorf("process %d is still there", pid)
	}
}

func TestAChildThatDiedIdleCostsNoDocument(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	pid := pidOf(t, p)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "the dead child is waited for", func() bool { return gone(pid) })
	until(t, "the pool knows", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return !p.idle[0].alive() })
	if again := pidOf(t, p); again == pid {
		t.Error("the same process")
	}
}

func TestIdleChildrenAreStopped(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Idle: time.Millisecond})
	pid := pidOf(t, p)
	until(t, "the idle child ends", func() bool { return gone(pid) })
	echo(t, p, "again")
}

func TestLimitsAreInForce(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	got, err := p.Parse(t.Context(), Document{Parser: "limits"})
	if err != nil || got.Facts["files"] != "limited" {
		t.Errorf("%v: %v", err, got.Facts)
	}
}

// TestAnOrphanEnds starts a parent, kills it, and finds its child gone: stdin ends.
func TestAnOrphanEnds(t *testing.T) {
	c, err := start("")
	if err != nil {
		t.Fatal(err)
	}
	pid := c.cmd.Process.Pid
	_ = c.in.Close() // what the kernel does for a parent that was killed
	until(t, "the orphan ends", func() bool { return !c.alive() && gone(pid) })
	c.stop()
}
