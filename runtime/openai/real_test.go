package openai

import (
	"slices"
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
	names, err := Models(t.Context(), o)
	if err != nil || !slices.Contains(names, "tiny:latest") {
		t.Errorf("models: %v, %v", names, err)
	}
}
