package router

import (
	"context"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// Spending is the ledger of what models cost, by day and over processes.
type Spending interface {
	Spent(ctx context.Context) (usd float64, err error) // today
	Spend(ctx context.Context, usd float64) error
}

// A Budget is for a day, over all models that share it.
type Budget struct {
	Limit float64 // US dollars; 0: nothing that costs is called
	Spent Spending
	Warn  func(spent, limit float64) // at 80 %, may be nil
}

// Around keeps a model within the budget. A model that costs nothing by the token is never held up;
// another one is passed over once the day's money is spent: the order then comes to a cheaper one, and at
// its end to none. A ledger that cannot be read holds it up too.
func (b *Budget) Around(price Price, inner minutes.Model) minutes.Model {
	return modelFunc(func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		if !price.free() {
			spent, err := b.Spent.Spent(ctx)
			if err != nil {
				return minutes.Answer{}, &minutes.ModelError{Err: fmt.Errorf("what was spent today cannot be read: %w", err)}
			}
			if spent >= b.Limit {
				return minutes.Answer{}, &minutes.ModelError{Err: fmt.Errorf("$%.2f of $%.2f are spent today: %w", spent, b.Limit, minutes.ErrBudget)}
			}
		}
		answer, err := inner.Generate(ctx, p, emit)
		if answer.Usage.CostUSD > 0 {
			before, _ := b.Spent.Spent(ctx)
			if e := b.Spent.Spend(context.WithoutCancel(ctx), answer.Usage.CostUSD); e != nil && err == nil && !price.free() {
				err = &minutes.ModelError{Err: fmt.Errorf("what it cost cannot be kept: %w", e)}
			}
			after := before + answer.Usage.CostUSD
			if b.Warn != nil && b.Limit > 0 && before < 0.8*b.Limit && after >= 0.8*b.Limit {
				b.Warn(after, b.Limit)
			}
		}
		return answer, err
	})
}
