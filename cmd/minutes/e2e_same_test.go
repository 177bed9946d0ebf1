package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// stable is printed JSON without what may differ from run to run: how long it took, which ports were
// free.
func stable(s string) string {
	s = regexp.MustCompile(`"(elapsed_ms|fetch|keep|rank|read|investigate|compose|verify|total)": \d+`).ReplaceAllString(s, `"$1": 0`)
	return regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(s, "loopback")
}

func TestE2EDemoIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	var first string
	for n := range 5 {
		b := newBox(t, "", time.Time{})
		cmd := exec.CommandContext(t.Context(), b.bin, "demo", "--json")
		cmd.Env, cmd.Dir = b.env, b.dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			first = stable(string(out))
			continue
		}
		if d := difference(first, stable(string(out))); d != "" {
			t.Fatalf("demo --json, time %d, is another brief:\n%s", n+1, d)
		}
	}
	if len(first) < 10_000 {
		t.Errorf("the demo's brief is %d bytes", len(first))
	}
}

// TestE2EIDsStayTheSame reads one world into two fresh memories, and once more into the first: the same
// items under the same ids, in the same order of rank; with nothing new the brief stands.
func TestE2EIDsStayTheSame(t *testing.T) {
	t.Parallel()
	w, config := startDemo(t)
	one, two := newBox(t, config, w.Now), newBox(t, config, w.Now)
	one.must(0, "preload")
	two.must(0, "preload")
	first := one.kept()
	if len(first) < 40 {
		t.Fatalf("%d items", len(first))
	}
	if d := difference(asJSON(t, first), asJSON(t, two.kept())); d != "" {
		t.Errorf("two fresh memories differ:\n%s", d)
	}
	if d := difference(stable(one.must(0, "brief", "--json")), stable(two.must(0, "brief", "--json"))); d != "" {
		t.Errorf("two fresh briefs differ:\n%s", d)
	}
	before := one.brief()
	r := one.run("preload")
	if r.code != 0 || strings.Contains(r.err, "compose") {
		t.Errorf("with nothing new: exit %d\n%s", r.code, r.err)
	}
	if d := difference(asJSON(t, first), asJSON(t, one.kept())); d != "" {
		t.Errorf("a second preload changed what is kept:\n%s", d)
	}
	if d := difference(asJSON(t, before), asJSON(t, one.brief())); d != "" {
		t.Errorf("with nothing new the brief changed:\n%s", d)
	}
	one.must(0, "feedback", "down", first[0].ID)
	if r := one.run("preload"); !strings.Contains(r.err, "compose") {
		t.Errorf("after a judgement the brief was not made again:\n%s", r.err)
	}
	one.now = one.now.Add(10 * time.Minute)
	one.must(0, "preload")
	if !slices.Equal(ids(first), ids(one.kept())) {
		t.Error("ten minutes later the items have other ids")
	}
}

// TestE2ECronCanRunIt runs as cron does at its barest: a home, and nothing else.
func TestE2ECronCanRunIt(t *testing.T) {
	t.Parallel()
	w, config := startDemo(t)
	b := newBox(t, "", w.Now)
	password := b.file("password", "demo\n")
	config = strings.Replace(config, `password = { command = ["printf", "demo"] }`, `password = { file = "`+password+`" }`, 1)
	b.file(".config/minutes/config.toml", config)
	cmd := exec.CommandContext(t.Context(), b.bin, "preload", "--now", w.Now.Format(time.RFC3339))
	cmd.Env, cmd.Dir = []string{"HOME=" + b.dir}, "/"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "\x1b") {
		t.Error("escape sequences without a terminal")
	}
	for path, mode := range map[string]os.FileMode{".local/share/minutes": 0o700, ".local/share/minutes/minutes.db": 0o600, ".local/state/minutes": 0o700, ".local/state/minutes/minutes.log": 0o600} {
		st, err := os.Stat(filepath.Join(b.dir, path))
		if err != nil {
			t.Error(err)
		} else if st.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want %v", path, st.Mode().Perm(), mode)
		}
	}
	cmd = exec.CommandContext(t.Context(), b.bin, "brief", "--json", "--now", w.Now.Format(time.RFC3339))
	cmd.Env, cmd.Dir = []string{"HOME=" + b.dir}, "/"
	if out, err = cmd.Output(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var brief minutes.Brief
	b.decode(string(out), &brief)
	for _, s := range brief.Sources {
		if s.Status != "ok" {
			t.Errorf("%s is %s: %s", s.Name, s.Status, s.Error)
		}
	}
}
