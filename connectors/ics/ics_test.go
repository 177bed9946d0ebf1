package ics

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
	"github.com/pelletier/go-toml/v2"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }

// good holds three occurrences in the window of the tests' clock.
const good = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//minutes//test//EN
BEGIN:VEVENT
UID:review@test
SUMMARY:Review
DTSTART;TZID=Europe/Berlin:20261125T140000
DTEND;TZID=Europe/Berlin:20261125T150000
END:VEVENT
BEGIN:VEVENT
UID:standup@test
SUMMARY:Standup
DTSTART;TZID=Europe/Berlin:20261126T090000
DTEND;TZID=Europe/Berlin:20261126T091500
RRULE:FREQ=WEEKLY;COUNT=2
END:VEVENT
END:VCALENDAR
`

// oneBad is good with one event that cannot be read.
var oneBad = strings.Replace(good, "END:VCALENDAR", "BEGIN:VEVENT\nUID:bad@test\nSUMMARY:Broken\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR", 1)

func at(s string) Address { return Address{Literal: minutes.NewSecret(s)} }

func literal(url string) *Config { return &Config{URL: at(url)} }

// TestSuite is the suite that every connector passes, over a secret address.
func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 3, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		body := good
		if fault == connectortest.Partial {
			body = oneBad
		}
		url := connectortest.Serve(t, fault, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.URL.Path, connectortest.Canary) {
				http.Error(w, "no such calendar", http.StatusNotFound)
				return
			}
			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write([]byte(body))
		}))
		return literal(url + "/ical/private-" + connectortest.Canary + "/basic.ics?key=" + connectortest.Canary)
	}})
}

// TestSuiteOfFiles is the same suite over a file: faults of a network cannot happen.
func TestSuiteOfFiles(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 3, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		path := filepath.Join(t.TempDir(), "work.ics")
		body := []byte(good)
		switch fault {
		case connectortest.None, connectortest.Garbage, connectortest.HTML, connectortest.Empty, connectortest.Bomb, connectortest.Truncated:
			body = connectortest.Spoiled(fault, body)
		case connectortest.Partial:
			body = []byte(oneBad)
		case connectortest.Huge:
			body = bytes.Repeat([]byte("BEGIN:VEVENT\n"), 1<<20)
		case connectortest.Missing:
			return &Config{Path: path}
		default:
			return nil
		}
		write(t, path, string(body))
		return &Config{Path: path}
	}})
}

// TestSuiteOfFolders is the same suite over a folder, one event a file, one of them broken.
func TestSuiteOfFolders(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 3, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		dir := t.TempDir()
		switch fault {
		case connectortest.None:
		case connectortest.Partial:
			write(t, filepath.Join(dir, "a.ics"), "this is not a calendar")
		default:
			return nil
		}
		events := strings.SplitAfter(good, "END:VEVENT\n")
		write(t, filepath.Join(dir, "review.ics"), events[0]+"END:VCALENDAR\n")
		write(t, filepath.Join(dir, "standup.ics"), "BEGIN:VCALENDAR\n"+events[1]+"END:VCALENDAR\n")
		return &Config{Path: dir}
	}})
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCheckNamesTheKey(t *testing.T) {
	for _, c := range []struct {
		key string
		cfg Config
	}{
		{"path", Config{}}, {"url", Config{Path: "/a.ics", URL: at("https://example.org/a.ics")}},
		{"path", Config{Path: "https://example.org/a.ics"}}, {"url", *literal("ftp://example.org/a.ics")},
		{"url", *literal("calendar.ics")}, {"url", *literal("https:///a.ics")}, {"url", Config{URL: Address{Env: "A", File: "b"}}},
	} {
		c.cfg.Fill()
		var err *connectors.KeyError
		if !errors.As(c.cfg.Check(), &err) || err.Key != c.key || err.Remedy == "" {
			t.Errorf("%+v: %v, want the key %s", c.cfg, err, c.key)
		}
	}
	for _, c := range []Config{{Path: "/a.ics"}, {Path: "~/a"}, *literal("webcal://example.org/a"), *literal("http://127.0.0.1:8080/a"), {URL: Address{Env: "CAL"}}, *literal("file:///home/sam/a.ics")} {
		c.Fill()
		if err := c.Check(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestAnAddressIsATextOrATable(t *testing.T) {
	var doc struct {
		A, B, C Address
	}
	text := "A = \"https://example.org/secret\"\nB = { env = \"CAL\" }\n[C]\ncommand = \"pass show cal\"\n"
	if err := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.A.Literal.Reveal() != "https://example.org/secret" || doc.B.Env != "CAL" || len(doc.C.Command) != 3 {
		t.Errorf("%+v", doc)
	}
	for _, a := range []Address{doc.A, doc.B, doc.C, at("nonsense secret")} {
		b, err := a.MarshalText()
		if err != nil || strings.Contains(string(b), "secret") && string(b) != "[secret]" {
			t.Errorf("shown as %q, %v", b, err)
		}
	}
}

func TestTheSampleIsAConfigThatPasses(t *testing.T) {
	var doc struct {
		Connectors struct {
			ICS []Config `toml:"ics"`
		} `toml:"connectors"`
	}
	if err := toml.NewDecoder(strings.NewReader(sample)).DisallowUnknownFields().Decode(&doc); err != nil {
		t.Fatal(err)
	}
	c := doc.Connectors.ICS[0]
	c.Fill()
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}
