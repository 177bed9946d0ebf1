package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// Backup writes the whole memory to a new file, for this user alone, and checks both: a damaged memory is
// not copied over into health. An existing file is never overwritten; a backup that does not pass is
// taken away again.
func (d *DB) Backup(ctx context.Context, file string) (err error) {
	const doing = "back up"
	if err := d.sound(ctx); err != nil {
		return d.fail(ctx, doing, err)
	}
	file, err = filepath.Abs(file) // so that no name is taken for a URI
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	to := &DB{path: file}  // whose disk it is that takes the copy or not
	f, err := create(file) // SQLite fills an empty file, and this one is 0600
	if err != nil {
		return to.fail(ctx, doing, err)
	}
	_ = f.Close()
	defer func() {
		if err != nil {
			_ = os.Remove(file)
		}
	}()
	// A connection of its own: the writer is not held up, and readers may not write.
	own, err := connect(d.path, pragmas, 1)
	if err != nil {
		return d.fail(ctx, doing, err)
	}
	defer func() { _ = own.Close() }()
	if _, err := own.ExecContext(ctx, `VACUUM INTO ?`, file); err != nil {
		if kind, _ := d.advice(err); kind != nil { // damaged or in use: the memory
			return d.fail(ctx, doing, err)
		}
		return to.fail(ctx, doing, err)
	}
	if err := syncFile(file); err != nil {
		return to.fail(ctx, doing, err)
	}
	if _, err := inspect(ctx, file); err != nil {
		return fmt.Errorf("%s: the copy does not pass: %w", doing, err)
	}
	return nil
}

// sound is an error if the memory is damaged.
func (d *DB) sound(ctx context.Context) error {
	h, err := readHeader(ctx, d.r)
	if err != nil {
		return err
	}
	found, err := faults(ctx, d.r, h.version)
	if err == nil && len(found) > 0 && !onlyIndex(found) {
		err = fmt.Errorf("%s: %w: %s", d.path, ErrDamaged, found[0])
	}
	return err
}

// inspect checks that a file of our own making is a sound memory.
func inspect(ctx context.Context, file string) (header, error) {
	d := &DB{path: file}
	db, err := connect(file, reads+"&mode=rw", 1)
	if err != nil {
		return header{}, err
	}
	defer func() { _ = db.Close() }()
	h, err := readHeader(ctx, db)
	if err != nil {
		return h, d.fail(ctx, "read "+file, err)
	}
	if h.app != applicationID {
		return h, fmt.Errorf("%s is not a memory of minutes", file)
	}
	found, err := faults(ctx, db, h.version)
	if err != nil {
		return h, d.fail(ctx, "check "+file, err)
	}
	if len(found) > 0 {
		return h, fmt.Errorf("%s: %w: %s", file, ErrDamaged, found[0])
	}
	return h, nil
}

// integrity is what SQLite finds wrong with a file, at most 20 things.
func integrity(ctx context.Context, q querier) ([]string, error) {
	var out []string
	err := each(ctx, q, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		if s != "ok" {
			out = append(out, s)
		}
		return err
	}, `PRAGMA integrity_check(20)`)
	return out, err
}

// Restore puts a backup in the place of the memory at path, after it was checked. The present
// files are kept beside it as .before-restore-TIME. Judgements made since the backup come back
// from the journal, if the backup is of the same memory. ErrBusy while a preload runs; other
// processes that have the memory open go on with the old one until they end.
func Restore(ctx context.Context, file, path string) error {
	const doing = "restore"
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	d := &DB{path: path, now: time.Now} // for the names of what is moved aside
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	unlock, _, err := d.Lock(ctx, 0, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	defer unlock()
	fresh := d.aside("restoring")
	defer func() { removeAll(fresh) }()
	if err := d.takeCopy(ctx, file, fresh); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	same, err := continues(ctx, fresh, d.journalPath())
	if err == nil {
		_, err = d.moveAside("before-restore")
	}
	if err == nil && !same {
		err = os.Rename(d.journalPath(), asideOf(d.journalPath(), "before-restore", d.now()))
	}
	if err == nil {
		err = putInPlace(fresh, path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// putInPlace gives a checked copy its name, with the log that may have come with it.
func putInPlace(fresh, path string) error {
	// First the log: a database without it would be an older one, or none.
	if err := os.Rename(fresh+"-wal", path+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// takeCopy copies a backup beside the memory and checks the copy: the backup itself is only read,
// and what was checked is what is put in place. A plain copy of a memory may have its WAL beside it.
func (d *DB) takeCopy(ctx context.Context, file, fresh string) error {
	if err := copyFile(file, fresh); err != nil {
		return d.fail(ctx, "copy it", err)
	}
	if err := copyFile(file+"-wal", fresh+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return d.fail(ctx, "copy it", err)
	}
	h, err := inspect(ctx, fresh)
	if err != nil {
		// What is wrong is wrong with the backup: the copy's name and the memory's remedy say nothing here.
		reason := strings.ReplaceAll(err.Error(), fresh, "it")
		return minutes.WithHint(fmt.Errorf("%s is no sound backup: %s", file, strings.ReplaceAll(reason, ErrDamaged.Error(), "it is damaged")), "choose another backup; the memory is as it was")
	}
	steps := migrations()
	return d.fits(h, steps[len(steps)-1].version)
}

// removeAll takes a database and what SQLite keeps beside it away.
func removeAll(path string) {
	for _, end := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + end)
	}
}

// copyFile copies to a new file, for this user alone, on disk when it returns.
func copyFile(from, to string) (err error) {
	in, err := openPlain(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// moveAside renames the present memory with what SQLite keeps beside it, and says to what.
func (d *DB) moveAside(why string) (string, error) {
	old := d.aside(why)
	for _, end := range []string{"", "-wal", "-shm"} {
		err := os.Rename(d.path+end, old+end)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return old, minutes.WithHint(err, "end the other minutes processes, then try again")
		}
	}
	return old, nil
}

// continues says whether the journal holds the same judgements as the backup as far as both go.
func continues(ctx context.Context, file, path string) (bool, error) {
	f, err := openPlain(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	w, err := readJournal(f)
	if err != nil {
		return false, err
	}
	db, err := connect(file, reads+"&mode=rw", 1)
	if err != nil {
		return false, err
	}
	defer func() { _ = db.Close() }()
	kept, err := readLog(ctx, db, 0)
	if err != nil {
		return false, err
	}
	return differing(w.lines, kept) == 0, nil
}
