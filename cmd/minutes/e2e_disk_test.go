package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/rag/sqlite"
)

// A desk is a user with a small memory that every experiment begins from: one feed, a brief, two thumbs.
type desk struct {
	*box
	ids   []string // two that were judged, and others
	brief time.Time
}

func newDesk(t testing.TB, bin string) *desk {
	w, _ := startDemo(t)
	g := newGate(t)
	g.n.Store(20)
	b := newBox(t, fmt.Sprintf("[[connectors.feed]]\nname = \"growing\"\nurls = [%q]\n", g.URL+"/feed.xml"), w.Now)
	if bin != "" {
		b.bin = bin
	}
	b.must(0, "preload")
	d := &desk{box: b, brief: b.now}
	for _, it := range b.kept() {
		d.ids = append(d.ids, it.ID)
	}
	b.must(0, "feedback", "up", d.ids[0], d.ids[1])
	b.now = b.now.Add(2 * time.Hour) // past the brief's expiry: a preload makes another one
	return d
}

// copyTo copies the desk's memory into a new folder.
func (d *desk) copyTo(dir string) {
	d.t.Helper()
	if err := os.CopyFS(dir, os.DirFS(d.data())); err != nil {
		d.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Chmod(f, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		d.t.Fatal(err)
	}
}

// An ordeal is a command on a disk that fails, and what came of it.
type ordeal struct {
	name string
	args []string
	data string
	ran  ran
}

// verdict holds an ordeal to what a user may expect: a clear error or none, nothing lost that was
// acknowledged, nothing there that was refused, the last brief whole, and a next run that works.
func (d *desk) verdict(o *ordeal) (wrong []string) {
	bad := func(format string, args ...any) { wrong = append(wrong, o.name+": "+fmt.Sprintf(format, args...)) }
	said := strings.Count("\n"+o.ran.err, "\nup: ")
	switch {
	case o.ran.code == 0 && o.args[0] == "feedback" && said != 1:
		bad("exit 0 and nothing acknowledged")
	case o.ran.code != 0 && o.ran.code != 1:
		bad("exit %d\n%s", o.ran.code, tail(o.ran.err, 1500))
	case o.ran.code == 1 && (!strings.Contains(o.ran.err, o.data) || !strings.Contains(o.ran.err, "\n  next: ")):
		bad("the error is no help: %s", tail(o.ran.err, 600))
	}
	if r := d.run("--data-dir", o.data, "feedback", "up", d.ids[3]); r.code != 0 {
		bad("the next run fails too: %s", tail(r.err, 600))
	}
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(o.data, "minutes.db"), sqlite.Options{Tell: func(s string) { bad("said: %s", s) }})
	if err != nil {
		bad("%v", err)
		return wrong
	}
	defer db.Close()
	if found, err := db.Check(ctx); err != nil || len(found) > 0 {
		bad("check: %q %v", found, err)
	}
	log, err := db.Judgements(ctx)
	var got []string
	for _, j := range log {
		got = append(got, j.Item)
	}
	want := []string{d.ids[0], d.ids[1]}
	if said > 0 {
		want = append(want, d.ids[2])
	}
	want = append(want, d.ids[3])
	if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		bad("judged are %s, want %s (%v)", got, want, err)
	}
	if b, err := db.Brief(ctx, d.brief.Format(time.DateOnly)); err != nil || len(b.TLDR) != 3 || len(b.Sections) == 0 {
		bad("the last brief is gone: %v", err)
	}
	return wrong
}

// inject runs a command while a call on the data folder fails, the nth that a thread makes. hit are the
// calls that failed, of all, counted from 1. strace counts by thread; with processors to
// spare a goroutine mostly keeps its thread.
func (d *desk) inject(strace string, f fault, nth int, data string, args ...string) (r ran, hit []int, all int) {
	d.t.Helper()
	log := filepath.Join(data+".trace", "log")
	if err := os.MkdirAll(filepath.Dir(log), 0o700); err != nil {
		d.t.Fatal(err)
	}
	defer os.RemoveAll(filepath.Dir(log))
	cmd := d.command(append([]string{"--data-dir", data}, args...)...)
	full := []string{"-f", "-qq", "-o", log, "-e", "trace=" + f.calls, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d%s", f.calls, f.code, nth, f.on)}
	for _, name := range []string{"", "/minutes.db", "/minutes.db-wal", "/minutes.db-journal", "/minutes.journal"} {
		full = append(full, "-P", data+name)
	}
	wrapped := exec.CommandContext(d.t.Context(), strace, append(full, cmd.Args...)...)
	var out, errs strings.Builder
	wrapped.Env, wrapped.Dir, wrapped.Stdout, wrapped.Stderr = append(cmd.Env, "GOMAXPROCS=16"), cmd.Dir, &out, &errs
	err := wrapped.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	b, err := os.ReadFile(log)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, "(") && !strings.Contains(line, "resumed>") {
			all++
		}
		if strings.Contains(line, "(INJECTED)") {
			hit = append(hit, all)
		}
	}
	return ran{wrapped.ProcessState.ExitCode(), out.String(), errs.String()}, hit, all
}

// A fault is an error of some calls; on is "+" where all that follow fail too.
type fault struct{ calls, code, on string }

// A toll is what came of many ordeals.
type toll struct {
	mu               sync.Mutex
	runs, failed     int
	places, placesOf int // of all calls, how many failed in some run
	wrong            []string
}

// faults fails every call of a command in turn, until a run makes fewer of them; step leaves some out.
func (d *desk) faults(strace string, faults []fault, step int, args ...string) *toll {
	top := fastDir(d.t)
	var sum toll
	var wg sync.WaitGroup
	for k, f := range faults {
		wg.Go(func() {
			places, most := map[int]bool{}, 0
			for n := 1; ; n += step {
				data := filepath.Join(top, fmt.Sprint(k, "-", n))
				d.copyTo(data)
				r, hit, all := d.inject(strace, f, n, data, args...)
				if len(hit) == 0 {
					break
				}
				for _, i := range hit {
					places[i] = true
				}
				most = max(most, all)
				sum.add(r, d.verdict(&ordeal{name: fmt.Sprintf("%s: %s at call %d%s of %s", args[0], f.code, n, f.on, f.calls), args: args, data: data, ran: r}))
				_ = os.RemoveAll(data)
			}
			sum.mu.Lock()
			defer sum.mu.Unlock()
			sum.places, sum.placesOf = sum.places+len(places), sum.placesOf+most
		})
	}
	wg.Wait()
	return &sum
}

func (s *toll) add(r ran, wrong []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs++
	if r.code != 0 {
		s.failed++
	}
	s.wrong = append(s.wrong, wrong...)
}

// The calls by which the memory is written, and put on disk.
const (
	writing = "pwrite64,write,ftruncate"
	syncing = "fsync,fdatasync"
)

// TestE2EADiskThatFailsLosesNothing fails each write and each sync of a thumb and of a preload.
func TestE2EADiskThatFailsLosesNothing(t *testing.T) {
	t.Parallel()
	strace := stracePath(t)
	d := newDesk(t, "")
	all := []fault{{writing, "EIO", ""}, {writing, "ENOSPC", ""}, {syncing, "EIO", ""}, {writing, "ENOSPC", "+"}}
	for _, args := range [][]string{{"feedback", "up", d.ids[2]}, {"preload"}} {
		if !long() && args[0] == "preload" {
			continue
		}
		s := d.faults(strace, all, size(9, 1, 1), args...)
		for _, w := range s.wrong {
			t.Error(w)
		}
		t.Logf("disk errors: %s: %d runs, %d of %d calls failed in one of them, %d refused, %d wrong", args[0], s.runs, s.places, s.placesOf, s.failed, len(s.wrong))
	}
}

// TestE2EAThumbAcknowledgedInSpiteOfAnErrorIsFound is the control: a program that says yes whatever the
// disk says.
func TestE2EAThumbAcknowledgedInSpiteOfAnErrorIsFound(t *testing.T) {
	if !long() {
		t.Skip("a mutant of the program is built: MINUTES_E2E=1")
	}
	t.Parallel()
	strace := stracePath(t)
	d := newDesk(t, mutant(t, change{"rag/sqlite/judge.go", "\t\t_ = log.takeBack() // said not to be kept, so it must not come back\n\t}\n\treturn err\n", "\t\t_ = log.takeBack()\n\t}\n\treturn nil\n"}))
	s := d.faults(strace, []fault{{writing, "EIO", ""}, {syncing, "EIO", ""}}, 1, "feedback", "up", d.ids[2])
	if len(s.wrong) < s.runs/4 {
		t.Errorf("of %d thumbs acknowledged in spite of an error %d were found", s.runs, len(s.wrong))
	}
	t.Logf("disk errors, control that says yes to all: %d of %d found", len(s.wrong), s.runs)
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
			data := filepath.Join(disk, "data")
			d.copyTo(data)
			fillUp(t, filepath.Join(disk, "filler"), left<<10)
			o := &ordeal{name: fmt.Sprintf("%s with %d KB left", args[0], left), args: args, data: data, ran: d.run(append([]string{"--data-dir", data}, args...)...)}
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
			_ = os.RemoveAll(data)
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
