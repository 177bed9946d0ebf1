package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

func thumb(t testing.TB, d *DB, item string) minutes.Judgement {
	t.Helper()
	j, err := d.Judge(t.Context(), minutes.Judgement{Verb: "up", Item: item, At: morning, Title: minutes.Clean("A title"), Labels: []string{"source:feed"}})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func log(t testing.TB, d *DB) string {
	t.Helper()
	js, err := d.Judgements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, j := range js {
		out = append(out, fmt.Sprintf("%d:%s", j.ID, j.Item))
	}
	return strings.Join(out, " ")
}

func TestJudgementsAreNumberedAndKeptTwice(t *testing.T) {
	d := fresh(t)
	for i := range 3 {
		if j := thumb(t, d, fmt.Sprint("i", i)); j.ID != int64(i+1) {
			t.Errorf("%+v", j)
		}
	}
	if got := log(t, d); got != "1:i0 2:i1 3:i2" {
		t.Error(got)
	}
	b, err := os.ReadFile(d.journalPath())
	if err != nil || bytes.Count(b, []byte("\n")) != 3 || filepath.Base(d.journalPath()) != "minutes.journal" {
		t.Errorf("%s %v", b, err)
	}
	sound(t, d)
}

func TestTheJournalRebuildsALostDatabase(t *testing.T) {
	d := fresh(t)
	thumb(t, d, "a")
	thumb(t, d, "b")
	path := d.Path()
	_ = d.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	d = reopen(t, path)
	if got := log(t, d); got != "1:a 2:b" {
		t.Error(got)
	}
	if j := thumb(t, d, "c"); j.ID != 3 {
		t.Errorf("%+v", j)
	}
	if got := log(t, d); got != "1:a 2:b 3:c" {
		t.Error(got)
	}
}

func TestALostJournalIsWrittenAgain(t *testing.T) {
	d := fresh(t)
	thumb(t, d, "a")
	thumb(t, d, "b")
	_ = d.Close()
	whole, err := os.ReadFile(d.journalPath())
	if err != nil {
		t.Fatal(err)
	}
	for name, left := range map[string][]byte{"gone": nil, "cut in a line": whole[:len(whole)-5], "cut at a line": whole[:bytes.IndexByte(whole, '\n')+1],
		"overwritten": []byte(strings.Repeat("garbage\n", 50)), "zeroed": make([]byte, 300)} {
		if err := os.WriteFile(d.journalPath(), left, 0o600); err != nil {
			t.Fatal(err)
		}
		d := reopen(t, d.Path())
		if got := log(t, d); got != "1:a 2:b" {
			t.Errorf("%s: %s", name, got)
		}
		now, err := os.ReadFile(d.journalPath())
		if err != nil || !bytes.Equal(now, whole) {
			t.Errorf("%s: the journal is %q", name, now)
		}
		_ = d.Close()
	}
	if aside, _ := filepath.Glob(d.journalPath() + ".damaged-*"); len(aside) == 0 {
		t.Error("a damaged journal was not kept")
	}
}

func TestAJudgementThatCannotBeWrittenIsNotMade(t *testing.T) {
	d := fresh(t)
	thumb(t, d, "a")
	// A folder in the place of the journal: nothing can be appended to it.
	whole, err := os.ReadFile(d.journalPath())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(d.journalPath()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(d.journalPath(), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Judge(t.Context(), minutes.Judgement{Verb: "up", Item: "b", At: morning}); err == nil {
		t.Fatal("it was acknowledged")
	}
	if err := os.Remove(d.journalPath()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.journalPath(), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := log(t, reopen(t, d.Path())); got != "1:a" {
		t.Error(got)
	}
}

func TestARowThatFailsTakesItsLineBack(t *testing.T) {
	d := fresh(t)
	thumb(t, d, "a")
	before, _ := os.ReadFile(d.journalPath())
	// The commit fails: a deferred foreign key is broken.
	if _, err := d.w.ExecContext(t.Context(), `CREATE TRIGGER nope AFTER INSERT ON judgements BEGIN
		INSERT INTO broken(parent) VALUES(99); END;
		CREATE TABLE broken(parent INTEGER REFERENCES runs(id) DEFERRABLE INITIALLY DEFERRED)`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Judge(t.Context(), minutes.Judgement{Verb: "up", Item: "b", At: morning}); err == nil {
		t.Fatal("it was acknowledged")
	}
	if after, _ := os.ReadFile(d.journalPath()); !bytes.Equal(before, after) {
		t.Errorf("the journal is %q", after)
	}
	if got := log(t, d); got != "1:a" {
		t.Error(got)
	}
}

func TestTheNewestUpThatStandsCounts(t *testing.T) {
	log := []minutes.Judgement{{ID: 1, Verb: "up", Item: "a"}, {ID: 2, Verb: "up", Item: "b"}, {ID: 3, Verb: "down", Item: "b"}, {ID: 4, Verb: "up", Item: "c"},
		{ID: 5, Verb: "undo", Undoes: 4}, {ID: 6, Verb: "clear", Item: "a"}, {ID: 7, Verb: "undo", Undoes: 6}, {ID: 8, Verb: "mute", Term: "x"}}
	got := liked(log)
	if len(got) != 1 || !got["a"] {
		t.Errorf("%v", got)
	}
}
