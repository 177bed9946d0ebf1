package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Item is one item with its body; minutes.ErrNotFound where there is none.
func (d *DB) Item(ctx context.Context, id string) (minutes.Item, error) {
	items, err := d.Items(ctx, minutes.Query{IDs: []string{id}, Bodies: true})
	if err == nil && len(items) == 0 {
		err = fmt.Errorf("item %q: %w", id, minutes.ErrNotFound)
	}
	if err != nil {
		return minutes.Item{}, err
	}
	return items[0], nil
}

// Items are the items that q selects, newest first; with q.Text those that Search finds, best
// first. q.IDs not nil and empty selects none.
func (d *DB) Items(ctx context.Context, q minutes.Query) ([]minutes.Item, error) {
	if strings.TrimSpace(q.Text) != "" {
		hits, err := d.Search(ctx, q)
		items := make([]minutes.Item, len(hits))
		for i, h := range hits {
			items[i] = h.Item
		}
		return items, err
	}
	items, err := d.items(ctx, d.r, q)
	return items, d.fail(ctx, "read the items", err)
}

// The pieces that a selection is put together from. All are constants; what the user wrote goes
// in as parameters. A condition that is not asked for is left out, so that an index can serve the
// rest.
const (
	selectItems = `SELECT i.n, i.id, i.kind, i.source, i.title, i.author, i.detail, '', '', NULL FROM items i`
	selectFull  = `SELECT i.n, i.id, i.kind, i.source, i.title, i.author, i.detail, t.body, t.extra, i.hash FROM items i JOIN texts t ON t.n = i.n`
	newestFirst = ` ORDER BY i.at DESC, i.id`
)

// where is the condition of q and its parameters, for an items table called i.
func where(q minutes.Query) (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString(` WHERE i.shadow = 0`)
	add := func(on bool, condition string, v ...any) {
		if on {
			b.WriteString(condition)
			args = append(args, v...)
		}
	}
	from, to := window(q.Since, q.Until)
	add(q.Kind != "", ` AND i.kind = ?`, string(q.Kind))
	add(q.Source != "", ` AND i.source = ?`, q.Source)
	add(q.Thread != "", ` AND i.thread = ? AND i.thread <> ''`, q.Thread)
	add(!q.Since.IsZero(), ` AND i.at >= ?`, from)
	add(!q.Until.IsZero(), ` AND i.at < ?`, to)
	add(q.IDs != nil, ` AND i.id IN (SELECT value FROM json_each(?))`, jsonList(q.IDs))
	return b.String(), args
}

func (d *DB) items(ctx context.Context, from querier, q minutes.Query) ([]minutes.Item, error) {
	head := selectItems
	if q.Bodies {
		head = selectFull
	}
	cond, args := where(q)
	query := head + cond + newestFirst
	if q.Limit > 0 {
		query += ` LIMIT ?`
		args = append(args, q.Limit)
	}
	var out []minutes.Item
	rs, err := rawRows(ctx, from, query, args...)
	if err != nil {
		return nil, err
	}
	out = make([]minutes.Item, len(rs))
	err = decodeAll(rs, out)
	return out, err
}

// A raw row is an item that was read and not yet decoded.
type raw struct {
	n                               int64
	id, kind, source, title, author string
	detail                          []byte
	body, extra                     string
	hash                            []byte // nil where the texts were not read
}

func (r *raw) scan(rows *sql.Rows) error {
	return rows.Scan(&r.n, &r.id, &r.kind, &r.source, &r.title, &r.author, &r.detail, &r.body, &r.extra, &r.hash)
}

// whole says whether the row is what was kept, as far as it was read.
func (r raw) whole() bool {
	if r.hash == nil {
		return true
	}
	words := sum(r.title, r.author, r.body, r.extra)
	return bytes.Equal(r.hash, sum(r.id, r.kind, string(r.detail), string(words)))
}

func rawRows(ctx context.Context, from querier, query string, args ...any) ([]raw, error) {
	var out []raw
	err := each(ctx, from, func(rows *sql.Rows) error {
		var r raw
		if err := r.scan(rows); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, query, args...)
	return out, err
}

func (r raw) item() (minutes.Item, error) {
	if !r.whole() {
		return minutes.Item{}, mismatch(fmt.Sprintf("item %q", r.id))
	}
	it, err := decode(r.id, r.kind, r.source, r.title, r.author, r.detail, r.body)
	if err != nil {
		return it, fmt.Errorf("item %q: %w: %w", r.id, ErrDamaged, err)
	}
	return it, nil
}
