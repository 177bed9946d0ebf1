package sqlite

import (
	"database/sql"
	"time"

	"github.com/dailyminutes/minutes"
)

// A dead row is one to be dropped.
type dead struct {
	n  int64
	id string
}

// absent is what the batch says is gone: by name, and with Full whatever of this source lies in
// the window and was not brought. An item that was brought and could not be kept is not gone.
func (k *keeper) absent(b minutes.Batch) ([]dead, error) {
	brought := make(map[string]bool, len(b.Items))
	for _, it := range b.Items {
		brought[it.ID] = true
	}
	var out []dead
	collect := func(rows *sql.Rows) error {
		var x dead
		if err := rows.Scan(&x.n, &x.id); err != nil {
			return err
		}
		if !brought[x.id] {
			out = append(out, x)
			brought[x.id] = true // once is enough
		}
		return nil
	}
	if len(b.Gone) > 0 {
		err := each(k.ctx, k.tx, collect, `SELECT n, id FROM items WHERE source = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY n`,
			k.source, jsonList(b.Gone))
		if err != nil {
			return nil, err
		}
	}
	if b.Full {
		from, to := window(b.From, b.To)
		if err := each(k.ctx, k.tx, collect, `SELECT n, id FROM items WHERE source = ? AND at >= ? AND at < ? ORDER BY n`,
			k.source, from, to); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// window is [from, to) as the column at has it; a zero time is no bound.
func window(from, to time.Time) (int64, int64) {
	lo, hi := int64(-1<<63), int64(1<<63-1)
	if !from.IsZero() {
		lo = micros(from)
	}
	if !to.IsZero() {
		hi = micros(to)
	}
	return lo, hi
}
