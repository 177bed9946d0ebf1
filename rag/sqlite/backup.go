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

// Backup writes the whole memory to a new file, for this user alone, and checks it. An existing
// file is never overwritten; a backup that does not pass is taken away again.
func (d *DB) Backup(ctx context.Context, file string) (err error) {
	const doing = "back up"
	file, err = filepath.Abs(file) // so that no name is taken for a URI
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	f, err := create(file) // SQLite fills an empty file, and this one is 0600
	if err != nil {
		return d.fail(ctx, doing, err)
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
		return d.fail(ctx, doing, err)
	}
	if err := syncFile(file); err != nil {
		return d.fail(ctx, doing, err)
	}
	if _, err := inspect(ctx, file); err != nil {
		return fmt.Errorf("%s: the copy does not pass: %w", doing, err)
	}
	return nil
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
	faults, err := integrity(ctx, db)
	if err != nil {
		return h, d.fail(ctx, "check "+file, err)
	}
	if len(faults) > 0 {
		return h, fmt.Errorf("%s: %w: %s", file, ErrDamaged, faults[0])
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
	if err := d.moveAside(ctx, fresh); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
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
	in, err := os.Open(from)
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

// moveAside renames the present memory with what SQLite keeps beside it. A journal that does not
// continue the backup is moved as well.
func (d *DB) moveAside(ctx context.Context, fresh string) error {
	old := d.aside("before-restore")
	for _, end := range []string{"", "-wal", "-shm"} {
		err := os.Rename(d.path+end, old+end)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return minutes.WithHint(err, "end the other minutes processes, then try again")
		}
	}
	same, err := continues(ctx, fresh, d.journalPath())
	if err != nil || same {
		return err
	}
	return os.Rename(d.journalPath(), asideOf(d.journalPath(), "before-restore", d.now()))
}

// continues says whether the journal holds the same judgements as the backup as far as both go.
func continues(ctx context.Context, file, path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	written, err := readJournal(f)
	if err != nil {
		return false, nil // it is moved aside as it is
	}
	db, err := connect(file, reads+"&mode=rw", 1)
	if err != nil {
		return false, err
	}
	defer func() { _ = db.Close() }()
	kept, err := readJudgements(ctx, db, 0)
	if err != nil {
		return false, err
	}
	byID := make(map[int64]minutes.Judgement, len(kept))
	for _, j := range kept {
		byID[j.ID] = j
	}
	for _, j := range written {
		if k, ok := byID[j.ID]; ok && (k.Verb != j.Verb || k.Item != j.Item || k.Term != j.Term || !k.At.Equal(j.At)) {
			return false, nil
		}
	}
	return true, nil
}
