package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
)

// KeepActions stores actions by their id. One that is done stays done however often it is asked
// again, and the first Since stays; the rest is the newest.
func (d *DB) KeepActions(ctx context.Context, as []minutes.Action) error {
	return d.write(ctx, "keep the actions", func(ctx context.Context, tx *sql.Tx) error {
		for _, a := range as {
			if a.Status == "" {
				a.Status = "open"
			}
			raw, err := json.Marshal(a)
			if err != nil {
				return fmt.Errorf("action %s: %w", a.ID, err)
			}
			var due, done any
			if a.Due != nil {
				due = micros(*a.Due)
			}
			if a.Status == "done" {
				done = micros(d.now())
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO actions(id, status, due, since, done, item, action) VALUES(?,?,?,?,?,?,?)
				ON CONFLICT(id) DO UPDATE SET due = excluded.due, since = min(since, excluded.since), item = excluded.item, action = excluded.action,
					done = coalesce(done, excluded.done), status = CASE WHEN status = 'done' THEN status ELSE excluded.status END`,
				a.ID, a.Status, due, micros(a.Since), done, a.Item, raw); err != nil {
				return err
			}
		}
		return nil
	})
}

// Actions are those of a status ("open", "done", "" for all), the soonest due first, then those
// without a deadline, the oldest first.
func (d *DB) Actions(ctx context.Context, status string) ([]minutes.Action, error) {
	out, err := readActions(ctx, d.r, status)
	return out, d.fail(ctx, "read the actions", err)
}

func readActions(ctx context.Context, q querier, status string) ([]minutes.Action, error) {
	out := []minutes.Action{}
	err := each(ctx, q, func(rows *sql.Rows) error {
		var raw []byte
		var st string
		var since int64
		if err := rows.Scan(&st, &since, &raw); err != nil {
			return err
		}
		var a minutes.Action
		if err := json.Unmarshal(raw, &a); err != nil {
			return fmt.Errorf("an action: %w: %w", ErrDamaged, err)
		}
		a.Status = st
		if micros(a.Since) != since {
			a.Since = moment(since).In(a.Since.Location())
		}
		a.Evidence = list(a.Evidence)
		out = append(out, a)
		return nil
	}, `SELECT status, since, action FROM actions WHERE ?1 = '' OR status = ?1 ORDER BY due IS NULL, due, since, id`, status)
	return out, err
}

// Done closes an action; minutes.ErrNotFound where there is none. Closing it twice keeps the first
// time. Like a judgement it is on disk twice when Done returns.
func (d *DB) Done(ctx context.Context, id string, at time.Time) error {
	return d.enter(ctx, "close the action", func(ctx context.Context, tx *sql.Tx) (*minutes.Judgement, error) {
		var status, item string
		var raw []byte
		if err := tx.QueryRowContext(ctx, `SELECT status, item, action FROM actions WHERE id = ?`, id).Scan(&status, &item, &raw); err != nil {
			return nil, err
		}
		if status == "done" {
			return nil, nil
		}
		var a minutes.Action
		if err := json.Unmarshal(raw, &a); err != nil {
			return nil, fmt.Errorf("an action: %w: %w", ErrDamaged, err)
		}
		_, err := tx.ExecContext(ctx, `UPDATE actions SET status = 'done', done = coalesce(done, ?) WHERE id = ?`, micros(at), id)
		return &minutes.Judgement{At: at, Verb: verbDone, Item: item, Term: id, Title: a.Text}, err
	})
}

// closeAgain closes the action of an entry of the log. One that is not there is put there closed, so
// that it stays so when its mail is fetched again.
func closeAgain(ctx context.Context, tx *sql.Tx, j minutes.Judgement) error {
	raw, err := json.Marshal(minutes.Action{ID: j.Term, Text: j.Title, Owner: "me", Item: j.Item, Evidence: []minutes.Evidence{}, Status: "done", Since: j.At})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO actions(id, status, since, done, item, action) VALUES(?,'done',?,?,?,?)
		ON CONFLICT(id) DO UPDATE SET status = 'done', done = coalesce(done, excluded.done)`, j.Term, micros(j.At), micros(j.At), j.Item, raw)
	return err
}
