package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// Judge adds a judgement to the log and gives it its number. When it returns the judgement is on
// disk twice: in the database and, written first, as a line of the journal beside it.
func (d *DB) Judge(ctx context.Context, j minutes.Judgement) (minutes.Judgement, error) {
	const doing = "keep the judgement"
	d.journal.Lock()
	defer d.journal.Unlock()
	log, err := d.openJournal(ctx)
	if err != nil {
		return minutes.Judgement{}, d.fail(ctx, doing, err)
	}
	defer func() { _ = log.Close() }()
	// From here on it is done or not done: no cancelling between the line and the row.
	ctx = context.WithoutCancel(ctx)
	err = d.write(ctx, doing, func(ctx context.Context, tx *sql.Tx) error {
		if err := catchUp(ctx, tx, log); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) + 1 FROM judgements`).Scan(&j.ID); err != nil {
			return err
		}
		if err := insertJudgement(ctx, tx, j); err != nil {
			return err
		}
		return log.append(j)
	})
	if err != nil {
		_ = log.takeBack() // said not to be kept, so it must not come back
		return minutes.Judgement{}, err
	}
	return j, nil
}

// Judgements is the whole log, in order.
func (d *DB) Judgements(ctx context.Context) ([]minutes.Judgement, error) {
	const doing = "read the judgements"
	d.journal.Lock()
	err := d.agree(ctx)
	d.journal.Unlock()
	if err != nil {
		return nil, d.fail(ctx, doing, err)
	}
	out, err := readJudgements(ctx, d.r, 0)
	return out, d.fail(ctx, doing, err)
}

func readJudgements(ctx context.Context, q querier, after int64) ([]minutes.Judgement, error) {
	var out []minutes.Judgement
	err := each(ctx, q, func(rows *sql.Rows) error {
		var j minutes.Judgement
		if err := scanJSON(rows, &j); err != nil {
			return err
		}
		out = append(out, j)
		return nil
	}, `SELECT judgement FROM judgements WHERE id > ? ORDER BY id`, after)
	return out, err
}

func insertJudgement(ctx context.Context, tx *sql.Tx, j minutes.Judgement) error {
	raw, err := json.Marshal(j)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO judgements(id, at, judgement) VALUES(?,?,?)`, j.ID, micros(j.At), raw)
	return err
}

// agree brings database and journal together, once: after a crash between the two, after a restore
// of an older backup, or when one of them was lost. Both are append-only with the same numbers, so
// comparing their last lines is enough to see that nothing is to be done.
func (d *DB) agree(ctx context.Context) error {
	if d.agreed {
		return nil
	}
	var last int64
	if err := d.r.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM judgements`).Scan(&last); err != nil {
		return err
	}
	if written, torn, err := peekJournal(d.journalPath()); err == nil && written == last && !torn {
		d.agreed = true
		return nil
	}
	log, err := d.openJournal(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	err = d.write(ctx, "bring journal and memory together", func(ctx context.Context, tx *sql.Tx) error {
		return catchUp(ctx, tx, log)
	})
	d.agreed = err == nil
	return err
}

// catchUp gives the database the lines that only the journal has and the journal the rows that
// only the database has. It runs inside a write transaction.
func catchUp(ctx context.Context, tx *sql.Tx, log *journal) error {
	var last int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM judgements`).Scan(&last); err != nil {
		return err
	}
	written, err := log.last()
	if err != nil || written == last {
		return err
	}
	if written > last {
		all, err := log.read()
		if err != nil {
			return err
		}
		for _, j := range all {
			if j.ID > last {
				if err := insertJudgement(ctx, tx, j); err != nil {
					return fmt.Errorf("judgement %d of the journal: %w", j.ID, err)
				}
				last = j.ID
			}
		}
		return nil
	}
	rows, err := readJudgements(ctx, tx, written)
	if err != nil {
		return err
	}
	return log.append(rows...)
}
