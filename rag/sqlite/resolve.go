package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
)

// candidates bounds how many an ambiguous reference lists.
const candidates = 5

// shortNumber is up to how many digits a number is only ever that of a list: whoever writes 7 does
// not mean the one id that happens to begin with it.
const shortNumber = 3

// Resolve is the id that ref means: an id, the number last printed beside one, or the unique
// beginning of one, with its kind or without. One that several items begin with is an error that
// names some of them.
func (d *DB) Resolve(ctx context.Context, ref string) (string, error) {
	ref = strings.TrimSpace(ref)
	id, err := d.resolve(ctx, ref)
	return id, d.fail(ctx, "find the item", err)
}

func (d *DB) resolve(ctx context.Context, ref string) (string, error) {
	if ref == "" {
		return "", fmt.Errorf("no item named: %w", minutes.ErrNotFound)
	}
	var id string
	err := d.r.QueryRowContext(ctx, `SELECT id FROM items WHERE id = ? LIMIT 1`, ref).Scan(&id)
	if err == nil || !missing(err) {
		return id, err
	}
	if n, err := strconv.Atoi(ref); err == nil {
		err := d.r.QueryRowContext(ctx, `SELECT id FROM printed WHERE pos = ?`, n).Scan(&id)
		if err == nil || !missing(err) {
			return id, err
		}
		if len(ref) <= shortNumber {
			return "", unknown(ref)
		}
	}
	found, err := d.beginning(ctx, ref)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		kinds, err := d.prefixes(ctx)
		if err != nil {
			return "", err
		}
		for _, k := range kinds {
			more, err := d.beginning(ctx, k+ref)
			if err != nil {
				return "", err
			}
			found = append(found, more...)
		}
	}
	switch len(found) {
	case 0:
		return "", unknown(ref)
	case 1:
		return found[0], nil
	}
	return "", ambiguous(ref, found)
}

func unknown(ref string) error {
	return minutes.WithHint(fmt.Errorf("no item is called %q: %w", minutes.CleanLine(ref).Cut(80), minutes.ErrNotFound),
		"minutes items and minutes search print the ids and numbers of items")
}

func ambiguous(ref string, found []string) error {
	more := ""
	if len(found) > candidates {
		found, more = found[:candidates], ", …"
	}
	return minutes.WithHint(fmt.Errorf("%q begins several ids: %s%s", minutes.CleanLine(ref).Cut(80), strings.Join(found, ", "), more),
		"write more of the id, or use the number printed beside the item")
}

// last sorts after whatever can follow a beginning.
const last = "\U0010ffff"

// beginning lists the ids that begin with ref, one more than are shown.
func (d *DB) beginning(ctx context.Context, ref string) ([]string, error) {
	var out []string
	err := each(ctx, d.r, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	}, `SELECT DISTINCT id FROM items WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3`, ref, ref+last, candidates+1)
	return out, err
}

// prefixes are the kinds that ids begin with ("mail:"), found by leaps through the index.
func (d *DB) prefixes(ctx context.Context) ([]string, error) {
	var out []string
	after := ""
	for {
		var id sql.NullString
		if err := d.r.QueryRowContext(ctx, `SELECT min(id) FROM items WHERE id >= ?`, after).Scan(&id); err != nil || !id.Valid {
			return out, err
		}
		kind, _, ok := strings.Cut(id.String, ":")
		if ok {
			out = append(out, kind+":")
			after = kind + ":" + last
		} else {
			after = id.String + "\x00"
		}
	}
}

// Printed remembers the numbers 1 to n of the list that was just printed.
func (d *DB) Printed(ctx context.Context, ids []string) error {
	const doing = "remember the numbers"
	was, err := d.printed(ctx)
	if err != nil {
		return d.fail(ctx, doing, err)
	}
	if slices.Equal(was, ids) {
		return nil // the same list again: no write
	}
	return d.write(ctx, doing, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM printed`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO printed(pos, id) SELECT key + 1, value FROM json_each(?)`, jsonList(ids))
		return err
	})
}

func (d *DB) printed(ctx context.Context) ([]string, error) {
	var out []string
	err := each(ctx, d.r, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	}, `SELECT id FROM printed ORDER BY pos`)
	return out, err
}
