package weather

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// Tools are the forecast as it is now, of the place in the config and of no other.
func (s *source) Tools() []minutes.Tool {
	place := s.config.Place
	if place == "" {
		place = "here" // coordinates, which nobody needs to know
	}
	return []minutes.Tool{forecastTool{s, minutes.ToolSpec{Name: s.env.Name + "_forecast", About: "the weather as it is forecast now", Source: s.env.Name,
		Reads: minutes.Private, Reach: minutes.ReachFixed,
		Params: []minutes.Param{{Name: "place", About: "where", Type: minutes.ParamChoice, Choices: []string{place}}}}}}
}

type forecastTool struct {
	s    *source
	spec minutes.ToolSpec
}

func (t forecastTool) Spec() minutes.ToolSpec { return t.spec }

// Call asks as Fetch does: the argument is one of one, and nothing of it travels.
func (t forecastTool) Call(ctx context.Context, _ json.RawMessage) (minutes.Observation, error) {
	at, err := t.s.place(ctx)
	if err != nil {
		return minutes.Observation{}, fmt.Errorf("weather: %w", err)
	}
	it, err := t.s.forecast(ctx, at)
	if err != nil {
		return minutes.Observation{}, fmt.Errorf("weather: %w", err)
	}
	it.Source, it.Private = t.s.env.Name, t.s.env.Private
	it.Clean()
	return minutes.Observation{Items: []minutes.Item{it}}, nil
}
