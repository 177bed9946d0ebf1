package agent

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/prompts"
)

// rulePlanner plans by rules over the question and the tools there are: the whole mind where no model
// plans, and what takes over from one that fails. It does not fail. All it does is one step: what the
// question names, at once.
type rulePlanner struct{}

func (rulePlanner) next(_ context.Context, q *inquiry) (prompts.Step, error) {
	var step prompts.Step
	for _, action := range q.rules() {
		made := false
		for _, d := range q.done {
			made = made || d.Tool == action.Tool && d.Error == ""
		}
		if _, ok := q.tools[action.Tool]; ok && !made && len(step.Actions) < 4 {
			step.Actions = append(step.Actions, action)
		}
	}
	if len(step.Actions) == 0 {
		step.Final, step.Thought = true, minutes.Clean("what the question names has been looked at")
		return step, nil
	}
	step.Thought = minutes.Clean("by rule: look where the question's words point")
	return step, nil
}

// rules are the calls that a question's words call for, the surest first.
func (q *inquiry) rules() []prompts.Action {
	text := " " + strings.Join(folded(q.question.String()), " ") + " "
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, " "+w) {
				return true
			}
		}
		return false
	}
	var out []prompts.Action
	do := func(tool string, args map[string]any) {
		raw, err := json.Marshal(args)
		if err == nil {
			out = append(out, prompts.Action{Tool: tool, Args: raw})
		}
	}
	if has("action", "owe", "todo", "to do", "deadline", "due ", "waiting for", "wait for", "promised", "answer to whom") {
		do("open_actions", map[string]any{})
	}
	if has("meeting", "calendar", "event", "agenda", "appointment", "schedule", "free ", "busy") {
		from, to := q.daysMeant(text)
		do("events", map[string]any{"from": from, "to": to})
	}
	weather, market := has("weather", "rain", "forecast", "umbrella"), has("price", "stock", "share", "market", "exchange rate")
	for _, src := range q.a.Sources {
		if weather && src.Kind == "weather" || market && src.Kind == "market" {
			do("fetch_"+src.Name(), map[string]any{})
		}
	}
	if words := tellingWords(q.question.String()); len(words) > 0 {
		do("search_memory", map[string]any{"words": minutes.CleanLine(strings.Join(words, " ")).Cut(180).String(), "limit": 12})
	}
	if len(out) == 0 || has("brief", "today", "this morning", "new ") {
		do("recall_brief", map[string]any{})
	}
	return out
}

// daysMeant are the first and last day that a question speaks of: from today for a week, unless it
// says otherwise.
func (q *inquiry) daysMeant(text string) (from, to string) {
	day := func(n int) string { return minutes.DayStart(q.m.Now, n).Format("2006-01-02") }
	switch {
	case strings.Contains(text, " tomorrow"):
		return day(1), day(1)
	case strings.Contains(text, " today"), strings.Contains(text, " tonight"):
		return day(0), day(0)
	case strings.Contains(text, " yesterday"):
		return day(-1), day(-1)
	case strings.Contains(text, " last week"):
		return day(-7), day(0)
	case strings.Contains(text, " next week"):
		return day(1), day(14)
	}
	return day(0), day(7)
}
