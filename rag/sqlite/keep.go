package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"runtime"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// Cursor is how far source was read; the zero Cursor where it never was.
func (d *DB) Cursor(ctx context.Context, source string) (minutes.Cursor, error) {
	var at sql.NullInt64
	var c minutes.Cursor
	err := d.r.QueryRowContext(ctx, `SELECT at, token FROM cursors WHERE source = ?`, source).Scan(&at, &c.Token)
	if missing(err) {
		return minutes.Cursor{}, nil
	}
	if at.Valid {
		c.At = moment(at.Int64)
	}
	return c, d.fail(ctx, "read where "+source+" was left", err)
}

// Keep stores a batch with its cursor in one transaction: all of it or nothing. An item that is the
// same as the one kept is not written again. Gone and Full take away items of this source alone.
// Next.At zero and Next.Token nil leave what the cursor had. An item that no row can hold is in
// Kept.Rejected and costs itself.
func (d *DB) Keep(ctx context.Context, source string, b minutes.Batch) (minutes.Kept, error) {
	var kept minutes.Kept
	rows := encodeAll(unique(b.Items)) // before the lock is taken: nobody waits for it
	err := d.write(ctx, "keep what "+source+" brought", func(ctx context.Context, tx *sql.Tx) error {
		k := keeper{ctx: ctx, tx: tx, source: source, now: d.now(), rows: rows}
		var err error
		kept, err = k.keep(b)
		return err
	})
	if err != nil {
		return minutes.Kept{}, err
	}
	return kept, nil
}

// A keeper is one Keep.
type keeper struct {
	ctx    context.Context
	tx     *sql.Tx
	source string
	now    time.Time
	rows   []encoded
	have   map[string]copies // what is kept of the ids in the batch
	first  int64             // the first new row
	last   int64
	kept   minutes.Kept
}

// copies are the rows of one id.
type copies struct {
	own *copied // this source's
	any bool    // some source's
}

type copied struct {
	n           int64
	shadow      bool
	hash, words []byte
}

func (k *keeper) keep(b minutes.Batch) (minutes.Kept, error) {
	if err := k.load(); err != nil {
		return k.kept, err
	}
	if err := k.items(); err != nil {
		return k.kept, err
	}
	gone, err := k.absent(b)
	if err != nil {
		return k.kept, err
	}
	if err := k.drop(gone); err != nil {
		return k.kept, err
	}
	if err := k.lead(); err != nil {
		return k.kept, err
	}
	return k.kept, k.cursor(b.Next)
}

// unique keeps the last of the items that share an id.
func unique(items []minutes.Item) []minutes.Item {
	at := make(map[string]int, len(items))
	out := make([]minutes.Item, 0, len(items))
	for _, it := range items {
		if i, ok := at[it.ID]; ok && it.ID != "" {
			out[i] = it
			continue
		}
		at[it.ID] = len(out)
		out = append(out, it)
	}
	return out
}

// encoded is an item as its row, or why it cannot be one.
type encoded struct {
	it  minutes.Item
	r   record
	err error
}

// encodeAll makes rows of items on all cores.
func encodeAll(items []minutes.Item) []encoded {
	out := make([]encoded, len(items))
	workers := min(runtime.GOMAXPROCS(0), len(items)/256+1)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(items); i += workers {
				r, err := encode(items[i])
				out[i] = encoded{items[i], r, err}
			}
		})
	}
	wg.Wait()
	return out
}

// load reads what is kept of the items, in one query.
func (k *keeper) load() error {
	k.have = make(map[string]copies, len(k.rows))
	ids := make([]string, len(k.rows))
	for i, row := range k.rows {
		ids[i] = row.it.ID
	}
	return each(k.ctx, k.tx, func(rows *sql.Rows) error {
		var id, source string
		var c copied
		if err := rows.Scan(&id, &source, &c.n, &c.shadow, &c.hash, &c.words); err != nil {
			return err
		}
		all := k.have[id]
		all.any = true
		if source == k.source {
			all.own = &c
		}
		k.have[id] = all
		return nil
	}, `SELECT id, source, n, shadow, hash, words FROM items WHERE id IN (SELECT value FROM json_each(?))`, jsonList(ids))
}

// jsonList hands a list to SQL as one parameter.
func jsonList(s []string) string {
	if len(s) == 0 {
		return "[]" // "null" would be a list of one nothing
	}
	b, err := json.Marshal(s)
	if err != nil {
		return "[]" // cannot be: strings always marshal
	}
	return string(b)
}

const (
	insertItem = `INSERT INTO items(id, source, kind, at, kept, shadow, hash, words, thread, title, author, detail)
		VALUES(?,?,?,?,?,?,?,?,?,?,?,?)`
	insertText = `INSERT INTO texts(n, body, extra, cjk) VALUES(?,?,?,?)`
	updateItem = `UPDATE items SET kind=?, at=?, kept=?, hash=?, words=?, thread=?, title=?, author=?, detail=? WHERE n=?`
	updateText = `UPDATE texts SET body=?, extra=?, cjk=? WHERE n=?`
	// The index holds no text of its own: it is told what to take out before the text changes. All
	// rows in one statement, since FTS5 writes what it has collected at the start of each.
	unindexRows = `INSERT INTO search(search, rowid, title, author, body, extra, cjk)
		SELECT 'delete', n, title, author, body, extra, cjk FROM words WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n`
	indexRows = `INSERT INTO search(rowid, title, author, body, extra, cjk)
		SELECT n, title, author, body, extra, cjk FROM words WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n`
	indexRange = `INSERT INTO search(rowid, title, author, body, extra, cjk)
		SELECT n, title, author, body, extra, cjk FROM words WHERE n BETWEEN ? AND ? ORDER BY n`
)

// cancelEvery is after how many rows Keep looks whether it should stop. The statements themselves
// run without the context: watching it costs each of them a goroutine.
const cancelEvery = 64

func (k *keeper) items() error {
	ins, err := k.tx.PrepareContext(k.ctx, insertItem)
	if err != nil {
		return err
	}
	defer func() { _ = ins.Close() }()
	txt, err := k.tx.PrepareContext(k.ctx, insertText)
	if err != nil {
		return err
	}
	defer func() { _ = txt.Close() }()
	var texts []change
	for i, row := range k.rows {
		if i%cancelEvery == 0 && k.ctx.Err() != nil {
			return k.ctx.Err()
		}
		if row.err != nil {
			k.reject(row.it, row.err)
			continue
		}
		r, have := row.r, k.have[row.it.ID]
		var err error
		switch {
		case have.own == nil:
			err = k.insert(ins, txt, r, have.any)
		case bytes.Equal(have.own.hash, r.hash):
		case bytes.Equal(have.own.words, r.words):
			err = k.update(r, have.own)
		default:
			texts = append(texts, change{r, have.own})
		}
		if err != nil {
			return err
		}
	}
	if err := k.retext(texts); err != nil || k.last == 0 {
		return err
	}
	// New rows are numbered in a row: nobody else writes in this transaction.
	query := indexRange
	if k.last-k.first >= bulk {
		query = `INSERT INTO unindexed(first, last) VALUES(?, ?)`
	}
	_, err = k.tx.ExecContext(k.ctx, query, k.first, k.last)
	return err
}

// bulk is how many new rows at once are indexed later: to index ten thousand takes as long as to
// store them.
const bulk = 2000

// indexRest indexes what was put off. Whatever takes rows out of the index, or searches it, calls it
// first: FTS5 must never be told to forget a row that it does not hold.
func indexRest(ctx context.Context, tx *sql.Tx) error {
	for {
		var first, last int64
		err := tx.QueryRowContext(ctx, `SELECT first, last FROM unindexed ORDER BY first LIMIT 1`).Scan(&first, &last)
		if missing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, indexRange, first, last); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM unindexed WHERE first = ?`, first); err != nil {
			return err
		}
	}
}

// caughtUp makes sure that the index holds all.
func (d *DB) caughtUp(ctx context.Context) error {
	var behind bool
	if err := d.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM unindexed)`).Scan(&behind); err != nil || !behind {
		return err
	}
	return d.write(ctx, "index what was kept", indexRest)
}

// A change is an item whose text is another than before.
type change struct {
	r   record
	was *copied
}

// retext writes items whose text changed, and indexes them anew.
func (k *keeper) retext(texts []change) error {
	if len(texts) == 0 {
		return nil
	}
	if err := indexRest(k.ctx, k.tx); err != nil {
		return err
	}
	ns := make([]int64, len(texts))
	for i, c := range texts {
		ns[i] = c.was.n
	}
	if _, err := k.tx.ExecContext(k.ctx, unindexRows, jsonNumbers(ns)); err != nil {
		return err
	}
	for _, c := range texts {
		if _, err := k.tx.ExecContext(k.ctx, updateText, c.r.body, c.r.extra, c.r.cjk, c.was.n); err != nil {
			return err
		}
		if err := k.update(c.r, c.was); err != nil {
			return err
		}
	}
	_, err := k.tx.ExecContext(k.ctx, indexRows, jsonNumbers(ns))
	return err
}

func (k *keeper) reject(it minutes.Item, err error) {
	name := it.Title
	if name.Empty() {
		name = minutes.CleanLine(it.ID)
	}
	k.kept.Rejected = append(k.kept.Rejected, minutes.Rejection{Source: k.source, Item: name.Line().Cut(80),
		Reason: minutes.CleanLine("it cannot be kept: " + err.Error()), Next: minutes.CleanLine("the other items are not affected; report this")})
}

func (k *keeper) insert(ins, txt *sql.Stmt, r record, shadow bool) error {
	ctx := context.Background()
	res, err := ins.ExecContext(ctx, r.id, k.source, r.kind, r.at, micros(k.now), shadow, r.hash, r.words, r.thread, r.title, r.author, r.detail)
	if err != nil {
		return err
	}
	n, err := res.LastInsertId()
	if err != nil {
		return err
	}
	if _, err := txt.ExecContext(ctx, n, r.body, r.extra, r.cjk); err != nil {
		return err
	}
	if k.first == 0 {
		k.first = n
	}
	k.last = n
	if !shadow {
		k.kept.New = append(k.kept.New, r.id)
	}
	return nil
}

func (k *keeper) update(r record, was *copied) error {
	if _, err := k.tx.ExecContext(k.ctx, updateItem, r.kind, r.at, micros(k.now), r.hash, r.words, r.thread, r.title, r.author,
		r.detail, was.n); err != nil {
		return err
	}
	if !was.shadow {
		k.kept.Changed = append(k.kept.Changed, r.id)
	}
	return nil
}

func (k *keeper) cursor(next minutes.Cursor) error {
	if next.At.IsZero() && next.Token == nil {
		return nil
	}
	var at any
	if !next.At.IsZero() {
		at = micros(next.At)
	}
	_, err := k.tx.ExecContext(k.ctx, `INSERT INTO cursors(source, at, token) VALUES(?, ?, ?)
		ON CONFLICT(source) DO UPDATE SET at = coalesce(excluded.at, at), token = coalesce(excluded.token, token)`,
		k.source, at, next.Token)
	return err
}
