package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/dailyminutes/minutes"
)

// Retain drops items that are older than items and briefs that are older than briefs; 0 keeps for
// ever. The age of an item runs from the later of its own time and when it was last written, so
// that an old entry of a feed is not dropped in the morning and brought again at noon. What open
// actions rest on, what was judged up and what the last brief speaks of stays, and so does the
// last brief. It returns how many items and briefs went, and gives their space back.
func (d *DB) Retain(ctx context.Context, items, briefs time.Duration) (int, error) {
	const doing = "drop what is old"
	pinned, err := d.pinned(ctx)
	if err != nil {
		return 0, d.fail(ctx, doing, err)
	}
	n := 0
	now := d.now()
	err = d.write(ctx, doing, func(ctx context.Context, tx *sql.Tx) error {
		if items > 0 {
			gone, err := oldItems(ctx, tx, now.Add(-items), pinned)
			if err != nil {
				return err
			}
			if err := dropRows(ctx, tx, gone); err != nil {
				return err
			}
			if err := promote(ctx, tx); err != nil {
				return err
			}
			n += len(gone)
		}
		if err := dropMade(ctx, tx, now); err != nil {
			return err
		}
		if briefs <= 0 {
			return nil
		}
		k, err := dropBriefs(ctx, tx, now.Add(-briefs))
		n += k
		return err
	})
	if err != nil || n == 0 {
		return 0, err
	}
	return n, d.shrink(ctx)
}

func oldItems(ctx context.Context, tx *sql.Tx, before time.Time, pinned map[string]bool) ([]dead, error) {
	var out []dead
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var x dead
		if err := rows.Scan(&x.n, &x.id); err != nil {
			return err
		}
		if !pinned[x.id] {
			out = append(out, x)
		}
		return nil
	}, `SELECT n, id FROM items WHERE at < ?1 AND kept < ?1`, micros(before))
	return out, err
}

func dropBriefs(ctx context.Context, tx *sql.Tx, before time.Time) (int, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM briefs WHERE generated < ? AND n <> (SELECT n FROM briefs ORDER BY day DESC, n DESC LIMIT 1)`, micros(before))
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, err
	}
	for _, q := range []string{
		`DELETE FROM rankings WHERE day NOT IN (SELECT day FROM briefs)`,
		`DELETE FROM runs WHERE start < ?1`,
		`DELETE FROM departures WHERE last < ?1`,
		`DELETE FROM actions WHERE status = 'done' AND done < ?1`,
	} {
		if _, err := tx.ExecContext(ctx, q, micros(before)); err != nil {
			return 0, err
		}
	}
	return int(n), nil
}

// How the index is rid of what was dropped: a small one whole, a large one by some pages a day.
// FTS5's own secure-delete does it at once, but takes 5 to 10 ms for each item that changes.
const (
	smallIndex = 20_000 // items; about a second
	mergePages = 2_000
)

// scrub takes the words of dropped and changed items out of the index.
func (d *DB) scrub(ctx context.Context) error {
	n, err := d.count(ctx, `SELECT count(*) FROM items`)
	if err != nil {
		return d.fail(ctx, "tidy the search index", err)
	}
	if n <= smallIndex {
		return d.exec(ctx, "tidy the search index", `INSERT INTO search(search) VALUES('optimize')`)
	}
	return d.exec(ctx, "tidy the search index", `INSERT INTO search(search, rank) VALUES('merge', ?)`, -mergePages)
}

// shrink gives free pages back and empties the WAL: what was dropped is in neither.
func (d *DB) shrink(ctx context.Context) error {
	if err := d.scrub(ctx); err != nil {
		return err
	}
	nothing := func(*sql.Rows) error { return nil }
	if err := each(ctx, d.w, nothing, `PRAGMA incremental_vacuum`); err != nil {
		return d.fail(ctx, "give space back", err)
	}
	// Readers may be in the way; the next checkpoint does it then.
	return d.fail(ctx, "give space back", each(ctx, d.w, nothing, `PRAGMA wal_checkpoint(TRUNCATE)`))
}

// pinned are the ids that stay whatever their age.
func (d *DB) pinned(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	open, err := d.Actions(ctx, "open")
	if err != nil {
		return nil, err
	}
	for _, a := range open {
		out[a.Item] = true
		for _, e := range a.Evidence {
			out[e.Item] = true
		}
	}
	log, err := d.Judgements(ctx)
	if err != nil {
		return nil, err
	}
	for id := range liked(log) {
		out[id] = true
	}
	b, err := scanBrief(d.r.QueryRowContext(ctx, selectBrief+` ORDER BY day DESC, n DESC LIMIT 1`))
	if missing(err) {
		return out, nil
	}
	if err == nil {
		spoken(b, out)
	}
	return out, err
}

// liked are the items whose last judgement that was not taken back is up.
func liked(log []minutes.Judgement) map[string]bool {
	undone := map[int64]bool{}
	for i := len(log) - 1; i >= 0; i-- {
		if j := log[i]; j.Verb == "undo" && !undone[j.ID] {
			undone[j.Undoes] = true
		}
	}
	out := map[string]bool{}
	for _, j := range log {
		switch {
		case undone[j.ID] || j.Item == "":
		case j.Verb == "up":
			out[j.Item] = true
		case j.Verb == "down" || j.Verb == "clear":
			delete(out, j.Item)
		}
	}
	return out
}

// spoken adds the ids of all items that a brief speaks of.
func spoken(b minutes.Brief, ids map[string]bool) {
	claims := append(append(append([]minutes.Claim{}, b.TLDR...), b.Summary...), b.Insights...)
	for _, e := range b.Agenda {
		ids[e.Item] = true
		if e.Prepare != nil {
			claims = append(claims, *e.Prepare)
		}
	}
	for _, c := range claims {
		for _, id := range c.Items {
			ids[id] = true
		}
		for _, e := range c.Evidence {
			ids[e.Item] = true
		}
	}
	for _, a := range b.Actions {
		ids[a.Item] = true
	}
	for _, s := range b.Sections {
		for _, it := range s.Items {
			ids[it.ID] = true
			for _, id := range it.Also {
				ids[id] = true
			}
		}
	}
}
