package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

type common struct {
	Name      string `toml:"name"`
	Enabled   *bool  `toml:"enabled"`
	Private   *bool  `toml:"private"`
	LocalOnly bool   `toml:"local_only"`
}

// Common is exported as in the connectors, so that its keys are the table's.
type Common = common

type mailTable struct {
	Common
	Host     string            `toml:"host"`
	Port     int               `toml:"port"`
	Password minutes.SecretRef `toml:"password"`
	Since    minutes.Duration  `toml:"since"`
	Folders  []string          `toml:"folders"`
}

func (m *mailTable) Fill() {
	if m.Port == 0 {
		m.Port = 993
	}
}

// A keyError has the shape of the connectors' own.
type keyError struct{ Key, Problem, Remedy string }

func (e *keyError) Error() string { return e.Key + ": " + e.Problem }

func (m *mailTable) Check() error {
	if m.Host == "" {
		return &keyError{"host", "is missing", "name the server"}
	}
	return nil
}

type newsTable struct {
	Common
	URLs     []string `toml:"urls"`
	Category string   `toml:"category"`
	Limit    int      `toml:"limit"`
	Place    string   `toml:"place"`
	Units    string   `toml:"units"`
	Provider string   `toml:"provider"`
	Symbols  []string `toml:"symbols"`
}

func testKinds() []Kind {
	kinds := []Kind{{Name: "imap", New: func() any { return &mailTable{} }}}
	for _, n := range []string{"hackernews", "feed", "weather", "market"} {
		kinds = append(kinds, Kind{Name: n, New: func() any { return &newsTable{} }})
	}
	return kinds
}

// testWorld is a machine in Berlin without any environment.
func testWorld(t *testing.T) world {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink("/usr/share/zoneinfo/Europe/Berlin", filepath.Join(dir, "localtime")); err != nil {
		t.Fatal(err)
	}
	return world{getenv: func(string) string { return "" }, home: dir, uid: os.Getuid(), localtime: filepath.Join(dir, "localtime"), timezone: filepath.Join(dir, "timezone")}
}

// loadText loads text as a file that its owner alone can read.
func loadText(t *testing.T, text string) (*Config, error) {
	t.Helper()
	w := testWorld(t)
	path := filepath.Join(w.home, "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return load(path, testKinds(), w)
}

func TestEveryMistakeIsNamedWithItsLineAndRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string // "LINE: KEY: PROBLEM; REMEDY"
	}{
		"a mistyped key":              {"[brief]\nword = 5\n", `2: brief.word: unknown key; did you mean "words"?`},
		"swapped letters":             {"[profile]\nadresses = []", `2: profile.adresses: unknown key; did you mean "addresses"?`},
		"a key above its table":       {"words = 500", `1: words: unknown key; it belongs under [brief]`},
		"a mistyped table":            {"[bref]\nwords = 500\nmore = 1", `1: bref: unknown table; did you mean "brief"?`},
		"a mistyped connector":        {"[[connectors.imapp]]\nhost = 'x'", `1: connectors.imapp: there is no such connector; did you mean "imap"?`},
		"a key of a connector":        {"[[connectors.imap]]\nhost = 'x'\nhots = 'y'", `3: connectors.imap.hots: unknown key; did you mean "host"?`},
		"in an inline secret":         {"[[connectors.imap]]\nhost = 'x'\npassword = { keyrin = 'y' }", `3: connectors.imap.password.keyrin: unknown key; did you mean "keyring"?`},
		"a connector to come":         {"[[connectors.gmail]]\nname = 'g'", `1: connectors.gmail: not in this version yet; take the table out, or put # before its lines`},
		"one bracket too few":         {"[connectors.imap]\nhost = 'x'", `1: connectors.imap: there can be several of these; write [[connectors.imap]] with two brackets`},
		"one bracket too many":        {"[[brief]]\nwords = 500", `1: brief: there is only one of this; write [brief] with one bracket`},
		"text for a number":           {"[brief]\nwords = '500'", `2: brief.words: this is text; it must be a whole number, without quotes`},
		"a number for a duration":     {"[keep]\nitems = 90", `2: keep.items: this is a number; it must be a duration in quotes, like "36h" or "90d"`},
		"a duration that is none":     {"[keep]\nitems = '90 days'", `2: keep.items: "90 days" is not a duration; write it like 90m, 36h or 7d`},
		"text for a list":             {"[profile]\ninterests = 'go'", `2: profile.interests: this is text; it must be a list of texts: ["…", "…"]`},
		"a number in a list of texts": {"[profile]\ninterests = ['go', 5]", `2: profile.interests: this is a number; it must be text in quotes`},
		"a table for text":            {"[[connectors.imap]]\nhost = { a = 1 }", `2: connectors.imap.host: this is a table; it must be text in quotes`},
		"a key given twice":           {"[brief]\nwords = 500\nwords = 600", `3: words: key words is already defined; the config is TOML: text in quotes, one key a line`},
		"no TOML":                     {"[brief]\nwords = five", `2: `},
		"a zone":                      {"timezone = 'Mars/Phobos'", `1: timezone: there is no such zone; write "auto" or an IANA name like "Europe/Berlin"`},
		"hours":                       {"[brief]\nhours = 25", `2: brief.hours: must be 24 or 12; 24 writes "15:00", 12 writes "3:00 PM"`},
		"prose":                       {"[brief]\nprose = 'asembled'", `2: brief.prose: "asembled" is not known; did you mean "assembled"?`},
		"cron":                        {"[schedule]\npreload = ['0 6 * * *', 'at six']", `2: schedule.preload: is no cron expression; write minute, hour, day, month and weekday, like "0 6 * * 1-5"`},
		"an address":                  {"[profile]\naddresses = [\n 'sam@example.org',\n 'Sam'\n]", `4: profile.addresses: is no mail address; write it like "sam@example.org"`},
		"a name":                      {"[[connectors.imap]]\nname = 'My Mail'\nhost = 'x'", `2: connectors.imap.name: "My Mail" will not do as a name; a name is 1 to 32 of a-z, 0-9, - and _`},
		"a name taken":                {"[[connectors.imap]]\nname = 'a'\nhost = 'x'\n[[connectors.feed]]\nname = 'a'", `5: connectors.feed.name: "a" is the name of the source in line 1 too; give each a name of its own`},
		"two without a name":          {"[[connectors.feed]]\n[[connectors.feed]]", `2: connectors.feed.name: line 1 is without a name too; give each a name of its own`},
		"a connector's own check":     {"\n[[connectors.imap]]\nport = 1", `2: connectors.imap.host: is missing; name the server`},
		"two ways to a secret":        {"[[connectors.imap]]\nhost = 'x'\npassword = { env = 'A', file = 'b' }", `3: connectors.imap.password: says in more than one way where the secret is; write one of { keyring = "…" }, { env = "…" }, { command = "…" }, { file = "…" }`},
		"no way to a secret":          {"[[connectors.imap]]\nhost = 'x'\npassword = {}", `3: connectors.imap.password: does not say where the secret is; write one of { keyring = "…" }, { env = "…" }, { command = "…" }, { file = "…" }`},
		"private over http":           {"[[runtime.model]]\nname = 'a'\ntype = 'openai'\nbase_url = 'http://example.org/v1'\ntrust = 'private'", `5: runtime.model.trust: mail and calendar would travel to a public address without encryption; use https in base_url, or trust = "public"`},
		"an order":                    {"[runtime]\norder = ['gpu']\n[[runtime.model]]\nname = 'gpu2'\ntype = 'ollama'", `2: runtime.order: "gpu" is not known; did you mean "gpu2"?`},
		"a model's type":              {"[[runtime.model]]\nname = 'a'\ntype = 'olama'", `3: runtime.model.type: "olama" is not known; did you mean "ollama"?`},
	} {
		_, err := loadText(t, c.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: no *Error but %v", name, err)
			continue
		}
		if got := strings.TrimPrefix(e.Error(), e.File+":"); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestWithoutAFileTheDefaultsAreInForce(t *testing.T) {
	w := testWorld(t)
	c, err := load("", testKinds(), w)
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != "" || c.ZoneName != "Europe/Berlin" || c.Brief.Words != 600 || len(c.Connectors) != 6 {
		t.Fatalf("path %q, zone %q, words %d, %d sources", c.Path, c.ZoneName, c.Brief.Words, len(c.Connectors))
	}
	weather := c.Connectors[4].Value.(*newsTable)
	market := c.Connectors[5].Value.(*newsTable)
	if weather.Place != "Berlin" || market.Provider != "frankfurter" || strings.Join(market.Symbols, " ") != "EUR/USD EUR/GBP EUR/JPY" {
		t.Errorf("%+v %+v", weather, market)
	}
	few, err := load("", testKinds()[:2], w)
	if err != nil || len(few.Connectors) != 1 {
		t.Errorf("a program without feeds: %v", err)
	}
}
