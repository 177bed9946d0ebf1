package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// Each file is one step, NNNN.sql, run once and in order. One that was released is never edited.
//
//go:embed migrations/*.sql
var files embed.FS

// A migration brings the schema from version-1 to version.
type migration struct {
	version int
	sql     string
}

// migrations is the one list, in order.
//
// It is kept with PRAGMA user_version and not by a migration library: the number comes with the
// first page of the file, so a store that is up to date costs one query to open.
func migrations() []migration {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var out []migration
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			panic(err) // it was just listed
		}
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, "migrations/"), ".sql"))
		if err != nil || n != len(out)+1 {
			panic("migrations are not numbered 0001, 0002, …: " + name)
		}
		out = append(out, migration{n, string(b)})
	}
	return out
}

// applicationID marks the file as ours ("mnts"), so that no other database is taken for one.
const applicationID = 0x6d6e7473

// oldest is the SQLite that is safe for several processes that read and write: before it a WAL
// could lose a transaction when it was reset.
const oldest = "3.51.3"

// header is what the first page says of a file.
type header struct {
	sqlite  string
	version int
	app     int64
	tables  int
}

func readHeader(ctx context.Context, q querier) (header, error) {
	var h header
	err := q.QueryRowContext(ctx, `SELECT sqlite_version(), v.user_version, a.application_id,
		(SELECT count(*) FROM (SELECT 1 FROM sqlite_schema LIMIT 1)) FROM pragma_user_version v, pragma_application_id a`).
		Scan(&h.sqlite, &h.version, &h.app, &h.tables)
	return h, err
}

// migrate checks the file and brings its schema up to date. When it is, that is all it does.
func (d *DB) migrate(ctx context.Context, steps []migration) error {
	h, err := readHeader(ctx, d.r)
	if err != nil {
		return d.fail(ctx, "open the memory", err)
	}
	latest := steps[len(steps)-1].version
	if err := d.fits(h, latest); err != nil {
		return err
	}
	if h.version == latest {
		return nil
	}
	if h.version > 0 {
		// With the process in the name: two that are started at once both make one.
		if err := d.Backup(ctx, d.aside(fmt.Sprintf("before-v%d-%d", latest, os.Getpid()))); err != nil {
			return fmt.Errorf("back up before the memory is brought up to date: %w", err)
		}
	}
	// All steps or none: no other process sees a memory half-way.
	return d.write(ctx, fmt.Sprintf("bring the memory from version %d to %d", h.version, latest), func(ctx context.Context, tx *sql.Tx) error {
		h, err := readHeader(ctx, tx) // another process may have been faster
		if err != nil {
			return err
		}
		for _, step := range steps {
			if step.version <= h.version {
				continue
			}
			if _, err := tx.ExecContext(ctx, step.sql); err != nil {
				return fmt.Errorf("step %d: %w", step.version, err)
			}
		}
		// PRAGMA takes no parameters; both are our own numbers.
		_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, max(latest, h.version)))
		return err
	})
}

// fits refuses what must not be written to.
func (d *DB) fits(h header, latest int) error {
	switch {
	case older(h.sqlite, oldest):
		return fmt.Errorf("SQLite %s is linked; at least %s is needed", h.sqlite, oldest)
	case h.app != applicationID && (h.app != 0 || h.version != 0 || h.tables != 0):
		return minutes.WithHint(fmt.Errorf("%s is a database of another program", d.path), "name another folder with --data-dir; if it was yours and is damaged: minutes restore FILE, with a backup")
	case h.version == 0 && h.tables != 0: // no version was ever without a number
		return d.fail(context.Background(), "open the memory", fmt.Errorf("%s has tables and no version: %w", d.path, ErrDamaged))
	case h.version > latest:
		return minutes.WithHint(fmt.Errorf("%w (schema %d, this program knows %d)", ErrNewer, h.version, latest),
			"update minutes, or name another folder with --data-dir; or go back to a backup: minutes restore FILE")
	}
	return nil
}

// older compares versions like 3.51.3.
func older(v, than string) bool {
	a, b := strings.Split(v, "."), strings.Split(than, ".")
	for i := range b {
		if i >= len(a) {
			return true
		}
		x, _ := strconv.Atoi(a[i])
		y, _ := strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return false
}

// aside is a name beside the file, with the time, so that it is new.
func (d *DB) aside(why string) string { return asideOf(d.path, why, d.now()) }

func asideOf(path, why string, at time.Time) string {
	return path + "." + why + "-" + at.UTC().Format("20060102T150405.000")
}
