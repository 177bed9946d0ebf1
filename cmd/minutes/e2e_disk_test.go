package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A fault fails the calls that change the data folder, or put it on disk: the nth of all threads and children
// together, counted from 1, and where it stays all that follow. Number 0 fails none.
type fault struct {
	N     int
	Code  syscall.Errno
	Stays bool
}

// What a run took: the calls that changed the data folder, in order and by name, and how many of them
// were failed.
type took struct {
	Calls  []string
	Failed int
}

// A way to fail says what becomes of the nth call.
type way func(n int) fault

// oneByOne fails single calls, by both errors in turn; the other way round, odd is ENOSPC.
func oneByOne(odd, even syscall.Errno) way {
	return func(n int) fault { return fault{N: n, Code: []syscall.Errno{even, odd}[n%2]} }
}

// fullFrom is a disk on which there is no room any more.
func fullFrom(n int) fault { return fault{N: n, Code: syscall.ENOSPC, Stays: true} }

// A toll is what came of many ordeals.
type toll struct {
	mu            sync.Mutex
	calls         int // of a run without a fault
	runs, refused int
	hit           map[int]int // by a call's number, in how many ways it was failed in fact
	wrong         []string
}

// faults fails every call of a command in turn, in every way, until runs make fewer of them; step leaves some
// out. Threads do not meet at the same moments in every run, so a number that was not reached is tried
// again before it is taken for the end.
func (d *desk) faults(ways []way, step int, args ...string) *toll {
	d.t.Helper()
	top := fastDir(d.t)
	sum := &toll{hit: map[int]int{}}
	good := d.twin(filepath.Join(top, "good"))
	r, took := good.failing(fault{}, args...)
	if r.code != 0 || len(took.Calls) == 0 {
		d.t.Fatalf("on a good disk: exit %d after %d calls\n%s", r.code, len(took.Calls), r.err)
	}
	sum.calls = len(took.Calls)
	sum.add(0, false, r, d.verdict(&ordeal{name: args[0] + " on a good disk", args: args, box: good, ran: r}))
	var wg sync.WaitGroup
	for k, way := range ways {
		var next atomic.Int64
		var over atomic.Bool
		for range 3 {
			wg.Go(func() {
				for !over.Load() {
					n := int(next.Add(1)-1)*step + 1
					tries := 1
					if n <= sum.calls {
						tries = 3
					}
					reached := false
					for try := 0; try < tries && !reached; try++ {
						reached = d.try(sum, filepath.Join(top, fmt.Sprint(k, "-", n, "-", try)), way(n), args...)
					}
					if !reached {
						over.Store(true)
					}
				}
			})
		}
	}
	wg.Wait()
	return sum
}

// try is one ordeal in a box of its own; reached says that a call was failed.
func (d *desk) try(sum *toll, dir string, f fault, args ...string) (reached bool) {
	b := d.twin(dir)
	defer os.RemoveAll(dir)
	r, took := b.failing(f, args...)
	o := &ordeal{name: fmt.Sprintf("%s of %d calls, none failed", args[0], len(took.Calls)), args: args, box: b, ran: r}
	if took.Failed > 0 {
		call := took.Calls[f.N-1]
		o.name = fmt.Sprintf("%s: %v at call %d of %d, %s, %d failed", args[0], f.Code, f.N, len(took.Calls), call, took.Failed)
		_, o.file, _ = strings.Cut(call, " ")
	}
	sum.add(f.N, took.Failed > 0, r, d.verdict(o))
	return took.Failed > 0
}

func (s *toll) add(n int, hit bool, r ran, wrong []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs++
	if r.code != 0 {
		s.refused++
	}
	if hit {
		s.hit[n]++
	}
	s.wrong = append(s.wrong, wrong...)
}

// reached is how many calls were failed in every way, and of how many: where runs differ, the longest counts.
func (s *toll) reached(ways int) (n, of int) {
	of = s.calls
	for call, hits := range s.hit {
		of = max(of, call)
		if hits == ways {
			n++
		}
	}
	return n, of
}

// TestE2EADiskThatFailsLosesNothing fails each call of a thumb and of a preload that writes, syncs, cuts, renames
// or removes a file of the memory.
func TestE2EADiskThatFailsLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	d.now = d.now.Add(23 * time.Hour) // a day old: the preload makes the weekly backup too
	ways := []way{oneByOne(syscall.EIO, syscall.ENOSPC), oneByOne(syscall.ENOSPC, syscall.EIO), fullFrom}
	suite := []struct {
		name string
		ways []way
		step int
		args []string
	}{
		{"thumb", ways, size(9, 1, 1), []string{"feedback", "up", d.ids[2]}},
		{"preload", ways[:size(1, 1, 3)], size(97, 1, 1), []string{"preload"}},
	}
	var line []string
	wrong := 0
	for _, s := range suite {
		sum := d.faults(s.ways, s.step, s.args...)
		for _, w := range sum.wrong {
			t.Error(w)
		}
		wrong += len(sum.wrong)
		n, of := sum.reached(len(s.ways))
		if s.step == 1 && n < of*9/10 {
			t.Errorf("of %d calls of a %s %d were failed", of, s.name, n)
		}
		if sum.refused == 0 {
			t.Errorf("no %s was refused", s.name)
		}
		line = append(line, fmt.Sprintf("%s %d of %d", s.name, n, of))
		t.Logf("%s: %d runs, %d refused", s.name, sum.runs, sum.refused)
	}
	t.Logf("disk errors: %s calls, %s, %d wrong", line[0], line[1], wrong)
}

// TestE2EAThumbAcknowledgedInSpiteOfAnErrorIsFound is the control: a program that says yes whatever the
// disk says.
func TestE2EAThumbAcknowledgedInSpiteOfAnErrorIsFound(t *testing.T) {
	if !long() {
		t.Skip("a mutant of the program is built: MINUTES_E2E=1")
	}
	t.Parallel()
	d := newDesk(t, mutant(t, change{"rag/sqlite/judge.go", "\treturn err // said not to be kept, and it does not come back\n", "\treturn nil\n"}))
	s := d.faults([]way{oneByOne(syscall.EIO, syscall.ENOSPC)}, 1, "feedback", "up", d.ids[2])
	if len(s.wrong) < s.calls/3 { // before and after the commit there is nothing to lie about
		t.Errorf("of %d thumbs, some of them acknowledged in spite of an error, %d were found", s.runs, len(s.wrong))
	}
	t.Logf("disk errors, control that says yes to all: found at %d of %d calls", len(s.wrong), s.calls)
}

// TestE2EAFullDiskLosesNothing fills a small disk to the brim, and almost.
func TestE2EAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=8m", "none", disk).CombinedOutput(); err != nil {
		t.Skipf("skipped: a small disk cannot be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
	runs, refused := 0, 0
	for _, args := range [][]string{{"feedback", "up", d.ids[2]}, {"preload"}} {
		for _, left := range []int{0, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512}[:size(3, 13, 13)] {
			b := d.twin(filepath.Join(disk, "home"))
			fillUp(t, filepath.Join(disk, "filler"), left<<10)
			o := &ordeal{name: fmt.Sprintf("%s with %d KB left", args[0], left), args: args, box: b, ran: b.run(args...)}
			if err := os.Remove(filepath.Join(disk, "filler")); err != nil {
				t.Fatal(err)
			}
			runs++
			if o.ran.code != 0 {
				refused++
			}
			for _, w := range d.verdict(o) {
				t.Error(w)
			}
			_ = os.RemoveAll(b.dir)
		}
	}
	if refused == 0 {
		t.Error("the disk was never full")
	}
	t.Logf("disk errors: a full disk %d times, %d refused, nothing lost", runs, refused)
}

// fillUp writes a file until there is no room, then takes some back.
func fillUp(t *testing.T, path string, left int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	st, err := f.Stat()
	if err == nil {
		err = f.Truncate(max(st.Size()-int64(left), 0))
	}
	if err != nil {
		t.Fatal(err)
	}
}
