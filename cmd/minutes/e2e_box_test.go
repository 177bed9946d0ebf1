package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/demo"
)

// long says whether the long form of a test runs: MINUTES_E2E=1, as .ci/e2e.sh sets it.
func long() bool { return os.Getenv("MINUTES_E2E") != "" }

// A box is a user of the program on a machine of their own: a home, a config, an environment. What
// runs in it is the real binary: the one MINUTES_BIN names, else this test binary as minutes.
type box struct {
	t    testing.TB
	dir  string
	conf string
	now  time.Time
	bin  string
	env  []string
}

// A ran is a command that ended.
type ran struct {
	code     int
	out, err string
}

func newBox(t testing.TB, config string, now time.Time) *box {
	t.Helper()
	bin := os.Getenv("MINUTES_BIN")
	if bin == "" {
		var err error
		if bin, err = exec.LookPath("minutes"); err != nil {
			t.Fatal(err)
		}
	}
	b := &box{t: t, dir: t.TempDir(), now: now, bin: bin}
	b.env = []string{"HOME=" + b.dir, "PATH=" + os.Getenv("PATH"), "TZ=Europe/Berlin"}
	for _, dir := range []string{"CONFIG", "DATA", "STATE", "CACHE"} {
		b.env = append(b.env, "XDG_"+dir+"_HOME="+filepath.Join(b.dir, strings.ToLower(dir)))
	}
	b.configure(config)
	return b
}

// configure writes the config, readable by its owner alone. Unless it speaks of models there are none,
// whatever runs on this machine.
func (b *box) configure(config string) {
	b.t.Helper()
	if !strings.Contains(config, "[runtime]") {
		config += "\n[runtime]\norder = []\n"
	}
	b.conf = b.file("config.toml", config)
}

// file writes a file in the home.
func (b *box) file(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *box) data() string { return filepath.Join(b.dir, "data", "minutes") }

// command is the program, not yet started.
func (b *box) command(args ...string) *exec.Cmd {
	full := append([]string{"--config", b.conf, "--now", b.now.Format(time.RFC3339)}, args...)
	cmd := exec.CommandContext(b.t.Context(), b.bin, full...)
	cmd.Env, cmd.Dir = b.env, b.dir
	return cmd
}

func (b *box) run(args ...string) ran {
	b.t.Helper()
	var out, errs bytes.Buffer
	cmd := b.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatalf("minutes %s: %v", strings.Join(args, " "), err)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// must runs a command that has to end with code, and returns its stdout.
func (b *box) must(code int, args ...string) string {
	b.t.Helper()
	r := b.run(args...)
	if r.code != code {
		b.t.Fatalf("minutes %s: exit %d, want %d\n%s", strings.Join(args, " "), r.code, code, tail(r.err, 2000))
	}
	return r.out
}

// brief is today's, as printed.
func (b *box) brief() minutes.Brief {
	b.t.Helper()
	var out minutes.Brief
	b.decode(b.must(0, "brief", "--json"), &out)
	return out
}

// kept is every item that is kept, by way of export.
func (b *box) kept() []minutes.Item {
	b.t.Helper()
	var items []minutes.Item
	lines := bufio.NewScanner(strings.NewReader(b.must(0, "export")))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var it struct {
			Schema string
			minutes.Item
		}
		if strings.HasPrefix(lines.Text(), `{"schema":"minutes.item/v1"`) {
			b.decode(lines.Text(), &it)
			items = append(items, it.Item)
		}
	}
	if err := lines.Err(); err != nil {
		b.t.Fatal(err)
	}
	return items
}

// sources are how the sources last did, by name.
func (b *box) sources() map[string]minutes.SourceStatus {
	b.t.Helper()
	var list struct{ Sources []minutes.SourceStatus }
	b.decode(b.must(0, "sources", "--json"), &list)
	out := map[string]minutes.SourceStatus{}
	for _, s := range list.Sources {
		out[s.Name] = s
	}
	return out
}

func (b *box) decode(text string, into any) {
	b.t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		b.t.Fatalf("%v in %.300s", err, text)
	}
}

// tail is the end of a long text.
func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// difference is the first line in which two texts differ, "" if they do not.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(x), len(y)) {
		var l, r string
		if i < len(x) {
			l = x[i]
		}
		if i < len(y) {
			r = y[i]
		}
		if l != r {
			return strings.Join(x[max(0, i-3):min(i, len(x))], "\n") + "\n- " + l + "\n+ " + r
		}
	}
	return ""
}

// ids are the ids of items, sorted.
func ids(items []minutes.Item) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = it.ID
	}
	slices.Sort(out)
	return out
}

// startDemo is the demo's world with its config, which the tests change: all sources are good, and
// there is room for every item.
func startDemo(t testing.TB) (w *demo.World, config string) {
	t.Helper()
	w, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	b, err := os.ReadFile(w.Config)
	if err != nil {
		t.Fatal(err)
	}
	return w, strings.Replace(without(string(b), "hotel-wifi"), "words = 600", "words = 3000", 1)
}

// without is a config without the tables of a source.
func without(config, name string) string {
	table := regexp.MustCompile(`(?ms)^\[\[connectors\.\w+\]\]\nname = "` + regexp.QuoteMeta(name) + `"\n.*?(\n\[|\z)`)
	return table.ReplaceAllString(config, "$1")
}
