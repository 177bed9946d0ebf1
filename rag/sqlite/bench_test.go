package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/dailyminutes/minutes"
)

func BenchmarkKeep10k(b *testing.B) {
	items := all10k(10000)
	for b.Loop() {
		b.StopTimer()
		d := fresh(b)
		b.StartTimer()
		if k := keep(b, d, "feed", items...); len(k.New) != len(items) {
			b.Fatal(len(k.New))
		}
	}
}

func BenchmarkKeep10kUnchanged(b *testing.B) {
	items := all10k(10000)
	d := fresh(b)
	keep(b, d, "feed", items...)
	for b.Loop() {
		keep(b, d, "feed", items...)
	}
}

func BenchmarkKeep1kChangedTexts(b *testing.B) {
	d := fresh(b)
	keep(b, d, "feed", all10k(10000)...)
	items := all10k(1000)
	for i := 0; b.Loop(); i++ {
		for k := range items {
			items[k].Title = minutes.Clean(fmt.Sprint("edition ", i, " of ", k))
		}
		if k := keep(b, d, "feed", items...); len(k.Changed) != len(items) {
			b.Fatal(len(k.Changed))
		}
	}
}

func BenchmarkItems10k(b *testing.B) {
	d := fresh(b)
	keep(b, d, "feed", all10k(10000)...)
	for b.Loop() {
		if items, err := d.Items(b.Context(), minutes.Query{}); err != nil || len(items) != 10000 {
			b.Fatal(len(items), err)
		}
	}
}

// aBrief is of the size of a real one, about 50 KB.
func aBrief(day string) minutes.Brief {
	b := minutes.Brief{Schema: "minutes.brief/v1", Day: day, GeneratedAt: morning}
	w := words{seed: 3}
	for i := range 60 {
		it := article(fmt.Sprintf("feed:%06d", i), w.text(8), "", i)
		it.Excerpt = minutes.Clean(w.text(60))
		if i%20 == 0 {
			b.Sections = append(b.Sections, minutes.Section{Kind: "news"})
		}
		s := &b.Sections[len(b.Sections)-1]
		s.Items = append(s.Items, minutes.Scored{Item: it, Score: 0.5, Why: []minutes.Part{{Label: minutes.Clean("recent"), Delta: 0.5}}, Also: []string{}})
	}
	return b
}

func BenchmarkOpenAndBrief(b *testing.B) {
	path := filepath.Join(b.TempDir(), "minutes.db")
	d := reopen(b, path)
	keep(b, d, "feed", all10k(10000)...)
	if err := d.KeepBrief(b.Context(), aBrief("2026-11-25"), nil); err != nil {
		b.Fatal(err)
	}
	_ = d.Close()
	for b.Loop() {
		d, err := Open(context.Background(), path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Brief(context.Background(), "2026-11-25"); err != nil {
			b.Fatal(err)
		}
		_ = d.Close()
	}
}
