package sqlite

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// departures counts in memory what the ledger has a row of already.
type departures struct {
	mu    sync.Mutex
	since map[departure]int64 // how often since it was last written
	last  map[departure]int64
}

// A departure is a row of the ledger.
type departure struct{ day, run, source, host, class string }

// Record notes that something is about to leave this machine. The first of a day, run, source,
// host and class is on disk when Record returns; those after it are counted, and the count is
// written by End, Departures and Close. So a kill can lose how often, never that. What cannot be written
// now (a full disk) is kept and tried again with the counts.
func (d *DB) Record(ctx context.Context, dep minutes.Departure) error {
	at := dep.At
	if at.IsZero() {
		at = d.now()
	}
	row := departure{at.UTC().Format(time.DateOnly), dep.Run, dep.Source, dep.Host, dep.Class.String()}
	l := &d.leave
	l.mu.Lock()
	if _, known := l.since[row]; known {
		l.since[row]++
		l.last[row] = max(l.last[row], micros(at))
		l.mu.Unlock()
		return nil
	}
	l.mu.Unlock()
	err := d.write(ctx, "record what leaves", func(ctx context.Context, tx *sql.Tx) error {
		return countDeparture(ctx, tx, row, micros(at), 1)
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.since == nil {
		l.since, l.last = map[departure]int64{}, map[departure]int64{}
	}
	if _, known := l.since[row]; !known { // two at once may both have written: both were counted
		l.since[row] = 0
	}
	if err != nil { // tried again with the counts
		l.since[row]++
	}
	l.last[row] = max(l.last[row], micros(at))
	return err
}

func countDeparture(ctx context.Context, tx *sql.Tx, r departure, last, n int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO departures(day, run, source, host, class, last, count) VALUES(?,?,?,?,?,?,?)
		ON CONFLICT DO UPDATE SET last = max(last, excluded.last), count = count + excluded.count`,
		r.day, r.run, r.source, r.host, r.class, last, n)
	return err
}

// flush writes what was counted since the last time.
func (d *DB) flush(ctx context.Context) error {
	l := &d.leave
	l.mu.Lock()
	defer l.mu.Unlock()
	dirty := false
	for _, n := range l.since {
		dirty = dirty || n > 0
	}
	if !dirty {
		return nil
	}
	err := d.write(ctx, "record what left", func(ctx context.Context, tx *sql.Tx) error {
		for row, n := range l.since {
			if n == 0 {
				continue
			}
			if err := countDeparture(ctx, tx, row, l.last[row], n); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for row := range l.since {
			l.since[row] = 0
		}
	}
	return err
}

// Departures is the ledger from since on, oldest first, one line a day, run, source, host and
// class.
func (d *DB) Departures(ctx context.Context, since time.Time) ([]minutes.Departure, error) {
	if err := d.flush(ctx); err != nil {
		return nil, err
	}
	from, _ := window(since, time.Time{})
	var out []minutes.Departure
	err := each(ctx, d.r, func(rows *sql.Rows) error {
		var dep minutes.Departure
		var last int64
		var class string
		if err := rows.Scan(&dep.Run, &dep.Source, &dep.Host, &class, &last, &dep.Count); err != nil {
			return err
		}
		dep.At = moment(last)
		out = append(out, dep)
		return out[len(out)-1].Class.UnmarshalText([]byte(class))
	}, `SELECT run, source, host, class, last, count FROM departures WHERE last >= ? ORDER BY last, source, host, class, run`, from)
	return out, d.fail(ctx, "read what left", err)
}
