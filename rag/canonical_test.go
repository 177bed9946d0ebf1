package rag

import (
	"strings"
	"testing"
)

func TestCanonicalGivesOneFormToOnePage(t *testing.T) {
	for want, all := range map[string]string{
		"https://example.org/a/b":                      "http://www.example.org/a/b/ https://m.example.org//a/b#top https://EXAMPLE.org:443/a/b?utm_source=x&utm_medium=y https://amp.example.org/a/b/amp https://example.org/a/b?fbclid=1&amp=1 https://example.org/a/b/index.html",
		"https://example.org/a?id=3&page=2":            "https://example.org/a?page=2&id=3 https://example.org/a?id=3&gclid=z&page=2",
		"https://en.wikipedia.org/wiki/Go":             "https://en.m.wikipedia.org/wiki/Go https://en.wikipedia.org/wiki/Go#History",
		"https://youtube.com/watch?v=abc":              "https://youtu.be/abc?si=q https://www.youtube.com/watch?v=abc&t=12s&list=x https://m.youtube.com/shorts/abc",
		"https://arxiv.org/abs/2506.08837":             "https://arxiv.org/pdf/2506.08837v2.pdf https://arxiv.org/abs/2506.08837v1 http://export.arxiv.org/pdf/2506.08837",
		"https://x.com/a/status/1":                     "https://twitter.com/a/status/1?s=20&ref_src=x https://mobile.twitter.com/a/status/1",
		"https://reddit.com/r/golang/comments/1":       "https://old.reddit.com/r/golang/comments/1/ https://www.reddit.com/r/golang/comments/1",
		"https://news.ycombinator.com/item?id=1":       "https://news.ycombinator.com/item?id=1&p=2 http://news.ycombinator.com/item?id=1#2",
		"https://example.org/story":                    "https://www.google.com/url?q=https%3A%2F%2Fexample.org%2Fstory%3Futm_source%3Dg&sa=D https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fstory&h=x https://web.archive.org/web/20261125000000/https://www.example.org/story https://www-example-org.cdn.ampproject.org/c/s/www.example.org/story https://www.google.com/amp/s/example.org/story/amp/ https://duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2Fstory https://href.li/?https://example.org/story",
		"https://example.org:8443/x":                   "https://example.org:8443/x/",
		"https://example.org":                          "http://example.org/ https://www.example.org",
		"https://xn--bcher-kva.example/seite?q=%C3%A4": "https://xn--bcher-kva.example/seite?q=ä",
	} {
		for _, a := range strings.Fields(all) {
			if got := Canonical(a); got != want {
				t.Errorf("Canonical(%q) = %q, want %q", a, got, want)
			}
		}
	}
}

func TestCanonicalKeepsPagesApart(t *testing.T) {
	for _, p := range [][2]string{
		{"https://example.org/a", "https://example.org/b"}, {"https://example.org/?p=1", "https://example.org/?p=2"},
		{"https://example.org/A", "https://example.org/a"}, {"https://a.example.org/", "https://b.example.org/"},
		{"https://example.org/#!/a", "https://example.org/#!/b"}, {"https://example.org:81/", "https://example.org/"},
		{"https://m.example/", "https://example/"},
	} {
		if Canonical(p[0]) == Canonical(p[1]) {
			t.Errorf("%q and %q are both %q", p[0], p[1], Canonical(p[0]))
		}
	}
	for _, bad := range []string{"", "mailto:a@example.org", "javascript:alert(1)", "/relative", "https://", "http://[::1", strings.Repeat("x", 5000)} {
		if got := Canonical(bad); got != "" {
			t.Errorf("Canonical(%q) = %q", bad, got)
		}
	}
}

func FuzzCanonicalTwiceIsOnce(f *testing.F) {
	for _, s := range []string{"https://www.example.org/a/amp/?utm_source=x#y", "https://www.google.com/url?q=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%3A%2F%2Fexample.org",
		"http://web.archive.org/web/2/http:/example.org/x.amp.html", "https://youtu.be/a/b", "https://m.m.m.example.org:80//", "https://arxiv.org/pdf/v1v2.pdf", "http://[::1]:80/", "https://www.example.org./%2f%2f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Canonical(s)
		if twice := Canonical(once); twice != once {
			t.Fatalf("%q: once %q, twice %q", s, once, twice)
		}
	})
}
