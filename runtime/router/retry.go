package router

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

const (
	retries  = 3
	firstGap = time.Second
	maxAfter = 60 * time.Second // a server that asks for longer is passed over
)

// Retry tries a call again that may go well a moment later: 3 times, after 1, 2 and 4 seconds give or take
// a half, or after what the server asked for, up to 60 s. Once a piece was emitted there is no other try:
// the reader has seen it.
func Retry(inner minutes.Model) minutes.Model {
	return modelFunc(func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		begun := false
		policy := retrypolicy.NewBuilder[minutes.Answer]().
			HandleIf(func(_ minutes.Answer, err error) bool { return !begun && again(err) }).
			WithMaxRetries(retries).WithDelayFunc(gap).ReturnLastFailure().Build()
		return failsafe.With[minutes.Answer](policy).WithContext(ctx).Get(func() (minutes.Answer, error) {
			return inner.Generate(ctx, p, func(piece minutes.Piece) {
				begun = true
				if emit != nil {
					emit(piece)
				}
			})
		})
	})
}

// again says whether the server asks for another try, or the connection broke before anything came.
func again(err error) bool {
	var e *minutes.ModelError
	return errors.As(err, &e) && e.Again && e.RetryAfter <= maxAfter
}

// gap is how long to wait. The library would bend what a server asked for by its jitter, so both are
// reckoned here.
func gap(exec failsafe.ExecutionAttempt[minutes.Answer]) time.Duration {
	var e *minutes.ModelError
	if errors.As(exec.LastError(), &e) && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	d := firstGap << max(exec.Attempts()-1, 0)
	return d/2 + rand.N(d)
}
