// Package router decides which model answers, and what is done when one does not. Every concern is a
// minutes.Model around another one, in a file of its own: who may see a prompt (Guard), patience, retries,
// a breaker, a rate, a cache, a budget, a meter, and the order in which models are tried. It knows no
// provider and no brief.
package router

import (
	"context"

	"github.com/dailyminutes/minutes"
)

// A modelFunc is a Model of one function: what the decorators here are.
type modelFunc func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error)

// Generate calls it.
func (f modelFunc) Generate(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	return f(ctx, p, emit)
}
