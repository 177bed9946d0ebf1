package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// children is how many parsers a command started, by what the kernel saw; it has to end with code 0.
func (b *box) children(strace string, args ...string) int {
	b.t.Helper()
	seen := filepath.Join(b.dir, "seen")
	cmd := b.command(args...)
	cmd.Args = slices.Concat([]string{strace, "-f", "-qq", "-e", "trace=execve", "-o", seen, b.bin}, cmd.Args[1:])
	cmd.Path = strace
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("%v\n%s", err, tail(string(out), 1000))
	}
	text, err := os.ReadFile(seen)
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Count(string(text), `["minutes-jail"]`)
}

// TestE2EUnchangedStartsNoParser reads mail, feeds and a calendar twice: the second time there is nothing
// to parse, and no process is started for it. Stories, prices and the weather always change.
func TestE2EUnchangedStartsNoParser(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("skipped: needs strace")
	}
	w, config := startDemo(t)
	b := newBox(t, config, w.Now)
	b.must(0, "preload", "--only", "weather")
	args := []string{"preload"}
	for name, st := range b.sources() {
		if slices.Contains([]string{"feed", "imap", "ics"}, st.Kind) {
			args = append(args, "--only", name)
		}
	}
	first, again := b.children(strace, args...), b.children(strace, args...)
	if first == 0 || again != 0 {
		t.Errorf("%d parsers at first, %d when nothing has changed", first, again)
	}
	t.Logf("malformed: jail: %d parsers in a first preload, %d in one with nothing changed", first, again)
}
