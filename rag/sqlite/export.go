package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/dailyminutes/minutes"
)

// What Export hands over: each object says what it is.
type (
	exportedItem struct {
		Schema string `json:"schema"`
		minutes.Item
	}
	exportedJudgement struct {
		Schema string `json:"schema"`
		minutes.Judgement
	}
	exportedAction struct {
		Schema string `json:"schema"`
		minutes.Action
	}
	exportedRun struct {
		Schema string `json:"schema"`
		minutes.Run
	}
)

// Export hands everything kept to emit, one object at a time: items with their bodies, oldest
// first, then briefs, judgements, actions and runs. since leaves out what is older. All of it is of
// one moment, whatever is written meanwhile.
func (d *DB) Export(ctx context.Context, since time.Time, emit func(v any) error) error {
	const doing = "export"
	if err := d.flush(ctx); err != nil {
		return err
	}
	d.journal.Lock()
	err := d.agree(ctx)
	d.journal.Unlock()
	if err != nil {
		return d.fail(ctx, doing, err)
	}
	tx, err := d.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return d.fail(ctx, doing, err)
	}
	defer func() { _ = tx.Rollback() }()
	from, _ := window(since, time.Time{})
	for _, part := range []func(context.Context, querier, int64, func(any) error) error{
		exportItems, exportBriefs, exportJudgements, exportActions, exportRuns,
	} {
		if err := part(ctx, tx, from, emit); err != nil {
			return d.fail(ctx, doing, err)
		}
	}
	return nil
}

func exportItems(ctx context.Context, q querier, from int64, emit func(any) error) error {
	return each(ctx, q, func(rows *sql.Rows) error {
		var r raw
		if err := r.scan(rows); err != nil {
			return err
		}
		it, err := r.item()
		if err != nil {
			return err
		}
		return emit(exportedItem{"minutes.item/v1", it})
	}, selectFull+` WHERE i.shadow = 0 AND i.at >= ? ORDER BY i.at, i.id`, from)
}

func exportBriefs(ctx context.Context, q querier, from int64, emit func(any) error) error {
	return each(ctx, q, func(rows *sql.Rows) error {
		b, err := scanBrief(rows)
		if err != nil {
			return err
		}
		b.Schema = "minutes.brief/v1"
		return emit(b)
	}, selectBrief+` WHERE generated >= ? ORDER BY day, n`, from)
}

func exportJudgements(ctx context.Context, q querier, from int64, emit func(any) error) error {
	return each(ctx, q, func(rows *sql.Rows) error {
		e := exportedJudgement{Schema: "minutes.judgement/v1"}
		if err := scanJSON(rows, &e.Judgement); err != nil {
			return err
		}
		if e.Verb == verbDone { // its action says so
			return nil
		}
		return emit(e)
	}, `SELECT judgement FROM judgements WHERE at >= ? ORDER BY id`, from)
}

func exportActions(ctx context.Context, q querier, from int64, emit func(any) error) error {
	all, err := readActions(ctx, q, "")
	if err != nil {
		return err
	}
	for _, a := range all {
		if micros(a.Since) < from && a.Status == "done" {
			continue // an open one is part of today, however old
		}
		if err := emit(exportedAction{"minutes.action/v1", a}); err != nil {
			return err
		}
	}
	return nil
}

func exportRuns(ctx context.Context, q querier, from int64, emit func(any) error) error {
	return each(ctx, q, func(rows *sql.Rows) error {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		e := exportedRun{Schema: "minutes.run/v1"}
		if err := json.Unmarshal(raw, &e.Run); err != nil {
			return err
		}
		e.Sources = list(e.Sources)
		return emit(e)
	}, `SELECT run FROM runs WHERE start >= ? AND run <> x'' ORDER BY id`, from)
}
