package router

import (
	"context"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/failsafe-go/failsafe-go/ratelimiter"
)

// Rate lets so many calls a minute through, evenly; the others wait, as long as their context does. 0 is
// no limit.
func Rate(perMinute int, inner minutes.Model) minutes.Model {
	if perMinute <= 0 {
		return inner
	}
	limiter := ratelimiter.NewSmooth[minutes.Answer](uint(perMinute), time.Minute)
	return modelFunc(func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		if err := limiter.AcquirePermit(ctx); err != nil {
			return minutes.Answer{}, err
		}
		return inner.Generate(ctx, p, emit)
	})
}
