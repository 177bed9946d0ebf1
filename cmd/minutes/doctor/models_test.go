package doctor

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

func TestEachModelIsAFinding(t *testing.T) {
	well := minutes.ModelStatus{Model: "qwen3:8b", Host: "127.0.0.1:11434", Reachable: true, Present: true, Context: 32768, Window: 8192}
	remote, small, silent := well, well, minutes.ModelStatus{Model: "m", Host: "gpu.example.org"}
	remote.Remote, small.Context, small.Window = "ollama.com", 2048, 2048
	for name, c := range map[string]struct {
		model        Model
		ok           bool
		text, remedy string
	}{
		"well":  {Model{ModelStatus: well, Type: "ollama", Trust: "private"}, true, "qwen3:8b, ollama at 127.0.0.1:11434, window 8192 of 32768 tokens, private, sees mail and calendar too", ""},
		"open":  {Model{ModelStatus: well, Type: "openai", Trust: "public"}, true, "public, sees public items only", ""},
		"far":   {Model{ModelStatus: remote, Type: "ollama", Trust: "public"}, true, "handed on to ollama.com", "runs on this machine"},
		"small": {Model{ModelStatus: small, Type: "ollama", Trust: "private"}, true, "window 2048 of 2048", "8192 tokens or more"},
		"down":  {Model{ModelStatus: silent, Type: "openai", Error: minutes.Clean("model down: connection refused"), Hint: minutes.Clean("start it")}, false, "connection refused", "start it"},
		"mute":  {Model{ModelStatus: silent, Type: "openai", Error: minutes.Clean("model mute: no")}, false, "no", "minutes models test mute"},
	} {
		p := patient(t)
		c.model.Name = name
		p.Models = func(context.Context) ([]Model, error) { return []Model{c.model}, nil }
		found := 0
		for _, f := range Examine(t.Context(), p) {
			if !strings.HasPrefix(f.Check, "model") {
				continue
			}
			found++
			if f.Check != "model "+name || f.OK != c.ok || !strings.Contains(f.Text.String(), c.text) || f.Remedy.Empty() != (c.remedy == "") || !strings.Contains(f.Remedy.String(), c.remedy) {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if found != 1 {
			t.Errorf("%s: %d findings", name, found)
		}
	}
}

func TestNoModelIsFineAndOneThatCannotBeAskedIsNot(t *testing.T) {
	p := patient(t)
	p.Models = func(context.Context) ([]Model, error) { return nil, nil }
	found := Examine(t.Context(), p)
	if f := found[len(found)-1]; !f.OK || f.Text.String() != "no model: the brief is made by code" || !f.Remedy.Empty() {
		t.Errorf("%+v", f)
	}
	p.Models = func(context.Context) ([]Model, error) { return nil, errors.New("the memory is full") }
	found = Examine(t.Context(), p)
	if f := found[len(found)-1]; f.OK || f.Remedy.Empty() {
		t.Errorf("%+v", f)
	}
}
