//go:build unix

package feed

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// hundred serves 100 feeds of 100 entries, about 83 KB each, with or without validators.
func hundred(b *testing.B, validators bool) *Config {
	b.Helper()
	words := strings.Fields("morning brief reads mail calendar feeds weather market quiet rain river garden stone light paper window")
	text := func(seed, n int) string {
		var s strings.Builder
		for i := range n {
			s.WriteString(words[(seed*31+i*7+i*i)%len(words)] + " ")
		}
		return s.String()
	}
	docs := map[string][]byte{}
	cfg := &Config{Limit: 100}
	for f := range 100 {
		var s strings.Builder
		fmt.Fprintf(&s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Feed-%03d</title><link>http://example.org/%d</link>", f, f)
		for i := range 100 {
			when := time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC).Add(time.Duration(f*7-i*97) * time.Minute)
			fmt.Fprintf(&s, "<item><title>Item %d of %d %s</title><link>http://example.org/%d/%d</link><guid isPermaLink=\"false\">feed-%d-item-%d-of-the-bench</guid><pubDate>%s</pubDate><description>&lt;p&gt;%s&lt;/p&gt;&lt;p&gt;%s&lt;/p&gt;</description></item>\n",
				i, f, text(i, 7), f, i, f, i, when.Format(time.RFC1123Z), text(f+i, 55), text(f-i+200, 35))
		}
		s.WriteString("</channel></rss>")
		docs[fmt.Sprintf("/%d.xml", f)] = []byte(s.String())
	}
	url := connectortest.Serve(b, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if validators {
			w.Header().Set("ETag", `"one"`)
			if r.Header.Get("If-None-Match") == `"one"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		_, _ = w.Write(docs[r.URL.Path])
	}))
	for f := range 100 {
		cfg.URLs = append(cfg.URLs, fmt.Sprintf("%s/%d.xml", url, f))
	}
	cfg.Fill()
	return cfg
}

func open(b *testing.B, cfg *Config) (connectors.Env, minutes.Source) {
	b.Helper()
	env := connectortest.Env(b, connectortest.Options{})
	src, err := cfg.Open(env)
	if err != nil {
		b.Fatal(err)
	}
	return env, src
}

// cpu is what this process has used; the children's is added to it when they have ended.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// BenchmarkFirstFetch is 100 feeds of 10,000 entries through the jail. The server is in this
// process: its share is in the figures. The CPU time logged is that of everything, children too.
func BenchmarkFirstFetch(b *testing.B) {
	for _, limit := range []int{100, 30} {
		before, n := cpu(b), 0
		b.Run(fmt.Sprintf("limit%d", limit), func(b *testing.B) {
			cfg := hundred(b, false)
			cfg.Limit = limit
			_, src := open(b, cfg)
			for b.Loop() {
				got, err := src.Fetch(b.Context(), minutes.Cursor{})
				if err != nil || len(got.Items) != 100*limit {
					b.Fatalf("%d items, %v", len(got.Items), err)
				}
				n++
			}
		})
		b.Logf("limit %d: %v of CPU a fetch", limit, (cpu(b)-before)/time.Duration(max(n, 1)))
	}
}

// BenchmarkUnchanged is the second fetch: 304 where the server has validators, the same body else.
func BenchmarkUnchanged(b *testing.B) {
	for name, validators := range map[string]bool{"304": true, "200": false} {
		b.Run(name, func(b *testing.B) {
			_, src := open(b, hundred(b, validators))
			first, err := src.Fetch(b.Context(), minutes.Cursor{})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if got, err := src.Fetch(b.Context(), first.Next); err != nil || len(got.Items) > 0 {
					b.Fatalf("%d items, %v", len(got.Items), err)
				}
			}
		})
	}
}

// BenchmarkParse is the jail's share, without the jail.
func BenchmarkParse(b *testing.B) {
	doc := connectors.Document{Data: []byte(example(100)), Args: []byte(corpusArgs)}
	b.SetBytes(int64(len(doc.Data)))
	for b.Loop() {
		if _, err := parse(b.Context(), doc); err != nil {
			b.Fatal(err)
		}
	}
}
