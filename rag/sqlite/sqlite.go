// Package sqlite is the memory of the program: one SQLite file with everything it keeps. It is the
// only place that speaks SQL, so a larger store would change this folder and no other.
//
// One connection writes and a few read; several processes may have the file open at once. What a
// method says it has kept is on disk when it returns.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
	driver "modernc.org/sqlite"
)

// DB is the open store. Its methods may be called from many goroutines.
type DB struct {
	path  string
	now   func() time.Time
	tell  func(string)
	w, r  *sql.DB // the one writer, the readers
	leave departures

	journal sync.Mutex // guards the journal file and reconciled
	agreed  bool       // journal and database were compared
}

// Options of Open.
type Options struct {
	Now  func() time.Time // nil: time.Now
	Tell func(string)     // hears of damage that was found and what became of it; nil: nobody does
}

// readers bounds the connections that read; each costs about 100 KB once used.
const readers = 4

// Pragmas of every connection. temp_store: what is sorted on disk would lie in /tmp in the clear.
// trusted_schema, _defensive, _dqs: a damaged or planted file can make the program do less.
// secure_delete: what is forgotten is overwritten.
const (
	pragmas = "?_busy_timeout=10000&_foreign_keys=1&_dqs=0&_defensive=1&_pragma=trusted_schema(0)" +
		"&_pragma=temp_store(MEMORY)&_pragma=secure_delete(1)&_pragma=synchronous(FULL)"
	writes = pragmas + "&_auto_vacuum=INCREMENTAL&_pragma=journal_mode(WAL)&_txlock=immediate" +
		"&_pragma=cache_size(-16000)&_pragma=journal_size_limit(16777216)"
	reads = pragmas + "&_query_only=1"
)

// Open opens the store at path and makes it, with its folder, where there is none. An older one is
// backed up beside itself and brought up to date; a newer one, a foreign file, a link or a file of
// another user is refused.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	return open(ctx, path, o, migrations())
}

func open(ctx context.Context, path string, o Options, steps []migration) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the memory: %w", err)
	}
	d := &DB{path: path, now: o.Now, tell: o.Tell}
	if d.emptied() {
		return nil, d.fail(ctx, "open the memory", fmt.Errorf("%s is empty: %w", path, ErrDamaged))
	}
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.tell == nil {
		d.tell = func(string) {}
	}
	if err := d.checkWAL(); err != nil {
		return nil, d.fail(ctx, "open the memory", err)
	}
	if d.r, err = connect(path, reads, readers); err != nil {
		return nil, d.fail(ctx, "open the memory", err)
	}
	if d.w, err = connect(path, writes, 1); err != nil {
		return nil, d.fail(ctx, "open the memory", err)
	}
	if err := d.migrate(ctx, steps); err != nil {
		_ = d.w.Close()
		_ = d.r.Close()
		return nil, err
	}
	return d, nil
}

// connect makes a pool; nothing is opened before it is used.
func connect(path, params string, max int) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if filepath.VolumeName(path) != "" {
		u.Path = "/" + u.Path
	}
	c, err := driver.NewConnector(u.String() + params)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(max)
	db.SetMaxIdleConns(max)
	return db, nil
}

// Close writes what the ledger still counts in memory and closes the file.
func (d *DB) Close() error {
	err := d.flush(context.Background())
	return errors.Join(err, d.r.Close(), d.w.Close())
}

// Path is where the file is.
func (d *DB) Path() string { return d.path }

// write runs f in one transaction that began IMMEDIATE: it never fails half-way for want of the
// write lock.
func (d *DB) write(ctx context.Context, doing string, f func(ctx context.Context, tx *sql.Tx) error) error {
	tx, err := d.w.BeginTx(ctx, nil)
	if err != nil {
		return d.fail(ctx, doing, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := f(ctx, tx); err != nil {
		return d.fail(ctx, doing, err)
	}
	if err := tx.Commit(); err != nil {
		return d.fail(ctx, doing, err)
	}
	return nil
}

// exec is a write of one statement.
func (d *DB) exec(ctx context.Context, doing, query string, args ...any) error {
	return d.write(ctx, doing, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// A querier reads: the pool of readers, or a transaction that sees its own writes.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// each calls f with every row.
func each(ctx context.Context, q querier, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// missing says whether the row was not there.
func missing(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// micros is a time as rows hold it; moment is the way back.
func micros(t time.Time) int64 { return t.UnixMicro() }

func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

var _ interface { // what a connector's Env.State asks for
	Get(context.Context, string) ([]byte, error)
	Put(context.Context, string, []byte) error
} = State{}

var _ minutes.Ledger = (*DB)(nil)
