package market

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/dailyminutes/minutes"
)

// Tools are the price of one watched symbol as it is now: of those in the config and of no other.
func (s *source) Tools() []minutes.Tool {
	return []minutes.Tool{quoteTool{s, minutes.ToolSpec{Name: s.env.Name + "_quote", About: "the latest price of a watched symbol", Source: s.env.Name,
		Reads: minutes.Private, Reach: minutes.ReachFixed,
		Params: []minutes.Param{{Name: "symbol", About: "which", Type: minutes.ParamChoice, Choices: slices.Clone(s.config.Symbols)}}}}}
}

type quoteTool struct {
	s    *source
	spec minutes.ToolSpec
}

func (t quoteTool) Spec() minutes.ToolSpec { return t.spec }

// Call asks as Fetch does, for one symbol; a provider's limits hold for it as well.
func (t quoteTool) Call(ctx context.Context, args json.RawMessage) (minutes.Observation, error) {
	var in struct{ Symbol string }
	if err := json.Unmarshal(args, &in); err != nil {
		return minutes.Observation{}, err
	}
	if !slices.Contains(t.s.config.Symbols, in.Symbol) {
		return minutes.Observation{}, fmt.Errorf("market: %.20q is not watched", in.Symbol)
	}
	one := *t.s
	one.config.Symbols = []string{in.Symbol}
	b, err := one.Fetch(ctx, minutes.Cursor{})
	for i := range b.Items {
		b.Items[i].Source, b.Items[i].Private = t.s.env.Name, t.s.env.Private
		b.Items[i].Clean()
	}
	return minutes.Observation{Items: b.Items}, err
}
