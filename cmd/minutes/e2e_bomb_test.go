package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// good is how many good items stand beside each bomb.
const good = 99

// A malformed is what a suite of bombs found. Killed and late are of those that are to be refused by a
// guard, without the jail's having to stop anything.
type malformed struct {
	bombs, killed, late, peak int
	short                     []string // where some of the good ones are missing
	said                      []string // what became of each that was refused
}

func (m *malformed) log(t *testing.T, what string) {
	t.Helper()
	beside := "99 of 99 beside each"
	if len(m.short) > 0 {
		beside = strings.Join(m.short, "; ")
	}
	t.Logf("malformed: %s: %d bombs, %d panics, %d over 5 s, peak %d MiB, %s", what, m.bombs, m.killed, m.late, m.peak, beside)
}

// hold is what the suite claims.
func (m *malformed) hold(t *testing.T, what string) {
	t.Helper()
	m.log(t, what)
	if m.killed+m.late > 0 || len(m.short) > 0 || m.peak >= 512 {
		t.Errorf("%s: %d killed, %d late, %d MiB, %s\n%s", what, m.killed, m.late, m.peak, m.short, strings.Join(m.said, "\n"))
	}
}

// pick is every bomb in the long form, else some of each kind.
func pick(bombs []bomb) []bomb {
	if long() {
		return bombs
	}
	var few []bomb
	for i := 0; i < len(bombs); i += 9 {
		few = append(few, bombs[i])
	}
	return few
}

// A minefield is one preload over several bombs. Names are the sources, each with the good items that
// must come of it; a good item's title begins with its source's name.
type minefield struct {
	box   *box
	names map[string]int // source to how many good items
	bombs int
	whole bool // the bombs are items as well, or rejected
}

// cross runs the preload and adds to m what came of it. It fails only where there is nothing to look
// at: the program did not end, or has no brief.
func (f minefield) cross(m *malformed) error {
	m.bombs += f.bombs
	code, text, peak := f.box.measured("preload")
	m.peak = max(m.peak, peak)
	if code != 0 && code != 3 {
		return fmt.Errorf("exit %d: %s", code, tail(text, 600))
	}
	if strings.Contains(text, "panic") || strings.Contains(text, "connector broke") {
		return fmt.Errorf("panic: %s", tail(text, 600))
	}
	for name, st := range f.box.sources() {
		reasons := []string{st.Error.String()}
		for _, r := range st.Rejected {
			if r.Reason.Empty() || r.Next.Empty() {
				return fmt.Errorf("%s: %s is rejected with reason %q, next %q", name, r.Item, r.Reason, r.Next)
			}
			reasons = append(reasons, r.Reason.String())
		}
		slices.Sort(reasons)
		switch all := strings.Join(reasons, "\n"); {
		case strings.Contains(all, "takes longer than"), strings.Contains(all, "not done within"):
			m.late++
		case strings.Contains(all, "stopped while parsing"), strings.Contains(all, "the parser gave up"):
			m.killed++
		}
		if len(reasons) > 1 {
			m.said = append(m.said, fmt.Sprintf("%s: %s (%d reasons, peak %d MiB)", name, reasons[len(reasons)-1], len(reasons)-1, peak))
		} else if reasons[0] != "" {
			m.said = append(m.said, name+": "+reasons[0])
		}
		if f.whole && st.Items+len(st.Rejected) != good+f.bombs {
			m.short = append(m.short, fmt.Sprintf("%s: %d items, %d rejected", name, st.Items, len(st.Rejected)))
		}
		if !st.Error.Empty() && st.Hint.Empty() {
			return fmt.Errorf("%s: %q without a hint", name, st.Error)
		}
	}
	kept := map[string]int{}
	for _, it := range f.box.kept() {
		if strings.HasPrefix(it.Title.String(), it.Source+" good ") {
			kept[it.Source]++
		}
	}
	for name, want := range f.names {
		if kept[name] != want {
			m.short = append(m.short, fmt.Sprintf("%s: %d of %d", name, kept[name], want))
		}
	}
	return nil
}

// measured runs a command and says how much memory the largest moment of its processes took, in MiB.
func (b *box) measured(args ...string) (code int, text string, peak int) {
	var errs bytes.Buffer
	cmd := b.command(args...)
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		b.t.Error(err)
		return -1, err.Error(), 0
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return -1, err.Error(), peak
			}
			return cmd.ProcessState.ExitCode(), errs.String(), peak
		case <-look.C:
			peak = max(peak, highWater(cmd.Process.Pid))
		}
	}
}

// highWater is the sum of the highest marks of a process and its children, in MiB, 0 where the system
// does not tell. A mark stays, so that looking now and then is enough for all but the last moment of a
// child that is killed, whose limit is the jail's.
func highWater(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	n := 0
	if _, after, ok := strings.Cut(string(status), "VmHWM:"); ok {
		n, _ = strconv.Atoi(strings.Fields(after)[0])
		n /= 1024
	}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, t := range tasks {
		children, _ := os.ReadFile(t)
		for _, c := range strings.Fields(string(children)) {
			if child, err := strconv.Atoi(c); err == nil {
				n += highWater(child)
			}
		}
	}
	return n
}

// crossAll lets preloads cross all bombs, so many at a time: those that take much memory alone, since
// it is counted for one.
func crossAll(t *testing.T, what string, atOnce int, bombs []bomb, lay func(testing.TB, []bomb) minefield) {
	t.Helper()
	m := &malformed{}
	for some := range slices.Chunk(pick(bombs), atOnce) {
		if err := lay(t, some).cross(m); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	m.hold(t, what)
}

func TestE2EBombsInFeedsCostThemselves(t *testing.T) {
	t.Parallel()
	crossAll(t, "feeds", 3, feedBombs(), bombedFeeds)
}

func TestE2EBombsInPagesCostThemselves(t *testing.T) {
	t.Parallel()
	crossAll(t, "pages", 3, pageBombs(), bombedPages)
}

func TestE2EBombsInCalendarsCostThemselves(t *testing.T) {
	t.Parallel()
	crossAll(t, "calendars", 1, calendarBombs(), bombedCalendars)
}

func TestE2EBombsInAnswersCostThemselves(t *testing.T) {
	t.Parallel()
	crossAll(t, "answers", 4, answerBombs(), bombedAnswers)
}

func TestE2EBombsInMailsCostThemselves(t *testing.T) {
	t.Parallel()
	if os.Getenv("MINUTES_DOVECOT_PLAIN") == "" {
		t.Skip("skipped: the server in memory is itself a parser of mail; .ci/e2e.sh starts a Dovecot")
	}
	crossAll(t, "mails", 4, mailBombs(), bombedMails)
}

// The guards that stand before two parsers, taken away: one that keeps a stack from overflowing, one
// that keeps a rule from being counted for weeks.
func unguarded() []change {
	return []change{
		{"connectors/feed/parse.go", "maxDepth   = 200", "maxDepth   = 1 << 40"},
		{"connectors/ics/rrule/expand.go", "if *w.budget < n {", "if *w.budget < n-1<<40 {"},
	}
}

// limited is a program that may take 512 MiB, as a jail child of it may.
func limited(t testing.TB, b *box, bin string) string {
	t.Helper()
	path := b.file("limited", "#!/bin/sh\nulimit -d 524288\nexec "+bin+" \"$@\"\n")
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestE2EControlWithoutGuardsTheJailStopsBombs is the jail at work: without guards both bombs reach
// it, which the suite above would not pass, and each still costs itself alone.
func TestE2EControlWithoutGuardsTheJailStopsBombs(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("skipped: builds a mutant; MINUTES_E2E=1")
	}
	bin := mutant(t, unguarded()...)
	for what, f := range map[string]minefield{"deep": bombedFeeds(t, []bomb{deepFeed()}), "seven seconds": bombedCalendars(t, []bomb{{name: "", data: "BEGIN:VCALENDAR\r\n" + endlessRule().data + "END:VCALENDAR\r\n"}})} {
		f.box.bin = limited(t, f.box, bin)
		m := &malformed{}
		if err := f.cross(m); err != nil || len(m.short) > 0 {
			t.Errorf("%s: %v, %s", what, err, m.short)
		}
		if m.killed+m.late != 1 || (m.late == 1) != (what == "seven seconds") {
			t.Errorf("%s: %d killed, %d late: the bomb is none\n%s", what, m.killed, m.late, m.said)
		}
	}
}

// TestE2EControlWithoutTheJailBombsKill takes the jail away too: now a bomb costs the program, or its
// whole source.
func TestE2EControlWithoutTheJailBombsKill(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("skipped: builds a mutant; MINUTES_E2E=1")
	}
	bin := mutant(t, append(unguarded(), change{"cmd/minutes/wire.go", "Parse: p.pool.Parse,", `Parse: func(ctx context.Context, d jail.Document) (jail.Parsed, error) {
		if d.Parser == "" {
			return jail.Parsed{}, nil
		}
		return all.Parsers()[d.Parser](ctx, d)
	},`})...)
	deep := bombedFeeds(t, []bomb{deepFeed()})
	deep.box.bin = limited(t, deep.box, bin)
	if err := deep.cross(&malformed{}); err == nil || !strings.Contains(err.Error(), "exit 2") {
		t.Errorf("a stack that overflows in the program itself: %v", err)
	}
	late := bombedCalendars(t, []bomb{endlessRule()})
	late.box.bin = bin
	m := &malformed{}
	if err := late.cross(m); err == nil && len(m.short) == 0 {
		t.Errorf("a rule that is counted in the program itself costs nothing: %d late", m.late)
	}
}
