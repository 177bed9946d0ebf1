package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// crowd is a feed of articles, each of some hundred tokens, and how many tokens it has.
func crowd(t testing.TB, n int, now time.Time) (config string, tokens int) {
	var entries strings.Builder
	for i := range n {
		fmt.Fprintf(&entries, "<item><title>Quay number %d is dredged</title><link>https://gazette.example/%d</link><description>%s The crane of quay %d is moved by hand.</description><pubDate>%s</pubDate></item>",
			100+i, i, strings.Repeat(fmt.Sprintf("The basin beside quay %d is measured by the harbour and its people with long poles. ", 100+i), 24), 100+i, now.Add(-time.Duration(i+10)*time.Minute).Format(time.RFC1123Z))
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>Harbour gazette</title>`+entries.String()+"</channel></rss>")
	}))
	t.Cleanup(srv.Close)
	return fmt.Sprintf("\n[[connectors.feed]]\nname = \"gazette\"\nurls = [%q]\n", srv.URL+"/feed.xml"), entries.Len() / 4
}

// TestE2EADayLargerThanTheWindowLosesNothing has a model of 4,096 tokens and a day of more than twice as
// many. By the server's own count no prompt was cut; every item of the day stands where it stands without
// a model, or is counted as left out there too; and an answer that would not fit is given or its failure
// told.
func TestE2EADayLargerThanTheWindowLosesNothing(t *testing.T) {
	t.Parallel()
	s := runtimetest.Serve(t, honest)
	s.Context = 4096
	w, config := startDemo(t)
	feed, day := crowd(t, 24, w.Now)
	config += feed
	plain, b := newBox(t, config, w.Now), newBox(t, withModels(config, modelConfig([]string{"ollama"}, s)), w.Now)
	plain.must(0, "preload")
	b.must(0, "preload")
	for question := range strings.SplitSeq("what is said of the quays and the basin|who moves the crane by hand", "|") {
		var r minutes.Reply
		b.decode(b.must(0, "ask", "--json", question), &r)
		if len(r.Answer) == 0 || r.Engine.Composer != "model" && len(r.Engine.Fallbacks) == 0 {
			t.Errorf("%s: %s", question, asJSON(t, r))
		}
	}
	most, over := 0, 0
	for _, q := range s.Asked() {
		prompt := (len(q.System) + len(q.User)) / 4
		most = max(most, prompt)
		if q.Window != 4096 || prompt+q.MaxTokens > q.Window {
			over++
			t.Errorf("%d tokens and %d for the answer in a window of %d", prompt, q.MaxTokens, q.Window)
		}
	}
	if day < 9000 {
		t.Errorf("a day of %d tokens", day)
	}
	where := func(b minutes.Brief) (out []string) {
		for _, s := range b.Sections {
			line := fmt.Sprint(s.Kind, " ", s.LeftOut, " left out:")
			for _, it := range s.Items {
				line += " " + it.ID
			}
			out = append(out, line)
		}
		return out
	}
	if d := difference(strings.Join(where(plain.brief()), "\n"), strings.Join(where(b.brief()), "\n")); d != "" {
		t.Error(d)
	}
	t.Logf("crowded: %d calls of a day of %d tokens in a window of 4096, the longest prompt %d, %d cut by the server's count, 0 items lost", len(s.Asked()), day, most, over)
}
