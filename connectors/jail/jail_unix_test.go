//go:build unix

package jail

import (
	"errors"
	"maps"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
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
	got, err = p.Parse(t.Context(), Document{Parser: "rlimits"})
	want := map[string]string{"files": "16", "core": "0", "written": "0", "cpu": "3600", "data": strconv.Itoa(maxMemory), "file": "limited"}
	if race {
		want["data"] = got.Facts["data"]
	}
	if err != nil || !maps.Equal(got.Facts, want) {
		t.Errorf("%v: %v, want %v", err, got.Facts, want)
	}
}

// rlimits tells the limits, and tries whether a byte can be written to a file.
func rlimits() map[string]string {
	f := map[string]string{}
	for name, what := range map[string]int{"files": syscall.RLIMIT_NOFILE, "core": syscall.RLIMIT_CORE, "written": syscall.RLIMIT_FSIZE,
		"cpu": syscall.RLIMIT_CPU, "data": syscall.RLIMIT_DATA} {
		var l syscall.Rlimit
		if err := syscall.Getrlimit(what, &l); err == nil && l.Cur == l.Max {
			f[name] = strconv.FormatUint(l.Max, 10)
		}
	}
	signal.Ignore(syscall.SIGXFSZ)
	if file, err := os.CreateTemp("", "jail"); err == nil {
		if _, err := file.WriteString("x"); err != nil {
			f["file"] = "limited"
		}
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
	return f
}

// babble writes into the frames, behind the back of all that keeps a library from it.
func babble(what string) {
	switch what {
	case "huge":
		_, _ = syscall.Write(1, []byte("\xf8\x7f\xff\xff\xff\xff\xff\xff\xff"))
	case "words":
		_, _ = syscall.Write(1, []byte(strings.Repeat("warning: line 7 has no colon\n", 9)))
	case "endless":
		_, err := syscall.Write(1, []byte("\xfc\x3f\xff\xff\xff")) // a GiB is to come
		for some := make([]byte, 1<<16); ; _, err = syscall.Write(1, some) {
			if err != nil {
				return
			}
		}
	}
}

// TestAChildThatBabblesCostsItsDocument has a parser write into the frames: that document is lost, with
// a reason, and the next is read by another child.
func TestAChildThatBabblesCostsItsDocument(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Deadline: time.Minute})
	for what, why := range map[string]string{"huge": "cannot be read", "words": "cannot be read", "endless": "becomes too large"} {
		before := echo(t, p, "a")["pid"]
		_, err := p.Parse(t.Context(), Document{Parser: "babble", Args: []byte(what)})
		if !errors.Is(err, ErrKilled) || !strings.Contains(err.Error(), why) || minutes.Hint(err) == "" {
			t.Errorf("%s: %v, want %q", what, err, why)
		}
		if echo(t, p, "b")["pid"] == before {
			t.Errorf("%s: the same child goes on", what)
		}
	}
}

// TestAChildThatSaysMoreIsReplaced leaves a byte behind a good reply: it does not become the beginning
// of the next one, which another child gives.
func TestAChildThatSaysMoreIsReplaced(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Deadline: time.Minute})
	before := echo(t, p, "a")["pid"]
	c := p.idle[0]
	if err := c.ears.meter.r.UnreadByte(); err != nil { // the last of the reply, once more
		t.Fatal(err)
	}
	if echo(t, p, "b")["pid"] == before {
		t.Error("the same child goes on")
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
