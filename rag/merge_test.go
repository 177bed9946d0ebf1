package rag

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"pgregory.net/rapid"
)

var morning = time.Date(2026, 11, 25, 7, 30, 0, 0, time.UTC)

// article is a telling by a feed of its own.
func article(id, title, address string, hours int) minutes.Item {
	return minutes.Item{ID: "feed:" + id, Kind: minutes.KindArticle, Source: "news", Title: minutes.CleanLine(title), URL: address,
		At: morning.Add(time.Duration(hours) * time.Hour), Article: &minutes.Article{Feed: minutes.Clean("Feed " + id), FeedURL: "https://feeds.example/" + id}}
}

func story(id, title, address string, hours int) minutes.Item {
	return minutes.Item{ID: "hn:" + id, Kind: minutes.KindStory, Source: "hackernews", Title: minutes.CleanLine(title), URL: address,
		At:    morning.Add(time.Duration(hours) * time.Hour),
		Story: &minutes.Story{DiscussionURL: "https://news.ycombinator.com/item?id=" + id}}
}

type pair struct {
	same       bool
	title, url [2]string
}

func pairsTable(t *testing.T, file string) []pair {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []pair
	for _, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) == 6 { // a title with a bar in it
			f = []string{f[0], f[1], f[2] + " | " + f[3], f[4], f[5]}
		}
		if len(f) != 3 && len(f) != 5 {
			t.Fatalf("%s: %q has %d parts", file, line, len(f))
		}
		p := pair{same: strings.TrimSpace(f[0]) == "same", title: [2]string{f[1], f[2]}}
		if len(f) == 5 {
			p.url = [2]string{f[3], strings.TrimSpace(f[4])}
		}
		out = append(out, p)
	}
	return out
}

// A wrong merge hides a story, a missed one only repeats it: so precision counts for more.
func TestPairsOfTitles(t *testing.T) {
	for file, want := range map[string]struct {
		pairs             int
		precision, recall float64
	}{"testdata/pairs.txt": {60, 1, 0.85}, "testdata/pairs2.txt": {30, 0.9, 0.6}} {
		table := pairsTable(t, file)
		if len(table) < want.pairs {
			t.Fatalf("%s: only %d pairs", file, len(table))
		}
		precision, recall := judge(t, table)
		t.Logf("%s: %d pairs, precision %.2f, recall %.2f", file, len(table), precision, recall)
		if precision < want.precision || recall < want.recall {
			t.Errorf("%s: precision %.2f, recall %.2f; wanted %.2f and %.2f", file, precision, recall, want.precision, want.recall)
		}
	}
}

func judge(t *testing.T, table []pair) (precision, recall float64) {
	var right, wrong, missed float64
	for i, p := range table {
		a, b := article(fmt.Sprint(i, "a"), p.title[0], p.url[0], 0), story(fmt.Sprint(i, "b"), p.title[1], p.url[1], 5)
		merged := len(Merge([]minutes.Item{a, b})) == 1
		switch {
		case merged && p.same:
			right++
		case merged:
			wrong++
			t.Logf("wrongly merged: %q and %q", p.title[0], p.title[1])
		case p.same:
			missed++
			t.Logf("missed: %q and %q", p.title[0], p.title[1])
		}
	}
	return right / (right + wrong), right / (right + missed)
}

func TestOnlyStoriesAndArticlesMerge(t *testing.T) {
	for _, kind := range []minutes.Kind{minutes.KindMail, minutes.KindEvent, minutes.KindQuote, minutes.KindForecast, minutes.KindNote} {
		a := minutes.Item{ID: "a", Kind: kind, Title: minutes.Clean("Quarterly planning with the whole product team"), URL: "https://example.org/x", At: morning}
		b := a
		b.ID = "b"
		if got := len(Merge([]minutes.Item{a, b})); got != 2 {
			t.Errorf("two of kind %s became %d groups", kind, got)
		}
	}
}

func TestTheSameWordsDaysLaterAreTheNextStory(t *testing.T) {
	const title = "Volcano on Reykjanes peninsula erupts again near Grindavik"
	if got := len(Merge([]minutes.Item{article("a", title, "", 0), article("b", title, "", 95)})); got != 1 {
		t.Errorf("within four days: %d groups", got)
	}
	if got := len(Merge([]minutes.Item{article("a", title, "", 0), article("b", title, "", 97)})); got != 2 {
		t.Errorf("after four days: %d groups", got)
	}
}

func TestOneFeedDoesNotTellAStoryTwiceButItsAddressDoes(t *testing.T) {
	a, b := article("a", "Council approves new cycle bridge over the river", "https://example.org/1", 0), article("b", "Council approves new cycle bridge over the river", "https://example.org/2", 3)
	b.Article.FeedURL = a.Article.FeedURL
	if got := len(Merge([]minutes.Item{a, b})); got != 2 {
		t.Errorf("two entries of one feed became %d groups", got)
	}
	b.URL = "http://www.example.org/1?utm_campaign=x"
	if got := len(Merge([]minutes.Item{a, b})); got != 1 {
		t.Errorf("two entries with one address became %d groups", got)
	}
}

func TestADiscussionFindsItsFeedEntry(t *testing.T) {
	hn := story("42", "A clever trick", "https://example.org/trick", 1)
	fed := article("hn", "A clever trick [example.org]", "https://news.ycombinator.com/item?id=42", 2)
	if got := len(Merge([]minutes.Item{hn, fed})); got != 1 {
		t.Errorf("%d groups", got)
	}
}

func TestPrivateNewsDoesNotMergeWithPublic(t *testing.T) {
	a, b := article("a", "Acme buys Initech for a record sum", "https://example.org/1", 0), article("b", "Acme buys Initech for a record sum", "https://example.org/1", 1)
	b.Private = true
	if got := len(Merge([]minutes.Item{a, b})); got != 2 {
		t.Errorf("%d groups", got)
	}
}

func TestAgencyTextUnderTwoTitlesIsOneStory(t *testing.T) {
	const text = `The regional council voted on Tuesday to extend the tram line by nine kilometres to the airport, after a debate that
		went on until the early morning. Work is to begin in spring and to take four years, the council said in a statement. Opponents
		announced that they would challenge the decision in court because of the cost and the noise along the southern stretch.`
	a, b := article("a", "Council votes to extend tram line to airport", "https://one.example/a", 0), article("b", "Airport tram extension gets go-ahead after long debate", "https://two.example/b", 2)
	a.Body, b.Excerpt = minutes.Clean(text), minutes.Clean(text)
	if got := len(Merge([]minutes.Item{a, b})); got != 1 {
		t.Errorf("%d groups", got)
	}
	b.Excerpt = minutes.Clean("Something else entirely about trams.")
	if got := len(Merge([]minutes.Item{a, b})); got != 2 {
		t.Errorf("with another text: %d groups", got)
	}
}

func TestTheLeadIsWhoWasFirst(t *testing.T) {
	title := "Signal adds encrypted backups for everyone on Android"
	g := Merge([]minutes.Item{article("late", title, "", 9), story("1", title, "", 4), article("first", title, "", 1)})
	if len(g) != 1 || g[0].Lead.ID != "feed:first" || len(g[0].Also) != 2 || g[0].Also[0].ID != "hn:1" {
		t.Errorf("%+v", g)
	}
}

// world draws items from few words, so that many are alike and many nearly so.
func world(t *rapid.T) []minutes.Item {
	pieces := []string{"Acme", "Initech", "buys", "sues", "releases", "robot", "factory", "river", "bridge", "3", "4", "rises", "falls", "encrypted", "backups"}
	n := rapid.IntRange(0, 14).Draw(t, "n")
	var out []minutes.Item
	for i := range n {
		words := rapid.SliceOfN(rapid.SampledFrom(pieces), 3, 7).Draw(t, "title")
		address := rapid.SampledFrom([]string{"", "https://example.org/a", "http://www.example.org/a/", "https://example.org/", "https://example.com/b"}).Draw(t, "url")
		hours := rapid.IntRange(0, 120).Draw(t, "hours")
		it := article(fmt.Sprint(i), strings.Join(words, " "), address, hours)
		if rapid.Bool().Draw(t, "story") {
			it = story(fmt.Sprint(i), strings.Join(words, " "), address, hours)
		}
		out = append(out, it)
	}
	return out
}

func shape(groups []minutes.Group) string {
	var b strings.Builder
	for _, g := range groups {
		b.WriteString(g.Lead.ID)
		for _, it := range g.Also {
			b.WriteString("+" + it.ID)
		}
		b.WriteString(" ")
	}
	return b.String()
}

func TestMergeDoesNotDependOnOrderAndRepeatsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := world(t)
		first := Merge(items)
		if got, want := shape(Merge(rapid.Permutation(items).Draw(t, "order"))), shape(first); got != want {
			t.Fatalf("in another order:\n%s\n%s", got, want)
		}
		var again []minutes.Item
		for _, g := range first {
			again = append(append(again, g.Also...), g.Lead)
		}
		again = append(again, items...) // every item twice
		if got, want := shape(Merge(again)), shape(first); got != want {
			t.Fatalf("merged again:\n%s\n%s", got, want)
		}
	})
}

func TestNoChainJoinsWhatDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := world(t)
		seen := 0
		for _, g := range Merge(items) {
			all := append([]minutes.Item{g.Lead}, g.Also...)
			seen += len(all)
			for i := range all {
				for j := range i {
					if !alike(read(all[i]), read(all[j])) || !alike(read(all[j]), read(all[i])) {
						t.Fatalf("%q and %q are in one group", all[i].Title, all[j].Title)
					}
				}
			}
			if !slices.IsSortedFunc(all, func(a, b minutes.Item) int { return a.At.Compare(b.At) }) {
				t.Fatal("a group is not in the order of publication")
			}
		}
		if seen != len(items) {
			t.Fatalf("%d items became %d", len(items), seen)
		}
	})
}

func BenchmarkMerge(b *testing.B) {
	var items []minutes.Item
	seed := uint64(1)
	next := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed>>33) % n
	}
	for i := range 5000 {
		var ws []string
		for range 8 {
			ws = append(ws, fmt.Sprintf("Word%d", next(300)*next(10)))
		}
		items = append(items, article(fmt.Sprint(i), strings.Join(ws, " "), fmt.Sprintf("https://example.org/%d", i), next(48)))
	}
	for b.Loop() {
		Merge(items)
	}
}
