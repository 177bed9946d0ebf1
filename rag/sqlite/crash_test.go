//go:build unix

package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/dailyminutes/minutes"
	"golang.org/x/sys/unix"
)

// childEnv makes the test binary a writer: "writer PATH FROM" or "full PATH FROM".
const childEnv = "MINUTES_SQLITE_TEST_CHILD"

func TestMain(m *testing.M) {
	if c := os.Getenv(childEnv); c != "" {
		f := strings.Fields(c)
		from, _ := strconv.Atoi(f[2])
		os.Exit(child(f[0], f[1], from))
	}
	os.Exit(m.Run())
}

// generation is a batch whose items and cursor all carry the same number.
func generation(g, n int) minutes.Batch {
	b := minutes.Batch{Full: true, Next: minutes.Cursor{At: morning, Token: []byte(strconv.Itoa(g))}}
	for i := range n {
		b.Items = append(b.Items, article(fmt.Sprintf("feed:%d", i), fmt.Sprintf("generation%d", g), strings.Repeat(fmt.Sprintf("body%d ", g), 50), i))
	}
	return b
}

func briefOf(g int) minutes.Brief {
	b := aBrief("2026-11-25")
	b.Summary = []minutes.Claim{{ID: strconv.Itoa(g), Text: minutes.Clean("generation"), Items: []string{"feed:0"}}}
	b.Insights = b.Summary
	return b
}

// child writes generation after generation and says each thing on stdout once it is kept.
func child(mode, path string, from int) int {
	ctx := context.Background()
	size := 12
	if mode == "full" {
		signal.Ignore(syscall.SIGXFSZ) // a write past the limit is then an error, as on a full disk
		size = 300
	}
	d, err := Open(ctx, path, Options{Now: clock})
	if err != nil {
		fmt.Println("E open", err)
		return 1
	}
	if mode == "full" {
		if err := fill(path); err != nil {
			fmt.Println("E limit", err)
			return 1
		}
	}
	for g := from; ; g++ {
		if _, err := d.Keep(ctx, "feed", generation(g, size)); err != nil {
			fmt.Println("E keep", minutes.Hint(err), "|", err)
			return 0
		}
		fmt.Println("K", g)
		j, err := d.Judge(ctx, minutes.Judgement{Verb: "up", Item: strconv.Itoa(g), At: morning})
		if err != nil {
			fmt.Println("E judge", minutes.Hint(err), "|", err)
			return 0
		}
		fmt.Println("J", j.ID)
		if err := d.KeepBrief(ctx, briefOf(g), nil); err != nil {
			fmt.Println("E brief", minutes.Hint(err), "|", err)
			return 0
		}
		fmt.Println("B", g)
	}
}

// fill leaves room for a little more: no file of this process may grow much past the largest.
func fill(path string) error {
	limit := int64(0)
	for _, end := range []string{"", "-wal"} {
		if st, err := os.Stat(path + end); err == nil {
			limit = max(limit, st.Size())
		}
	}
	l := uint64(limit + 1<<20)
	return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: l, Max: l})
}

// said is what a child acknowledged.
type said struct {
	keep, judge, brief int
	failed             string
}

func (s *said) line(l string) {
	f := strings.Fields(l)
	if len(f) < 2 {
		return
	}
	n, _ := strconv.Atoi(f[1])
	switch f[0] {
	case "K":
		s.keep = n
	case "J":
		s.judge = n
	case "B":
		s.brief = n
	case "E":
		s.failed = l
	}
}

func start(t *testing.T, mode, path string, from int) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d", childEnv, mode, path, from))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

// TestAKillLosesNothingThatWasAcknowledged kills a writer at random moments.
func TestAKillLosesNothingThatWasAcknowledged(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	path := filepath.Join(t.TempDir(), "minutes.db")
	seed := uint64(20261125)
	if s, err := strconv.ParseUint(os.Getenv("MINUTES_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	var s said
	s.keep, s.brief = -1, -1
	for round := range rounds {
		cmd, out := start(t, "writer", path, max(s.keep, s.brief)+1)
		for range 1 + rnd.IntN(12) {
			l, err := out.ReadString('\n')
			if err != nil {
				t.Fatalf("round %d: the child ended: %v", round, err)
			}
			s.line(l)
		}
		for range rnd.IntN(2000) { // it writes on for a moment more: the kill falls anywhere
			_ = rnd.Uint64()
		}
		_ = cmd.Process.Kill()
		rest, _ := io.ReadAll(out) // said before it died
		for _, l := range strings.SplitAfter(string(rest), "\n") {
			if strings.HasSuffix(l, "\n") {
				s.line(l)
			}
		}
		_ = cmd.Wait()
		if s.failed != "" {
			t.Fatalf("round %d: %s", round, s.failed)
		}
		survived(t, path, s, round)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d rounds, %d batches, %d judgements acknowledged, none lost", rounds, s.keep+1, s.judge)
}

// survived checks what a store holds against what was acknowledged.
func survived(t *testing.T, path string, s said, round int) {
	t.Helper()
	ctx := context.Background()
	d, err := Open(ctx, path, Options{Now: clock})
	if err != nil {
		t.Errorf("round %d: %v", round, err)
		return
	}
	defer func() { _ = d.Close() }()
	sound(t, d)
	c, err := d.Cursor(ctx, "feed")
	g, _ := strconv.Atoi(string(c.Token))
	if s.keep >= 0 && (err != nil || g < s.keep) {
		t.Errorf("round %d: batch %d was acknowledged, the cursor is at %d (%v)", round, s.keep, g, err)
	}
	items, err := d.Items(ctx, minutes.Query{})
	if err != nil {
		t.Errorf("round %d: %v", round, err)
	}
	for _, it := range items {
		if it.Title.String() != fmt.Sprintf("generation%d", g) {
			t.Errorf("round %d: an item of %s beside a cursor of %d", round, it.Title, g)
		}
	}
	js, err := d.Judgements(ctx)
	if err != nil || len(js) < s.judge {
		t.Errorf("round %d: %d judgements were acknowledged, %d are there (%v)", round, s.judge, len(js), err)
	}
	for i, j := range js {
		if j.ID != int64(i+1) {
			t.Errorf("round %d: judgement %d has number %d", round, i+1, j.ID)
		}
	}
	if s.brief < 0 {
		return
	}
	b, err := d.Brief(ctx, "2026-11-25")
	if err != nil || len(b.Summary) != 1 || len(b.Insights) != 1 || b.Summary[0].ID != b.Insights[0].ID {
		t.Errorf("round %d: the brief is not whole: %v", round, err)
		return
	}
	if n, _ := strconv.Atoi(b.Summary[0].ID); n < s.brief {
		t.Errorf("round %d: brief %d was acknowledged, %d is there", round, s.brief, n)
	}
}

func TestAFullDiskLosesNothingAndSaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "minutes.db")
	d := reopen(t, path)
	if _, err := d.Keep(t.Context(), "feed", generation(0, 300)); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	cmd, out := start(t, "full", path, 1)
	var s said
	all, _ := io.ReadAll(out)
	for _, l := range strings.Split(string(all), "\n") {
		s.line(l)
	}
	_ = cmd.Wait()
	if !strings.Contains(s.failed, "free space") && !strings.Contains(s.failed, "disk") {
		t.Errorf("the error is no help: %q", s.failed)
	}
	t.Logf("%d batches, then: %s", s.keep, s.failed)
	survived(t, path, s, 0)
	// With room again it goes on.
	d = reopen(t, path)
	if _, err := d.Keep(t.Context(), "feed", generation(99, 300)); err != nil {
		t.Error(err)
	}
	thumb(t, d, "x")
	sound(t, d)
}

func TestTwoProcessesWriteAndBothAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "minutes.db")
	d := reopen(t, path)
	cmd, out := start(t, "writer", path, 0)
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var theirs, ours []int64
	for len(theirs) < 15 {
		l, err := out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var s said
		s.line(l)
		if s.failed != "" {
			t.Fatal(s.failed)
		}
		if s.judge > 0 {
			theirs = append(theirs, int64(s.judge))
			ours = append(ours, thumb(t, d, "mine").ID)
		}
		if _, err := d.Keep(t.Context(), "mine", minutes.Batch{Items: []minutes.Item{article(fmt.Sprint("mine:", len(ours)), "mine", "x", 1)}}); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	js, err := d.Judgements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who := map[int64]string{}
	for _, j := range js {
		if who[j.ID] != "" {
			t.Errorf("number %d was given twice", j.ID)
		}
		who[j.ID] = j.Item
	}
	for _, id := range ours {
		if who[id] != "mine" {
			t.Errorf("judgement %d of this process is %q", id, who[id])
		}
	}
	for _, id := range theirs {
		if who[id] == "" || who[id] == "mine" {
			t.Errorf("judgement %d of the other process is %q", id, who[id])
		}
	}
	sound(t, d)
}

func TestAKilledPreloadLetsGoOfItsLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "minutes.db")
	d := reopen(t, path)
	// A process that holds the lock: a shell with the file open would do; flock of our own does too.
	self, err := os.OpenFile(lockPath(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := tryLock(self); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, _, err := d.Lock(t.Context(), 0, nil); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	_ = self.Close() // what the kernel does for a killed process
	unlock, _, err := d.Lock(t.Context(), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestReadersSeeWholeBatchesWhileOneIsWritten(t *testing.T) {
	d := fresh(t)
	if _, err := d.Keep(t.Context(), "feed", generation(0, 40)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				items, err := d.Items(context.Background(), minutes.Query{Bodies: true})
				if err != nil || len(items) != 40 {
					t.Errorf("%d items: %v", len(items), err)
					return
				}
				for _, it := range items {
					if it.Title != items[0].Title {
						t.Errorf("half of %s and half of %s", items[0].Title, it.Title)
						return
					}
				}
			}
		})
	}
	for g := 1; g <= 8; g++ {
		if _, err := d.Keep(t.Context(), "feed", generation(g, 40)); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}
