package sqlite

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// spoil turns one bit of the text, which must be in the file once or more.
func spoil(t *testing.T, path, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte(text))
	if at < 0 {
		t.Fatalf("%s does not hold %q", path, text)
	}
	b[at] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// aDay is a closed memory with an item, a brief, two judgements and an action that was closed.
func aDay(t *testing.T) string {
	t.Helper()
	d, ctx := fresh(t), t.Context()
	keep(t, d, "feed", article("feed:1", "Kept before", "Verily a body", 1))
	if _, err := d.Begin(ctx, minutes.Run{Kind: "preload", Start: morning.Add(-48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	b := minutes.Brief{Day: "2026-11-25", GeneratedAt: morning, Summary: []minutes.Claim{{ID: "s1", Text: minutes.Clean("Quintessential"), Items: []string{"feed:1"}}}}
	if err := d.KeepBrief(ctx, b, []minutes.Scored{{Item: minutes.Item{ID: "feed:1"}, Why: []minutes.Part{{Label: minutes.Clean("Zymurgy")}}}}); err != nil {
		t.Fatal(err)
	}
	thumb(t, d, "feed:1")
	if err := d.KeepActions(ctx, []minutes.Action{{ID: "a1", Text: minutes.Clean("Send it"), Owner: "me", Item: "mail:1", Since: morning}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Done(ctx, "a1", morning); err != nil {
		t.Fatal(err)
	}
	thumb(t, d, "feed:2")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return d.Path()
}

func TestABitThatTurnedIsFoundWhereverItLies(t *testing.T) {
	for _, text := range []string{"Verily a body", "Kept before", "Quintessential", "Zymurgy", `"verb":"up"`, `"text":"Send it"`, `"kind":"preload"`, "CREATE TABLE items"} {
		path := aDay(t)
		spoil(t, path, text)
		d, err := Open(t.Context(), path, Options{Now: clock})
		if err == nil {
			var found []string
			found, err = d.Check(t.Context())
			if len(found) > 0 {
				err = ErrDamaged
			}
			_ = d.Close()
		}
		if !damaged(err) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestADamagedValueIsNotHandedOut(t *testing.T) {
	path := aDay(t)
	spoil(t, path, "Verily a body")
	spoil(t, path, "Quintessential")
	d := reopen(t, path)
	if it, err := d.Item(t.Context(), "feed:1"); !errors.Is(err, ErrDamaged) || minutes.Hint(err) == "" {
		t.Errorf("%v %v", it.Body, err)
	}
	if b, err := d.Brief(t.Context(), "2026-11-25"); !errors.Is(err, ErrDamaged) || len(b.Summary) > 0 {
		t.Errorf("%v %v", b.Summary, err)
	}
	if err := d.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db")); !errors.Is(err, ErrDamaged) {
		t.Errorf("it was backed up: %v", err)
	}
}

func TestRecoverBringsBackWhatWasAcknowledged(t *testing.T) {
	for _, backup := range []bool{false, true} {
		path := aDay(t)
		if backup {
			d := reopen(t, path)
			if made, err := d.KeepBackup(t.Context(), 7*day); !made || err != nil {
				t.Fatal(made, err)
			}
			thumb(t, d, "feed:3")
			_ = d.Close()
		}
		if _, err := Recover(t.Context(), path, clock); !errors.Is(err, ErrSound) {
			t.Fatalf("of a sound memory: %v", err)
		}
		spoil(t, path, "Verily a body")
		spoiled, _ := os.ReadFile(path)
		rec, err := Recover(t.Context(), path, clock)
		if err != nil || (rec.Backup != "") != backup {
			t.Fatalf("%+v %v", rec, err)
		}
		if aside, _ := os.ReadFile(rec.Aside); !bytes.Equal(aside, spoiled) {
			t.Error("the damaged file was not kept as it was")
		}
		d := reopen(t, path)
		want := "1:feed:1 3:feed:2"
		if backup {
			want += " 4:feed:3"
		}
		if got := log(t, d); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if _, err := d.Brief(t.Context(), "2026-11-25"); (err == nil) != backup {
			t.Error(err)
		}
		// The mail comes again, and its action with it: it was done.
		if err := d.KeepActions(t.Context(), []minutes.Action{{ID: "a1", Text: minutes.Clean("Send it"), Owner: "me", Item: "mail:1", Since: morning}}); err != nil {
			t.Fatal(err)
		}
		if open, err := d.Actions(t.Context(), "open"); err != nil || len(open) != 0 {
			t.Errorf("%v %v", open, err)
		}
		sound(t, d)
	}
}

func TestAnEmptiedMemoryIsNoNewOne(t *testing.T) {
	path := aDay(t)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	if rec, err := Recover(t.Context(), path, clock); err != nil || rec.Judgements != 3 {
		t.Errorf("%+v %v", rec, err)
	}
}

func TestALineOfTheJournalThatIsDamagedCostsNothing(t *testing.T) {
	path := aDay(t)
	spoil(t, journalOf(path), "feed:1")
	d := reopen(t, path)
	found, err := d.Check(t.Context())
	if err != nil || !strings.Contains(strings.Join(found, "\n"), "journal: a damaged one was kept") {
		t.Fatalf("%q %v", found, err)
	}
	_ = d.Close()
	// What it was written anew from was the memory: it is whole.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := log(t, reopen(t, path)); got != "1:feed:1 3:feed:2" {
		t.Error(got)
	}
}

func TestWithJournalAndMemoryDamagedTheSoundLinesAndRowsAreJoined(t *testing.T) {
	path := aDay(t)
	spoil(t, journalOf(path), "feed:1")
	spoil(t, path, "Verily a body")
	if rec, err := Recover(t.Context(), path, clock); err != nil || rec.Judgements != 3 {
		t.Errorf("%+v %v", rec, err)
	}
	if got := log(t, reopen(t, path)); got != "1:feed:1 3:feed:2" {
		t.Error(got)
	}
}

func TestTheWeeklyBackupIsWeeklyAndOfAMemoryADayOld(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	now := morning
	d.now = func() time.Time { return now }
	if _, err := d.Begin(ctx, minutes.Run{Kind: "preload", Start: now}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{{0, false}, {25 * time.Hour, true}, {time.Hour, false}, {6 * day, false}, {day, true}, {-30 * day, true}} {
		now = now.Add(step.after)
		if made, err := d.KeepBackup(ctx, 7*day); made != step.want || err != nil {
			t.Errorf("at %s: %v %v", now, made, err)
		}
	}
	if h, err := inspect(ctx, d.backupPath()); err != nil || h.version != len(migrations()) {
		t.Errorf("%+v %v", h, err)
	}
}

func TestADamagedLogIsSeenAndAnUnfinishedOneIsNot(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	for i := range 5 {
		thumb(t, d, string(rune('a'+i)))
	}
	wal, err := os.ReadFile(d.Path() + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	db, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile(d.journalPath())
	if err != nil {
		t.Fatal(err)
	}
	half := bytes.Clone(wal)
	half[walHead+frameHead+9] ^= 4
	head := bytes.Clone(wal)
	head[17] ^= 4
	for name, c := range map[string]struct {
		wal  []byte
		said bool
	}{"whole": {wal, false}, "cut in the last": {wal[:len(wal)-700], false}, "a bit at its begin": {half, true}, "a bit in its head": {head, true}} {
		path := filepath.Join(t.TempDir(), "minutes.db")
		for end, b := range map[string][]byte{"": db, "-wal": c.wal} {
			if err := os.WriteFile(path+end, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(journalOf(path), journal, 0o600); err != nil {
			t.Fatal(err)
		}
		var said []string
		r, err := Open(ctx, path, Options{Now: clock, Tell: func(s string) { said = append(said, s) }})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if (len(said) > 0) != c.said {
			t.Errorf("%s: %q", name, said)
		}
		if got := log(t, r); got != "1:a 2:b 3:c 4:d 5:e" {
			t.Errorf("%s: %s", name, got)
		}
		_ = r.Close()
	}
}
