package sqlite

import (
	"context"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// What the ledger could not take at once is in it later, also after the end.
func TestWhatCouldNotBeRecordedIsTriedAgain(t *testing.T) {
	d := fresh(t)
	dep := minutes.Departure{At: morning, Run: "1", Source: "work", Host: "imap.example.org", Class: minutes.Private}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if d.Record(ended, dep) == nil {
		t.Fatal("it was recorded")
	}
	if err := d.Record(t.Context(), dep); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := reopen(t, d.Path()).Departures(t.Context(), time.Time{})
	if err != nil || len(got) != 1 || got[0].Count != 2 || !got[0].At.Equal(morning) {
		t.Errorf("%+v %v", got, err)
	}
}
