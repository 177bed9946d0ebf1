package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// verbDone is the entry of the log that closes an action; it is no judgement and not listed as one.
const verbDone = "done"

// Judge adds a judgement to the log and gives it its number. When it returns the judgement is on
// disk twice: in the database and, written first, as a line of the journal beside it.
func (d *DB) Judge(ctx context.Context, j minutes.Judgement) (minutes.Judgement, error) {
	err := d.enter(ctx, "keep the judgement", func(context.Context, *sql.Tx) (*minutes.Judgement, error) { return &j, nil })
	if err != nil {
		return minutes.Judgement{}, err
	}
	return j, nil
}

// enter adds to the log what entry returns, and gives it its number; nil is nothing. What entry does
// with tx is kept with it or not at all.
func (d *DB) enter(ctx context.Context, doing string, entry func(context.Context, *sql.Tx) (*minutes.Judgement, error)) error {
	d.journal.Lock()
	defer d.journal.Unlock()
	log, err := d.openJournal(ctx)
	if err != nil {
		return d.fail(ctx, doing, err)
	}
	defer func() { _ = log.Close() }()
	// From here on it is done or not done: no cancelling between the line and the row.
	ctx = context.WithoutCancel(ctx)
	if err := d.settle(ctx, log); err != nil {
		return d.fail(ctx, doing, err)
	}
	err = d.write(ctx, doing, func(ctx context.Context, tx *sql.Tx) error {
		j, err := entry(ctx, tx)
		if err != nil || j == nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) + 1 FROM judgements`).Scan(&j.ID); err != nil {
			return err
		}
		if err := insertJudgement(ctx, tx, *j); err != nil {
			return err
		}
		return log.append(*j)
	})
	if err == nil {
		return nil
	}
	if back := log.takeBack(); back != nil { // on a disk that takes nothing at all not even this can be made sure
		return minutes.WithHint(fmt.Errorf("%w; nor could its line be taken back from the journal (%w): it may be kept after all", err, back),
			"see to the disk, then to what is kept: minutes feedback list")
	}
	return err // said not to be kept, and it does not come back
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
	all, err := readLog(ctx, d.r, 0)
	if err != nil {
		return nil, d.fail(ctx, doing, err)
	}
	var out []minutes.Judgement
	for _, j := range all {
		if j.Verb != verbDone {
			out = append(out, j)
		}
	}
	return out, nil
}

// readLog is every entry of the log after a number.
func readLog(ctx context.Context, q querier, after int64) ([]minutes.Judgement, error) {
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
	last, err := d.lastEntry(ctx)
	if err != nil {
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
	err = d.settle(ctx, log)
	d.agreed = err == nil
	return err
}

func (d *DB) lastEntry(ctx context.Context) (int64, error) {
	return d.count(ctx, `SELECT coalesce(max(id), 0) FROM judgements`)
}

// settle gives the database the lines that only the journal has and the journal the rows that only
// the database has. Who holds the journal's lock may call it: nobody else adds to either.
func (d *DB) settle(ctx context.Context, log *journal) error {
	last, err := d.lastEntry(ctx)
	if err != nil {
		return err
	}
	if id, _, err := log.last(); err == nil && id == last {
		return nil
	}
	w, err := log.read()
	if err != nil {
		return err
	}
	return d.settleAll(ctx, log, w)
}

// settleAll does it line by line.
func (d *DB) settleAll(ctx context.Context, log *journal, w written) error {
	var all []minutes.Judgement
	had := 0
	err := d.write(ctx, "bring journal and memory together", func(ctx context.Context, tx *sql.Tx) error {
		rows, err := readLog(ctx, tx, 0)
		if err != nil {
			return err
		}
		had = len(rows)
		have := make(map[int64]bool, len(rows))
		for _, j := range rows {
			have[j.ID] = true
		}
		for _, j := range w.lines {
			if have[j.ID] {
				continue
			}
			if err := replay(ctx, tx, j); err != nil {
				return fmt.Errorf("entry %d of the journal: %w", j.ID, err)
			}
		}
		all, err = readLog(ctx, tx, 0)
		return err
	})
	if err != nil {
		return err
	}
	return log.become(w, all, had < len(all))
}

// replay gives the database an entry that only the journal has.
func replay(ctx context.Context, tx *sql.Tx, j minutes.Judgement) error {
	if j.Verb == verbDone {
		if err := closeAgain(ctx, tx, j); err != nil {
			return err
		}
	}
	return insertJudgement(ctx, tx, j)
}

// become makes the journal hold all, of which it has w: by adding what is new, by cutting off what was
// never acknowledged (the database lacked nothing, and no line is missing), or by writing it anew.
func (l *journal) become(w written, all []minutes.Judgement, lacked bool) error {
	n := len(w.lines)
	same := n <= len(all)
	for i := 0; same && i < n; i++ {
		same = w.lines[i].ID == all[i].ID
	}
	switch {
	case same && w.bad == 0 && n == len(all):
		return nil
	case same && w.bad == 0:
		return l.append(all[n:]...)
	case same && w.bad == w.tail && n == len(all) && !lacked:
		return l.f.Truncate(w.end)
	}
	return l.rewrite(all)
}
