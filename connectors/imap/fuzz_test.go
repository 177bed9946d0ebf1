package imap

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// FuzzParse reads any bytes as a message, and again as one that was cut with its parts read apart:
// what comes out keeps every promise of an item.
func FuzzParse(f *testing.F) {
	inputs, err := filepath.Glob("testdata/*/input.eml")
	if err != nil || len(inputs) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, p := range inputs {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 4096)], 20)
	}
	env := connectortest.Env(f, connectortest.Options{Private: true})
	args := corpusArgs(f)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		check := func(args []byte) {
			got, err := parse(t.Context(), connectors.Document{Data: data, Args: args})
			if err != nil || len(got.Items)+len(got.Rejected) != 1 {
				t.Fatalf("%v, %d items, %d rejected", err, len(got.Items), len(got.Rejected))
			}
			for _, r := range got.Rejected {
				if strings.Contains(r.Reason.String(), "gave up") {
					t.Errorf("a panic: %s", r.Reason)
				}
			}
			for _, it := range got.Items {
				if bad := connectortest.CheckItem(env, it); bad != "" {
					t.Error(bad)
				}
			}
		}
		check(args)
		if cut < 0 || cut > len(data) {
			return
		}
		var a parseArgs
		if err := json.Unmarshal(args, &a); err != nil {
			t.Fatal(err)
		}
		half := (len(data) - cut) / 2
		a.Messages = []meta{{Folder: "INBOX", Raw: cut, Received: morning(), Parts: []partMeta{
			{Type: "text/html", Encoding: "quoted-printable", Bytes: half}, {Type: "text/calendar", Bytes: len(data) - cut - half}}}}
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		check(b)
	})
}

// FuzzHTML renders anything: valid UTF-8, bounded, and nothing that stood in a hidden element.
func FuzzHTML(f *testing.F) {
	f.Add("<p>a</p>")
	f.Add("<div style='display:none'>x<p>y</div><a href=http://x.y>z.w</a><blockquote type=cite>q")
	f.Add("<style>.h{display:none}@media{.i{display:none}}</style><b class=h>n</b><table><tr><td>a<td>b")
	f.Fuzz(func(t *testing.T, src string) {
		out := htmlText(strings.ToValidUTF8(src, ""))
		if !utf8.ValidString(out) || len(out) > maxText+maxHTML {
			t.Errorf("%d bytes, valid %v", len(out), utf8.ValidString(out))
		}
		const secret = "UNSEEN"
		if strings.Contains(src, secret) || strings.ContainsAny(src, "<>") {
			return
		}
		if hidden := htmlText("<p>" + src + "</p><div style=\"display:none\">" + secret + "</div>"); strings.Contains(hidden, secret) {
			t.Errorf("hidden text is read: %q", hidden)
		}
	})
}

// FuzzInvite reads any calendar part: an event has a start and does not end before it.
func FuzzInvite(f *testing.F) {
	f.Add("BEGIN:VEVENT\nDTSTART;TZID=Europe/Berlin:20261126T100000\nDURATION:P1DT2H\nATTENDEE;PARTSTAT=ACCEPTED:mailto:sam@example.org\nEND:VEVENT\n")
	f.Fuzz(func(t *testing.T, s string) {
		e, _, _ := readInvite(s, time.UTC, []string{user})
		if e != nil && (e.Start.IsZero() || e.End.Before(e.Start)) {
			t.Errorf("%+v", e)
		}
	})
}

// TestQuotesAreCutWhateverTheWords: own words above a quote in the usual form stay, all of them, and
// none of the quoted ones.
func TestQuotesAreCutWhateverTheWords(t *testing.T) {
	line := rapid.StringMatching(`[a-z]{2,9}( [a-z]{2,9}){0,6}[.?!]`)
	rapid.Check(t, func(t *rapid.T) {
		own := rapid.SliceOfN(line, 1, 6).Draw(t, "own")
		quoted := rapid.SliceOfN(line, 1, 6).Draw(t, "quoted")
		text := strings.Join(own, "\n") + "\n\nOn Mon, 23 Nov 2026, Ann wrote:\n\n> " + strings.Join(quoted, "\n> ") + "\n"
		if got := ownWords(text); got != strings.Join(own, "\n") {
			t.Errorf("want %q, got %q", own, got)
		}
	})
}

// TestIDsAreStableAndApart: the same message has one id wherever it is read; others have others.
func TestIDsAreStableAndApart(t *testing.T) {
	seen := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[a-z0-9]{1,20}@[a-z]{1,10}`).Draw(t, "id")
		got := itemID("work", id, "", "", time.Time{}, 0)
		if was, ok := seen[got]; ok && was != id {
			t.Errorf("%s and %s are both %s", was, id, got)
		}
		seen[got] = id
		if again := itemID("work", id, "other@x", "moved", morning(), 99); again != got {
			t.Errorf("%s, then %s", got, again)
		}
		if itemID("home", id, "", "", time.Time{}, 0) == got {
			t.Error("two sources share an id")
		}
	})
}

// TestEncodedWordsComeBack: a subject in any two encoded words, cut anywhere, is what it was.
func TestEncodedWordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-zäöüßéèçñ漢字☕]{1,12}`).Draw(t, "subject")
		cut := rapid.IntRange(0, len(s)).Draw(t, "cut")
		enc := func(b string) string {
			var out strings.Builder
			for i := range len(b) {
				const hex = "0123456789ABCDEF"
				out.WriteString("=" + string(hex[b[i]>>4]) + string(hex[b[i]&15]))
			}
			return "=?utf-8?Q?" + out.String() + "?="
		}
		if got := decodeWords(enc(s[:cut])+"\r\n "+enc(s[cut:]), ""); got != s {
			t.Errorf("want %q, got %q", s, got)
		}
	})
}

func TestDatesAreReadAsTheyAreWritten(t *testing.T) {
	for in, want := range map[string]string{
		"Tue, 24 Nov 2026 09:30:00 +0100":          "2026-11-24T08:30:00Z",
		"Tue, 24 Nov 2026 09:30:00 EST":            "2026-11-24T14:30:00Z",
		"24 Nov 26 09:30 UT":                       "2026-11-24T09:30:00Z",
		"Tue, 24 Nov 2026 09:30:00 +0100 (CET)":    "2026-11-24T08:30:00Z",
		"Tue Nov 24 09:30:00 2026":                 "2026-11-24T09:30:00Z",
		"Mon, 21 Aug 95 13:30:57 -600":             "1995-08-21T19:30:57Z",
		"2026-11-24T09:30:00+01:00":                "2026-11-24T08:30:00Z",
		"Di, 24 Nov 2026 09:30:00 +0100":           "2026-11-24T08:30:00Z",
		"Tue, 24 Nov 2026 09:30:00 GMT+0100":       "2026-11-24T08:30:00Z",
		"Tuesday, 24 November 2026 09:30:00 -0800": "2026-11-24T17:30:00Z",
		"yesterday": "", "": "", "Tue, 99 Nov 2026": "",
	} {
		got, ok := parseDate(in)
		if ok != (want != "") || ok && got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q: %v %v, want %s", in, got.UTC(), ok, want)
		}
	}
}

// TestOnePoisonMailCostsItself: a document that kills its child is read again message by message.
func TestOnePoisonMailCostsItself(t *testing.T) {
	s := newMailServer(t, "INBOX")
	for n := range 30 {
		s.put("INBOX", mailOf(n), morning().Add(-time.Hour))
	}
	src := open(t, config(t, s.addr), 0)
	parse := src.env.Parse
	src.env.Parse = func(ctx context.Context, doc connectors.Document) (connectors.Parsed, error) {
		if strings.Contains(string(doc.Data), "number 13.") {
			return connectors.Parsed{}, connectors.ErrKilled
		}
		return parse(ctx, doc)
	}
	b := src.mustFetch(t, minutes.Cursor{})
	if len(b.Items) != 29 || len(b.Rejected) != 1 || !strings.Contains(b.Rejected[0].Item.String(), "in INBOX") {
		t.Errorf("%d items, rejected %v", len(b.Items), b.Rejected)
	}
}

func TestCheckNamesTheKey(t *testing.T) {
	good := func() *Config {
		return &Config{Host: "imap.example.org", Username: "sam", Password: minutes.SecretRef{Env: "X"}}
	}
	for key, spoil := range map[string]func(*Config){
		"host":     func(c *Config) { c.Host = "" },
		"port":     func(c *Config) { c.Port = 70000 },
		"tls":      func(c *Config) { c.TLS = "none" },
		"auth":     func(c *Config) { c.Auth = "xoauth2" },
		"username": func(c *Config) { c.Username = "" },
		"password": func(c *Config) { c.Password = minutes.SecretRef{} },
		"limit":    func(c *Config) { c.Limit = -1 },
		"since":    func(c *Config) { c.Since = -1 },
		"folders":  func(c *Config) { c.Folders = []string{"a\r\nA1 DELETE INBOX"} },
		"sent":     func(c *Config) { s := "a*"; c.Sent = &s },
	} {
		c := good()
		spoil(c)
		c.Fill()
		var ke *connectors.KeyError
		if !errors.As(c.Check(), &ke) || ke.Key != key {
			t.Errorf("want a KeyError of %s, got %v", key, c.Check())
		}
	}
	c := good()
	c.Fill()
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}
