package router

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

const (
	failuresToOpen = 5
	openFor        = 60 * time.Second
)

// A Breaker passes a model over that has failed 5 times in a row: for 60 s nobody waits for it, then one
// call tries. It is one model's, and several callers'.
type Breaker struct {
	cb circuitbreaker.CircuitBreaker[minutes.Answer]
}

// NewBreaker makes a closed one.
func NewBreaker() *Breaker {
	return &Breaker{circuitbreaker.NewBuilder[minutes.Answer]().HandleIf(func(_ minutes.Answer, err error) bool { return broken(err) }).
		WithFailureThreshold(failuresToOpen).WithDelay(openFor).WithSuccessThreshold(1).Build()}
}

// State is closed, open or half-open.
func (b *Breaker) State() string { return b.cb.State().String() }

// Around puts a model behind the breaker.
func (b *Breaker) Around(inner minutes.Model) minutes.Model {
	return modelFunc(func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		answer, err := failsafe.With[minutes.Answer](b.cb).WithContext(ctx).Get(func() (minutes.Answer, error) {
			return inner.Generate(ctx, p, emit)
		})
		if errors.Is(err, circuitbreaker.ErrOpen) {
			return answer, &minutes.ModelError{Err: fmt.Errorf("it failed %d times; asked again in %s: %w",
				failuresToOpen, b.cb.RemainingDelay().Round(time.Second), minutes.ErrOffline)}
		}
		return answer, err
	})
}

// broken says that the model, not the prompt or the caller, is at fault.
func broken(err error) bool {
	return err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, minutes.ErrTooLong) && !errors.Is(err, minutes.ErrTrust) &&
		!errors.Is(err, minutes.ErrTruncated) && !errors.Is(err, minutes.ErrBudget)
}
