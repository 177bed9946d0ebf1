package sqlite

import (
	"fmt"
	"testing"

	"github.com/dailyminutes/minutes"
)

// aFirstFetch is a first fetch big enough to be indexed later.
func aFirstFetch(n int) minutes.Batch {
	var b minutes.Batch
	for i := range n {
		b.Items = append(b.Items, minutes.Item{ID: fmt.Sprintf("feed:%05d", i), Kind: minutes.KindArticle, Source: "feeds",
			Title: minutes.Clean(fmt.Sprintf("Number%d of the list", i)), Body: minutes.Clean("zebra"), Article: &minutes.Article{}})
	}
	return b
}

func TestAFirstFetchOfThousandsIsFoundByTheFirstSearch(t *testing.T) {
	d := fresh(t)
	if _, err := d.Keep(t.Context(), "feeds", aFirstFetch(bulk+5)); err != nil {
		t.Fatal(err)
	}
	if n, _ := d.count(t.Context(), `SELECT count(*) FROM unindexed`); n != 1 {
		t.Fatalf("%d stretches wait to be indexed, want 1", n)
	}
	hits, err := d.Search(t.Context(), minutes.Query{Text: "number1234"})
	if err != nil || len(hits) != 1 {
		t.Fatalf("%d hits, %v", len(hits), err)
	}
	if n, _ := d.count(t.Context(), `SELECT count(*) FROM unindexed`); n != 0 {
		t.Errorf("%d stretches still wait after a search", n)
	}
}

func TestWhatIsNotYetIndexedCanChangeAndGo(t *testing.T) {
	d := fresh(t)
	b := aFirstFetch(bulk + 5)
	if _, err := d.Keep(t.Context(), "feeds", b); err != nil {
		t.Fatal(err)
	}
	changed := b.Items[7]
	changed.Body = minutes.Clean("giraffe")
	if _, err := d.Keep(t.Context(), "feeds", minutes.Batch{Items: []minutes.Item{changed}, Gone: []string{b.Items[8].ID}}); err != nil {
		t.Fatal(err)
	}
	if err := d.checkIndex(t.Context()); err != nil {
		t.Fatalf("the index and the texts differ: %v", err)
	}
	for text, want := range map[string]int{"giraffe": 1, "number8": 0, "number9": 1} {
		hits, err := d.Search(t.Context(), minutes.Query{Text: text, Limit: 5})
		exact := 0
		for _, h := range hits {
			if text == "giraffe" || h.Title.String() == "Number"+text[6:]+" of the list" {
				exact++
			}
		}
		if err != nil || exact != want {
			t.Errorf("%s: %d hits, %v; want %d", text, exact, err, want)
		}
	}
}

func TestReindexLeavesNothingWaiting(t *testing.T) {
	d := fresh(t)
	if _, err := d.Keep(t.Context(), "feeds", aFirstFetch(bulk+5)); err != nil {
		t.Fatal(err)
	}
	if err := d.Reindex(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.checkIndex(t.Context()); err != nil {
		t.Fatal(err)
	}
}
