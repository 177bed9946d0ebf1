package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
)

// keepAnswers is how long the answers of models are kept.
const keepAnswers = 7 * 24 * time.Hour

// Reading is what a reader made under that key; minutes.ErrNotFound where there is nothing.
func (d *DB) Reading(ctx context.Context, key string) (minutes.Reading, error) {
	var r minutes.Reading
	b, err := d.made(ctx, "reading", key)
	if err == nil && b == nil {
		return r, fmt.Errorf("a reading: %w", minutes.ErrNotFound)
	}
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	return r, err
}

// KeepReading keeps what a reader made, as long as its item is kept.
func (d *DB) KeepReading(ctx context.Context, key string, r minutes.Reading) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return d.keepMade(ctx, "reading", key, r.Item, b)
}

// Answers are the answers of models, by key, for a week.
func (d *DB) Answers() Answers { return Answers{d} }

// Answers is the part of a store that keeps what models answered.
type Answers struct{ db *DB }

// Get is the answer under key, nil where there is none.
func (a Answers) Get(ctx context.Context, key string) ([]byte, error) {
	return a.db.made(ctx, "answer", key)
}

// Put keeps an answer.
func (a Answers) Put(ctx context.Context, key string, value []byte) error {
	return a.db.keepMade(ctx, "answer", key, "", value)
}

func (d *DB) made(ctx context.Context, kind, key string) ([]byte, error) {
	var b []byte
	err := d.r.QueryRowContext(ctx, `SELECT value FROM made WHERE kind = ? AND key = ?`, kind, key).Scan(&b)
	if missing(err) {
		return nil, nil
	}
	return b, d.fail(ctx, "look for what was made", err)
}

func (d *DB) keepMade(ctx context.Context, kind, key, item string, value []byte) error {
	return d.exec(ctx, "keep what was made", `INSERT INTO made(kind, key, item, at, value) VALUES(?,?,?,?,?)
		ON CONFLICT(kind, key) DO UPDATE SET at = excluded.at, value = excluded.value`, kind, key, item, micros(d.now()), value)
}

// dropMade drops what was made of items that are gone, and answers that are old.
func dropMade(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM made WHERE item <> '' AND item NOT IN (SELECT id FROM items) OR kind = 'answer' AND at < ?`, micros(now.Add(-keepAnswers)))
	return err
}

// Spending is what models cost, by day of the user's clock.
func (d *DB) Spending(zone *time.Location) Spending { return Spending{d, zone} }

// Spending is the part of a store that counts money.
type Spending struct {
	db   *DB
	zone *time.Location
}

func (s Spending) today() string { return s.db.now().In(s.zone).Format(time.DateOnly) }

// Spent is what today has cost so far, in US dollars.
func (s Spending) Spent(ctx context.Context) (float64, error) {
	var usd float64
	err := s.db.r.QueryRowContext(ctx, `SELECT usd FROM spending WHERE day = ?`, s.today()).Scan(&usd)
	if missing(err) {
		return 0, nil
	}
	return usd, s.db.fail(ctx, "read what was spent", err)
}

// Spend adds to today's cost; several processes may at once.
func (s Spending) Spend(ctx context.Context, usd float64) error {
	return s.db.exec(ctx, "count what was spent", `INSERT INTO spending(day, usd) VALUES(?,?) ON CONFLICT(day) DO UPDATE SET usd = usd + excluded.usd`, s.today(), usd)
}
