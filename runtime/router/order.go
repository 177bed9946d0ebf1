package router

import (
	"context"
	"errors"

	"github.com/dailyminutes/minutes"
)

// Order tries models in their order until one answers. What a failed one had begun to say is taken back
// by a piece with Reset; those that were passed over are in the Answer's Fallbacks. Where none answers the
// error is *minutes.PassedOver. When ctx ends nothing more is tried.
func Order(models ...Guarded) minutes.Model {
	return modelFunc(func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		var passed []minutes.Fallback
		for _, m := range models {
			begun := false
			answer, err := m.Generate(ctx, p, func(piece minutes.Piece) {
				begun = true
				if emit != nil {
					emit(piece)
				}
			})
			if err == nil {
				answer.Fallbacks = append(passed, answer.Fallbacks...)
				return answer, nil
			}
			if begun && emit != nil {
				emit(minutes.Piece{Reset: true})
			}
			if ctx.Err() != nil {
				return minutes.Answer{}, context.Cause(ctx)
			}
			passed = append(passed, minutes.Fallback{Model: m.name, Error: reason(err)})
		}
		return minutes.Answer{}, &minutes.PassedOver{Fallbacks: passed}
	})
}

// reason is an error without the model's name, which stands beside it.
func reason(err error) string {
	var own *minutes.ModelError
	if errors.As(err, &own) {
		err = own.Err
	}
	return minutes.CleanLine(err.Error()).Cut(200).String()
}
