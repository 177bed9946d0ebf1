package agent

import (
	"testing"

	"github.com/dailyminutes/minutes"
)

// A planner that asks for what it may not have is sent away; the question is still answered.
func TestRulesTakeOverFromAPlannerThatWasDenied(t *testing.T) {
	bad := call("send_mail", `{"to":"x"}`)
	m := &mind{steps: []string{step(false, bad, bad, bad), step(false, bad, bad), step(false, call("search_memory", `{"words":"a"}`))}}
	search := searchSpec
	search.Name = "search_memory"
	search.Params = append(search.Params, minutes.Param{Name: "limit", Type: minutes.ParamInt, Min: 1, Max: 20, Optional: true})
	var words []string
	q := asking(t, "the code of the safe", told(search, func(args string) (minutes.Observation, error) {
		words = append(words, args)
		return minutes.Observation{Items: []minutes.Item{secretMail()}}, nil
	}))
	q.think(t.Context(), modelPlanner{m}, rulePlanner{})
	if len(m.shown) != 2 || len(words) != 1 || words[0] != `{"limit":12,"words":"code safe"}` || len(q.found) != 1 {
		t.Errorf("%d steps of the model, %q, %d items", len(m.shown), words, len(q.found))
	}
}
