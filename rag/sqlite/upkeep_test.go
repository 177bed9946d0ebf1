package sqlite

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

const day = 24 * time.Hour

func TestRetainDropsWhatIsOldAndNothingElse(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	then := morning.Add(-200 * day)
	d.now = func() time.Time { return then }
	old := func(id string) minutes.Item {
		it := article(id, "Title "+id, "body of "+id, 0)
		it.At = then
		return it
	}
	future := old("feed:future")
	future.At = morning.Add(day)
	keep(t, d, "feed", old("feed:old"), old("feed:open"), old("feed:up"), old("feed:down"), old("feed:brief"), old("feed:also"), future)
	for _, day := range []string{"2026-01-01", "2026-05-09"} {
		b := minutes.Brief{Day: day, GeneratedAt: then, Sections: []minutes.Section{{Items: []minutes.Scored{{Item: old("feed:brief"), Also: []string{"feed:also"}}}}}}
		if err := d.KeepBrief(ctx, b, nil); err != nil {
			t.Fatal(err)
		}
	}
	thumb(t, d, "feed:up")
	thumb(t, d, "feed:down")
	if _, err := d.Judge(ctx, minutes.Judgement{Verb: "down", Item: "feed:down", At: morning}); err != nil {
		t.Fatal(err)
	}
	if err := d.KeepActions(ctx, []minutes.Action{{ID: "a", Item: "feed:open", Since: then}, {ID: "b", Item: "feed:old", Since: then, Status: "done"}}); err != nil {
		t.Fatal(err)
	}
	d.now = clock
	lately := article("feed:lately", "An old entry fetched today", "x", 24*300)
	keep(t, d, "feed", lately)
	n, err := d.Retain(ctx, 90*day, 100*day)
	if err != nil || n != 3 {
		t.Errorf("%d dropped: %v", n, err)
	}
	items, err := d.Items(ctx, minutes.Query{})
	if got := ids(items); err != nil || !sameSet(got, "feed:future feed:open feed:up feed:brief feed:also feed:lately") {
		t.Errorf("left: %s %v", got, err)
	}
	if days, err := d.Days(ctx); err != nil || len(days) != 1 || days[0] != "2026-05-09" {
		t.Errorf("%v %v", days, err)
	}
	if got := find(t, d, "old"); got != "feed:lately" {
		t.Errorf("the index still finds %q", got)
	}
	if as, err := d.Actions(ctx, ""); err != nil || len(as) != 1 {
		t.Errorf("%+v %v", as, err)
	}
	if got := log(t, d); strings.Count(got, ":feed") != 3 {
		t.Errorf("judgements: %s", got)
	}
	sound(t, d)
	if n, err := d.Retain(ctx, 0, 0); n != 0 || err != nil {
		t.Errorf("0 does not keep for ever: %d %v", n, err)
	}
}

func TestWhatWasDroppedIsNotInTheFile(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	then := morning.Add(-200 * day)
	d.now = func() time.Time { return then }
	it := article("feed:secret", "Xylophonic title", "Quetzalcoatlus body, zymurgically", 0)
	it.At = then
	keep(t, d, "feed", append(all10k(300), it)...)
	d.now = clock
	if _, err := d.Retain(ctx, 100*day, 0); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	for _, f := range []string{d.path, d.path + "-wal"} {
		b, err := os.ReadFile(f)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, word := range []string{"Xylophonic", "Quetzalcoatlus", "xylophon", "quetzalcoatlu", "zymurgic", "feed:secret"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s still holds %q", filepath.Base(f), word)
			}
		}
	}
}

func TestABackupRestores(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	keep(t, d, "feed", article("feed:1", "Kept before", "x", 1))
	thumb(t, d, "feed:1")
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := d.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(file); err != nil || shared(st) {
		t.Errorf("%v %v", st.Mode(), err)
	}
	if err := d.Backup(ctx, file); err == nil || minutes.Hint(err) == "" {
		t.Errorf("a file was overwritten: %v", err)
	}
	keep(t, d, "feed", article("feed:2", "Kept after", "x", 1))
	thumb(t, d, "feed:2")
	unlock, _, err := d.Lock(ctx, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Restore(ctx, file, d.Path()); !errors.Is(err, ErrBusy) {
		t.Errorf("during a preload: %v", err)
	}
	unlock()
	_ = d.Close()
	if err := Restore(ctx, file, d.Path()); err != nil {
		t.Fatal(err)
	}
	r := reopen(t, d.Path())
	if items, err := r.Items(ctx, minutes.Query{}); err != nil || ids(items) != "feed:1" {
		t.Errorf("%s %v", ids(items), err)
	}
	if got := log(t, r); got != "1:feed:1 2:feed:2" {
		t.Errorf("judgements made since are lost: %s", got)
	}
	sound(t, r)
	aside, _ := filepath.Glob(d.Path() + ".before-restore-*")
	if len(aside) != 1 {
		t.Fatalf("%v", aside)
	}
	old := reopen(t, aside[0])
	if items, err := old.Items(ctx, minutes.Query{}); err != nil || len(items) != 2 {
		t.Errorf("the memory from before: %s %v", ids(items), err)
	}
}

func TestAPlainCopyRestoresToo(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	keep(t, d, "feed", article("feed:1", "Kept", "x", 1))
	_ = d.Close()
	b, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(file, b, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := Restore(ctx, file, d.Path()); err != nil {
		t.Fatal(err)
	}
	r := reopen(t, d.Path())
	if items, err := r.Items(ctx, minutes.Query{}); err != nil || ids(items) != "feed:1" {
		t.Errorf("%s %v", ids(items), err)
	}
	keep(t, r, "feed", article("feed:2", "And on", "x", 1))
	sound(t, r)
	if left, _ := filepath.Glob(file + "-*"); len(left) != 0 {
		t.Errorf("beside the copy lie %v", left)
	}
}

func TestABackupOfAnotherMemoryBringsItsOwnJournal(t *testing.T) {
	one, two, ctx := fresh(t), fresh(t), t.Context()
	thumb(t, one, "mine")
	thumb(t, two, "yours")
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := two.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	_ = one.Close()
	if err := Restore(ctx, file, one.Path()); err != nil {
		t.Fatal(err)
	}
	if got := log(t, reopen(t, one.Path())); got != "1:yours" {
		t.Error(got)
	}
	if aside, _ := filepath.Glob(one.journalPath() + ".before-restore-*"); len(aside) != 1 {
		t.Errorf("%v", aside)
	}
}

func TestRestoreRefusesWhatIsNotSound(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	keep(t, d, "feed", all10k(300)...)
	good := filepath.Join(t.TempDir(), "good.db")
	if err := d.Backup(ctx, good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	before, _ := os.ReadFile(d.Path())
	holed := bytes.Clone(whole)
	for i := len(holed) / 3; i < len(holed)/3+20000; i++ {
		holed[i] ^= 0x5a
	}
	for name, content := range map[string][]byte{"empty": {}, "text": []byte("hello"), "cut": whole[:len(whole)/2], "holed": holed} {
		file := filepath.Join(t.TempDir(), "bad.db")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Restore(ctx, file, d.Path()); err == nil {
			t.Errorf("%s: restored", name)
		}
		if after, _ := os.ReadFile(d.Path()); !bytes.Equal(before, after) {
			t.Fatalf("%s: the memory was touched", name)
		}
	}
	if err := Restore(ctx, filepath.Join(t.TempDir(), "nowhere.db"), d.Path()); err == nil {
		t.Error("a file that is not there was restored")
	}
	if err := Restore(ctx, good, filepath.Join(t.TempDir(), "new", "minutes.db")); err != nil {
		t.Errorf("onto a new machine: %v", err)
	}
}

func TestExportNamesTheSchemaOfEveryObject(t *testing.T) {
	d, ctx := library(t), t.Context()
	if err := d.KeepBrief(ctx, aBrief("2026-11-25"), nil); err != nil {
		t.Fatal(err)
	}
	thumb(t, d, "feed:kube")
	if err := d.KeepActions(ctx, []minutes.Action{{ID: "a", Item: "mail:1", Since: morning}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Begin(ctx, minutes.Run{Kind: "preload", Start: morning}); err != nil {
		t.Fatal(err)
	}
	count := func(since time.Time) map[string]int {
		n := map[string]int{}
		err := d.Export(ctx, since, func(v any) error {
			b, err := json.Marshal(v)
			if err != nil {
				return err
			}
			var o struct {
				Schema, ID string
				Body       string
			}
			_ = json.Unmarshal(b, &o)
			n[o.Schema]++
			if o.Schema == "minutes.item/v1" && strings.HasPrefix(o.ID, "feed:") && o.Body == "" {
				t.Errorf("%s has no body", o.ID)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	want := map[string]int{"minutes.item/v1": 9, "minutes.brief/v1": 1, "minutes.judgement/v1": 1, "minutes.action/v1": 1, "minutes.run/v1": 1}
	got := count(time.Time{})
	for schema, n := range want {
		if got[schema] != n {
			t.Errorf("%s: %d, want %d", schema, got[schema], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	if got := count(morning.Add(-90 * time.Minute)); got["minutes.item/v1"] != 3 {
		t.Errorf("since: %v", got)
	}
	stop := errors.New("stop")
	if err := d.Export(ctx, time.Time{}, func(any) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestCheckFindsDamageAndMendsTheIndex(t *testing.T) {
	d, ctx := library(t), t.Context()
	sound(t, d)
	title, err := d.Item(ctx, "feed:kube")
	if err != nil {
		t.Fatal(err)
	}
	// The index forgets an item that is still there.
	if _, err := d.w.ExecContext(ctx, `INSERT INTO search(search, rowid, title, author, body, extra, cjk)
		SELECT 'delete', n, title, author, body, extra, cjk FROM words WHERE n = (SELECT n FROM items WHERE id = 'feed:kube')`); err != nil {
		t.Fatal(err)
	}
	if got := find(t, d, title.Title.String()); strings.Contains(got, "feed:kube") {
		t.Fatal(got)
	}
	found, err := d.Check(ctx)
	if err != nil || !strings.Contains(strings.Join(found, "\n"), "search index") {
		t.Fatalf("%q %v", found, err)
	}
	if got := find(t, d, title.Title.String()); !strings.Contains(got, "feed:kube") {
		t.Error(got)
	}
	sound(t, d)
	thumb(t, d, "feed:kube")
	if err := os.WriteFile(d.journalPath(), []byte("garbage\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err = d.Check(ctx)
	if err != nil || !strings.Contains(strings.Join(found, "\n"), "journal") {
		t.Errorf("%q %v", found, err)
	}
	if got := log(t, d); got != "1:feed:kube" {
		t.Error(got)
	}
}

func TestADamagedFileSaysWhatToDo(t *testing.T) {
	d := fresh(t)
	keep(t, d, "feed", all10k(500)...)
	_ = d.Close()
	b, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	for i := 8192; i < len(b); i++ {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(d.Path(), b, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), d.Path(), Options{Now: clock})
	if err == nil {
		defer func() { _ = r.Close() }()
		_, err = r.Items(t.Context(), minutes.Query{Bodies: true})
	}
	if !errors.Is(err, ErrDamaged) || !strings.Contains(minutes.Hint(err), "minutes restore") || !strings.Contains(minutes.Hint(err), "minutes.journal") {
		t.Errorf("%v; hint %q", err, minutes.Hint(err))
	}
}

func TestStatsCountWhatIsKept(t *testing.T) {
	d := library(t)
	s, err := d.Stats(t.Context())
	if err != nil || s.Items != 9 || s.Kinds["article"] != 7 || s.Sources["work"] != 1 || s.Size == 0 || !s.Newest.Equal(morning) || s.Schema != len(migrations()) || older(s.SQLite, oldest) {
		t.Errorf("%+v %v", s, err)
	}
	if s, err := fresh(t).Stats(t.Context()); err != nil || s.Items != 0 || !s.Oldest.IsZero() {
		t.Errorf("%+v %v", s, err)
	}
}
