package jail

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dailyminutes/minutes"
)

// asParent makes the test binary a small program that parses one document and says how it went.
const asParent = "JAIL_TEST_PARENT"

func TestMain(m *testing.M) {
	Child(parsers())
	if name := os.Getenv(asParent); name != "" {
		var p Pool
		_, err := p.Parse(context.Background(), Document{Parser: name})
		p.Close()
		fmt.Println("answer:", err)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func parsers() map[string]Parser {
	pure := func(f func(Document) (Parsed, error)) Parser {
		return func(_ context.Context, d Document) (Parsed, error) { return f(d) }
	}
	all := map[string]Parser{
		"echo": pure(func(d Document) (Parsed, error) {
			return Parsed{Facts: map[string]string{"data": string(d.Data), "args": string(d.Args), "pid": strconv.Itoa(os.Getpid())}}, nil
		}),
		"items": pure(func(d Document) (Parsed, error) {
			return Parsed{Items: []minutes.Item{{ID: "x:1", Title: minutes.Clean("one"), At: time.Unix(1e9, 0)}}}, nil
		}),
		"hinted": pure(func(Document) (Parsed, error) {
			return Parsed{Facts: map[string]string{"partly": "read"}}, minutes.WithHint(errors.New("half"), "do this")
		}),
		"panic": pure(func(Document) (Parsed, error) { panic("boom") }),
		"deep": pure(func(Document) (Parsed, error) {
			return Parsed{Facts: map[string]string{"n": strconv.Itoa(deep(1))}}, nil
		}),
		"memory": pure(eat),
		"loop": pure(func(Document) (Parsed, error) {
			for i := 0; ; i++ {
				spin(i)
			}
		}),
		"sleep": pure(func(Document) (Parsed, error) { select {} }),
		"elsewhere": pure(func(Document) (Parsed, error) {
			go func() { panic("in a goroutine, with S3CRET words") }()
			select {}
		}),
		"exit": pure(func(Document) (Parsed, error) { os.Exit(0); return Parsed{}, nil }),
		"unlucky": pure(func(d Document) (Parsed, error) {
			if strconv.Itoa(os.Getpid()) == string(d.Args) {
				os.Exit(0)
			}
			return Parsed{Facts: map[string]string{"read": "by another"}}, nil
		}),
		"print": pure(func(Document) (Parsed, error) {
			fmt.Println("chatty")
			fmt.Fprintln(os.Stderr, "too")
			return Parsed{}, nil
		}),
		"swell": pure(func(Document) (Parsed, error) {
			return Parsed{Facts: map[string]string{"x": strings.Repeat("x", maxDocument+1)}}, nil
		}),
		"limits":  pure(tryLimits),
		"rlimits": pure(func(Document) (Parsed, error) { return Parsed{Facts: rlimits()}, nil }),
		"babble":  pure(func(d Document) (Parsed, error) { babble(string(d.Args)); return Parsed{}, nil }),
		"environ": pure(func(Document) (Parsed, error) {
			return Parsed{Facts: map[string]string{"environ": strings.Join(os.Environ(), "\n")}}, nil
		}),
	}
	maps.Copy(all, libraries())
	return all
}

//go:noinline
func deep(n int) int {
	if n < 0 {
		return 0
	}
	return deep(n+1) + n
}

//go:noinline
func spin(int) {}

func eat(Document) (Parsed, error) {
	var held [][]byte
	for range 1 << 12 { // 4 GiB
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 { // a page that was never touched costs nothing
			b[i] = 1
		}
		held = append(held, b)
	}
	return Parsed{Facts: map[string]string{"n": strconv.Itoa(len(held))}}, nil
}

func tryLimits(Document) (Parsed, error) {
	f := map[string]string{}
	var open []*os.File
	for range 64 {
		file, err := os.Open(os.DevNull)
		if err != nil {
			f["files"] = "limited"
			break
		}
		open = append(open, file)
	}
	for _, file := range open {
		_ = file.Close()
	}
	return Parsed{Facts: f}, nil
}

func pool(t testing.TB, p *Pool) *Pool {
	t.Helper()
	t.Cleanup(p.Close)
	return p
}

// TestTheZeroPoolHasTheLimitsThatAreWritten are those of a jail that nobody configured.
func TestTheZeroPoolHasTheLimitsThatAreWritten(t *testing.T) {
	p := pool(t, &Pool{})
	p.once.Do(p.init)
	if p.Size != runtime.NumCPU() || p.Deadline != 5*time.Second || p.Serves != 5000 || p.Idle != time.Minute {
		t.Errorf("%d children, %s, %d documents, idle %s", p.Size, p.Deadline, p.Serves, p.Idle)
	}
	if len(p.idle) != 0 {
		t.Error("a child was started for nothing")
	}
}

func echo(t testing.TB, p *Pool, s string) map[string]string {
	t.Helper()
	got, err := p.Parse(context.Background(), Document{Parser: "echo", Data: []byte(s), Args: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if got.Facts["data"] != s {
		t.Fatalf("sent %.40q, came back as %.40q", s, got.Facts["data"])
	}
	return got.Facts
}

func TestADeadlyDocumentCostsItselfAndSaysWhy(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Deadline: time.Minute})
	quick := pool(t, &Pool{Size: 1, Deadline: 300 * time.Millisecond})
	for parser, why := range map[string]string{"deep": "nests too deeply", "memory": "too much memory",
		"loop": "takes longer than 300ms", "sleep": "takes longer than 300ms", "elsewhere": "the parser broke", "exit": "process ended", "swell": "becomes too large"} {
		t.Run(parser, func(t *testing.T) {
			q := p
			if parser == "loop" || parser == "sleep" {
				q = quick
			}
			before := echo(t, q, "before")
			_, err := q.Parse(t.Context(), Document{Parser: parser})
			if !errors.Is(err, ErrKilled) || !strings.Contains(err.Error(), why) {
				t.Errorf("want ErrKilled with %q, got %v", why, err)
			}
			if minutes.Hint(err) == "" {
				t.Error("no hint")
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), "S3CRET") {
				t.Errorf("the child's own words are in the error: %v", err)
			}
			if after := echo(t, q, "after"); after["pid"] == before["pid"] {
				t.Error("the same child goes on")
			}
		})
	}
}

// TestAChildThatIsKilledByOthersCostsNoDocument has the one child end in the middle of a document for no
// reason of the document's: the next one reads it.
func TestAChildThatIsKilledByOthersCostsNoDocument(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	got, err := p.Parse(t.Context(), Document{Parser: "unlucky", Args: []byte(echo(t, p, "x")["pid"])})
	if err != nil || got.Facts["read"] != "by another" {
		t.Errorf("%v, %v", got.Facts, err)
	}
}

func TestAPanicCostsNotEvenTheChild(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	before := echo(t, p, "a")
	_, err := p.Parse(t.Context(), Document{Parser: "panic"})
	if err == nil || errors.Is(err, ErrKilled) || !strings.Contains(err.Error(), "boom") {
		t.Errorf("got %v", err)
	}
	if after := echo(t, p, "b"); after["pid"] != before["pid"] {
		t.Error("a panic that was recovered replaced the child")
	}
}

func TestCrashesDoNotReachTheTerminal(t *testing.T) {
	for _, parser := range []string{"deep", "elsewhere", "print"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), asParent+"="+parser)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], "answer:") {
			t.Errorf("%s: the terminal shows %q", parser, out)
		}
	}
}

func TestWhatALibraryPrintsDoesNotBreakTheFrames(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	before := echo(t, p, "a")
	if _, err := p.Parse(t.Context(), Document{Parser: "print"}); err != nil {
		t.Fatal(err)
	}
	if echo(t, p, "b")["pid"] != before["pid"] {
		t.Error("the child was replaced")
	}
}

func TestAnErrorKeepsItsHintAndWhatWasRead(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	got, err := p.Parse(t.Context(), Document{Parser: "hinted"})
	if err == nil || err.Error() != "half" || minutes.Hint(err) != "do this" || got.Facts["partly"] != "read" {
		t.Errorf("got %v (%s), %v", err, minutes.Hint(err), got.Facts)
	}
	if _, err := p.Parse(t.Context(), Document{Parser: "nobody"}); err == nil || minutes.Hint(err) == "" {
		t.Errorf("an unknown parser: %v", err)
	}
}

func TestCancelEndsADocument(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Deadline: time.Hour})
	echo(t, p, "a")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.Parse(ctx, Document{Parser: "loop"}); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrKilled) {
		t.Errorf("got %v", err)
	}
	if _, err := p.Parse(ctx, Document{Parser: "echo"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an ended ctx: %v", err)
	}
	echo(t, p, "b")
}

func TestAWaiterMayGiveUp(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Deadline: time.Hour})
	busy, release := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := p.Parse(busy, Document{Parser: "loop"})
		done <- err
	}()
	for len(p.placesOf()) == 0 { // until the only place is taken
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Parse(ctx, Document{Parser: "echo"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the busy one: %v", err)
	}
}

func (p *Pool) placesOf() chan struct{} { p.once.Do(p.init); return p.places }

func TestChildrenAreReplacedAfterTheirServes(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Serves: 3})
	var pids []string
	for range 7 {
		pids = append(pids, echo(t, p, "x")["pid"])
	}
	if pids[0] != pids[2] || pids[2] == pids[3] || pids[3] != pids[5] || pids[5] == pids[6] {
		t.Errorf("three documents each, got %v", pids)
	}
}

func TestOneAfterAnotherNeedsOneChild(t *testing.T) {
	p := pool(t, &Pool{Size: 4})
	first := echo(t, p, "x")["pid"]
	for range 20 {
		if pid := echo(t, p, "x")["pid"]; pid != first {
			t.Fatal("a second child was started")
		}
	}
}

// TestChildrenStartAheadOfNeed has one started while nothing is to be parsed: it is the one that parses.
func TestChildrenStartAheadOfNeed(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	if _, err := p.Parse(t.Context(), Document{}); err != nil {
		t.Fatal(err)
	}
	p.places <- struct{}{} // until it has started
	p.mu.Lock()
	if len(p.idle) != 1 {
		t.Fatalf("%d children are ready", len(p.idle))
	}
	want := strconv.Itoa(p.idle[0].cmd.Process.Pid)
	p.mu.Unlock()
	<-p.places
	if pid := echo(t, p, "x")["pid"]; pid != want {
		t.Errorf("%s was ready, %s parsed", want, pid)
	}
}

func TestManyAtOnceEachGetTheirOwn(t *testing.T) {
	p := pool(t, &Pool{Size: 3, Serves: 10})
	var wg sync.WaitGroup
	pids := sync.Map{}
	for g := range 16 {
		wg.Go(func() {
			for i := range 20 {
				s := fmt.Sprintf("%d/%d %s", g, i, strings.Repeat("z", i*5000))
				got, err := p.Parse(context.Background(), Document{Parser: "echo", Data: []byte(s)})
				if err != nil || got.Facts["data"] != s {
					t.Errorf("%d/%d: %v", g, i, err)
				}
				pids.Store(got.Facts["pid"], true)
			}
		})
	}
	wg.Wait()
}

func TestTheEnvironmentStaysOutside(t *testing.T) {
	t.Setenv("AWS_SECRET", "S3CRET-CANARY")
	p := pool(t, &Pool{Size: 1})
	got, err := p.Parse(t.Context(), Document{Parser: "environ"})
	if err != nil || strings.Contains(got.Facts["environ"], "CANARY") || strings.Contains(got.Facts["environ"], "HOME=") {
		t.Errorf("%v: the child sees %s", err, got.Facts["environ"])
	}
}

func TestADocumentTooLargeNeverStarts(t *testing.T) {
	p := pool(t, &Pool{Size: 1, exe: "/nonexistent"})
	if _, err := p.Parse(t.Context(), Document{Parser: "echo", Data: make([]byte, maxDocument+1)}); !errors.Is(err, ErrKilled) {
		t.Errorf("got %v", err)
	}
}

func TestAProgramThatIsNoJailIsTold(t *testing.T) {
	for _, exe := range []string{"/bin/true", "/bin/echo", "/nonexistent"} {
		p := pool(t, &Pool{Size: 1, exe: exe})
		_, err := p.Parse(t.Context(), Document{Parser: "echo"})
		if err == nil || errors.Is(err, ErrKilled) || minutes.Hint(err) == "" {
			t.Errorf("%s: %v", exe, err)
		}
	}
	t.Setenv(env, version)
	if _, err := start(""); err == nil || !strings.Contains(err.Error(), "jail.Child") {
		t.Errorf("a child may start children: %v", err)
	}
}

func TestAPoolCanBeUsedAfterClose(t *testing.T) {
	p := pool(t, &Pool{Size: 2})
	a := echo(t, p, "a")["pid"]
	p.Close()
	if b := echo(t, p, "b")["pid"]; a == b {
		t.Error("a child outlived Close")
	}
}

func TestTimesKeepTheirOffset(t *testing.T) {
	p := pool(t, &Pool{Size: 1})
	got, err := p.Parse(t.Context(), Document{Parser: "items"})
	if err != nil || len(got.Items) != 1 || !got.Items[0].At.Equal(time.Unix(1e9, 0)) || got.Items[0].Title.String() != "one" {
		t.Errorf("%v %+v", err, got.Items)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, size := range []int{100, 10_000, 100_000, 5 << 20} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			p := pool(b, &Pool{Size: 1, Serves: 1 << 30})
			doc := Document{Parser: "items", Data: make([]byte, size)}
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := p.Parse(context.Background(), doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStart(b *testing.B) {
	p := pool(b, &Pool{Size: 1, Serves: 1})
	for b.Loop() {
		if _, err := p.Parse(context.Background(), Document{Parser: "items"}); err != nil {
			b.Fatal(err)
		}
	}
}
