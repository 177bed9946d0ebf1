package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"pgregory.net/rapid"
)

// version is what changes with every page that is written.
func version(t *testing.T, d *DB) (changes int64) {
	t.Helper()
	if err := d.w.QueryRowContext(t.Context(), `SELECT total_changes()`).Scan(&changes); err != nil {
		t.Fatal(err)
	}
	return changes
}

func TestWhatIsUnchangedIsNotWritten(t *testing.T) {
	d := fresh(t)
	items := all10k(200)
	keep(t, d, "feed", items...)
	before := version(t, d)
	k := keep(t, d, "feed", items...)
	if n := len(k.New) + len(k.Changed) + len(k.Gone); n != 0 {
		t.Errorf("%d changes reported: %+v", n, k)
	}
	if after := version(t, d); after != before {
		t.Errorf("%d rows written", after-before)
	}
}

func TestOnlyATextThatChangedIsIndexedAnew(t *testing.T) {
	d := fresh(t)
	it := minutes.Item{ID: "hn:1", Kind: minutes.KindStory, Title: minutes.Clean("Zig news"), At: morning, Story: &minutes.Story{Points: 10}}
	keep(t, d, "hn", it)
	before := version(t, d)
	it.Story = &minutes.Story{Points: 11}
	if k := keep(t, d, "hn", it); len(k.Changed) != 1 {
		t.Errorf("%+v", k)
	}
	if n := version(t, d) - before; n != 1 {
		t.Errorf("points changed and %d rows were written", n)
	}
	it.Title = minutes.Clean("Rust news")
	if k := keep(t, d, "hn", it); len(k.Changed) != 1 {
		t.Errorf("%+v", k)
	}
	if find(t, d, "zig") != "" || find(t, d, "rust") != "hn:1" {
		t.Error("the index has the old title")
	}
	sound(t, d)
}

// sound fails where Check finds anything. The folders of tests are open to others; that is not
// what it is about.
func sound(t testing.TB, d *DB) {
	t.Helper()
	found, err := d.Check(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !strings.Contains(f, "others may look into it") {
			t.Error(f)
		}
	}
}

func TestABadItemCostsItself(t *testing.T) {
	d := fresh(t)
	bad := minutes.Item{ID: "quote:X", Kind: minutes.KindQuote, Title: minutes.Clean("X"), At: morning, Quote: &minutes.Quote{Price: math.NaN()}}
	nameless := minutes.Item{Kind: minutes.KindNote, Title: minutes.Clean("nobody")}
	far := article("feed:far", "From the year 20000", "", 0)
	far.At = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)
	torn, nul := article("feed:\xff", "Half a rune", "", 0), article("feed:\x00", "A zero", "", 0)
	batch := []minutes.Item{bad, nameless, far, torn, nul, article("feed:1", "Good", "good", 1)}
	k := keep(t, d, "m", batch...)
	if len(k.New) != 1 || len(k.Rejected) != 5 {
		t.Fatalf("%+v", k)
	}
	if k := keep(t, d, "m", batch...); len(k.New) != 0 || len(k.Rejected) != 5 {
		t.Fatalf("again: %+v", k)
	}
	for _, r := range k.Rejected {
		if r.Source != "m" || r.Item.Empty() || r.Reason.Empty() || r.Next.Empty() {
			t.Errorf("%+v", r)
		}
	}
}

func TestARejectedItemIsNotTakenForGone(t *testing.T) {
	d := fresh(t)
	good := minutes.Item{ID: "quote:X", Kind: minutes.KindQuote, Title: minutes.Clean("X"), At: morning, Quote: &minutes.Quote{Price: 1}}
	keep(t, d, "m", good)
	bad := good
	bad.Quote = &minutes.Quote{Price: math.Inf(1)}
	k, err := d.Keep(t.Context(), "m", minutes.Batch{Items: []minutes.Item{bad}, Full: true})
	if err != nil || len(k.Gone) != 0 || len(k.Rejected) != 1 {
		t.Errorf("%+v %v", k, err)
	}
}

func TestCursorMovesWithItsBatch(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	if c, err := d.Cursor(ctx, "work"); err != nil || !c.At.IsZero() || c.Token != nil {
		t.Errorf("%+v %v", c, err)
	}
	step := func(next minutes.Cursor, at time.Time, token []byte) {
		t.Helper()
		if _, err := d.Keep(ctx, "work", minutes.Batch{Next: next}); err != nil {
			t.Fatal(err)
		}
		if c, err := d.Cursor(ctx, "work"); err != nil || !c.At.Equal(at) || !bytes.Equal(c.Token, token) {
			t.Errorf("%+v %v", c, err)
		}
	}
	step(minutes.Cursor{At: morning, Token: []byte("a")}, morning, []byte("a"))
	step(minutes.Cursor{}, morning, []byte("a"))                                            // a failed fetch moves nothing
	step(minutes.Cursor{Token: []byte("b")}, morning, []byte("b"))                          // a partial one keeps the time
	step(minutes.Cursor{At: morning.Add(1e9)}, morning.Add(1e9), []byte("b"))               // and a nil token the token
	step(minutes.Cursor{At: morning.Add(2e9), Token: []byte{}}, morning.Add(2e9), []byte{}) // an empty one clears it
}

func TestABatchThatIsCancelledLeavesNothing(t *testing.T) {
	d := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.Keep(ctx, "feed", minutes.Batch{Items: all10k(10), Next: minutes.Cursor{At: morning}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if c, _ := d.Cursor(t.Context(), "feed"); !c.At.IsZero() {
		t.Error("the cursor moved")
	}
}

func TestTwoSourcesMayHoldOneItem(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	now := morning
	d.now = func() time.Time { return now }
	a, b := article("mail:1", "To both", "read", 1), article("mail:1", "To both", "unread", 1)
	step := func(source string, batch minutes.Batch) minutes.Kept {
		t.Helper()
		batch.Next.At = now
		k, err := d.Keep(ctx, source, batch)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	leads := func(want string) {
		t.Helper()
		items, err := d.Items(ctx, minutes.Query{})
		if err != nil || len(items) != 1 || items[0].Source != want {
			t.Fatalf("%v %v, want one of %s", items, err, want)
		}
		if hits, err := d.Search(ctx, minutes.Query{Text: "both"}); err != nil || len(hits) != 1 || hits[0].Source != want {
			t.Fatalf("search: %v %v", hits, err)
		}
	}
	step("one", minutes.Batch{Items: []minutes.Item{a}})
	if k := step("two", minutes.Batch{Items: []minutes.Item{b}}); len(k.New)+len(k.Changed) != 0 {
		t.Errorf("the second copy is news: %+v", k)
	}
	leads("one")
	if k := step("one", minutes.Batch{Gone: []string{"mail:1"}}); len(k.Gone) != 0 {
		t.Errorf("another source has it, and it is said to be gone: %+v", k)
	}
	leads("two")
	step("one", minutes.Batch{Items: []minutes.Item{a}})
	leads("two")
	now = now.Add(30 * time.Hour) // "two" is in the config no more
	step("one", minutes.Batch{})
	leads("one")
	if k := step("two", minutes.Batch{Full: true}); len(k.Gone) != 0 {
		t.Errorf("%+v", k)
	}
	if k := step("one", minutes.Batch{Full: true}); !slices.Equal(k.Gone, []string{"mail:1"}) {
		t.Errorf("%+v", k)
	}
	sound(t, d)
}

// model is what Keep is to do, in memory.
type model map[string]map[string]minutes.Item // by source and id

func (m model) visible() map[string]bool {
	out := map[string]bool{}
	for _, items := range m {
		for id := range items {
			out[id] = true
		}
	}
	return out
}

func (m model) keep(source string, b minutes.Batch) {
	if m[source] == nil {
		m[source] = map[string]minutes.Item{}
	}
	brought := map[string]bool{}
	for _, it := range b.Items {
		m[source][it.ID] = it
		brought[it.ID] = true
	}
	for _, id := range b.Gone {
		if !brought[id] {
			delete(m[source], id)
		}
	}
	for id, it := range m[source] {
		if b.Full && !brought[id] && (b.From.IsZero() || !it.At.Before(b.From)) && (b.To.IsZero() || it.At.Before(b.To)) {
			delete(m[source], id)
		}
	}
}

func drawBatch(t *rapid.T) minutes.Batch {
	id := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("event:%d", rapid.IntRange(0, 9).Draw(t, "id")) })
	hour := func(name string) time.Time {
		h := rapid.IntRange(-1, 12).Draw(t, name)
		if h < 0 {
			return time.Time{}
		}
		return morning.Add(time.Duration(h) * time.Hour)
	}
	var b minutes.Batch
	for range rapid.IntRange(0, 6).Draw(t, "items") {
		it := article(id.Draw(t, "item"), rapid.SampledFrom([]string{"one", "two", "three 東京"}).Draw(t, "title"), "", 0)
		it.At = morning.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "hour")) * time.Hour)
		b.Items = append(b.Items, it)
	}
	b.Gone = rapid.SliceOfN(id, 0, 3).Draw(t, "gone")
	if b.Full = rapid.Bool().Draw(t, "full"); b.Full {
		b.From, b.To = hour("from"), hour("to")
	}
	return b
}

func TestKeepDoesWhatTheBatchSays(t *testing.T) {
	d := fresh(t)
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		if err := d.write(ctx, "empty", func(ctx context.Context, tx *sql.Tx) error {
			var rows []dead
			if err := each(ctx, tx, func(r *sql.Rows) error {
				var x dead
				err := r.Scan(&x.n, &x.id)
				rows = append(rows, x)
				return err
			}, `SELECT n, id FROM items`); err != nil {
				return err
			}
			return dropRows(ctx, tx, rows)
		}); err != nil {
			rt.Fatal(err)
		}
		m := model{}
		for range rapid.IntRange(1, 6).Draw(rt, "batches") {
			source, b := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "source"), drawBatch(rt)
			before := m.visible()
			k, err := d.Keep(ctx, source, b)
			if err != nil {
				rt.Fatal(err)
			}
			m.keep(source, b)
			after := m.visible()
			said := map[string]bool{}
			for _, id := range k.New {
				said[id] = true
				if before[id] || !after[id] {
					rt.Fatalf("%s is said to be new", id)
				}
			}
			for id := range after {
				if !before[id] && !said[id] {
					rt.Fatalf("%s is new and not said to be", id)
				}
			}
			for _, id := range k.Gone {
				if !before[id] || after[id] {
					rt.Fatalf("%s is said to be gone", id)
				}
				delete(before, id)
			}
			for id := range before {
				if !after[id] {
					rt.Fatalf("%s is gone and not said to be", id)
				}
			}
			items, err := d.Items(ctx, minutes.Query{})
			if err != nil || len(items) != len(after) {
				rt.Fatalf("%d items, want %d: %v", len(items), len(after), err)
			}
			for i, it := range items {
				want := m[it.Source][it.ID]
				if it.Title != want.Title || !it.At.Equal(want.At) || i > 0 && items[i-1].At.Before(it.At) {
					rt.Fatalf("item %s of %s: %v, want %v", it.ID, it.Source, it, want)
				}
			}
		}
		if err := d.checkIndex(ctx); err != nil {
			rt.Fatal(err)
		}
	})
}
