package router

import (
	"context"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// Trust is what a model may see. The zero Trust may see what is public and nothing else.
type Trust struct {
	Private bool // mail and calendar too, and all that was made from them
	Local   bool // runs on this machine: what never leaves it too, if Private
}

// A Guarded model refuses what it may not see. Guard alone makes one, and Order takes no other, so that
// no prompt reaches a server past it.
type Guarded struct {
	name  string
	trust Trust
	inner minutes.Model
	sent  func(ctx context.Context, class minutes.Class)
}

// Guard puts a model behind what it may see. sent, if not nil, hears of every prompt that is let pass,
// before it goes, with its class: for the ledger.
func Guard(name string, trust Trust, inner minutes.Model, sent func(ctx context.Context, class minutes.Class)) Guarded {
	return Guarded{name, trust, inner, sent}
}

// Name is the model's, as the config has it.
func (g Guarded) Name() string { return g.name }

// Generate answers p if the model may see it: else the error is minutes.ErrTrust and nothing was sent.
func (g Guarded) Generate(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	class := p.Label().Class
	switch {
	case g.inner == nil:
		return minutes.Answer{}, g.refuse("is not there", minutes.ErrNotFound)
	case class != minutes.Public && class != minutes.Private: // a secret has no way into a prompt
		return minutes.Answer{}, g.refuse("is asked to see a secret", minutes.ErrTrust)
	case class == minutes.Private && !g.trust.Private:
		return minutes.Answer{}, g.refuse("is public and sees nothing private", minutes.ErrTrust)
	case p.LocalOnly && !(g.trust.Local && g.trust.Private):
		return minutes.Answer{}, g.refuse("is not on this machine, which this never leaves", minutes.ErrTrust)
	}
	if g.sent != nil {
		g.sent(ctx, class)
	}
	answer, err := g.inner.Generate(ctx, p, emit)
	// A server that sees what is private may remember it: what it writes is private, whatever it was shown.
	wrote := minutes.Label{Class: minutes.Public, Origin: minutes.FromModel}
	if g.trust.Private {
		wrote.Class = minutes.Private
	}
	answer.Text.Label = p.Label().Join(wrote)
	return answer, err
}

func (g Guarded) refuse(why string, err error) error {
	return &minutes.ModelError{Model: g.name, Err: fmt.Errorf("%s: %w", why, err)}
}
