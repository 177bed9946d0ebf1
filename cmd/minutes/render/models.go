package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Model is a row of `minutes models`, as JSON has it.
type Model struct {
	Name string `json:"name"`
	Type string `json:"type"`
	minutes.ModelStatus
	Trust      string       `json:"trust"`
	Roles      []string     `json:"roles"` // that it is the first for
	Breaker    string       `json:"breaker"`
	SpentToday float64      `json:"spent_today_usd"` // by all models
	Error      minutes.Safe `json:"error"`
	Hint       minutes.Safe `json:"hint"`
}

// Models writes the models in the order in which they are tried.
func Models(w io.Writer, list []Model, spent, budget float64, o Options) error {
	return write(w, o, func(p *paper) {
		if len(list) == 0 {
			p.para("", "No model: the brief and the answers are made by code alone. minutes init and the README say how to add one.")
			return
		}
		for _, m := range list {
			state := p.style(good, "ok    ")
			if !m.Error.Empty() {
				state = p.style(alarm, "failed")
			}
			p.line(fmt.Sprintf("%s  %-12s %s", state, text(m.Name), text(m.ModelStatus.Model)))
			p.para("        ", p.style(dim, strings.Join(m.facts(), ", ")))
			if !m.Error.Empty() {
				p.para("        ", m.Error.Line().String())
			}
			if !m.Hint.Empty() {
				p.para("        next: ", m.Hint.Line().String())
			}
		}
		if spent > 0 || budget > 0 {
			p.line(p.style(dim, fmt.Sprintf("        today: $%.2f of $%.2f", spent, budget)))
		}
	})
}

// facts are what is known of a model, in words.
func (m Model) facts() []string {
	out := []string{text(m.Type) + " at " + text(m.Host), m.Trust + ", sees " + map[bool]string{true: "mail and calendar too", false: "public items only"}[m.Trust == "private"]}
	if m.Window > 0 {
		out = append(out, fmt.Sprintf("window %d of %d tokens", m.Window, m.Context))
	} else if m.Context > 0 {
		out = append(out, fmt.Sprintf("context %d tokens", m.Context))
	}
	if m.Load != nil {
		out = append(out, fmt.Sprintf("%d running, %d waiting", m.Load.Running, m.Load.Waiting))
		if m.Load.PrefixQueries > 0 {
			out = append(out, fmt.Sprintf("prefix cache %.0f %%", 100*float64(m.Load.PrefixHits)/float64(m.Load.PrefixQueries)))
		}
	}
	if len(m.Roles) > 0 {
		out = append(out, "first to "+strings.Join(m.Roles, ", "))
	}
	if m.Breaker != "closed" {
		out = append(out, "breaker "+m.Breaker)
	}
	return out
}
