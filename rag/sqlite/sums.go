package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// mismatch is the damage that a hash shows.
func mismatch(what string) error { return fmt.Errorf("%s is not what was kept: %w", what, ErrDamaged) }

// sumBrief and sumRanking are the hashes that stand beside what they are of.
func sumBrief(day string, generated int64, raw []byte) []byte {
	return sum(day, strconv.FormatInt(generated, 10), string(raw))
}

func sumRanking(day string, raw []byte) []byte { return sum(day, string(raw)) }

// summed says whether a hash is the one kept; there may be none.
func summed(kept, now []byte) bool { return kept == nil || bytes.Equal(kept, now) }

// faults is everything wrong with a memory of this schema that its file alone shows, at most about 20
// things: broken pages, rows that refer to nothing, values that are not what was kept.
func faults(ctx context.Context, q querier, version int) ([]string, error) {
	found, err := integrity(ctx, q)
	if err != nil || len(found) > 0 {
		return found, damage(err, &found)
	}
	for _, part := range []func(context.Context, querier, int) ([]string, error){schemaFaults, looseRows, itemFaults, briefFaults} {
		more, err := part(ctx, q, version)
		found = append(found, more...)
		if err := damage(err, &found); err != nil {
			return found, err
		}
	}
	return found, nil
}

// damage makes a finding of an error that says that the file is damaged.
func damage(err error, found *[]string) error {
	if damaged(err) {
		*found = append(*found, err.Error())
		return nil
	}
	return err
}

// damaged says whether an error is of a damaged file, by our finding or by SQLite's.
func damaged(err error) bool {
	var e *driver.Error
	if errors.As(err, &e) {
		code := e.Code() & 0xff
		return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
	}
	return errors.Is(err, ErrDamaged)
}

// schemaFaults compares the schema with the one that the migrations make.
func schemaFaults(ctx context.Context, q querier, version int) ([]string, error) {
	all := migrations()
	if version > len(all) {
		return nil, nil // a step of a test
	}
	c, err := driver.NewConnector(":memory:")
	if err != nil {
		return nil, err
	}
	fresh := sql.OpenDB(c)
	fresh.SetMaxOpenConns(1) // each would have a memory of its own
	defer func() { _ = fresh.Close() }()
	for _, step := range all[:version] {
		if _, err := fresh.ExecContext(ctx, step.sql); err != nil {
			return nil, err
		}
	}
	want, err := schemaOf(ctx, fresh)
	if err != nil {
		return nil, err
	}
	got, err := schemaOf(ctx, q)
	if err != nil || got == want {
		return nil, err
	}
	return []string{"its tables are not those of schema " + strconv.Itoa(version)}, nil
}

func schemaOf(ctx context.Context, q querier) (string, error) {
	var b strings.Builder
	err := each(ctx, q, func(rows *sql.Rows) error {
		var kind, name, table, text string
		err := rows.Scan(&kind, &name, &table, &text)
		fmt.Fprintf(&b, "%s %s %s %s\n", kind, name, table, text)
		return err
	}, `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name`)
	if err != nil {
		return "", err
	}
	err = each(ctx, q, func(rows *sql.Rows) error {
		var key, value string
		err := rows.Scan(&key, &value)
		fmt.Fprintf(&b, "search %s %s\n", key, value)
		return err
	}, `SELECT k, v FROM search_config ORDER BY k`)
	return b.String(), err
}

// looseRows are rows without the one that they belong to.
func looseRows(ctx context.Context, q querier, _ int) ([]string, error) {
	var found []string
	for query, text := range map[string]string{
		`SELECT count(*) FROM pragma_foreign_key_check`:                                         "%d rows refer to nothing",
		`SELECT count(*) FROM items i WHERE NOT EXISTS (SELECT 1 FROM texts t WHERE t.n = i.n)`: "%d items are without their text",
	} {
		var n int64
		if err := q.QueryRowContext(ctx, query).Scan(&n); err != nil {
			return found, err
		}
		if n > 0 {
			found = append(found, fmt.Sprintf(text, n))
		}
	}
	return found, nil
}

// itemFaults reads every item and compares it with its hash.
func itemFaults(ctx context.Context, q querier, _ int) ([]string, error) {
	var found []string
	err := each(ctx, q, func(rows *sql.Rows) error {
		var r raw
		if err := r.scan(rows); err != nil {
			return err
		}
		if !r.whole() && len(found) < 20 {
			found = append(found, mismatch(fmt.Sprintf("item %q", r.id)).Error())
		}
		return nil
	}, selectFull)
	return found, err
}

// briefFaults does the same for briefs and rankings.
func briefFaults(ctx context.Context, q querier, version int) ([]string, error) {
	if version < 2 {
		return nil, nil
	}
	var found []string
	err := each(ctx, q, func(rows *sql.Rows) error {
		_, err := scanBrief(rows)
		return damage(err, &found)
	}, selectBrief)
	if err != nil {
		return found, err
	}
	err = each(ctx, q, func(rows *sql.Rows) error {
		_, err := scanRanking(rows)
		return damage(err, &found)
	}, selectRanking)
	return found, err
}
