package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

func TestAllMistakesAreReportedAtOnceByLine(t *testing.T) {
	_, err := loadText(t, `timezone = "Mars"
[brief]
words = "many"
hour = 24
[[connectors.imap]]
hots = "x"
port = 7
[keep]
items = "0s"
`)
	var es Errors
	if !errors.As(err, &es) {
		t.Fatalf("%v", err)
	}
	var got []int
	for _, e := range es {
		got = append(got, e.Line)
		if e.Remedy == "" {
			t.Errorf("no remedy: %v", e)
		}
	}
	if len(got) != 5 || got[0] != 1 || got[1] != 3 || got[2] != 4 || got[3] != 6 || got[4] != 9 {
		t.Errorf("lines %v of\n%v", got, err)
	}
}

func TestAGoodConfigIsReadWhole(t *testing.T) {
	c, err := loadText(t, `timezone = "America/New_York"
[profile]
name = "Sam"
addresses = ["sam@example.org"]
[brief]
words = 500
expires = "30m"
hours = 12
[keep]
briefs = "2y"
[schedule]
preload = "0 6 * * 1-5"
[screen]
keys = { refresh = "r", quit = ["q", "ctrl+c"] }
[hooks]
on_ready = "notify-send 'Brief ready'"
[mcp]
clients = ["editor"]
[runtime]
order = []
roles = { read = "laptop" }
daily_budget_usd = 1
[[runtime.model]]
name = "laptop"
type = "ollama"
[[runtime.model]]
name = "gpu"
type = "openai"
base_url = "http://gpu.lan:8000/v1"
trust = "private"
price = { hour = 0.45 }
[[runtime.model]]
name = "cloud"
type = "openai"
base_url = "https://api.example.com/v1"
api_key = { env = "KEY" }
[[connectors.feed]]
name = "b"
urls = ["https://example.org/a"]
[[connectors.imap]]
host = "imap.example.org"
password = "literal"
since = "1d12h"
[[connectors.feed]]
name = "a"
enabled = false
`)
	if err != nil {
		t.Fatal(err)
	}
	if c.Zone.String() != "America/New_York" || c.Brief.Words != 500 || c.Brief.Prose != "assembled" || time.Duration(c.Keep.Briefs) != 730*24*time.Hour ||
		time.Duration(c.Keep.Items) != 90*24*time.Hour || len(c.Schedule.Preload) != 1 || c.Screen.Keys["quit"][1] != "ctrl+c" ||
		c.Hooks.OnReady.Command[1] != "Brief ready" || c.Runtime.Order == nil || len(c.Runtime.Order) != 0 {
		t.Errorf("%+v", c)
	}
	var names []string
	for _, con := range c.Connectors {
		names = append(names, con.Kind)
	}
	if strings.Join(names, " ") != "feed imap feed" {
		t.Errorf("the order of the file is lost: %v", names)
	}
	m := c.Connectors[1].Value.(*mailTable)
	if m.Name != "imap" || m.Port != 993 || m.Password.Literal.Reveal() != "literal" || time.Duration(m.Since) != 36*time.Hour {
		t.Errorf("%+v", m)
	}
	trust := c.Runtime.Models[0].Trust + " " + c.Runtime.Models[1].Trust + " " + c.Runtime.Models[2].Trust
	if trust != "private private public" || c.Runtime.Models[0].BaseURL == "" {
		t.Errorf("trust %q", trust)
	}
}

func TestALiteralSecretNeedsAFileOfItsOwnersAlone(t *testing.T) {
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o644: false, 0o604: false} {
		w := testWorld(t)
		path := filepath.Join(w.home, "c.toml")
		if err := os.WriteFile(path, []byte("[[connectors.imap]]\nhost = 'x'\npassword = 'hunter2'\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := load(path, testKinds(), w)
		if (err == nil) != ok {
			t.Errorf("mode %v: %v", mode, err)
		}
		if err != nil && (strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "chmod 600")) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

func TestAFileThatOthersCouldHaveWrittenIsRefused(t *testing.T) {
	w := testWorld(t)
	path := filepath.Join(w.home, "c.toml")
	if err := os.WriteFile(path, []byte("[brief]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(path, testKinds(), w); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := load(path, testKinds(), w); err == nil || !strings.Contains(err.Error(), "written by anybody") {
		t.Errorf("%v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	w.uid = os.Getuid() + 7
	if _, err := load(path, testKinds(), w); os.Getuid() != 0 && (err == nil || !strings.Contains(err.Error(), "another user")) {
		t.Errorf("%v", err)
	}
	if os.Getuid() == 0 { // root's own files are everybody's: give it away
		if err := os.Chown(path, 12345, -1); err != nil {
			t.Skip("cannot chown here")
		}
		if _, err := load(path, testKinds(), w); err == nil || !strings.Contains(err.Error(), "another user") {
			t.Errorf("%v", err)
		}
	}
}

func TestAFileThatWasAskedForMustBeThere(t *testing.T) {
	w := testWorld(t)
	gone := filepath.Join(w.home, "none.toml")
	var e *Error
	if _, err := load(gone, testKinds(), w); !errors.As(err, &e) || !errors.Is(err, fs.ErrNotExist) || e.Remedy == "" {
		t.Errorf("%v", err)
	}
	w.getenv = func(k string) string { return map[string]string{"MINUTES_CONFIG": gone}[k] }
	if _, err := load("", testKinds(), w); !errors.As(err, &e) {
		t.Errorf("MINUTES_CONFIG names nothing: %v", err)
	}
	if _, err := load(w.home, testKinds(), testWorld(t)); !errors.As(err, &e) {
		t.Errorf("a folder: %v", err)
	}
	big := filepath.Join(w.home, "big.toml")
	if err := os.WriteFile(big, []byte(strings.Repeat("#", maxFile+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(big, testKinds(), w); !errors.As(err, &e) {
		t.Errorf("a huge file: %v", err)
	}
}

func TestTheWorkingDirectoryIsNeverLookedInto(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"config.toml", "minutes.toml", ".minutes.toml", "minutes/config.toml"} {
		p := filepath.Join(dir, n)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	if c, err := load("", testKinds(), testWorld(t)); err != nil || c.Path != "" {
		t.Errorf("%v", err)
	}
}

func TestTheZoneIsFoundByName(t *testing.T) {
	w := testWorld(t)
	for name, c := range map[string]struct {
		tz, link, file, want string
	}{
		"TZ":            {tz: "Asia/Tokyo", link: "/usr/share/zoneinfo/Europe/Berlin", want: "Asia/Tokyo"},
		"TZ with colon": {tz: ":America/Lima", want: "America/Lima"},
		"TZ as path":    {tz: ":/usr/share/zoneinfo/America/Lima", want: "America/Lima"},
		"TZ of POSIX":   {tz: "CET-1CEST,M3.5.0,M10.5.0/3", link: "/usr/share/zoneinfo/Europe/Berlin", want: "Europe/Berlin"},
		"a link":        {link: "/usr/share/zoneinfo/Europe/Paris", want: "Europe/Paris"},
		"a Mac's link":  {link: "/var/db/timezone/zoneinfo/America/New_York", want: "America/New_York"},
		"posix folder":  {link: "/usr/share/zoneinfo/posix/Europe/Paris", want: "Europe/Paris"},
		"a file":        {file: "Europe/Oslo\n", want: "Europe/Oslo"},
		"a broken file": {file: "nonsense\n", want: time.Local.String()},
		"nothing":       {want: time.Local.String()},
	} {
		dir := t.TempDir()
		w.getenv = func(k string) string { return map[string]string{"TZ": c.tz}[k] }
		w.localtime, w.timezone = filepath.Join(dir, "l"), filepath.Join(dir, "t")
		if c.link != "" {
			if err := os.Symlink(c.link, w.localtime); err != nil {
				t.Fatal(err)
			}
		}
		if c.file != "" {
			if err := os.WriteFile(w.timezone, []byte(c.file), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if loc, got, _ := w.local(); got != c.want || loc == nil {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDefaultsSuitEachZone(t *testing.T) {
	w := testWorld(t)
	for zone, want := range map[string][2]string{
		"Europe/Berlin": {"Berlin", "EUR/USD"}, "America/New_York": {"New York", "EUR/USD"}, "Europe/London": {"London", "EUR/GBP"},
		"Asia/Tokyo": {"Tokyo", "EUR/JPY"}, "America/Argentina/Buenos_Aires": {"Buenos Aires", "EUR/USD"}, "Europe/Zurich": {"Zurich", "EUR/CHF"},
		"Australia/Sydney": {"Sydney", "EUR/AUD"}, "UTC": {"", "EUR/USD"}, "Etc/GMT-1": {"", "EUR/USD"}, "Local": {"", "EUR/USD"},
		`Europe/x"]evil`: {"", "EUR/USD"}, "US/Pacific": {"Los Angeles", "EUR/USD"}, "Asia/Kolkata": {"Kolkata", "EUR/INR"},
	} {
		c, err := parse("", []byte(Defaults(zone)), true, testKinds(), w)
		if err != nil {
			t.Errorf("%s: %v", zone, err)
			continue
		}
		place, symbol := "", ""
		for _, con := range c.Connectors {
			v := con.Value.(interface{ table() *newsTable }).table()
			if con.Kind == "weather" {
				place = v.Place
			}
			if con.Kind == "market" {
				symbol = v.Symbols[0]
				if len(v.Symbols) != 3 {
					t.Errorf("%s: %v", zone, v.Symbols)
				}
			}
		}
		if place != want[0] || symbol != want[1] {
			t.Errorf("%s: %q %q", zone, place, symbol)
		}
	}
}

func (n *newsTable) table() *newsTable { return n }

func TestShowSaysWhereEachValueComesFromAndHidesSecrets(t *testing.T) {
	c, err := loadText(t, `[brief]
words = 500
[[runtime.model]]
name = "m"
type = "openai"
base_url = "https://example.org/v1"
api_key = "hunter2"
[[connectors.imap]]
host = "imap.example.org"
password = { command = "echo hunter2" }
[[connectors.feed]]
urls = ["https://example.org/feed?token=hunter2", "https://calendar.example.org/ical/hunter2hunter2hunter2/basic.ics"]
`)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Show(&b, c); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if strings.Contains(out, "hunter2") {
		t.Errorf("a secret shows:\n%s", out)
	}
	for _, want := range []string{"words = 500", "# line 2", "# default: Europe/Berlin, from", `api_key = "[secret]"`, `password = { command = "echo …" }`,
		"[[connectors.imap]]", "port = 993", `trust = "public"`, "https://example.org/feed?…"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	for l := range strings.Lines(out) {
		if strings.Contains(l, "port = 993") && !strings.Contains(l, "# default") || strings.Contains(l, `host = "imap`) && !strings.Contains(l, "# line 9") {
			t.Errorf("%s", l)
		}
	}
	if _, err := loadText(t, strings.ReplaceAll(strings.ReplaceAll(out, "…", "x"), "[secret]", "x")); err != nil {
		t.Errorf("what is shown is no config: %v\n%s", err, out)
	}
	var d strings.Builder
	def, _ := load("", testKinds(), testWorld(t))
	if err := Show(&d, def); err != nil || !strings.Contains(d.String(), "no config file") || strings.Contains(d.String(), "# line") {
		t.Errorf("%v\n%s", err, d.String())
	}
}

// FuzzLoad: any bytes are a config or an error with a place, and never a panic.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(Defaults("Europe/Berlin")))
	f.Add([]byte("[[connectors.imap]]\npassword = { env = 'A' }\n[connectors.imap.x]\ny=1"))
	f.Add([]byte("a.b.c = {d = [1, {e = 2}]}\n[[runtime.model]]\nprice = {}"))
	f.Add([]byte("[screen]\nkeys = {a = 'b', a.b = 1}\n[screen.keys.x]\n"))
	f.Add([]byte("connectors = 5\nconnectors.feed = [{name='a'}, {nme='b'}]"))
	kinds := testKinds()
	w := world{getenv: func(string) string { return "" }, uid: -1, localtime: "/none", timezone: "/none"}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parse("c.toml", b, false, kinds, w)
		if err == nil {
			if e := Show(&strings.Builder{}, c); e != nil || c.Zone == nil {
				t.Fatal(e)
			}
			for _, con := range c.Connectors {
				if con.Line < 1 {
					t.Fatalf("%s in line %d", con.Kind, con.Line)
				}
			}
			return
		}
		list := all(err)
		if len(list) == 0 {
			t.Fatalf("no *Error but %T %v", err, err)
		}
		lines := strings.Count(string(b), "\n") + 1
		for _, e := range list {
			if e.Problem == "" || e.Line > lines {
				t.Fatalf("%+v", e)
			}
		}
	})
}

// FuzzArgv: what a person quotes by the rules comes out as it went in.
func FuzzArgv(f *testing.F) {
	f.Add("pass show mail", "a b", `it's "x"`)
	f.Fuzz(func(t *testing.T, raw, a, b string) {
		var any minutes.Argv
		_ = any.UnmarshalText([]byte(raw))
		if strings.ToValidUTF8(a, "") != a || strings.ToValidUTF8(b, "") != b {
			return
		}
		line := "'" + strings.ReplaceAll(a, "'", `'\''`) + `' '` + strings.ReplaceAll(b, "'", `'\''`) + "'"
		var argv minutes.Argv
		if err := argv.UnmarshalText([]byte(line)); err != nil || len(argv) != 2 || argv[0] != a || argv[1] != b {
			t.Fatalf("%q, %q became %q, %v", a, b, argv, err)
		}
	})
}

func TestAnAbsurdlyDeepFileIsRefusedAtOnce(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("a.", 200000) + "a = 1", "[" + strings.Repeat("a.", 200000) + "a]", "a = " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"a = " + strings.Repeat("{a = ", 5000) + "1" + strings.Repeat("}", 5000), "a = {" + strings.Repeat("a.", 200000) + "a = 1}",
	} {
		if _, err := loadText(t, text); err == nil {
			t.Errorf("%.20s… was read", text)
		}
	}
}

// all takes an error of this package apart.
func all(err error) Errors {
	var many Errors
	var one *Error
	switch {
	case errors.As(err, &many):
		return many
	case errors.As(err, &one):
		return Errors{one}
	}
	return nil
}
