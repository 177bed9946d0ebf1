package agent

import (
	"context"

	"github.com/dailyminutes/minutes"
)

// ReadAs has one item read by a model, as a preload does.
func ReadAs(ctx context.Context, model minutes.Model, m minutes.Morning, it minutes.Item) minutes.Reading {
	a, _ := newsroom()
	a.Readings, a.Models, a.Settings.Zone = &drawer{}, Models{Read: model, Name: "tiny", Slots: 4}, m.Zone
	r := a.newReaders(ctx, m)
	defer r.stop()
	return r.best([]minutes.Scored{{Item: it, Score: 0.5}})[it.ID]
}
