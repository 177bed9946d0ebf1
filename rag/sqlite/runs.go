package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// Begin records that a run began and gives it its number.
func (d *DB) Begin(ctx context.Context, r minutes.Run) (minutes.Run, error) {
	err := d.write(ctx, "record the run", func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO runs(start, run) VALUES(?, x'')`, micros(r.Start))
		if err != nil {
			return err
		}
		if r.ID, err = res.LastInsertId(); err != nil {
			return err
		}
		return putRun(ctx, tx, r)
	})
	return r, err
}

// End records how a run went. A run that was killed keeps a zero End.
func (d *DB) End(ctx context.Context, r minutes.Run) error {
	if err := d.flush(ctx); err != nil {
		return err
	}
	return d.write(ctx, "record the run", func(ctx context.Context, tx *sql.Tx) error { return putRun(ctx, tx, r) })
}

func putRun(ctx context.Context, tx *sql.Tx, r minutes.Run) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `UPDATE runs SET run = ? WHERE id = ?`, raw, r.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("run %d: %w", r.ID, minutes.ErrNotFound)
	}
	return nil
}

// Runs are the latest runs, newest first; limit 0 is all.
func (d *DB) Runs(ctx context.Context, limit int) ([]minutes.Run, error) {
	if limit <= 0 {
		limit = -1
	}
	out, err := readRuns(ctx, d.r, limit)
	return out, d.fail(ctx, "read the runs", err)
}

func readRuns(ctx context.Context, q querier, limit int) ([]minutes.Run, error) {
	var out []minutes.Run
	err := each(ctx, q, func(rows *sql.Rows) error {
		var r minutes.Run
		if err := scanJSON(rows, &r); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, `SELECT run FROM runs ORDER BY id DESC LIMIT ?`, limit)
	return out, err
}

// scanJSON reads a row of one JSON column.
func scanJSON(rows *sql.Rows, v any) error {
	var raw []byte
	if err := rows.Scan(&raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("a row: %w: %w", ErrDamaged, err)
	}
	return nil
}

// KeepStatus keeps how a source did last.
func (d *DB) KeepStatus(ctx context.Context, s minutes.SourceStatus) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("keep how %s did: %w", s.Name, err)
	}
	return d.exec(ctx, "keep how "+s.Name+" did",
		`INSERT INTO statuses(source, status) VALUES(?,?) ON CONFLICT(source) DO UPDATE SET status = excluded.status`, s.Name, raw)
}

// Statuses are how all sources did last, by name.
func (d *DB) Statuses(ctx context.Context) ([]minutes.SourceStatus, error) {
	var out []minutes.SourceStatus
	err := each(ctx, d.r, func(rows *sql.Rows) error {
		var s minutes.SourceStatus
		if err := scanJSON(rows, &s); err != nil {
			return err
		}
		out = append(out, s)
		return nil
	}, `SELECT status FROM statuses ORDER BY source`)
	return out, d.fail(ctx, "read how the sources did", err)
}

// State is the small memory of one source between runs.
func (d *DB) State(source string) State { return State{d, source} }

// A State is bytes by key, of one source.
type State struct {
	db     *DB
	source string
}

// Get is the value of key, nil where there is none.
func (s State) Get(ctx context.Context, key string) ([]byte, error) {
	var v []byte
	err := s.db.r.QueryRowContext(ctx, `SELECT value FROM states WHERE source = ? AND key = ?`, s.source, key).Scan(&v)
	if missing(err) {
		return nil, nil
	}
	return v, s.db.fail(ctx, "read the state of "+s.source, err)
}

// Put sets the value of key; a nil value takes it away. A value that is there already is not
// written again.
func (s State) Put(ctx context.Context, key string, value []byte) error {
	doing := "keep the state of " + s.source
	if value == nil {
		return s.db.exec(ctx, doing, `DELETE FROM states WHERE source = ? AND key = ?`, s.source, key)
	}
	return s.db.exec(ctx, doing, `INSERT INTO states(source, key, value) VALUES(?,?,?)
		ON CONFLICT(source, key) DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value`, s.source, key, value)
}
