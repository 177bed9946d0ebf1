package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

var readersNow = time.Date(2026, 1, 1, 7, 0, 0, 0, time.UTC)

// rssOf is a feed of n articles that are worth a reader.
func rssOf(name string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title>`, name)
	for i := range n {
		word := func(k int) string { // no two items have a word in common that tells a story
			return string("bdfgklmnprstvz"[(i*5+k)%14]) + string("aeiou"[(i/14+k)%5]) + string("lmnrst"[(i+k)%6]) + string("aeiou"[i%5]) + fmt.Sprint(i)
		}
		fmt.Fprintf(&b, `<item><title>%s %s %s %s</title><guid>%s-%d</guid><pubDate>%s</pubDate><description>%s %s %s, by %d to 3.</description></item>`,
			name, word(0), word(1), word(2), name, i, readersNow.Add(-time.Duration(i)*time.Minute).Format(time.RFC1123Z), word(3), word(4), word(5), i+4)
	}
	return b.String() + "</channel></rss>"
}

// serveFeed is the address of a feed. before, if not nil, is called with each request, before the answer.
func serveFeed(t *testing.T, text string, before func(*http.Request)) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before != nil {
			before(r)
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func feedTable(name, url string) string {
	return fmt.Sprintf("[[connectors.feed]]\nname = %q\nurls = [%q]\n", name, url)
}

// readWhileOneIsSlow makes a brief of two sources. The slow one answers when the model has been asked, or
// when it is given up: no clock says which, but whether it failed.
func readWhileOneIsSlow(t *testing.T, bin string) (slow string) {
	t.Helper()
	model := runtimetest.Serve(t, honest)
	quick := serveFeed(t, rssOf("quick", 3), nil)
	waits := serveFeed(t, rssOf("waits", 3), func(r *http.Request) { _ = model.AwaitAsked(r.Context(), 1) })
	b := newBox(t, "timezone = \"Europe/Berlin\"\n"+feedTable("quick", quick)+feedTable("waits", waits)+modelConfig([]string{"openai"}, model), readersNow)
	if bin != "" {
		b.bin = bin
	}
	b.run("preload")
	return b.sources()["waits"].Status
}

// TestE2EReadersStartWhenTheirSourceIsKept: the model hears of the quick source while the slow one is
// still asked.
func TestE2EReadersStartWhenTheirSourceIsKept(t *testing.T) {
	t.Parallel()
	if status := readWhileOneIsSlow(t, ""); status != "ok" {
		t.Errorf("the slow source, which waits for the first reader, is %q: nothing was read before it answered", status)
	}
	t.Log("readers: the first call came before the slow source's answer")
}

// TestE2EReadersThatWaitForAllSourcesAreFound is the control.
func TestE2EReadersThatWaitForAllSourcesAreFound(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("the control waits for a source's deadline and builds the program; MINUTES_E2E=1 runs it")
	}
	late := mutant(t, change{"agent/preload.go", "a.fetch(ctx, only, readers.early, report)", "a.fetch(ctx, only, nil, report)"})
	if status := readWhileOneIsSlow(t, late); status == "ok" {
		t.Error("readers that wait for all sources pass")
	}
}

// TestE2EAPlannerThatWaitsIsFound is the control of the next one.
func TestE2EAPlannerThatWaitsIsFound(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("the control builds the program and waits for a test to give up; MINUTES_E2E=1 runs it")
	}
	if _, stuck := readAndPlan(t, "openai", mutant(t, change{"agent/read.go", "if r == nil || r.slots == 1 {\n\t\treturn do", "if r != nil || r.slots == 1 {\n\t\treturn do"})); !stuck {
		t.Error("a planner that waits for the readers passes")
	}
}

// readAndPlan makes a brief of eight articles. On a server of many slots the readers' answers begin when the
// planner has been asked, or when the test gives up. It returns what was asked for, in order, and whether
// it gave up.
func readAndPlan(t *testing.T, kind, bin string) (order []string, stuck bool) {
	t.Helper()
	planned, once, mu := make(chan struct{}), sync.Once{}, sync.Mutex{}
	model := runtimetest.Serve(t, func(q runtimetest.Request) runtimetest.Reply {
		a := readAsked(q)
		mu.Lock()
		if a.Goal != "" {
			order = append(order, "plan")
			once.Do(func() { close(planned) })
		} else {
			order = append(order, "read")
		}
		mu.Unlock()
		if a.Item != "" && kind == "openai" {
			select {
			case <-planned:
			case <-time.After(20 * time.Second): // a failing test ends
				mu.Lock()
				stuck = true
				mu.Unlock()
			}
		}
		return honest(q)
	})
	b := newBox(t, "timezone = \"Europe/Berlin\"\n"+feedTable("eight", serveFeed(t, rssOf("eight", 8), nil))+modelConfig([]string{kind}, model), readersNow)
	if bin != "" {
		b.bin = bin
	}
	b.must(0, "preload")
	mu.Lock()
	defer mu.Unlock()
	return order, stuck
}

// TestE2EPlannerBesideReaders: what needs no reading does not wait for the readings where the server has
// slots for both. On one slot the readings come first.
func TestE2EPlannerBesideReaders(t *testing.T) {
	t.Parallel()
	order, stuck := readAndPlan(t, "openai", "")
	if stuck || !slices.Contains(order, "plan") {
		t.Errorf("the planner waited for the readers: %v", order)
	}
	order, _ = readAndPlan(t, "ollama", "")
	if i := slices.Index(order, "plan"); i < 8 || slices.Contains(order[i:], "read") {
		t.Errorf("on one slot the planner did not wait for the readers: %v", order)
	}
}

// TestE2EOneSlotReadsTheBestTwentyBestFirst asks a server with one slot, on a day of more items than it
// has time for, and one of the smallest window that Ollama gives itself.
func TestE2EOneSlotReadsTheBestTwentyBestFirst(t *testing.T) {
	t.Parallel()
	model := runtimetest.New(honest)
	model.Context = 4096
	t.Cleanup(model.Close)
	b := newBox(t, "timezone = \"Europe/Berlin\"\n"+feedTable("many", serveFeed(t, rssOf("many", 30), nil))+modelConfig([]string{"ollama"}, model), readersNow)
	b.must(0, "preload")
	var list struct {
		Items []struct{ Title string }
	}
	b.decode(b.must(0, "items", "--json"), &list)
	var asked []string
	for _, q := range model.Asked() {
		if a := readAsked(q); a.Item != "" {
			asked = append(asked, field(a.Item, "title"))
			if n := (len(q.System)+len(q.User))/4 + q.MaxTokens; n > 4096 || q.Window != 4096 {
				t.Errorf("%d tokens in a window of %d", n, q.Window)
			}
		}
	}
	if len(asked) != 20 {
		t.Fatalf("%d readers", len(asked))
	}
	for i, title := range asked {
		if list.Items[i].Title != title {
			b, _ := json.Marshal(asked)
			t.Fatalf("the reader's %d. is %q, the ranking's %q: %s", i+1, title, list.Items[i].Title, b)
		}
	}
}
