package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/rag/sqlite"
)

// TestE2EPreloadsAtOnceAreOneRun starts several while the first is held up; the others wait for it and
// report its result.
func TestE2EPreloadsAtOnceAreOneRun(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 10} {
		b, g := growing(t)
		before := len(b.runs())
		b.now = b.now.Add(time.Second)
		g.shut()
		waiting := newLines(func(line string) bool { return strings.Contains(line, "another preload is running") })
		cmds := make([]*exec.Cmd, n)
		for i := range cmds {
			cmds[i] = b.command("preload")
			cmds[i].Stderr = waiting
			if err := cmds[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		for range n - 1 {
			<-waiting.seen
		}
		g.release()
		for _, c := range cmds {
			if err := c.Wait(); err != nil {
				t.Errorf("%d at once: %v\n%s", n, err, waiting.text())
			}
		}
		if got := len(b.runs()) - before; got != 1 {
			t.Errorf("%d at once: %d runs were recorded, want 1", n, got)
		}
		if !b.brief().GeneratedAt.Equal(b.now) {
			t.Errorf("%d at once: the brief is of %s, want %s", n, b.brief().GeneratedAt, b.now)
		}
	}
}

// TestE2EAWaitingPreloadMakesItsOwnRun holds up a first preload that will not do for a second: one of a
// single source, and one that is killed.
func TestE2EAWaitingPreloadMakesItsOwnRun(t *testing.T) {
	t.Parallel()
	for _, killed := range []bool{false, true} {
		b, g := growing(t)
		b.now = b.now.Add(time.Second)
		g.shut()
		first, second := b.command("preload", "--only", "growing"), b.command("preload")
		if killed {
			first = b.command("preload")
		}
		waiting := newLines(func(line string) bool { return strings.Contains(line, "another preload is running") })
		second.Stderr = waiting
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		<-g.arrived
		if err := second.Start(); err != nil {
			t.Fatal(err)
		}
		<-waiting.seen
		if killed {
			_ = first.Process.Kill()
		}
		g.release()
		_ = first.Wait()
		if err := second.Wait(); err != nil || !strings.Contains(waiting.text(), "fetch calendar") {
			t.Errorf("killed %v: %v\n%s", killed, err, waiting.text())
		}
		want := []string{"preload ok", "only ok", "preload ok"}
		if killed {
			want[1] = "preload "
		}
		var got []string
		for _, r := range b.runs() {
			got = append(got, r.Kind+" "+r.Outcome)
		}
		if !slices.Equal(got, want) {
			t.Errorf("runs are %q, want %q", got, want)
		}
	}
}

// TestE2EReadersNeverFailWhileAPreloadWrites reads in every way while preloads run one after the other.
func TestE2EReadersNeverFailWhileAPreloadWrites(t *testing.T) {
	t.Parallel()
	b, _ := growing(t)
	preloads := 3
	if long() {
		preloads = 15
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	var reads atomic.Int64
	for _, args := range [][]string{{"brief", "--json"}, {"items", "--json"}, {"search", "--json", "entry"}, {"sources", "--json"}} {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r := b.run(args...)
				reads.Add(1)
				if r.code != 0 || !json.Valid([]byte(r.out)) || r.err != "" {
					t.Errorf("minutes %s: exit %d\n%s", strings.Join(args, " "), r.code, tail(r.err, 1000))
					return
				}
			}
		})
	}
	for range preloads {
		b.must(0, "preload")
	}
	close(done)
	wg.Wait()
	t.Logf("%d reads beside %d preloads, none failed", reads.Load(), preloads)
}

// TestE2EAPreloadThatWaitedForAQuestionMakesItsOwnRun holds the lock as a question does that asks the sources,
// which makes no brief: the brief of before is not taken for its result.
func TestE2EAPreloadThatWaitedForAQuestionMakesItsOwnRun(t *testing.T) {
	t.Parallel()
	b, _ := growing(t)
	b.now = b.now.Add(time.Second)
	db, err := sqlite.Open(t.Context(), filepath.Join(b.data(), "minutes.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	unlock, _, err := db.Lock(t.Context(), time.Second, func() {})
	if err != nil {
		t.Fatal(err)
	}
	cmd := b.command("preload")
	waiting := newLines(func(line string) bool { return strings.Contains(line, "another preload is running") })
	cmd.Stderr = waiting
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-waiting.seen
	unlock()
	if err := cmd.Wait(); err != nil || !strings.Contains(waiting.text(), "fetch growing") || len(b.runs()) != 2 {
		t.Errorf("%v, %d runs\n%s", err, len(b.runs()), waiting.text())
	}
}
