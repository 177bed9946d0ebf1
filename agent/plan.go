package agent

import (
	"context"
	"errors"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/prompts"
)

// modelPlanner has a model think of each step. A step that is not of the form is mended once; then
// the planner fails, and another takes over for good.
type modelPlanner struct{ model minutes.Model }

func (p modelPlanner) next(ctx context.Context, q *inquiry) (prompts.Step, error) {
	var wrong error
	for range 2 {
		answer, err := p.model.Generate(ctx, prompts.Plan(q.run.Tools, q.view(), q.run.Taint, q.local(), wrong), nil)
		q.spend(answer, err)
		if err != nil {
			return prompts.Step{}, err
		}
		step, err := prompts.ParseStep(answer.Text)
		if err == nil {
			return step, nil
		}
		wrong = err
	}
	return prompts.Step{}, wrong
}

// spend counts a call of a model, and which models were passed over for it.
func (q *inquiry) spend(answer minutes.Answer, err error) {
	q.usage = addUsage(q.usage, answer.Usage)
	q.run.Tokens += answer.Usage.PromptTokens + answer.Usage.CompletionTokens
	q.passed = append(q.passed, answer.Fallbacks...)
	var none *minutes.PassedOver
	if errors.As(err, &none) {
		q.passed = append(q.passed, none.Fallbacks...)
	} else if err != nil {
		q.passed = append(q.passed, minutes.Fallback{Model: q.a.Models.Name, Error: minutes.CleanLine(err.Error()).Cut(200).String()})
	}
}
