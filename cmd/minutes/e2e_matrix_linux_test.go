package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/egress"
)

// full is a listener whose queue is full: who connects now waits for ever. Go's own has a queue of
// thousands.
func full(t testing.TB, address, port string) (stop func()) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	_, _ = fmt.Sscan(port, &n)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: n, Addr: [4]byte(net.ParseIP(address).To4())}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	var held []net.Conn
	for late := 0; late < 2; {
		c, err := net.DialTimeout("tcp", net.JoinHostPort(address, port), 300*time.Millisecond)
		if err != nil {
			late++
			continue
		}
		held, late = append(held, c), 0
	}
	return func() {
		for _, c := range held {
			_ = c.Close()
		}
		_ = syscall.Close(fd)
	}
}

// TestE2EFaultMatrix lets a source of each kind, which was read yesterday, fail today in every way. It asks
// of each cell: what the source is said to have run into, and what to do, by the deadline that fired; how
// old what is shown instead is; the exit code; that the sections of the others are those of a good day,
// byte for byte; that nothing is left behind and no secret is told.
func TestE2EFaultMatrix(t *testing.T) {
	t.Parallel()
	kinds := []string{"imap", "ics", "hackernews", "feed", "weather", "market"}
	if !long() {
		kinds = []string{"imap", "feed"}
	}
	var mu sync.Mutex
	cells, wrong, most := 0, 0, 0
	t.Run("kinds", func(t *testing.T) {
		for i, kind := range kinds {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				faults := webFaults()
				if kind == "imap" {
					faults = mailFaults()
				}
				faults = slices.DeleteFunc(faults, func(f ill) bool { return !wanted(kind, f.name) })
				if len(faults) == 0 {
					return
				}
				n, bad := matrix(t, newArena(t, kind, i), faults)
				mu.Lock()
				defer mu.Unlock()
				cells, wrong, most = cells+n, wrong+bad, max(most, n)
			})
		}
	})
	t.Logf("fault matrix: %d kinds × %d faults = %d cells, %d wrong", len(kinds), most, cells, wrong)
}

// wanted are the cells that MINUTES_CELLS names, as in "feed/404 imap/401"; else a few in quick tests, and all
// in the long ones.
func wanted(kind, name string) bool {
	if only := os.Getenv("MINUTES_CELLS"); only != "" {
		return slices.Contains(strings.Fields(only), kind+"/"+name)
	}
	return long() || slices.Contains([]string{"stall-body", "401", "tls-expired", "portal"}, name)
}

// matrix runs the cells of a kind, and gives how many there were and how many were not as they should be.
func matrix(t *testing.T, a *arena, faults []ill) (cells, wrong int) {
	good := a.cell(t, ill{}.slower(1))
	if good.code != 0 {
		t.Fatalf("a good day: exit %d\n%s", good.code, tail(good.err, 2000))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	places := make(chan struct{}, 6)
	var names []string
	for _, f := range faults {
		names = append(names, f.name)
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			o, faulty := a.judged(t, f, good)
			mu.Lock()
			defer mu.Unlock()
			cells++
			if len(faulty) > 0 {
				wrong++
				t.Errorf("%s × %s: %s\n  said: %s → %s", a.kind, f.name, strings.Join(faulty, "\n  "), o.status.Error, o.status.Hint)
			} else {
				t.Logf("%-16s %s → %s", f.name, o.status.Error, o.status.Hint)
			}
		})
	}
	wg.Wait()
	for _, left := range leftBehind(a.kind, names) {
		t.Errorf("a goroutine is left behind: %s", left)
		wrong++
	}
	return cells, wrong
}

// judged is a cell and what is not as it should be in it. Where another source did not make the short
// deadline, which says nothing, it is run again with a longer one.
func (a *arena) judged(t *testing.T, f ill, good *outcome) (o *outcome, faulty []string) {
	for _, times := range []time.Duration{1, 2, 4} {
		now := f.slower(times)
		o = a.cell(t, now)
		if faulty = o.judge(t, now, good); !o.busy {
			break
		}
	}
	return o, faulty
}

// An outcome is what one cell came to.
type outcome struct {
	ran
	a       *arena
	status  minutes.SourceStatus
	others  map[string]minutes.SourceStatus
	brief   minutes.Brief
	allowed ran    // by itself, and a part is allowed
	said    string // all that was printed and logged
	busy    bool   // another source ran into a deadline
}

// cell runs today with a fault, from a copy of yesterday.
func (a *arena) cell(t *testing.T, f ill) *outcome {
	n := int(a.cells.Add(1))
	data := filepath.Join(a.dir, fmt.Sprintf("cell-%d", n))
	if err := os.CopyFS(data, os.DirFS(filepath.Join(a.dir, "yesterday"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(data, 0o700); err != nil {
		t.Fatal(err)
	}
	address := a.address(n)
	ways := egress.Options{Limits: f.limits, Resolver: resolver(t, f.dns, address)}
	switch f.dns {
	case "closed":
	case "full":
		defer full(t, address, a.port)()
	default:
		l, err := net.Listen("tcp", net.JoinHostPort(address, a.port))
		if err != nil {
			t.Fatal(err)
		}
		defer a.serve(t, l, f).done(t)
	}
	o := &outcome{a: a}
	pprof.Do(t.Context(), pprof.Labels("cell", a.kind+"/"+f.name), func(context.Context) {
		o.ran = a.run(t, data, ways, a.w.Now, "preload")
		o.others = a.statuses(t, data)
		o.status = o.others[a.source]
		delete(o.others, a.source)
		o.brief = a.brief(t, data)
		if f.name != "" {
			o.allowed = a.run(t, data, ways, a.w.Now, "preload", "--only", a.source, "--allow-partial")
		}
	})
	log, _ := os.ReadFile(filepath.Join(data, "state", "minutes.log"))
	o.said = strings.Join([]string{o.out, o.err, o.allowed.out, o.allowed.err, asJSON(t, o.status), asJSON(t, o.brief.Sources), string(log)}, "\n")
	return o
}

// judge says what is not as it should be.
func (o *outcome) judge(t testing.TB, f ill, good *outcome) (faulty []string) {
	say := func(format string, args ...any) { faulty = append(faulty, fmt.Sprintf(format, args...)) }
	st := o.status
	if o.code != 3 || o.allowed.code != 0 {
		say("exit %d, want 3; %d where a part is allowed, want 0\n%s", o.code, o.allowed.code, tail(o.err+o.allowed.err, 600))
	}
	if st.Status != "failed" {
		say("it is %q", st.Status)
	}
	if !says(st.Error, f.error) {
		say("its error does not say %q", f.error)
	}
	if !says(st.Hint, f.hint) {
		say("its hint does not say %q", f.hint)
	}
	if yesterday := o.a.w.Now.Add(-24 * time.Hour); !st.FetchedAt.Equal(yesterday) || !st.FailedAt.Equal(o.a.w.Now) || st.Failures != 1 {
		say("read %s, failing since %s, %d times", st.FetchedAt, st.FailedAt, st.Failures)
	}
	if !strings.Contains(o.err, st.Error.Line().String()) {
		say("it is not told: %s", tail(o.err, 600))
	}
	for name, other := range o.others {
		if other.Status != "ok" {
			say("%s is %s: %s", name, other.Status, other.Error)
			o.busy = o.busy || strings.Contains(other.Error.String(), " within ") || strings.Contains(other.Error.String(), "nothing came for")
		}
	}
	if d := difference(untouched(t, o.a, good.brief), untouched(t, o.a, o.brief)); d != "" {
		say("the others' sections differ:\n%s", d)
	}
	if i := strings.Index(o.said, canary); i >= 0 {
		say("the secret is told: %s", o.said[max(0, i-200):i+20])
	}
	return faulty
}

// says looks for one of the words between bars.
func says(text minutes.Safe, words string) bool {
	return slices.ContainsFunc(strings.Split(words, "|"), func(w string) bool { return w != "" && strings.Contains(text.String(), w) })
}

// untouched is what of a brief the source of an arena may not change.
func untouched(t testing.TB, a *arena, b minutes.Brief) string {
	own := map[string]string{"imap": "mail", "ics": "calendar", "weather": "weather", "market": "market"}[a.kind]
	all := map[string]any{}
	for _, s := range b.Sections {
		if s.Kind == own {
			continue
		}
		if a.kind == "hackernews" || a.kind == "feed" { // they share a section with others
			var items []minutes.Item
			for _, it := range s.Items {
				if it.Source != a.source {
					items = append(items, it.Item)
				}
			}
			all[s.Kind] = items
			continue
		}
		all[s.Kind] = s
	}
	if a.kind != "ics" {
		all["agenda"] = b.Agenda
	}
	if a.kind != "imap" {
		all["actions"] = b.Actions
	}
	return asJSON(t, all)
}

// leftBehind are the goroutines that cells began and that have not ended.
func leftBehind(kind string, names []string) (left []string) {
	for range 100 {
		var b strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&b, 1)
		left = nil
		for _, block := range strings.Split(b.String(), "\n\n") {
			for _, name := range names {
				if strings.Contains(block, fmt.Sprintf("%q:%q", "cell", kind+"/"+name)) {
					left = append(left, block)
				}
			}
		}
		if len(left) == 0 {
			return nil
		}
		time.Sleep(100 * time.Millisecond) // connections that nobody waits for any more end by themselves
	}
	return left
}
