package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/rag/sqlite"
)

// A promise is something that was acknowledged, and when.
type promise struct {
	at         int // events before it was said
	verb       string
	item, term string
	brief      time.Time // of a preload: when its brief was made
}

// A recording is some days of a user: what was done to the data folder, and what was acknowledged when.
type recording struct {
	box      *box
	root     string
	events   []event
	base     []int // of each event: how many events its command had before it
	promises []promise
}

// record runs a first day, and with more the ones that follow, on a traced program. The data folder is made
// on the way.
func record(t *testing.T, bin string, more bool) *recording {
	strace := stracePath(t)
	b, _ := growingBox(t, bin)
	r := &recording{box: b, root: b.dir}
	r.preload(b, strace)
	var list struct{ Items []minutes.Scored }
	b.decode(b.must(0, "items", "--json", "--limit", "0"), &list)
	id := func(i int) string { return list.Items[i%len(list.Items)].ID }
	r.judge(b, strace, "up", id(0), id(1), id(2))
	r.done(b, strace)
	if !more {
		return r
	}
	r.mute(b, strace, "golf")
	b.now = b.now.Add(2 * time.Hour)
	r.preload(b, strace)
	r.judge(b, strace, "down", id(3))
	r.undo(b, strace)
	b.now = b.now.Add(25 * time.Hour)
	r.preload(b, strace) // with the weekly backup
	r.judge(b, strace, "up", id(4), id(5))
	r.done(b, strace)
	return r
}

// growingBox is growing, without its first brief and with a binary of choice.
func growingBox(t testing.TB, bin string) (*box, *gate) {
	w, config := startDemo(t)
	g := newGate(t)
	b := newBox(t, config+fmt.Sprintf("\n[[connectors.feed]]\nname = \"growing\"\nurls = [%q]\n", g.URL+"/feed.xml"), w.Now)
	if bin != "" {
		b.bin = bin
	}
	return b, g
}

// run traces a command; every line on stderr that begins with verb keeps the next of the promises.
func (r *recording) run(b *box, strace, verb string, due []promise, args ...string) {
	b.t.Helper()
	events, ran := b.trace(strace, r.root, args...)
	if ran.code != 0 {
		b.t.Fatalf("minutes %s: exit %d\n%s", strings.Join(args, " "), ran.code, tail(ran.err, 2000))
	}
	base, rest := len(r.events), ""
	for _, e := range events {
		r.events, r.base = append(r.events, e), append(r.base, base)
		if e.op != "say" {
			continue
		}
		rest += string(e.data)
		for line, after, ok := strings.Cut(rest, "\n"); ok; line, after, ok = strings.Cut(rest, "\n") {
			rest = after
			if verb != "" && strings.HasPrefix(line, verb+": ") && len(due) > 0 {
				due[0].at = len(r.events)
				r.promises, due = append(r.promises, due[0]), due[1:]
			}
		}
	}
	if verb != "" && len(due) > 0 {
		b.t.Fatalf("minutes %s: not acknowledged: %v\n%s", strings.Join(args, " "), due, ran.err)
	}
}

func (r *recording) preload(b *box, strace string) {
	r.run(b, strace, "", nil, "preload")
	r.promises = append(r.promises, promise{at: len(r.events), verb: "brief", brief: b.now})
}

func (r *recording) judge(b *box, strace, verb string, ids ...string) {
	var due []promise
	for _, id := range ids {
		due = append(due, promise{verb: verb, item: id})
	}
	r.run(b, strace, verb, due, append([]string{"feedback", verb}, ids...)...)
}

func (r *recording) mute(b *box, strace, term string) {
	r.run(b, strace, "muted", []promise{{verb: "mute", term: term}}, "feedback", "mute", term)
}

func (r *recording) undo(b *box, strace string) {
	r.run(b, strace, "undone", []promise{{verb: "undo"}}, "feedback", "undo")
}

// done closes the first open action.
func (r *recording) done(b *box, strace string) {
	var list struct{ Actions []minutes.Action }
	b.decode(b.must(0, "actions", "--json"), &list)
	if len(list.Actions) == 0 {
		b.t.Fatal("the demo has no open action")
	}
	id := list.Actions[0].ID
	r.run(b, strace, "done", []promise{{verb: "done", term: id}}, "done", id)
}

// A verdict counts what the states of a recording were worth.
type verdict struct{ cuts, states, ran, acknowledged, wrong, lost int }

// replay cuts the power at some moments, each in several ways, and looks at what is left.
func (r *recording) replay(t *testing.T, cuts, ways int, say bool) verdict {
	seed := seedOf(t, 20261125)
	rnd := rand.New(rand.NewPCG(seed, 5))
	at := map[int]bool{}
	for _, p := range r.promises { // the moments after an acknowledgement are the ones that matter
		at[p.at] = true
	}
	for len(at) < min(cuts, len(r.events)) {
		at[1+rnd.IntN(len(r.events))] = true
	}
	v := verdict{cuts: len(at)}
	var wrongs, lost atomic.Int64
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	d := newDisk(r.root)
	top := fastDir(t)
	for i, e := range r.events {
		d.do(t, e, r.base[i])
		if !at[i+1] {
			continue
		}
		for way := range ways {
			how := loss(way % int(losses))
			dir := filepath.Join(top, fmt.Sprint(i, "-", way))
			d.after(t, rnd, how, r.root, dir)
			v.states++
			ask := v.states%50 == 1
			if ask {
				v.ran++
			}
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				wrong := r.survives(dir, i+1)
				if ask {
					wrong = append(wrong, r.answers(dir, i+1)...)
				}
				if slices.ContainsFunc(wrong, func(s string) bool { return strings.HasPrefix(s, "lost: ") }) {
					lost.Add(1)
				}
				if len(wrong) > 0 {
					wrongs.Add(1)
					if say {
						t.Errorf("power cut after event %d of %d (%s %s), way %d, seed %d: %s", i+1, len(r.events), e.op, filepath.Base(e.path), how, seed, strings.Join(wrong, "; "))
					}
				}
				_ = os.RemoveAll(dir)
			})
		}
	}
	wg.Wait()
	for _, p := range r.promises {
		if p.verb != "brief" {
			v.acknowledged++
		}
	}
	v.lost, v.wrong = int(lost.Load()), int(wrongs.Load())
	return v
}

// fastDir is a folder that is gone after the test, in memory where there is such a thing: hundreds of
// states are written, and nobody cuts this machine's power.
func fastDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "minutes-test-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// survives opens a state as the program does and holds it to what was acknowledged before the cut.
func (r *recording) survives(dir string, cut int) (wrong []string) {
	ctx := context.Background()
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	path := filepath.Join(dir, "data", "minutes", "minutes.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		for _, p := range r.promises {
			if p.at <= cut {
				bad("lost: the memory, with %s", p.verb)
			}
		}
		return wrong
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{Tell: func(s string) { bad("said: %s", s) }})
	if err != nil {
		return append(wrong, err.Error())
	}
	defer db.Close()
	log, err := db.Judgements(ctx)
	if err != nil {
		bad("%v", err)
	}
	found, err := db.Check(ctx)
	if err != nil || len(found) > 0 {
		bad("check: %q %v", found, err)
	}
	closed, err := db.Actions(ctx, "done")
	if err != nil {
		bad("%v", err)
	}
	for _, p := range r.promises {
		if p.at > cut {
			continue
		}
		if !kept(ctx, db, p, log, closed) {
			bad("lost: %s %s%s", p.verb, p.item, p.term)
		}
	}
	if _, err := db.Judge(ctx, minutes.Judgement{Verb: "mute", Term: "after", At: time.Unix(0, 0)}); err != nil {
		bad("it does not go on: %v", err)
	}
	return wrong
}

// answers asks the real program for the judgements of a state that it has not seen, and adds one.
func (r *recording) answers(dir string, cut int) (wrong []string) {
	data := filepath.Join(dir, "data", "minutes")
	if ran := r.box.run("--data-dir", data, "feedback", "mute", "later"); ran.code != 0 {
		return []string{"feedback mute: " + ran.err}
	}
	ran := r.box.run("--data-dir", data, "feedback", "list", "--json")
	if ran.code != 0 || ran.err != "" {
		return []string{"feedback list: " + ran.err}
	}
	for _, p := range r.promises {
		if p.at <= cut && p.item != "" && !strings.Contains(ran.out, p.item) {
			wrong = append(wrong, "lost: "+p.verb+" "+p.item+" by the program's own word")
		}
	}
	return wrong
}

// seedOf is what a suite is drawn from: MINUTES_TEST_SEED, else the usual one.
func seedOf(t testing.TB, usual uint64) uint64 {
	if s, err := strconv.ParseUint(os.Getenv("MINUTES_TEST_SEED"), 10, 64); err == nil {
		t.Logf("seed %d", s)
		return s
	}
	return usual
}

// kept says whether a promise is held.
func kept(ctx context.Context, db *sqlite.DB, p promise, log []minutes.Judgement, closed []minutes.Action) bool {
	switch p.verb {
	case "brief":
		b, err := db.Brief(ctx, p.brief.Format(time.DateOnly))
		return err == nil && !b.GeneratedAt.Before(p.brief) && len(b.TLDR) == 3 && len(b.Sections) > 0
	case "done":
		for _, a := range closed {
			if a.ID == p.term {
				return true
			}
		}
		return false
	}
	for _, j := range log {
		if j.Verb == p.verb && (p.item == "" || j.Item == p.item) && j.Term == p.term {
			return true
		}
	}
	return false
}

// TestE2EAPowerCutLosesNothingThatWasAcknowledged records a user's first days, down to each write and
// sync, and cuts the power at many moments: of what was not synced, anything may be missing.
func TestE2EAPowerCutLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	v := record(t, "", long()).replay(t, size(12, 300, 3000), size(2, 5, 10), true)
	t.Logf("power cut: %d cut points × %d variants, %d judgements acknowledged, %d lost (%d states unsound, %d also opened by the program)",
		v.cuts, v.states/v.cuts, v.acknowledged, v.lost, v.wrong, v.ran)
}

// TestE2EAPowerCutIsFeltWithoutSync is the control: the same suite over a program that syncs nothing.
func TestE2EAPowerCutIsFeltWithoutSync(t *testing.T) {
	if !long() {
		t.Skip("a mutant of the program is built: MINUTES_E2E=1")
	}
	t.Parallel()
	stracePath(t)
	bin := mutant(t,
		change{"rag/sqlite/sqlite.go", "_pragma=synchronous(FULL)", "_pragma=synchronous(OFF)"},
		change{"rag/sqlite/journal.go", "if err := l.f.Sync(); err != nil {\n\t\treturn fmt.Errorf(\"write the journal: %w\", err)", "if err := error(nil); err != nil {\n\t\treturn fmt.Errorf(\"write the journal: %w\", err)"})
	v := record(t, bin, true).replay(t, 40, 3, false)
	if v.lost == 0 || v.wrong < v.states/10 {
		t.Errorf("without a sync %d of %d states lost what was acknowledged, %d are unsound: the suite sees nothing", v.lost, v.states, v.wrong)
	}
	t.Logf("power cut, control without sync: of %d states %d lost what was acknowledged, %d are unsound", v.states, v.lost, v.wrong)
}
