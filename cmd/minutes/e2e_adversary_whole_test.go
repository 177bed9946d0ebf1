package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// TestE2EAModelOfTheAttackersInTheWholeProgram is a sample of the suite above through the real binary: with
// secrets in its environment, and everything that it prints, logs and writes looked at.
func TestE2EAModelOfTheAttackersInTheWholeProgram(t *testing.T) {
	t.Parallel()
	var total score
	for seed := range uint64(size(1, 4, 20)) {
		a := newDen(t)
		f := newLiar(a.lure, 1000+seed)
		server, far := runtimetest.Serve(t, f.answer), runtimetest.Serve(t, honest)
		b := newBox(t, a.config+servants(server, far), a.now)
		b.env = append(b.env, "MINUTES_LOG=debug", "UNRELATED_TOKEN="+treasures()["environment"])
		_ = a.told()
		shown := ""
		see := func(args ...string) string {
			r := b.run(args...)
			if r.code != 0 && !(r.code == 3 && args[0] == "preload") { // the watch list has a symbol that nobody knows
				t.Errorf("minutes %v: exit %d: %s", args, r.code, tail(r.err, 500))
			}
			shown += r.out + r.err
			return r.out
		}
		see("preload")
		usual := a.told()
		see("brief", "--plain", "--trace")
		see("brief", "--html")
		var brief minutes.Brief
		b.decode(see("brief", "--json", "--trace"), &brief)
		total.add(judge(f.attacks(), catch{told: usual, far: prompts(far), claims: brief.Claims(), shown: shown}))
		for _, question := range questions() {
			var r minutes.Reply
			see("ask", "--trace", question)
			b.decode(see("ask", "--json", "--trace", question), &r)
			told := a.told()
			s := judge(f.attacks(), catch{told: told, far: prompts(far), claims: r.Answer, shown: shown})
			s.unasked(told, usual, question)
			total.add(s)
		}
		total.add(strays(t, b))
	}
	for _, w := range total.what[:min(len(total.what), 20)] {
		t.Error(w)
	}
	t.Logf("adversary: %d attacks on the whole program, %d got out", total.tried, total.out)
}

// prompts are all that a model was sent.
func prompts(s *runtimetest.Server) (out []string) {
	for _, q := range s.Asked() {
		out = append(out, q.System+q.User)
	}
	return out
}

// strays are files that the program has no business to write, and logs that tell what they should not.
func strays(t testing.TB, b *box) score {
	var s score
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(b.dir, path)
		switch {
		case rel == "config.toml", strings.HasPrefix(rel, "data/minutes/"):
		case strings.HasPrefix(rel, "state/minutes/"), strings.HasPrefix(rel, "cache/minutes/"):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = []byte(strings.ReplaceAll(string(text), treasures()["watch list"], "")) // whose price could not be had
			if treasure.Match(text) || strings.Contains(string(text), treasures()["password"]) {
				s.got("%s holds a treasure", rel)
			}
		default:
			s.got("a file that nobody asked for: %s", rel)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return s
}
