package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/dailyminutes/minutes"
)

func TestWhatIsMadeIsClosedToOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing on Windows")
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	d := reopen(t, filepath.Join(dir, "minutes.db"))
	keep(t, d, "feed", article("feed:1", "One", "x", 1))
	if _, err := d.Judge(t.Context(), minutes.Judgement{Verb: "up", Item: "feed:1", At: morning}); err != nil {
		t.Fatal(err)
	}
	unlock, _, err := d.Lock(t.Context(), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if st, err := f.Info(); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), st.Mode())
		}
	}
	if st, err := os.Stat(dir); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v", st.Mode())
	}
	if found, err := d.Check(t.Context()); err != nil || len(found) != 0 {
		t.Errorf("%q %v", found, err)
	}
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	for name, c := range map[string]struct {
		make func(path string) error
		want string
	}{
		"a link": {func(p string) error {
			if err := os.WriteFile(p+".real", nil, 0o600); err != nil {
				return err
			}
			return os.Symlink(p+".real", p)
		}, "is a link"},
		"a folder":          {func(p string) error { return os.Mkdir(p, 0o700) }, "not a file"},
		"no database":       {func(p string) error { return os.WriteFile(p, []byte(strings.Repeat("something else ", 100)), 0o600) }, "damaged"},
		"another program's": {func(p string) error { return script(p, "CREATE TABLE t(x)") }, "another program"},
		"another id":        {func(p string) error { return script(p, "PRAGMA application_id = 7") }, "another program"},
		"a newer schema": {func(p string) error {
			return script(p, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 999", applicationID))
		}, "newer version"},
	} {
		path := filepath.Join(t.TempDir(), "minutes.db")
		if err := c.make(path); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(path)
		d, err := Open(t.Context(), path, Options{})
		if err == nil {
			_ = d.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || name != "a folder" && minutes.Hint(err) == "" {
			t.Errorf("%s: %v (hint %q)", name, err, minutes.Hint(err))
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

// script runs SQL on a file with no rules of ours.
func script(path, sqlText string) error {
	db, err := connect(path, "?", 1)
	if err != nil {
		return err
	}
	_, err = db.Exec(sqlText)
	return errors.Join(err, db.Close())
}

func TestOpenClosesAFileThatOthersCouldRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "minutes.db")
	_ = reopen(t, path).Close()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	reopen(t, path)
	if st, err := os.Stat(path); err != nil || shared(st) {
		t.Errorf("%v %v", st.Mode(), err)
	}
}

func TestAStrangePathIsAPath(t *testing.T) {
	for _, name := range []string{"a b", "a?mode=ro", "a#b", "100%25", "ü東", "a'b;c", "file:x"} {
		path := filepath.Join(t.TempDir(), name, "minutes.db")
		d := reopen(t, path)
		keep(t, d, "feed", article("feed:1", "One", "x", 1))
		if _, err := os.Stat(path); err != nil || d.Path() != path {
			t.Errorf("%q: %v", name, err)
		}
		if err := d.Backup(t.Context(), filepath.Join(t.TempDir(), name)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRulesHoldOnEveryConnection(t *testing.T) {
	d := fresh(t)
	for pool, db := range map[string]*sql.DB{"writer": d.w, "reader": d.r} {
		if _, err := db.ExecContext(t.Context(), `SELECT count(*) FROM items`); err != nil { // what a file says is known once it was read
			t.Fatal(err)
		}
		for pragma, want := range map[string]string{"foreign_keys": "1", "synchronous": "2", "busy_timeout": "10000", "trusted_schema": "0",
			"secure_delete": "1", "temp_store": "2", "journal_mode": "wal", "auto_vacuum": "2"} {
			var got string
			if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %q, want %q (%v)", pool, pragma, got, want, err)
			}
		}
	}
	if _, err := d.r.ExecContext(t.Context(), `DELETE FROM items`); err == nil {
		t.Error("a reader writes")
	}
	if _, err := d.w.ExecContext(t.Context(), `DELETE FROM search_data`); err == nil {
		t.Error("a statement reaches into the index's own tables")
	}
	if _, err := d.w.ExecContext(t.Context(), `SELECT "nonsense"`); err == nil {
		t.Error("a name that is none is taken for a text")
	}
}

func TestManyOpenAnEmptyFolderAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "minutes.db")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			d, err := Open(context.Background(), path, Options{Now: clock})
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = d.Close() }()
			if _, err := d.Keep(context.Background(), fmt.Sprint(i), minutes.Batch{Items: []minutes.Item{article(fmt.Sprint("feed:", i), "x", "y", 1)}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if items, err := reopen(t, path).Items(t.Context(), minutes.Query{}); err != nil || len(items) != 8 {
		t.Errorf("%d items: %v", len(items), err)
	}
}

// atVersion makes a store as schema v left it, with the content of testdata.
func atVersion(t *testing.T, v int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "minutes.db")
	d, err := open(t.Context(), path, Options{Now: clock}, migrations()[:v])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	rows, err := os.ReadFile(fmt.Sprintf("testdata/migrations/%04d.sql", v))
	if err != nil {
		t.Fatalf("every version needs a file of rows as it wrote them: %v", err)
	}
	if _, err := d.w.ExecContext(t.Context(), string(rows)); err != nil {
		t.Fatal(err)
	}
	return path
}

// next is a step after the last one, to see how one is taken.
func next(sqlText string) []migration {
	all := migrations()
	return append(all, migration{len(all) + 1, sqlText})
}

func TestEveryOlderSchemaIsTakenOver(t *testing.T) {
	for v := 1; v <= len(migrations()); v++ {
		for name, steps := range map[string][]migration{"present": migrations(), "one more": next(`ALTER TABLE printed ADD COLUMN extra TEXT`)} {
			path := atVersion(t, v)
			d, err := open(t.Context(), path, Options{Now: clock}, steps)
			if err != nil {
				t.Fatalf("version %d to the %s: %v", v, name, err)
			}
			holds(t, d)
			sound(t, d)
			_ = d.Close()
			backups, _ := filepath.Glob(path + ".before-v*")
			if want := v < len(steps); (len(backups) == 1) != want {
				t.Errorf("version %d to the %s: backups %v", v, name, backups)
			}
			for _, b := range backups {
				if h, err := inspect(t.Context(), b); err != nil || h.version != v {
					t.Errorf("the backup: %+v %v", h, err)
				}
			}
		}
	}
}

// holds checks the content of testdata/migrations.
func holds(t *testing.T, d *DB) {
	t.Helper()
	ctx := t.Context()
	if got := find(t, d, "figures"); got != "mail:1" {
		t.Errorf("search: %q", got)
	}
	if it, err := d.Item(ctx, "feed:1"); err != nil || it.Title.String() != "Kubernetes turns twelve" || it.Article.Category != "tech" {
		t.Errorf("%+v %v", it, err)
	}
	if c, err := d.Cursor(ctx, "work"); err != nil || string(c.Token) != "token" {
		t.Errorf("%+v %v", c, err)
	}
	if b, err := d.Brief(ctx, "2026-11-24"); err != nil || len(b.Summary) != 1 {
		t.Errorf("%+v %v", b, err)
	}
	if r, err := d.Ranking(ctx, "2026-11-24"); err != nil || len(r) != 2 || r[0].ID != "mail:1" {
		t.Errorf("%+v %v", r, err)
	}
	if js, err := d.Judgements(ctx); err != nil || len(js) != 1 || js[0].Item != "feed:1" {
		t.Errorf("%+v %v", js, err)
	}
	if as, err := d.Actions(ctx, "open"); err != nil || len(as) != 1 {
		t.Errorf("%+v %v", as, err)
	}
	if v, err := d.State("news").Get(ctx, "k"); err != nil || string(v) != "v" {
		t.Errorf("%q %v", v, err)
	}
}

func TestAMigrationThatFailsLeavesTheOldSchema(t *testing.T) {
	path := atVersion(t, 1)
	if _, err := open(t.Context(), path, Options{Now: clock}, next(`ALTER TABLE printed ADD COLUMN extra TEXT; SELECT * FROM nowhere`)); err == nil {
		t.Fatal("it did not fail")
	}
	d := reopen(t, path)
	holds(t, d)
}

func TestOpeningAStoreThatIsUpToDateWritesNothing(t *testing.T) {
	path := atVersion(t, len(migrations()))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := reopen(t, path)
	if s := d.w.Stats(); s.OpenConnections != 0 {
		t.Errorf("the writer was opened: %+v", s)
	}
	if _, err := d.Brief(t.Context(), "2026-11-24"); err != nil {
		t.Error(err)
	}
	_ = d.Close()
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the file changed")
	}
}

func TestVersionsAreCompared(t *testing.T) {
	for v, want := range map[string]bool{"3.51.2": true, "3.51.3": false, "3.54.1": false, "3.9.0": true, "4.0.0": false, "3.51": true, "3.51.10": false} {
		if older(v, oldest) != want {
			t.Errorf("older(%s) is %v", v, !want)
		}
	}
}
