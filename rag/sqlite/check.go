package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// remedy is the next step for a damaged database.
const remedy = " (put the last backup in its place: minutes restore; judgements come back from the journal)"

// Check looks for damage and says what it finds, each with what to do in (brackets) at its end;
// nothing where all is well. It reads all of the file. A search index that does not match the items is
// made anew at once: it holds nothing of its own.
func (d *DB) Check(ctx context.Context) ([]string, error) {
	const doing = "check the memory"
	h, err := readHeader(ctx, d.r)
	if err != nil {
		return nil, d.fail(ctx, doing, err)
	}
	found, err := faults(ctx, d.r, h.version)
	if err != nil {
		return found, d.fail(ctx, doing, err)
	}
	for i, f := range found {
		found[i] = "database: " + f + remedy
	}
	switch err := d.checkIndex(ctx); {
	case !onlyIndex(found): // nothing is written to a damaged file
	case errors.Is(err, ErrDamaged) && d.Reindex(ctx) == nil:
		found = append(found[:0], "search index: it did not match the items and was made anew from them (nothing more: nothing is lost)")
	case errors.Is(err, ErrDamaged):
		found = append(found, "search index: "+err.Error()+remedy)
	case err != nil: // a full disk says nothing about the index
		return found, err
	}
	found = append(found, d.checkFiles()...)
	more, err := d.checkJournal(ctx)
	return append(found, more...), d.fail(ctx, doing, err)
}

func (d *DB) count(ctx context.Context, query string) (n int64, err error) {
	err = d.r.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// checkIndex compares the index with the texts, word for word.
func (d *DB) checkIndex(ctx context.Context) error {
	if err := d.caughtUp(ctx); err != nil {
		return err
	}
	return d.exec(ctx, "check the search index", `INSERT INTO search(search, rank) VALUES('integrity-check', 1)`)
}

// Reindex makes the search index anew from the items: the remedy for an index that Check finds
// wrong. The items themselves are not touched.
func (d *DB) Reindex(ctx context.Context) error {
	return d.write(ctx, "make the search index anew", func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM unindexed`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO search(search) VALUES('rebuild')`)
		return err
	})
}

// onlyIndex says whether nothing but the search index is at fault.
func onlyIndex(found []string) bool {
	for _, f := range found {
		if !strings.Contains(f, "FTS5") {
			return false
		}
	}
	return true
}

// checkFiles looks whether others can read the memory.
func (d *DB) checkFiles() []string {
	var found []string
	for _, p := range []string{d.path, d.path + "-wal", d.path + "-shm", d.journalPath(), lockPath(d.path)} {
		if st, err := os.Lstat(p); err == nil && shared(st) {
			found = append(found, fmt.Sprintf("%s: others may read it (chmod 600)", p))
		}
	}
	dir := filepath.Dir(d.path)
	if st, err := os.Stat(dir); err == nil && shared(st) {
		found = append(found, fmt.Sprintf("%s: others may look into it (chmod 700)", dir))
	}
	return found
}

// checkJournal compares journal and memory line by line, brings them together, and says what was wrong.
func (d *DB) checkJournal(ctx context.Context) ([]string, error) {
	d.journal.Lock()
	defer d.journal.Unlock()
	log, err := d.openJournal(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	w, err := log.read()
	if err != nil {
		return nil, err
	}
	rows, err := readLog(ctx, d.r, 0)
	if err != nil {
		return nil, err
	}
	var found []string
	if n := differing(w.lines, rows); n > 0 {
		found = append(found, fmt.Sprintf("database: %d judgements are not what the journal has%s", n, remedy))
	}
	if err := d.settleAll(ctx, log, w); err != nil {
		return found, err
	}
	d.agreed = true
	aside, err := filepath.Glob(d.journalPath() + ".damaged-*")
	if err != nil || len(aside) == 0 {
		return found, nil // the pattern is bad only where the path has brackets
	}
	return append(found, fmt.Sprintf("journal: a damaged one was kept as %s and written anew from the memory (look into it, then remove it)", aside[0])), nil
}

// differing counts the numbers under which two logs have different entries.
func differing(a, b []minutes.Judgement) int {
	byID := make(map[int64]minutes.Judgement, len(b))
	for _, j := range b {
		byID[j.ID] = j
	}
	n := 0
	for _, j := range a {
		if k, ok := byID[j.ID]; ok && (k.Verb != j.Verb || k.Item != j.Item || k.Term != j.Term || !k.At.Equal(j.At)) {
			n++
		}
	}
	return n
}

// Stats is what the memory holds. Oldest and Newest are the times of items; Size is of the file
// with its WAL, in bytes.
type Stats struct {
	Items      int            `json:"items"`
	Kinds      map[string]int `json:"kinds"`
	Sources    map[string]int `json:"sources"`
	Briefs     int            `json:"briefs"`
	Judgements int            `json:"judgements"`
	Open       int            `json:"open_actions"`
	Size       int64          `json:"size"`
	Oldest     time.Time      `json:"oldest,omitzero"`
	Newest     time.Time      `json:"newest,omitzero"`
	Schema     int            `json:"schema_version"`
	SQLite     string         `json:"sqlite"`
}

// Stats counts what is kept.
func (d *DB) Stats(ctx context.Context) (Stats, error) {
	s, err := d.stats(ctx)
	return s, d.fail(ctx, "count what is kept", err)
}

func (d *DB) stats(ctx context.Context) (Stats, error) {
	s := Stats{Kinds: map[string]int{}, Sources: map[string]int{}}
	err := each(ctx, d.r, func(rows *sql.Rows) error {
		var kind, source string
		var n int
		if err := rows.Scan(&kind, &source, &n); err != nil {
			return err
		}
		s.Items += n
		s.Kinds[kind] += n
		s.Sources[source] += n
		return nil
	}, `SELECT kind, source, count(*) FROM items WHERE shadow = 0 GROUP BY kind, source`)
	if err != nil {
		return s, err
	}
	var lo, hi sql.NullInt64
	if err := d.r.QueryRowContext(ctx, `SELECT (SELECT min(at) FROM items), (SELECT max(at) FROM items), (SELECT count(*) FROM briefs),
		(SELECT count(*) FROM judgements), (SELECT count(*) FROM actions WHERE status = 'open')`).
		Scan(&lo, &hi, &s.Briefs, &s.Judgements, &s.Open); err != nil {
		return s, err
	}
	if lo.Valid {
		s.Oldest, s.Newest = moment(lo.Int64), moment(hi.Int64)
	}
	h, err := readHeader(ctx, d.r)
	s.Schema, s.SQLite = h.version, h.sqlite
	for _, p := range []string{d.path, d.path + "-wal"} {
		if st, err := os.Stat(p); err == nil {
			s.Size += st.Size()
		}
	}
	return s, err
}
