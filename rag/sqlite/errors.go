package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/dailyminutes/minutes"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The errors of this package that a caller can act on, besides those of the root.
var (
	// ErrBusy says that another process held what was needed for longer than was waited.
	ErrBusy = errors.New("in use by another minutes process")
	// ErrDamaged says that the file is not, or no longer, a sound database.
	ErrDamaged = errors.New("the memory is damaged")
	// ErrNewer says that a later version of the program wrote the file.
	ErrNewer = errors.New("the memory was written by a newer version of minutes")
)

// fail wraps err with the doing and, where a person can act, with what to do. It keeps errors that
// have their hint already.
func (d *DB) fail(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	if errors.Is(err, ErrDamaged) && minutes.Hint(err) == "" {
		return minutes.WithHint(fmt.Errorf("%s: %w", doing, err), d.mendHint())
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", doing, minutes.ErrNotFound)
	}
	if minutes.Hint(err) != "" {
		return fmt.Errorf("%s: %w", doing, err)
	}
	kind, hint := d.advice(err)
	var e *driver.Error
	if errors.As(err, &e) && hint != "" && !strings.Contains(err.Error(), d.path) { // SQLite does not name its file
		err = fmt.Errorf("%s: %w", d.path, err)
	}
	if kind != nil {
		err = fmt.Errorf("%w (%w)", kind, err)
	}
	err = fmt.Errorf("%s: %w", doing, err)
	if hint == "" {
		return err
	}
	return minutes.WithHint(err, hint)
}

// advice is what an error of SQLite asks of a person.
func (d *DB) advice(err error) (kind error, hint string) {
	var e *driver.Error
	dir := filepath.Dir(d.path)
	full := "the disk is full: free some space on the one that holds " + dir + "; what was kept before is safe"
	broken := "the disk did not take it: check its free space and its health (" + dir + "); what was kept before is safe"
	if !errors.As(err, &e) { // of the journal, or of another file of our own
		switch {
		case errors.Is(err, syscall.ENOSPC):
			return nil, full
		case errors.Is(err, syscall.EIO):
			return nil, broken
		case errors.Is(err, fs.ErrPermission):
			return nil, "check that you own " + dir + " and may write there"
		}
		return nil, ""
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return nil, full
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy, "wait for the other minutes process, then try again"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrDamaged, d.mendHint()
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return nil, "check that you own " + dir + " and may write there"
	case sqlite3.SQLITE_IOERR:
		return nil, broken
	case sqlite3.SQLITE_NOMEM:
		return nil, "there is too little memory; close something and try again"
	}
	return nil, ""
}

// mendHint is the next step where the file is damaged.
func (d *DB) mendHint() string {
	return "put the last backup in its place: minutes restore (the damaged one is kept aside, judgements come back from " +
		filepath.Base(d.journalPath()) + ")"
}
