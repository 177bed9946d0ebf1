package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

func (k *keeper) drop(gone []dead) error {
	if err := dropRows(k.ctx, k.tx, gone); err != nil || len(gone) == 0 {
		return err
	}
	if err := promote(k.ctx, k.tx); err != nil {
		return err
	}
	ids := make([]string, len(gone))
	for i, g := range gone {
		ids[i] = g.id
	}
	left := map[string]bool{} // another source still has it
	err := each(k.ctx, k.tx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		left[id] = true
		return err
	}, `SELECT id FROM items WHERE id IN (SELECT value FROM json_each(?))`, jsonList(ids))
	k.kept.Gone = slices.DeleteFunc(ids, func(id string) bool { return left[id] })
	return err
}

// dropRows takes rows out of the index and the tables.
func dropRows(ctx context.Context, tx *sql.Tx, rows []dead) error {
	if len(rows) == 0 {
		return nil
	}
	ns := make([]int64, len(rows))
	for i, row := range rows {
		ns[i] = row.n
	}
	if err := indexRest(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, unindexRows, jsonNumbers(ns)); err != nil {
		return err
	}
	// Texts follow by their foreign key.
	_, err := tx.ExecContext(ctx, `DELETE FROM items WHERE n IN (SELECT value FROM json_each(?))`, jsonNumbers(ns))
	return err
}

// staleLead is after how long without a success a source's copies no longer lead: it was renamed,
// removed or is broken, and another source has the item.
const staleLead = 20 * time.Hour

// promote lets the oldest shadow lead where the leading copy was dropped.
func promote(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE items SET shadow = 0 WHERE shadow = 1
		AND NOT EXISTS (SELECT 1 FROM items l WHERE l.id = items.id AND l.shadow = 0)
		AND n = (SELECT min(s.n) FROM items s WHERE s.id = items.id)`)
	return err
}

// lead makes this source's shadows lead where the leader's source has not answered for a day.
func (k *keeper) lead() error {
	before := micros(k.now.Add(-staleLead))
	var swap [][2]int64
	err := each(k.ctx, k.tx, func(rows *sql.Rows) error {
		var s [2]int64
		err := rows.Scan(&s[0], &s[1])
		swap = append(swap, s)
		return err
	}, `SELECT s.n, l.n FROM items s JOIN items l ON l.id = s.id AND l.shadow = 0 LEFT JOIN cursors c ON c.source = l.source
		WHERE s.source = ? AND s.shadow = 1 AND coalesce(c.at, l.kept) < ?`, k.source, before)
	if err != nil {
		return err
	}
	for _, s := range swap {
		if _, err := k.tx.ExecContext(k.ctx, `UPDATE items SET shadow = (n = ?2) WHERE n IN (?1, ?2)`, s[0], s[1]); err != nil {
			return err
		}
	}
	return nil
}
