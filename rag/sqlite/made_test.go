package sqlite

import (
	"errors"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

func TestWhatWasMadeGoesWithItsItem(t *testing.T) {
	d := reopen(t, atVersion(t, 3))
	ctx := t.Context()
	if r, err := d.Reading(ctx, "k1"); err != nil || r.Line.String() != "Ben wants the figures." {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := d.Reading(ctx, "k2"); !errors.Is(err, minutes.ErrNotFound) {
		t.Errorf("%v", err)
	}
	want := minutes.Reading{Item: "gone:1", Line: minutes.Clean("A line"), Evidence: []minutes.Evidence{{Item: "gone:1", Quote: minutes.Clean("line")}}, Kind: "news", Model: "m"}
	if err := d.KeepReading(ctx, "k2", want); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Reading(ctx, "k2"); err != nil || got.Line != want.Line || len(got.Evidence) != 1 || got.Model != "m" {
		t.Fatalf("%+v %v", got, err)
	}
	if err := d.Answers().Put(ctx, "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Retain(ctx, 365*24*time.Hour, 365*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Reading(ctx, "k2"); !errors.Is(err, minutes.ErrNotFound) {
		t.Errorf("a reading of an item that is gone: %v", err)
	}
	if _, err := d.Reading(ctx, "k1"); err != nil {
		t.Errorf("a reading of an item that is kept: %v", err)
	}
	if b, err := d.Answers().Get(ctx, "a"); err != nil || string(b) != "x" {
		t.Errorf("%q %v", b, err)
	}
}

func TestSpendingIsCountedByDay(t *testing.T) {
	d := reopen(t, atVersion(t, 3))
	ctx := t.Context()
	s := d.Spending(time.UTC)
	for range 3 {
		if err := s.Spend(ctx, 0.5); err != nil {
			t.Fatal(err)
		}
	}
	if usd, err := s.Spent(ctx); err != nil || usd != 1.5 {
		t.Errorf("%v %v", usd, err)
	}
	if usd, err := d.Spending(time.FixedZone("far", 14*3600)).Spent(ctx); err != nil || usd != 0 && usd != 1.5 {
		t.Errorf("%v %v", usd, err)
	}
}
