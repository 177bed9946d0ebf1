package sqlite

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

func TestEveryBriefIsKeptAndTheNewestShown(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	keepBrief := func(day, text string) {
		t.Helper()
		b := aBrief(day)
		b.Summary = []minutes.Claim{{ID: "s", Text: minutes.Clean(text)}}
		if err := d.KeepBrief(ctx, b, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range [][2]string{{"2026-11-23", "old"}, {"2026-11-24", "first"}, {"2026-11-24", "second"}, {"2026-11-25", "today"}} {
		keepBrief(s[0], s[1])
	}
	says := func(b minutes.Brief, err error) string {
		if err != nil {
			return err.Error()
		}
		return b.Summary[0].Text.String()
	}
	if got := says(d.Brief(ctx, "2026-11-24")); got != "second" {
		t.Error(got)
	}
	if got := says(d.Before(ctx, "2026-11-25")); got != "second" {
		t.Error(got)
	}
	if got := says(d.Before(ctx, "2026-11-24")); got != "old" {
		t.Error(got)
	}
	for _, err := range []error{errOf(d.Brief(ctx, "2026-11-26")), errOf(d.Before(ctx, "2026-11-23"))} {
		if !errors.Is(err, minutes.ErrNotFound) {
			t.Error(err)
		}
	}
	if days, err := d.Days(ctx); err != nil || !slices.Equal(days, []string{"2026-11-25", "2026-11-24", "2026-11-23"}) {
		t.Error(days, err)
	}
	n := 0
	if err := d.Export(ctx, time.Time{}, func(v any) error {
		if _, ok := v.(minutes.Brief); ok {
			n++
		}
		return nil
	}); err != nil || n != 4 {
		t.Errorf("%d generations are exported: %v", n, err)
	}
	if err := d.KeepBrief(ctx, minutes.Brief{}, nil); err == nil {
		t.Error("a brief of no day was kept")
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestARankingIsReadWithItsItems(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	a, b, c := article("feed:a", "A", "body", 1), article("feed:b", "B", "body", 2), article("feed:c", "C", "body", 3)
	keep(t, d, "feed", a, b, c)
	why := []minutes.Part{{Label: minutes.Clean("recent"), Delta: 0.4, Judgements: []int64{3}}}
	ranked := []minutes.Scored{{Item: c, Score: 0.9, Why: why, Verdict: "up", Also: []string{"hn:1"}}, {Item: a, Score: 0.5}, {Item: b, Score: 0.1}}
	brief := minutes.Brief{Day: "2026-11-25", Sections: []minutes.Section{{Kind: "news", Items: ranked}}}
	if err := d.KeepBrief(ctx, brief, ranked); err != nil {
		t.Fatal(err)
	}
	if brief.Sections[0].Items[0].Body.Empty() {
		t.Error("the caller's brief lost its bodies")
	}
	if kept, err := d.Brief(ctx, "2026-11-25"); err != nil || !kept.Sections[0].Items[0].Body.Empty() {
		t.Errorf("bodies are kept with the brief: %v", err)
	}
	if _, err := d.Keep(ctx, "feed", minutes.Batch{Gone: []string{"feed:a"}}); err != nil {
		t.Fatal(err)
	}
	got, err := d.Ranking(ctx, "2026-11-25")
	if err != nil || len(got) != 2 || got[0].ID != "feed:c" || got[1].ID != "feed:b" {
		t.Fatalf("%v %v", got, err)
	}
	if g := got[0]; g.Score != 0.9 || g.Verdict != "up" || len(g.Why) != 1 || g.Why[0].Judgements[0] != 3 || g.Also[0] != "hn:1" || g.Title.String() != "C" {
		t.Errorf("%+v", g)
	}
	if got[1].Why == nil || got[1].Also == nil {
		t.Error("absent lists are null")
	}
	if _, err := d.Ranking(ctx, "2026-11-24"); !errors.Is(err, minutes.ErrNotFound) {
		t.Error(err)
	}
}

func BenchmarkRanking10k(b *testing.B) {
	d := fresh(b)
	items := all10k(10000)
	keep(b, d, "feed", items...)
	ranked := make([]minutes.Scored, len(items))
	for i, it := range items {
		ranked[i] = minutes.Scored{Item: it, Score: 0.5, Why: []minutes.Part{{Label: minutes.Clean("recent"), Delta: 0.3}, {Label: minutes.Clean("interest: databases"), Delta: 0.2}}}
	}
	if err := d.KeepBrief(b.Context(), minutes.Brief{Day: "2026-11-25"}, ranked); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r, err := d.Ranking(b.Context(), "2026-11-25"); err != nil || len(r) != len(items) {
			b.Fatal(len(r), err)
		}
	}
}
