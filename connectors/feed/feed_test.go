package feed

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

// example is a feed of n entries, newest first, hours apart.
func example(n int) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Example</title><link>https://example.org/</link>`)
	for i := range n {
		fmt.Fprintf(&b, `<item><title>Entry %d</title><link>https://example.org/%d</link><guid>https://example.org/%d</guid>`+
			`<pubDate>Tue, 24 Nov 2026 %02d:00:00 GMT</pubDate><description>&lt;p&gt;Text of entry %d.&lt;/p&gt;</description></item>`, i, i, i, 23-i%24, i)
	}
	return b.String() + "</channel></rss>"
}

// TestSuite is the suite that every connector passes, over three feeds of one server; Partial
// breaks one of them.
func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 6, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		url := connectortest.Serve(t, fault, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if fault == connectortest.Partial && r.URL.Path == "/b.xml" {
				http.Error(w, "no", http.StatusNotFound)
				return
			}
			tag := `"` + r.URL.Path + `"`
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("Content-Type", "application/rss+xml")
			_, _ = w.Write([]byte(strings.ReplaceAll(example(2), "example.org", "example.org"+r.URL.Path)))
		}))
		key := "?key=" + connectortest.Canary
		return &Config{URLs: []string{url + "/a.xml" + key, url + "/b.xml" + key, url + "/c.xml" + key}}
	}})
}

func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }

func TestCheckNamesTheKey(t *testing.T) {
	for key, c := range map[string]*Config{
		"urls":  {},
		"limit": {OPML: "x", Limit: -1},
	} {
		c.Fill()
		var ke *connectors.KeyError
		if !errors.As(c.Check(), &ke) || ke.Key != key {
			t.Errorf("want a KeyError of %s, got %v", key, c.Check())
		}
	}
	for _, bad := range []string{"ftp://example.org/x", "example.org/feed", "https://user:pass@example.org/", "file:///etc/passwd"} {
		c := &Config{URLs: []string{bad}}
		c.Fill()
		if c.Check() == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// corpusArgs are those of a feed served from the address at which such a file would be.
const corpusArgs = `{"Source":"test","Private":false,"Now":"2026-11-25T07:00:00+01:00","URL":"https://feeds.example.org/dir/feed.xml","FeedURL":"https://feeds.example.org/dir/feed.xml","Limit":5000}`

// TestCorpus takes every recorded feed through the jail: items or a clear error, nothing killed.
func TestCorpus(t *testing.T) {
	for _, sub := range []string{"feeds", "more/feeds"} {
		t.Run(sub, func(t *testing.T) {
			env := connectortest.Env(t, connectortest.Options{})
			read, items, errs := 0, 0, 0
			for _, path := range connectortest.Corpus(t, sub) {
				doc := connectors.Document{Parser: "feed", Data: connectortest.Read(t, path), Args: []byte(corpusArgs)}
				if filepath.Ext(path) == ".opml" {
					doc.Parser = "feed.opml"
				}
				got, err := env.Parse(t.Context(), doc)
				if err != nil {
					errs++
					t.Logf("%s: %v", filepath.Base(path), err)
				} else {
					read++
				}
				items += len(got.Items)
				for _, it := range got.Items {
					if bad := connectortest.CheckItem(env, it); bad != "" {
						t.Errorf("%s: %s", filepath.Base(path), bad)
					}
				}
			}
			t.Logf("%d read, %d items, %d refused", read, items, errs)
		})
	}
}
