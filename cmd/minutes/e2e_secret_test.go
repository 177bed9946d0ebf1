//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestE2ENoSecretAnywhere spends a day with secrets in every place and every failure that would tell
// one, and then looks for them in all that was written, printed and started.
func TestE2ENoSecretAnywhere(t *testing.T) {
	t.Parallel()
	s := spendSecretDay(t, "", long())
	for _, h := range s.hits {
		t.Error(h)
	}
	if s.files < 5 || s.printed < 10_000 {
		t.Errorf("%d files and %d bytes of output were looked at", s.files, s.printed)
	}
	t.Logf("secrets: %d canaries × %d places, %d hits (%d files, %d KiB, printed %d KiB)", len(canaries()), s.places, len(s.hits), s.files, s.size>>10, s.printed>>10)
}

// With a connector that tells its key, and with nothing that hides it, the suite must find it: printed, in
// the memory and in the log. With what hides it in place, even that connector tells nothing.
func TestE2EControlOfNoSecretAnywhere(t *testing.T) {
	if !long() {
		t.Skip("builds mutants: MINUTES_E2E=1")
	}
	t.Parallel()
	tells := change{"connectors/dummy/dummy.go", "return nil, next, err // it has its hint and holds no query",
		`return nil, next, fmt.Errorf("%w: sent %v", err, req.Header)`}
	open := []change{tells,
		{"cmd/minutes/secret/hide.go", "func Redact(s string, values ...string) string {", "func Redact(s string, values ...string) string {\n\tif len(s) > 0 {\n\t\treturn s\n\t}"},
		{"cmd/minutes/quiet.go", "_ = os.Unsetenv(e.Ref.Env)", "_ = e"},
		{"cmd/minutes/main.go", "noCoreDumps()", ""},
	}
	t.Run("open", func(t *testing.T) {
		t.Parallel()
		bin := mutant(t, open...)
		s := spendSecretDay(t, bin, false)
		found := strings.Join(s.hits, "\n")
		// The opener's environment is kept clean twice: what was taken out of ours, and what a browser needs.
		for _, where := range []string{"stdout of sources --json", "stderr of preload", "minutes.db", "minutes.log"} {
			if !strings.Contains(found, where) {
				t.Errorf("the suite is blind: with redaction off nothing was found in %s", where)
			}
		}
		if runtime.GOOS != "linux" {
			return
		}
		if cores := segv(t, bin); cores == 0 && coresHere(t) {
			t.Error("the suite is blind: without its protection a broken program leaves no core")
		}
		if _, open := lookedInto(t, bin); len(open) == 0 {
			t.Error("the suite is blind: without its protection nothing can be looked into")
		}
		t.Logf("secrets: control: %d hits with redaction off", len(s.hits))
	})
	t.Run("quiet", func(t *testing.T) {
		t.Parallel()
		s := spendSecretDay(t, mutant(t, tells), false)
		for _, h := range s.hits {
			t.Error(h)
		}
		t.Logf("secrets: control: %d hits with a connector that tells", len(s.hits))
	})
}

// A secretDay is what was looked at, and what was found where it must not be.
type secretDay struct {
	b                            *box
	full                         bool
	conf                         string              // its config
	needles                      map[string][]string // by canary: its ways to be written
	hits                         []string
	places, files, size, printed int
}

// look searches one place.
func (s *secretDay) look(where, text string) {
	s.places++
	for kind, ways := range s.needles {
		for _, n := range ways {
			if i := strings.Index(text, n); i >= 0 {
				s.hits = append(s.hits, where+" tells the secret "+kind+": …"+text[max(0, i-100):min(len(text), i+60)]+"…")
				break
			}
		}
	}
}

func (s *secretDay) ran(r ran, what string) {
	s.look("stdout of "+what, r.out)
	s.look("stderr of "+what, r.err)
	s.printed += len(r.out) + len(r.err)
}

// lookAtFiles searches all that lies in the home, but for what the user put there.
func (s *secretDay) lookAtFiles() {
	t := s.b.t
	t.Helper()
	err := filepath.WalkDir(s.b.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "secret", d.IsDir() && d.Name() == "secrets":
			return fs.SkipDir
		case d.IsDir() || path == s.b.conf:
			return nil
		}
		raw, err := os.ReadFile(path)
		s.look(strings.TrimPrefix(path, s.b.dir+"/"), string(raw))
		s.files++
		s.size += len(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// spendSecretDay runs every command through every failure, with the program at bin or the tested one. Unless
// full, failures that are tried again after pauses are left out.
func spendSecretDay(t testing.TB, bin string, full bool) *secretDay {
	t.Helper()
	w, world := startDemo(t)
	b := newBox(t, "", w.Now)
	if bin != "" {
		b.bin = bin
	}
	s := &secretDay{b: b, full: full, needles: map[string][]string{}}
	for kind, c := range canaries() {
		s.needles[kind] = written(c)
	}
	s.settle(world)
	for _, args := range secretCommands(b, full) {
		s.ran(b.run(args...), strings.Join(args, " "))
	}
	s.wrongConfigs(world)
	s.interrupted(world)
	s.opened()
	s.lookAtFiles()
	return s
}

func secretCommands(b *box, full bool) [][]string {
	list := [][]string{
		{"preload"}, {"brief", "--json"}, {"brief", "--markdown"}, {"brief", "--html"}, {"brief", "--plain"}, {"brief", "--trace", "--json"},
		{"sources"}, {"sources", "--json"}, {"doctor"}, {"doctor", "--json"}, {"doctor", "--egress"},
		{"config", "show"}, {"config", "check"}, {"items", "--json"}, {"show", "1"}, {"why", "1"}, {"export"}, {"search", "CANARY"},
		{"feedback", "mute", "noise"}, {"backup", filepath.Join(b.dir, "copy.db")}, {"export", "--out", filepath.Join(b.dir, "all.jsonl")},
		{"preload", "--only", "alpha0"}, {"preload", "--only", "nosuch"}, {"restore", b.conf}, {"auth", "env"}, {"auth", "literal"},
	}
	if full {
		list = append(list, []string{"sources", "test"}, []string{"brief", "--refresh"}, []string{"items"}, []string{"actions"})
	}
	return list
}

// wrongConfigs are errors in the line above a secret, and in it.
func (s *secretDay) wrongConfigs(world string) {
	good := s.config(world)
	for _, bad := range []string{
		strings.Replace(good, `name = "literal"`, `nam = "literal"`, 1),
		strings.Replace(good, `password = "`, `pasword = "`, 1),
		strings.Replace(good, `password = "`, `password = """"`, 1),
		strings.Replace(good, `api_key = "`, `api_key = [1, "`, 1),
	} {
		s.b.configure(bad)
		for _, args := range [][]string{{"config", "check"}, {"config", "show"}, {"preload"}, {"doctor"}, {"auth", "literal"}} {
			r := s.b.run(args...)
			if r.code != 2 {
				s.b.t.Errorf("a wrong config: %v: exit %d", args, r.code)
			}
			s.ran(r, "a wrong config: "+strings.Join(args, " "))
		}
	}
	s.b.configure(good)
}
