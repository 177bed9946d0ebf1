package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

var morning = time.Date(2026, 11, 25, 7, 30, 0, 0, time.FixedZone("", 3600))

func clock() time.Time { return morning }

// fresh is an empty store in a folder of its own.
func fresh(t testing.TB) *DB {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "minutes.db"))
}

func reopen(t testing.TB, path string) *DB {
	t.Helper()
	d, err := Open(t.Context(), path, Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func keep(t testing.TB, d *DB, source string, items ...minutes.Item) minutes.Kept {
	t.Helper()
	k, err := d.Keep(t.Context(), source, minutes.Batch{Items: items})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// article is an item with a title and a body, hours old.
func article(id, title, body string, hours int) minutes.Item {
	return minutes.Item{ID: id, Kind: minutes.KindArticle, Title: minutes.Clean(title), Body: minutes.Clean(body),
		Excerpt: minutes.Clean(body).Cut(80), URL: "https://example.org/" + strings.ReplaceAll(id, ":", "/"), Tags: []string{},
		At: morning.Add(-time.Duration(hours) * time.Hour), Article: &minutes.Article{Feed: minutes.Clean("Example"), FeedURL: "https://example.org/feed"}}
}

func ids(items []minutes.Item) string {
	var out []string
	for _, it := range items {
		out = append(out, it.ID)
	}
	return strings.Join(out, " ")
}

func hitIDs(hits []minutes.Hit) string {
	var out []string
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return strings.Join(out, " ")
}

func find(t testing.TB, d *DB, text string) string {
	t.Helper()
	hits, err := d.Search(t.Context(), minutes.Query{Text: text})
	if err != nil {
		t.Fatalf("search %q: %v", text, err)
	}
	return hitIDs(hits)
}

func all10k(n int) []minutes.Item {
	items := make([]minutes.Item, n)
	w := words{seed: 7}
	for i := range items {
		items[i] = article(fmt.Sprintf("feed:%06d", i), w.text(8), w.text(60), i%2000)
	}
	return items
}

// words makes text in which few words are common and many rare, as in real text.
type words struct{ seed uint64 }

func (w *words) next() uint64 {
	w.seed += 0x9e3779b97f4a7c15
	z := w.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func word(i int) string {
	const c, v = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for i += 30; i > 0; i /= 70 {
		b.WriteByte(c[i%70/5])
		b.WriteByte(v[i%5])
	}
	return b.String()
}

func (w *words) text(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		u := float64(w.next()>>11) / (1 << 53)
		b.WriteString(word(int(20000*u*u*u*u) + 1))
	}
	return b.String()
}
