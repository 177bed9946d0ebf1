package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dailyminutes/minutes"
)

// Brief is the newest brief of a day (2006-01-02); minutes.ErrNotFound where there is none.
func (d *DB) Brief(ctx context.Context, day string) (minutes.Brief, error) {
	return d.brief(ctx, "read the brief of "+day, selectBrief+` WHERE day = ? ORDER BY n DESC LIMIT 1`, day)
}

// Before is the newest brief of an earlier day; minutes.ErrNotFound where there is none.
func (d *DB) Before(ctx context.Context, day string) (minutes.Brief, error) {
	return d.brief(ctx, "read the brief before "+day, selectBrief+` WHERE day < ? ORDER BY day DESC, n DESC LIMIT 1`, day)
}

func (d *DB) brief(ctx context.Context, doing, query string, args ...any) (minutes.Brief, error) {
	b, err := scanBrief(d.r.QueryRowContext(ctx, query, args...))
	return b, d.fail(ctx, doing, err)
}

// A scanner is a row, or rows at one.
type scanner interface{ Scan(...any) error }

// selectBrief and selectRanking have the columns that scanBrief and scanRanking read.
const (
	selectBrief   = `SELECT day, generated, brief, sum FROM briefs`
	selectRanking = `SELECT day, ranked, sum FROM rankings`
)

// scanBrief reads a brief, if it is the one that was kept.
func scanBrief(row scanner) (minutes.Brief, error) {
	var b minutes.Brief
	var day string
	var generated int64
	var raw, kept []byte
	if err := row.Scan(&day, &generated, &raw, &kept); err != nil {
		return b, err
	}
	err := json.Unmarshal(raw, &b)
	if err != nil || !summed(kept, sumBrief(day, generated, raw)) {
		return minutes.Brief{}, mismatch("the brief of " + day)
	}
	return b, nil
}

// scanRanking reads a ranking in the same way.
func scanRanking(row scanner) ([]placed, error) {
	var order []placed
	var day string
	var raw, kept []byte
	if err := row.Scan(&day, &raw, &kept); err != nil {
		return nil, err
	}
	err := json.Unmarshal(raw, &order)
	if err != nil || !summed(kept, sumRanking(day, raw)) {
		return nil, mismatch("the ranking of " + day)
	}
	return order, nil
}

// Days are the days that have a brief, newest first.
func (d *DB) Days(ctx context.Context) ([]string, error) {
	var out []string
	err := each(ctx, d.r, func(rows *sql.Rows) error {
		var day string
		err := rows.Scan(&day)
		out = append(out, day)
		return err
	}, `SELECT DISTINCT day FROM briefs ORDER BY day DESC`)
	return out, d.fail(ctx, "list the briefs", err)
}

// A placed item is one line of a ranking; the item itself is read from where it is kept.
type placed struct {
	ID      string         `json:"id"`
	Score   float64        `json:"score"`
	Why     []minutes.Part `json:"why,omitempty"`
	Verdict string         `json:"verdict,omitempty"`
	Also    []string       `json:"also,omitempty"`
}

// KeepBrief stores a brief and the ranking it was made from, in one transaction. Earlier briefs
// stay, also those of the same day; of rankings a day keeps the newest. Bodies are left out: they
// are with the items.
func (d *DB) KeepBrief(ctx context.Context, b minutes.Brief, ranked []minutes.Scored) error {
	const doing = "keep the brief"
	if b.Day == "" {
		return errors.New(doing + ": it has no day")
	}
	raw, err := json.Marshal(lean(b))
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	order := make([]placed, len(ranked))
	for i, s := range ranked {
		order[i] = placed{s.ID, s.Score, s.Why, s.Verdict, s.Also}
	}
	rank, err := json.Marshal(order)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	at := micros(b.GeneratedAt)
	return d.write(ctx, doing, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO briefs(day, generated, brief, sum) VALUES(?,?,?,?)`, b.Day, at, raw, sumBrief(b.Day, at, raw)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO rankings(day, ranked, sum) VALUES(?,?,?)
			ON CONFLICT(day) DO UPDATE SET ranked = excluded.ranked, sum = excluded.sum`, b.Day, rank, sumRanking(b.Day, rank))
		return err
	})
}

// lean is the brief without bodies; b itself is left as it is.
func lean(b minutes.Brief) minutes.Brief {
	b.Sections = slices.Clone(b.Sections)
	for i, s := range b.Sections {
		items := slices.Clone(s.Items)
		for j := range items {
			items[j].Body = minutes.Safe{}
		}
		b.Sections[i].Items = items
	}
	return b
}

// Ranking is the order that the day's newest brief was made from, best first, without bodies.
// Items that are gone since are left out. minutes.ErrNotFound where no brief was made.
func (d *DB) Ranking(ctx context.Context, day string) ([]minutes.Scored, error) {
	doing := "read the ranking of " + day
	order, err := scanRanking(d.r.QueryRowContext(ctx, selectRanking+` WHERE day = ?`, day))
	if err != nil {
		return nil, d.fail(ctx, doing, err)
	}
	ids := make([]string, len(order))
	for i, p := range order {
		ids[i] = p.ID
	}
	items, err := d.items(ctx, d.r, minutes.Query{IDs: ids})
	if err != nil {
		return nil, d.fail(ctx, doing, err)
	}
	at := make(map[string]int, len(items))
	for i, it := range items {
		at[it.ID] = i
	}
	out := make([]minutes.Scored, 0, len(order))
	for _, p := range order {
		if i, ok := at[p.ID]; ok {
			out = append(out, minutes.Scored{Item: items[i], Score: p.Score, Why: list(p.Why), Verdict: p.Verdict, Also: list(p.Also)})
		}
	}
	return out, nil
}
