package feed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// FuzzParse holds that whatever the bytes are, what comes out is a proper item, and that reading
// them again with what was remembered brings nothing.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		example(2),
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title type="html">&lt;b</title><link href="//x"/><updated>2026</updated></entry></feed>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item><title>x</title></item></rdf:RDF>`,
		`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"content_text":"\u001b[2J"}]}`,
		"<rss><channel><item><title>a<item><title>b</item></rss>", "\xff\xfe<\x00r\x00s\x00s\x00>\x00", "<!DOCTYPE html><link rel=alternate type=application/rss+xml href=x>",
		"<rss><channel><item><guid>\x00</guid><link>a b\n</link><pubDate>32 Foo 99</pubDate></item>",
	} {
		f.Add([]byte(s))
	}
	fixtures(f)
	env := connectortest.Env(f, connectortest.Options{})
	f.Fuzz(func(t *testing.T, data []byte) {
		args := []byte(corpusArgs)
		got, err := parse(t.Context(), connectors.Document{Data: data, Args: args})
		if err != nil {
			return
		}
		ids := map[string]bool{}
		for _, it := range got.Items {
			if bad := connectortest.CheckItem(env, it); bad != "" {
				t.Error(bad)
			}
			if ids[it.ID] {
				t.Errorf("two items are called %s", it.ID)
			}
			ids[it.ID] = true
		}
		again := []byte(corpusArgs[:len(corpusArgs)-1] + `,"Seen":"` + got.Facts["seen"] + `"}`)
		if second, err := parse(t.Context(), connectors.Document{Data: data, Args: again}); err != nil || len(second.Items) > 0 {
			t.Errorf("read again: %d items, %v", len(second.Items), err)
		}
	})
}

// fixtures adds the inputs of testdata.
func fixtures(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/input*")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no fixtures: %v", err)
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// FuzzArticle holds that whatever a page is, its article is bounded and safe to show.
func FuzzArticle(f *testing.F) {
	fixtures(f)
	f.Add([]byte("<html><body><article>" + strings.Repeat("<p>Words of an article, with commas.", 30)))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseArticle(t.Context(), connectors.Document{Data: data, Args: []byte(`{"URL":"https://e.example/a","ContentType":"text/html"}`)})
		text := got.Facts["text"]
		if err == nil && (len(text) == 0 || len(text) > maxBody || minutes.Clean(text).String() != text) {
			t.Errorf("%d bytes: %.100q", len(text), text)
		}
		if err != nil && minutes.Hint(err) == "" {
			t.Errorf("%v: no hint", err)
		}
	})
}

func FuzzOPML(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="a"><outline xmlUrl="https://a/"/></outline></body></opml>`))
	f.Add([]byte(`<outline xmlUrl="https://a/?b=1&c"><outline/></outline></outline>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = parseOPML(t.Context(), connectors.Document{Data: data})
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"Tue, 24 Nov 2026 10:00:00 +0100", "24-Nov-26 1:2 PM", "1795514400", "2026-11-24T10:00:00,5+01", "mar., 24 févr. 2026"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := parseDate(s); ok && (at.Year() < 1900 || at.Year() > 10000) {
			t.Errorf("%q is %v", s, at)
		}
	})
}
