package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
)

// A Recovery is what became of a damaged memory.
type Recovery struct {
	Aside      string    // where the damaged one is kept
	Backup     string    // what stands in its place; "": a new one
	At         time.Time // when that was made
	Judgements int       // that are in force again
}

// ErrSound says that there is nothing to recover from.
var ErrSound = errors.New("the memory is sound")

// Recover puts the newest sound backup in the place of a memory that is damaged, or a new one where
// there is none. The damaged one is kept beside it as .damaged-TIME, never deleted. What was acknowledged
// comes back from the journal, and from the damaged file what of it can still be read. A memory that
// is sound, or of another program or version, is left as it is: ErrSound.
func Recover(ctx context.Context, path string, now func() time.Time) (Recovery, error) {
	const doing = "recover the memory"
	var rec Recovery
	path, err := filepath.Abs(path)
	if err != nil {
		return rec, fmt.Errorf("%s: %w", doing, err)
	}
	d := &DB{path: path, now: now}
	unlock, _, err := d.Lock(ctx, 0, nil)
	if err != nil {
		return rec, fmt.Errorf("%s: %w", doing, err)
	}
	defer unlock()
	if _, err := inspect(ctx, path); !damaged(err) && !d.emptied() {
		return rec, fmt.Errorf("%s: %w", doing, ErrSound)
	}
	fresh := d.aside("restoring")
	defer func() { removeAll(fresh) }()
	rec.Backup, rec.At = d.newestBackup(ctx, fresh)
	if rec.Aside, err = d.moveAside("damaged"); err != nil {
		return rec, fmt.Errorf("%s: %w", doing, err)
	}
	if rec.Backup != "" {
		if err := putInPlace(fresh, path); err != nil {
			return rec, fmt.Errorf("%s: %w", doing, err)
		}
	}
	rec.Judgements, err = bringBack(ctx, path, rec.Aside, now)
	if err != nil {
		return rec, fmt.Errorf("%s: %w", doing, err)
	}
	return rec, nil
}

// emptied says whether there is a file of no length where a memory was: its journal or its backup is
// there. A memory that was taken away is another thing, and begins anew.
func (d *DB) emptied() bool {
	st, err := os.Stat(d.path)
	if err != nil || st.Size() > 0 {
		return false
	}
	for _, p := range []string{d.path + "-wal", d.journalPath(), d.backupPath()} {
		if st, err := os.Stat(p); err == nil && st.Size() > 0 {
			return p != d.path+"-wal"
		}
	}
	return false
}

// newestBackup copies the newest sound backup of this memory to fresh, and says which it was.
func (d *DB) newestBackup(ctx context.Context, fresh string) (string, time.Time) {
	files := []string{d.backupPath()}
	older, _ := filepath.Glob(d.path + ".before-v*") // none where the path has brackets
	slices.SortFunc(older, func(a, b string) int { return modified(b).Compare(modified(a)) })
	for _, file := range append(files, older...) {
		if d.takeCopy(ctx, file, fresh) == nil {
			if same, err := continues(ctx, fresh, d.journalPath()); err == nil && same {
				return file, modified(file)
			}
		}
		removeAll(fresh)
	}
	return "", time.Time{}
}

func modified(file string) time.Time {
	st, err := os.Stat(file)
	if err != nil {
		return time.Time{}
	}
	return st.ModTime()
}

// bringBack opens the memory and gives it every judgement that it lacks.
func bringBack(ctx context.Context, path, aside string, now func() time.Time) (int, error) {
	d, err := Open(ctx, path, Options{Now: now})
	if err != nil {
		return 0, err
	}
	defer func() { _ = d.Close() }()
	d.journal.Lock()
	defer d.journal.Unlock()
	log, err := d.openJournal(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = log.Close() }()
	w, err := log.read()
	if err != nil {
		return 0, err
	}
	have := map[int64]bool{}
	for _, j := range w.lines {
		have[j.ID] = true
	}
	for _, j := range salvage(ctx, aside) {
		if !have[j.ID] {
			w.lines, w.bad = append(w.lines, j), w.bad+1 // that it is written anew
		}
	}
	slices.SortFunc(w.lines, func(a, b minutes.Judgement) int { return int(a.ID - b.ID) })
	if err := d.settleAll(ctx, log, w); err != nil {
		return 0, err
	}
	n, err := d.count(ctx, `SELECT count(*) FROM judgements`)
	return int(n), err
}

// salvage reads the judgements of a damaged file as far as it can.
func salvage(ctx context.Context, file string) []minutes.Judgement {
	db, err := connect(file, reads+"&mode=rw", 1)
	if err != nil {
		return nil
	}
	defer func() { _ = db.Close() }()
	var out []minutes.Judgement
	for id := int64(0); ; {
		some, err := readLog(ctx, db, id)
		out = append(out, some...)
		if err == nil || len(some) == 0 {
			return out
		}
		id = some[len(some)-1].ID + 1 // past the row that cannot be read
	}
}

// backupPath is where the memory's own backup is kept.
func (d *DB) backupPath() string { return d.path + ".backup" }

// KeepBackup makes the memory's own backup anew if the last is older than every; the first one is made
// when the memory is a day old. It needs room for twice the memory and more, and checks the memory
// first: of a damaged one there is no copy, and the error is ErrDamaged. While a preload runs it makes
// none.
func (d *DB) KeepBackup(ctx context.Context, every time.Duration) (made bool, err error) {
	const doing = "make the weekly backup"
	path := d.backupPath()
	due, err := d.backupDue(ctx, path, every)
	if err != nil || !due {
		return false, d.fail(ctx, doing, err)
	}
	unlock, _, err := d.Lock(ctx, 0, nil)
	if errors.Is(err, ErrBusy) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer unlock()
	st, err := os.Stat(d.path)
	if err != nil {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	if free, ok := freeSpace(filepath.Dir(path)); ok && free < 2*st.Size()+spare {
		return false, minutes.WithHint(fmt.Errorf("%s: there is too little room beside %s", doing, d.path), "free some space; the memory itself is safe")
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	if err := d.Backup(ctx, fresh); err != nil {
		return false, err
	}
	if err := errors.Join(os.Chtimes(fresh, d.now(), d.now()), os.Rename(fresh, path), syncDir(filepath.Dir(path))); err != nil {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	return true, nil
}

// spare is the room that a backup leaves to others.
const spare = 32 << 20

func (d *DB) backupDue(ctx context.Context, path string, every time.Duration) (bool, error) {
	if _, err := os.Stat(path); err == nil {
		age := d.now().Sub(modified(path))
		return age >= every || age < -every, nil // one from the future says that the clock was wrong
	}
	var old bool
	err := d.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM runs WHERE start < ?)`, micros(d.now().Add(-24*time.Hour))).Scan(&old)
	return old, err
}
