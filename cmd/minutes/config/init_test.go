package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write config.example.toml anew")

// withSamples are the test kinds with samples in the connectors' style.
func withSamples() []Kind {
	kinds := append(testKinds(), Kind{Name: "ics", New: func() any { return &calendarTable{} }})
	for i := range kinds {
		kinds[i].Sample = "## About " + kinds[i].Name + ".\n[[connectors." + kinds[i].Name + "]]\nname = \"x\"\n# limit = 5\n"
	}
	return kinds
}

type calendarTable struct {
	Common
	Path string `toml:"path"`
	URL  string `toml:"url"`
	OPML string `toml:"opml"`
}

// feedTable is for Init, which may write opml.
func initKinds() []Kind {
	kinds := withSamples()
	for i := range kinds {
		switch kinds[i].Name {
		case "feed":
			kinds[i].New = func() any { return &wideTable{} }
		case "imap":
			kinds[i].New = func() any { return &wideMail{} }
		}
	}
	return kinds
}

type wideTable struct {
	newsTable
	OPML string `toml:"opml"`
}

type wideMail struct {
	mailTable
	Username string `toml:"username"`
}

func initWith(t *testing.T, interactive bool, lines ...string) (text, said string, err error) {
	t.Helper()
	w := testWorld(t)
	path := filepath.Join(w.home, "new", "config.toml")
	var out strings.Builder
	err = initialise(path, Asker{In: strings.NewReader(strings.Join(lines, "\n")), Out: &out, Interactive: interactive}, initKinds(), w)
	if err != nil {
		if _, e := os.Stat(path); e == nil {
			t.Error("a failed init left a file")
		}
		return "", out.String(), err
	}
	b, e := os.ReadFile(path)
	if e != nil {
		t.Fatal(e)
	}
	st, _ := os.Stat(path)
	dir, _ := os.Stat(filepath.Dir(path))
	if st.Mode().Perm() != 0o600 || dir.Mode().Perm() != 0o700 {
		t.Errorf("the file is %v, its folder %v", st.Mode(), dir.Mode())
	}
	if _, e := load(path, initKinds(), w); e != nil {
		t.Errorf("what init wrote does not load: %v\n%s", e, b)
	}
	return string(b), out.String(), nil
}

func TestInitWithoutATerminalWritesSafeDefaults(t *testing.T) {
	text, _, err := initWith(t, false)
	if err != nil {
		t.Fatal(err)
	}
	var bare []string
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, "[[") {
			bare = append(bare, strings.TrimSpace(l))
		}
	}
	if strings.Join(bare, " ") != "[[connectors.hackernews]] [[connectors.feed]] [[connectors.feed]] [[connectors.feed]] [[connectors.weather]] [[connectors.market]]" {
		t.Errorf("%v", bare)
	}
	if !strings.Contains(text, "# [[connectors.imap]]") || !strings.Contains(text, "# words = 600") {
		t.Errorf("the rest is not there as comments:\n%s", text)
	}
}

func TestInitAsksAndWritesWhatWasAnswered(t *testing.T) {
	dir := t.TempDir()
	ics := filepath.Join(dir, `my "cal".ics`)
	if err := os.WriteFile(ics, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	text, said, err := initWith(t, true, `Sam "the" \ Man`, "nonsense", "Sam@Gmail.com, sam@work.example", "databases, sailing", "", "", "pass show mail",
		"/no/such/file", ics, "", "Oslo", "aapl, EUR/usd")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`name = "Sam \"the\" \\ Man"`, `addresses = ["sam@gmail.com", "sam@work.example"]`, `interests = ["databases", "sailing"]`,
		`host = "imap.gmail.com"`, `username = "sam@gmail.com"`, `password = { command = "pass show mail" }`, `my \"cal\".ics"`, `place = "Oslo"`,
		`provider = "yahoo"`, `symbols = ["AAPL"]`, `symbols = ["EUR/USD"]`, "bbci.co.uk"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
	for _, want := range []string{"is no mail address", "app password", "no such file", "Next: minutes doctor"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not said:\n%s", want, said)
		}
	}
}

func TestInitBrokenOffWritesNothing(t *testing.T) {
	if _, _, err := initWith(t, true, "Sam", "sam@example.org"); err == nil {
		t.Error("a broken-off init wrote a config")
	}
}

func TestInitNeverOverwrites(t *testing.T) {
	w := testWorld(t)
	path := filepath.Join(w.home, "config.toml")
	for _, make := range []func() error{
		func() error { return os.WriteFile(path, []byte("mine"), 0o600) },
		func() error { _ = os.Remove(path); return os.Symlink(filepath.Join(w.home, "dangling"), path) },
	} {
		if err := make(); err != nil {
			t.Fatal(err)
		}
		before, _ := os.Lstat(path)
		if err := initialise(path, Asker{Out: &strings.Builder{}}, initKinds(), w); err == nil {
			t.Error("it was overwritten")
		}
		if after, _ := os.Lstat(path); after.Mode() != before.Mode() || after.Size() != before.Size() {
			t.Error("it was changed")
		}
	}
}

func TestMailServersAreGuessed(t *testing.T) {
	for address, want := range map[string]string{"a@gmail.com": "imap.gmail.com", "a@fastmail.com": "imap.fastmail.com", "a@icloud.com": "imap.mail.me.com",
		"a@gmx.de": "imap.gmx.net", "a@web.de": "imap.web.de", "a@yahoo.com": "imap.mail.yahoo.com", "a@outlook.com": "", "a@firm.example": "imap.firm.example"} {
		if g := guessMail(address); g.host != want {
			t.Errorf("%s: %q", address, g.host)
		}
	}
	if g := guessMail("Sam@icloud.com"); g.user != "sam" {
		t.Errorf("iCloud's user name is %q", g.user)
	}
}

// The example at the top of the repository is what the connectors' samples make of it.
func TestTheExampleIsFresh(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	files, err := filepath.Glob(filepath.Join(root, "connectors", "*", "sample.toml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	var kinds []Kind
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, Kind{Name: filepath.Base(filepath.Dir(f)), Sample: string(b), New: func() any { return &calendarTable{} }})
	}
	path := filepath.Join(root, "config.example.toml")
	if *update {
		if err := os.WriteFile(path, []byte(Sample(kinds)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != Sample(kinds) {
		t.Errorf("config.example.toml is out of date (%v): go test ./cmd/minutes/config -run Example -update", err)
	}
	if _, err := newIndex([]byte(Sample(kinds))); err != nil {
		t.Errorf("it is no TOML: %v", err)
	}
}

// Every key of the sample that is commented out must be one that the config knows.
func TestEveryKeyTheSampleShowsIsKnown(t *testing.T) {
	var b strings.Builder
	for l := range strings.Lines(sampleTop + sampleEnd) {
		if !strings.HasPrefix(l, "## ") && !strings.HasPrefix(l, "##\n") {
			l = strings.TrimPrefix(l, "# ")
		} else {
			continue
		}
		b.WriteString(l)
	}
	if _, err := loadText(t, b.String()); err != nil {
		t.Errorf("%v\n%s", err, b.String())
	}
}
