package router

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
)

// Patience is how long a model may take, each by itself. A model on this machine may load for minutes
// before its first token; a stream that stands still is dead.
type Patience struct {
	First time.Duration // until the first piece
	Idle  time.Duration // between pieces
	Total time.Duration
}

// What ran out.
var (
	errFirst = errors.New("no first token")
	errIdle  = errors.New("the stream stood still")
	errTotal = errors.New("no end of the answer")
)

// Local is Patience with a model on this machine.
func Local() Patience {
	return Patience{First: 300 * time.Second, Idle: 60 * time.Second, Total: 10 * time.Minute}
}

// Remote is Patience with a model on another machine.
func Remote() Patience {
	return Patience{First: 60 * time.Second, Idle: 60 * time.Second, Total: 10 * time.Minute}
}

// Wait ends a call that outlasts its patience, with an error that names which ran out. The model below
// has to emit pieces as they come, and to end with its context.
func Wait(patience Patience, inner minutes.Model) minutes.Model {
	return modelFunc(func(outer context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		ctx, end := context.WithCancelCause(outer)
		defer end(nil)
		total := time.AfterFunc(patience.Total, func() { end(fmt.Errorf("%w within %s", errTotal, patience.Total)) })
		defer total.Stop()
		first := time.AfterFunc(patience.First, func() { end(fmt.Errorf("%w within %s", errFirst, patience.First)) })
		defer first.Stop()
		idle := time.AfterFunc(time.Hour, func() { end(fmt.Errorf("%w for %s", errIdle, patience.Idle)) })
		idle.Stop()
		defer idle.Stop()
		answer, err := inner.Generate(ctx, p, func(piece minutes.Piece) {
			first.Stop()
			idle.Reset(patience.Idle)
			if emit != nil {
				emit(piece)
			}
		})
		if err == nil || outer.Err() != nil {
			return answer, err
		}
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			var own *minutes.ModelError
			name := ""
			if errors.As(err, &own) {
				name = own.Model
			}
			// Waiting for as long once more helps nobody.
			return answer, &minutes.ModelError{Model: name, Err: fmt.Errorf("%w: %w", cause, minutes.ErrOffline)}
		}
		return answer, err
	})
}
