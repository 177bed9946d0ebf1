package ollama

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

func TestRealOllama(t *testing.T) {
	base := runtimetest.LiveOllama(t)
	client := runtimetest.Client(t)
	model := func(t *testing.T, name string) minutes.Model {
		m, err := New(Options{Client: client, Base: base, Name: name, Window: 1024})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	e, err := NewEmbedder(Options{Client: client, Base: base, Name: "tiny", Window: 1024})
	if err != nil {
		t.Fatal(err)
	}
	runtimetest.Live(t, runtimetest.LiveSuite{Model: model, Embedder: e, Name: "tiny", Width: 64})

	st, err := model(t, "tiny").(minutes.ModelProber).Status(t.Context())
	if err != nil || !st.Reachable || !st.Present || st.Context != 16384 || st.Window != 1024 || st.Version == "" || st.Remote != "" {
		t.Errorf("status: %+v, %v", st, err)
	}
	t.Logf("status: %+v", st)
	_, err = model(t, "nope").(minutes.ModelProber).Status(t.Context())
	if minutes.Hint(err) != "ollama pull nope" {
		t.Errorf("a model that is not there: %v, hint %q", err, minutes.Hint(err))
	}
	listed, err := Models(t.Context(), client, base)
	if err != nil || !slices.ContainsFunc(listed, func(l Listed) bool { return l.Name == "tiny:latest" && l.Size > 500_000 && l.Remote == "" }) {
		t.Errorf("models: %+v, %v", listed, err)
	}

	// To this model every byte is a token: three times as many as we reckon. v0.6.5 cuts the prompt and
	// answers as if nothing were; the first time we find out from its count, from then on we know better.
	m := model(t, "tiny")
	p := minutes.Prompt{User: runtimetest.Prompt(strings.Repeat("The meeting moves to Tuesday. ", 40)).User, MaxTokens: 20}
	_, err = m.Generate(t.Context(), p, nil)
	if !errors.Is(err, minutes.ErrTooLong) || !strings.Contains(err.Error(), "the server read 1024 tokens") {
		t.Errorf("a prompt that was cut: %v", err)
	}
	p.User = runtimetest.Prompt(strings.Repeat("The meeting moves. ", 30)).User
	if _, err = m.Generate(t.Context(), p, nil); err != nil && !errors.Is(err, minutes.ErrTruncated) {
		t.Errorf("one that fits: %v", err)
	}
	p.User = runtimetest.Prompt(strings.Repeat("The meeting moves. ", 60)).User
	if _, err = m.Generate(t.Context(), p, nil); !errors.Is(err, minutes.ErrTooLong) || strings.Contains(err.Error(), "the server read") {
		t.Errorf("the next that does not fit was sent: %v", err)
	}

	texts := []minutes.Text{runtimetest.Prompt(strings.Repeat("too long for a vector ", 100)).User}
	if _, err := e.Embed(t.Context(), texts); !errors.Is(err, minutes.ErrTooLong) {
		t.Errorf("2,200 tokens for a window of 1,024: %v", err)
	}
}
