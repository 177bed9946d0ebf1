package openai

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

func TestRealOllamaSpeaksThisToo(t *testing.T) {
	o := Options{Client: runtimetest.Client(t), Base: runtimetest.LiveOllama(t) + "/v1", Name: "tiny"}
	e, err := NewEmbedder(o)
	if err != nil {
		t.Fatal(err)
	}
	model := func(t *testing.T, name string) minutes.Model {
		o := o
		o.Name = name
		m, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	runtimetest.Live(t, runtimetest.LiveSuite{Model: model, Embedder: e, Name: "tiny", Width: 64})

	st, err := model(t, "tiny").(minutes.ModelProber).Status(t.Context())
	if err != nil || !st.Reachable || !st.Present || st.Context != 0 {
		t.Errorf("status: %+v, %v", st, err)
	}
	st, err = model(t, "nope").(minutes.ModelProber).Status(t.Context())
	if err == nil || !st.Reachable || st.Present {
		t.Errorf("a model that is not there: %+v, %v", st, err)
	}
	t.Logf("told: %v; %s", err, minutes.Hint(err))
	// By this protocol its window is 2,048 tokens, which nobody is told: to this model, as many bytes.
	m := model(t, "tiny")
	p := minutes.Prompt{User: runtimetest.Prompt(strings.Repeat("The meeting moves to Tuesday. ", 80)).User, MaxTokens: 20}
	if _, err := m.Generate(t.Context(), p, nil); !errors.Is(err, minutes.ErrTooLong) || !strings.Contains(err.Error(), "the server read 2048 tokens") {
		t.Errorf("a prompt that was cut: %v", err)
	}
	names, err := Models(t.Context(), o)
	if err != nil || !slices.Contains(names, "tiny:latest") {
		t.Errorf("models: %v, %v", names, err)
	}
}
