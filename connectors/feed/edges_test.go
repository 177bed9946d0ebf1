package feed

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

func TestFullTextIsFetchedFromTheFeedsOwnSite(t *testing.T) {
	s := serve(t)
	article := "<html><body><article><h1>Head</h1>" + strings.Repeat("<p>The whole article, with commas, clauses, and enough words to be one.</p>", 20) + "</article></body></html>"
	s.set("/f", body(fmt.Sprintf(`<rss><channel><title>F</title><item><title>Here</title><link>%s/page</link><description>Stub.</description></item>`+
		`<item><title>Elsewhere</title><link>http://127.0.0.1:9/page</link><description>Stub.</description></item>`+
		`<item><title>Refused</title><link>%s/refused</link><description>Stub.</description></item></channel></rss>`, s.URL, s.URL)))
	s.set("/page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(article))
	})
	s.set("/refused", status(403))
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}, FullText: true})
	b := r.must()
	if len(b.Items) != 3 || !strings.Contains(b.Items[0].Body.String(), "The whole article") || b.Items[0].Excerpt.String() != "Stub." {
		t.Errorf("%+v", b.Items)
	}
	if !b.Items[1].Body.Empty() {
		t.Error("a page of another site was read")
	}
	s.set("/f", body(strings.Replace(example(1), "https://example.org/0", s.URL+"/page2", 1)))
	r.must()
	if s.count("/page2") != 0 {
		t.Error("a host that refused was asked on the next day")
	}
}

func TestLabelsAndAddressesHoldNoKeys(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@example.org/feed?key=abc":                  "example.org/feed",
		"https://example.org/private/a8f7s9d8f7a9s8d7f98a7s/x/": "example.org/private/…/x",
		"https://example.org":                                   "example.org",
	} {
		if got := label(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"https://example.org/feed?format=rss":                     "https://example.org/feed?format=rss",
		"https://example.org/feed?feed_token=x&a=b":               "https://example.org/feed",
		"https://u:p@example.org/feed#x":                          "https://example.org/feed",
		"https://example.org/f?a=0123456789012345678901234567890": "https://example.org/f",
	} {
		if got := public(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestADeadlineKeepsWhatCameAndNamesTheSlow(t *testing.T) {
	s := serve(t)
	s.set("/good", body(example(2)))
	r := newReader(t, &Config{URLs: []string{s.URL + "/good", s.URL + "/slow"}})
	src, err := r.cfg.Open(r.env)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // long enough for the good one on a busy machine
	defer cancel()
	s.set("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	b, err := src.Fetch(ctx, minutes.Cursor{})
	if len(b.Items) != 2 || err == nil || !strings.Contains(err.Error(), "1 of 2 feeds failed: 127.0.0.1/slow: not reachable: time was up while waiting") || minutes.Hint(err) == "" {
		t.Errorf("%d items, %v, hint %q", len(b.Items), err, minutes.Hint(err))
	}
}
