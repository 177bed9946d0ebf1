package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Search finds items by their words, best first: bm25 over the title (weight 4), author (2) and
// body (1). Quoted words must stand together; the last word may be unfinished. Items that hold all
// of it are found first; only where there are none, those that hold some of it. Without words it
// is Items.
func (d *DB) Search(ctx context.Context, q minutes.Query) ([]minutes.Hit, error) {
	if err := d.caughtUp(ctx); err != nil {
		return nil, d.fail(ctx, "search", err)
	}
	hits, err := d.search(ctx, q)
	return hits, d.fail(ctx, "search", err)
}

func (d *DB) search(ctx context.Context, q minutes.Query) ([]minutes.Hit, error) {
	if strings.TrimSpace(q.Text) == "" {
		q.Text = ""
		items, err := d.items(ctx, d.r, q)
		hits := make([]minutes.Hit, len(items))
		for i, it := range items {
			hits[i] = minutes.Hit{Item: it, Snippet: it.Excerpt}
		}
		return hits, err
	}
	terms := parse(q.Text)
	if len(terms) == 0 {
		return []minutes.Hit{}, nil
	}
	must := terms
	if len(terms) >= question {
		if err := d.findCommon(ctx, terms); err != nil {
			return nil, err
		}
		must = telling(terms)
	}
	hits, err := d.match(ctx, q, all(must), terms)
	if err != nil || len(hits) > 0 || len(terms) == 1 {
		return hits, err
	}
	if len(terms) < question {
		if err := d.findCommon(ctx, terms); err != nil {
			return nil, err
		}
	}
	return d.match(ctx, q, some(telling(terms)), terms)
}

// How much a question may match. bm25 takes about 1.3 µs for each match of each term, so that six
// words over 100,000 items take a tenth of a second; with less than budget nothing is left out.
const (
	sample  = 2000 // the newest items, which stand for all: counting in them costs the same however much is kept
	budget  = 8000 // matches that all terms together may bring
	atLeast = 2    // terms that stay whatever they bring
)

// findCommon marks the terms to leave out: the commonest, which tell least, as far as all together
// would bring too many matches.
func (d *DB) findCommon(ctx context.Context, terms []term) error {
	var first, last int64
	err := d.r.QueryRowContext(ctx, `SELECT coalesce((SELECT n FROM items ORDER BY n DESC LIMIT 1 OFFSET ?), 0),
		coalesce((SELECT max(n) FROM items), 0)`, sample).Scan(&first, &last)
	if err != nil || last*int64(len(terms)) <= budget {
		return err // so few items that no question can match too many
	}
	held := make([]int64, len(terms))
	for i, t := range terms {
		err := d.r.QueryRowContext(ctx, `SELECT count(*) FROM search WHERE search MATCH ? AND rowid > ?`, t.expr, first).Scan(&held[i])
		if err != nil {
			return err
		}
	}
	for i, c := range common(held, float64(last)/float64(last-first)) {
		terms[i].common = c
	}
	return nil
}

// common says which terms to leave out, from how many of the sample hold each and how many times
// larger than the sample the whole is.
func common(held []int64, times float64) []bool {
	order := make([]int, len(held))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(held[a], held[b]) })
	out := make([]bool, len(held))
	sum := 0.0
	for k, i := range order {
		sum += float64(held[i]) * times
		out[i] = sum > budget && k >= atLeast
	}
	return out
}

// telling are the terms that are not common; all of them where every one is.
func telling(terms []term) []term {
	var out []term
	for _, t := range terms {
		if !t.common {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return terms
	}
	return out
}

const (
	// The best rows are chosen in the index alone; their items are read after.
	matchBest = `SELECT rowid, rank FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?`
	// With a filter each match is looked up.
	matchWhere = `SELECT i.n, s.rank FROM search s JOIN items i ON i.n = s.rowid`
)

func (d *DB) match(ctx context.Context, q minutes.Query, expr string, terms []term) ([]minutes.Hit, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = -1
	}
	var query string
	var args []any
	if shadows, err := d.shadows(ctx); err != nil {
		return nil, err
	} else if filtered(q) || shadows {
		cond, values := where(q)
		query = matchWhere + cond + ` AND s.search MATCH ? ORDER BY s.rank LIMIT ?`
		args = append(append(args, values...), expr, limit)
	} else {
		query, args = matchBest, []any{expr, limit}
	}
	var ns []int64
	score := map[int64]float64{}
	err := each(ctx, d.r, func(rows *sql.Rows) error {
		var n int64
		var rank float64
		if err := rows.Scan(&n, &rank); err != nil {
			return err
		}
		ns = append(ns, n)
		score[n] = -rank // bm25 is lower for better
		return nil
	}, query, args...)
	if err != nil || len(ns) == 0 {
		return []minutes.Hit{}, err
	}
	return d.hits(ctx, q, ns, score, terms)
}

func filtered(q minutes.Query) bool {
	return q.Kind != "" || q.Source != "" || q.Thread != "" || !q.Since.IsZero() || !q.Until.IsZero() || q.IDs != nil
}

// shadows says whether any item has more than one copy: then the best rows may be copies.
func (d *DB) shadows(ctx context.Context) (bool, error) {
	var any bool
	err := d.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM items WHERE shadow = 1)`).Scan(&any)
	return any, err
}

// hits reads the items of the rows, in their order, with a snippet of each.
func (d *DB) hits(ctx context.Context, q minutes.Query, ns []int64, score map[int64]float64, terms []term) ([]minutes.Hit, error) {
	rows, err := rawRows(ctx, d.r, selectFull+` WHERE i.n IN (SELECT value FROM json_each(?))`, jsonNumbers(ns))
	if err != nil {
		return nil, err
	}
	items := make([]minutes.Item, len(rows))
	if err := decodeAll(rows, items); err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(rows))
	for i, r := range rows {
		at[r.n] = i
	}
	out := make([]minutes.Hit, 0, len(ns))
	for _, n := range ns {
		i, ok := at[n]
		if !ok {
			continue // dropped between the two reads
		}
		h := minutes.Hit{Item: items[i], Score: score[n], Snippet: snippet(items[i], terms)}
		if !q.Bodies {
			h.Body = minutes.Safe{}
		}
		out = append(out, h)
	}
	return out, nil
}
