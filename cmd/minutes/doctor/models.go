package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/dailyminutes/minutes"
)

// A Model is one of the models with how it stands. Error is why it cannot be used, empty where it can.
type Model struct {
	Name, Type, Trust string
	minutes.ModelStatus
	Error, Hint minutes.Safe
}

// fewTokens is a context in which a longer item, what is asked of it and the answer may not have room.
const fewTokens = 4096

// models looks at what is to read and write. That there is none is no fault: the brief is made all the same.
func (p Patient) models(ctx context.Context) []Finding {
	if p.Models == nil {
		return nil
	}
	list, err := p.Models(ctx)
	if err != nil {
		remedy := minutes.Hint(err)
		if remedy == "" {
			remedy = "see minutes models"
		}
		return []Finding{bad("models", err.Error(), remedy)}
	}
	if len(list) == 0 {
		return []Finding{good("models", "no model: the brief is made by code")}
	}
	out := make([]Finding, len(list))
	for i, m := range list {
		out[i] = m.finding()
	}
	return out
}

// finding is what is wrong with a model, or else what it is and what it sees.
func (m Model) finding() Finding {
	check := "model " + m.Name
	if !m.Error.Empty() {
		remedy := m.Hint.String()
		if remedy == "" {
			remedy = "run minutes models test " + m.Name
		}
		return bad(check, m.Error.String(), remedy)
	}
	about := []string{m.Model, m.Type + " at " + m.Host}
	switch {
	case m.Window > 0 && m.Context > 0:
		about = append(about, fmt.Sprintf("window %d of %d tokens", m.Window, m.Context))
	case m.Context > 0:
		about = append(about, fmt.Sprintf("context %d tokens", m.Context))
	}
	about = append(about, m.Trust+", sees "+map[bool]string{true: "mail and calendar too", false: "public items only"}[m.Trust == "private"])
	f := good(check, "%s", strings.Join(about, ", "))
	switch {
	case m.Remote != "":
		f.Text = minutes.CleanLine(f.Text.String() + ": its prompts are handed on to " + m.Remote)
		f.Remedy = minutes.Clean("to have mail and calendar read, name a model that runs on this machine: ollama list")
	case m.Context > 0 && m.Context < fewTokens:
		f.Remedy = minutes.CleanLine(fmt.Sprintf("a longer item may not fit: choose a model with %d tokens or more", 2*fewTokens))
	}
	return f
}
