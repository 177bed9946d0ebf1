package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/rag/sqlite"
)

// A gate is a feed that has one entry more at every request. While it is shut, requests wait.
type gate struct {
	*httptest.Server
	n       atomic.Int64
	still   atomic.Bool // no new entries
	mu      sync.Mutex
	open    chan struct{} // nil: not shut
	arrived chan struct{} // one for every request
}

func newGate(t testing.TB) *gate {
	g := &gate{arrived: make(chan struct{}, 1000)}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.arrived <- struct{}{}
		g.mu.Lock()
		open := g.open
		g.mu.Unlock()
		if open != nil {
			select {
			case <-open:
			case <-r.Context().Done():
				return
			}
		}
		n := g.n.Load()
		if !g.still.Load() {
			n = g.n.Add(1)
		}
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Growing</title><link>https://growing.example/</link>`)
		for i := max(1, n-25); i <= n; i++ {
			fmt.Fprintf(w, "<item><guid>g%d</guid><title>Entry %d of many</title><link>https://growing.example/%d</link><pubDate>Tue, 10 Mar 2026 05:%02d:00 GMT</pubDate><description>%s</description></item>",
				i, i, i, i%60, strings.Repeat(fmt.Sprintf("Word %d of it. ", i), 40))
		}
		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(func() {
		g.release()
		g.CloseClientConnections()
		g.Close()
	})
	return g
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = make(chan struct{})
}

func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open != nil {
		close(g.open)
		g.open = nil
	}
}

// growing is a box over the demo's world and a gate, with a first brief made.
func growing(t testing.TB) (*box, *gate) {
	b, g := growingBox(t, "")
	b.must(0, "preload")
	<-g.arrived
	return b, g
}

// intact wants the file whole.
func (b *box) intact() {
	b.t.Helper()
	db, err := sqlite.Open(context.Background(), filepath.Join(b.data(), "minutes.db"), sqlite.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close()
	if wrong, err := db.Check(context.Background()); err != nil || len(wrong) > 0 {
		b.t.Fatalf("%v, %v", wrong, err)
	}
}

// judged are the items of the log that were judged up, with how often.
func (b *box) judged() map[string]int {
	b.t.Helper()
	var list struct{ Feedback []minutes.Judgement }
	b.decode(b.must(0, "feedback", "list", "--json"), &list)
	out := map[string]int{}
	for _, j := range list.Feedback {
		out[j.Item]++
	}
	return out
}

// runs are all recorded preloads.
func (b *box) runs() []minutes.Run {
	b.t.Helper()
	var out []minutes.Run
	for line := range strings.Lines(b.must(0, "export")) {
		if strings.HasPrefix(line, `{"schema":"minutes.run/v1"`) {
			var r minutes.Run
			b.decode(line, &r)
			out = append(out, r)
		}
	}
	return out
}

// A killing is what came of many rounds of it.
type killing struct {
	rounds, cut, acknowledged int
	lost                      []string
}

// kill kills preloads, and judgements beside them, at random moments. Every other preload is killed at a
// step, the others at a time; every other thumb is killed too, and counts if it was acknowledged before.
// With thumbs alone no preload runs, and each is killed as soon as it has said yes.
func (b *box) kill(rounds int, thumbsOnly bool) killing {
	b.t.Helper()
	start := time.Now()
	b.must(0, "preload")
	span := time.Since(start) // in which to choose a moment; nothing is asserted on it
	var list struct{ Items []minutes.Scored }
	b.decode(b.must(0, "items", "--json", "--limit", "0"), &list)
	k, acknowledged := killing{rounds: rounds}, map[string]int{}
	for round := range rounds {
		b.now = b.now.Add(time.Second)
		last, id := b.brief(), list.Items[round%len(list.Items)].ID
		thumb := b.command("feedback", "up", id)
		said := newLines(func(line string) bool { return strings.HasPrefix(line, "up: ") })
		thumb.Stderr = said
		if err := thumb.Start(); err != nil {
			b.t.Fatal(err)
		}
		switch {
		case thumbsOnly:
			<-said.seen
			_ = thumb.Process.Kill()
			_ = thumb.Wait()
		default:
			late := time.AfterFunc(rand.N(span/2), func() {
				if round%2 == 1 {
					_ = thumb.Process.Kill()
				}
			})
			k.cut += b.killedPreload(round, span)
			_ = thumb.Wait()
			late.Stop()
		}
		if strings.HasPrefix(said.text(), "up: ") {
			acknowledged[id]++
			k.acknowledged++
		}
		b.intact()
		now := b.brief()
		if len(now.TLDR) != 3 || now.GeneratedAt.Before(last.GeneratedAt) || len(now.Sections) == 0 {
			k.lost = append(k.lost, fmt.Sprintf("round %d: the brief of %s is gone; there is one of %s with %d lines", round, last.GeneratedAt, now.GeneratedAt, len(now.TLDR)))
		}
		got := b.judged()
		for id, n := range acknowledged {
			if got[id] < n {
				k.lost = append(k.lost, fmt.Sprintf("round %d: %s was judged %d times and has %d", round, id, n, got[id]))
				acknowledged[id] = got[id] // said once
			}
		}
	}
	return k
}

// killedPreload runs a preload and kills it, and returns 1 if it had not ended by itself.
func (b *box) killedPreload(round int, span time.Duration) int {
	b.t.Helper()
	preload := b.command("preload")
	steps := newLines(func(string) bool { return true })
	preload.Stderr = steps
	if err := preload.Start(); err != nil {
		b.t.Fatal(err)
	}
	if round%2 == 0 {
		at := time.AfterFunc(rand.N(span), func() { _ = preload.Process.Kill() })
		defer at.Stop()
	} else {
		go func() {
			for range 1 + rand.N(12) {
				<-steps.seen
			}
			_ = preload.Process.Kill()
		}()
	}
	err := preload.Wait()
	for range 12 {
		steps.seen <- struct{}{} // whoever still waits for one
	}
	if err != nil {
		return 1
	}
	return 0
}

// TestE2EKilledAtAnyMomentNothingKeptIsLost kills the program again and again. What was said to be kept is
// kept, the last good brief is printed, the file is whole.
func TestE2EKilledAtAnyMomentNothingKeptIsLost(t *testing.T) {
	t.Parallel()
	b, _ := growing(t)
	k := b.kill(size(5, 90, 500), false)
	for _, s := range k.lost {
		t.Error(s)
	}
	last := b.brief()
	b.now = b.now.Add(2 * time.Hour) // past any expiry: it must make one
	b.must(0, "preload")
	if after := b.brief(); !after.GeneratedAt.After(last.GeneratedAt) {
		t.Error("after all that, no new brief was made")
	}
	t.Logf("kill -9: %d rounds, %d preloads cut short, %d judgements acknowledged, %d lost", k.rounds, k.cut, k.acknowledged, len(k.lost))
}

// TestE2EAKillFindsWhatIsAcknowledgedTooSoon is the control: a program that says yes and writes a moment
// later. Without a sync nothing would be lost here: the kernel keeps what a killed process wrote.
func TestE2EAKillFindsWhatIsAcknowledgedTooSoon(t *testing.T) {
	if !long() {
		t.Skip("a mutant of the program is built: MINUTES_E2E=1")
	}
	t.Parallel()
	bin := mutant(t, change{"cmd/minutes/feedback.go", "\t\t\tfor _, id := range ids {\n\t\t\t\tj, err := p.Judge(", "\t\t\tfor _, id := range ids {\n\t\t\t\tfmt.Fprintf(sh.err, \"%s: %s\\n\", verb, id)\n\t\t\t\tj, err := p.Judge("})
	b, _ := growingBox(t, bin)
	b.must(0, "preload")
	k := b.kill(12, true)
	if len(k.lost) == 0 {
		t.Errorf("of %d judgements acknowledged before they were written none was lost: the suite sees nothing", k.acknowledged)
	}
	t.Logf("kill -9, control that acknowledges too soon: %d of %d lost", len(k.lost), k.acknowledged)
}

// TestE2EWhatAKilledRunKeptIsInTheNextBrief kills a preload after it has kept a new entry and before it
// has made a brief. The next one finds nothing new, and has the entry all the same.
func TestE2EWhatAKilledRunKeptIsInTheNextBrief(t *testing.T) {
	t.Parallel()
	w, config := startDemo(t)
	g, late := newGate(t), newGate(t)
	late.still.Store(true)
	for name, gate := range map[string]*gate{"growing": g, "late": late} {
		config += fmt.Sprintf("\n[[connectors.feed]]\nname = %q\nurls = [%q]\n", name, gate.URL+"/feed.xml")
	}
	b := newBox(t, config, w.Now)
	b.must(0, "preload")
	late.shut()
	cmd := b.command("preload")
	progress := newLines(func(line string) bool { return strings.HasPrefix(line, "fetch growing") })
	cmd.Stderr = progress
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-progress.seen
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	late.release()
	g.still.Store(true)
	b.must(0, "preload")
	if brief := b.must(0, "brief", "--json"); !strings.Contains(brief, "Entry 2 of many") {
		t.Error("what a killed run had kept is not in the brief")
	}
}

// TestE2EInterruptedKeepsWhatWasFetched stops a preload while a feed is still silent.
func TestE2EInterruptedKeepsWhatWasFetched(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		w, config := startDemo(t)
		g := newGate(t)
		b := newBox(t, config+fmt.Sprintf("\n[[connectors.feed]]\nname = \"growing\"\nurls = [%q]\n", g.URL+"/feed.xml"), w.Now)
		g.shut()
		cmd := b.command("preload")
		progress := newLines(func(line string) bool { return strings.HasPrefix(line, "fetch ") })
		cmd.Stderr = progress
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-g.arrived
		for range 7 { // every other source has been kept
			<-progress.seen
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("%s: exit %d, want 130\n%s", sig, code, progress.text())
		}
		if !strings.Contains(progress.text(), "interrupted") {
			t.Errorf("%s: nothing was said:\n%s", sig, progress.text())
		}
		if kept := b.kept(); len(kept) < 30 {
			t.Errorf("%s: of what was fetched %d items are kept", sig, len(kept))
		}
		if r := b.runs(); len(r) != 1 || r[0].Outcome != "interrupted" || r[0].End.IsZero() {
			t.Errorf("%s: the run is recorded as %s", sig, asJSON(t, r))
		}
		g.release()
		b.must(0, "preload")
	}
}

// lines is a writer that tells of lines as they come.
type lines struct {
	mu    sync.Mutex
	all   bytes.Buffer
	rest  []byte
	match func(string) bool
	seen  chan struct{}
}

func newLines(match func(string) bool) *lines {
	return &lines{match: match, seen: make(chan struct{}, 1000)}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Write(p)
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		if l.match(string(l.rest[:i])) {
			l.seen <- struct{}{}
		}
		l.rest = l.rest[i+1:]
	}
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}
