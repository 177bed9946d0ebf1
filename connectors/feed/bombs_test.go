package feed

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// TestBombsCostThemselves takes every bomb of the corpus, inflated and as it is, through the jail,
// each followed by a good feed: the bomb is refused or read, nothing is killed, the good one is whole.
func TestBombsCostThemselves(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: bombs are for the long form of the tests, not for the race detector")
	}
	env := connectortest.Env(t, connectortest.Options{})
	n := 0
	for _, path := range connectortest.Corpus(t, "more/bombs/feed") {
		for _, data := range forms(t, path) {
			n++
			data = data[:min(len(data), maxBytes+1)] // what the web reader lets through, and one more
			got, err := env.Parse(t.Context(), connectors.Document{Parser: "feed", Data: data, Args: []byte(corpusArgs)})
			if errors.Is(err, connectors.ErrKilled) {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
			t.Logf("%s: %d items, %d rejected, %v", filepath.Base(path), len(got.Items), len(got.Rejected), err)
			for _, it := range got.Items {
				if strings.Contains(it.Body.String()+it.Excerpt.String(), "root:") {
					t.Errorf("%s: an external entity was read", path)
				}
			}
			if got, err := env.Parse(t.Context(), connectors.Document{Parser: "feed", Data: []byte(example(99)), Args: []byte(corpusArgs)}); err != nil || len(got.Items) != 99 {
				t.Errorf("after %s: %d of 99, %v", filepath.Base(path), len(got.Items), err)
			}
		}
	}
	t.Logf("%d bombs", n)
}

// forms are a bomb inflated, and as it is if it is compressed.
func forms(t *testing.T, path string) [][]byte {
	t.Helper()
	out := [][]byte{connectortest.Read(t, path)}
	if strings.HasSuffix(path, ".gz") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// TestHostileShapesAreBounded holds bombs of our own: shapes that make a parser's work grow faster
// than its input.
func TestHostileShapesAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: bombs are for the long form of the tests, not for the race detector")
	}
	env := connectortest.Env(t, connectortest.Options{})
	head, foot := `<rss version="2.0" xmlns:x="urn:x"><channel><title>T</title>`, "</channel></rss>"
	for name, s := range map[string]string{
		"nested extensions": head + "<item>" + strings.Repeat("<x:a>", 100_000) + strings.Repeat("</x:a>", 100_000) + "</item>" + foot,
		"never closed":      head + strings.Repeat("<item><title>a", 100_000),
		"entries":           head + strings.Repeat("<item><title>a</title></item>", 150_000) + foot,
		"attributes":        head + "<item " + strings.Repeat(`a="b" `, 500_000) + "><title>a</title></item>" + foot,
		"namespaces":        head + strings.Repeat(`<item xmlns:b="urn:b"><b:c>1</b:c>`, 100_000) + foot,
		"open quotes":       head + strings.Repeat(`<a b="`, 400_000),
		"comments":          head + strings.Repeat("<!--", 800_000),
		"cdata":             head + "<item><description>" + strings.Repeat("<![CDATA[<b>]]>", 300_000) + "</description></item>" + foot,
		"entities":          head + "<item><title>" + strings.Repeat("&amp;#38;", 500_000) + "</title></item>" + foot,
		"references":        head + "<item><title>" + strings.Repeat("&#", 2_000_000) + "</title></item>" + foot,
		"doctype":           "<!DOCTYPE rss [" + strings.Repeat("[", 4_000_000),
		"html in a title":   head + "<item><title>" + strings.Repeat("&lt;b&gt;", 500_000) + "</title></item>" + foot,
		"stray brackets":    head + "<item><title>" + strings.Repeat("< ", 2_000_000) + "</title></item>" + foot,
		"unknown tags":      head + "<item><title>" + strings.Repeat("&lt;zz ", 600_000) + "</title></item>" + foot,
		"json arrays":       `{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat("[", 4_000_000),
		"json items":        `{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat("{},", 1_000_000) + `{}]}`,
		"xml base":          `<feed xmlns="http://www.w3.org/2005/Atom">` + strings.Repeat(`<entry xml:base="a/"><link href="b"/></entry>`, 100_000) + "</feed>",
		"atom html":         `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">` + strings.Repeat("&lt;p&gt;&lt;b&gt;", 300_000) + "</title></entry></feed>",
		"same guid":         head + strings.Repeat("<item><guid>a</guid><title>a</title><link>b</link></item>", 80_000) + foot,
	} {
		s = s[:min(len(s), maxBytes)]
		got, err := env.Parse(t.Context(), connectors.Document{Parser: "feed", Data: []byte(s), Args: []byte(corpusArgs)})
		if errors.Is(err, connectors.ErrKilled) {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %d items, %d rejected, %v", name, len(got.Items), len(got.Rejected), err)
	}
}
