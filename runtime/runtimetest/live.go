package runtimetest

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"sync"
	"testing"

	"github.com/dailyminutes/minutes"
)

// A LiveSuite is a provider and a real server with a model whose words are noise.
type LiveSuite struct {
	Model    func(t *testing.T, name string) minutes.Model
	Embedder minutes.Embedder
	Name     string // of the model
	Width    int    // of its vectors
}

// LiveOllama is where a real Ollama listens, as .ci/ollama.sh says it; a test without one is skipped.
func LiveOllama(t *testing.T) string {
	base := os.Getenv("MINUTES_OLLAMA")
	if base == "" {
		t.Skip("no MINUTES_OLLAMA: .ci/ollama.sh has one")
	}
	return base
}

// Live checks a provider against a real server. The server's words are not judged, but that they arrive.
func Live(t *testing.T, s LiveSuite) {
	m := s.Model(t, s.Name)
	t.Run("an answer, the same each time", func(t *testing.T) { s.same(t, m) })
	t.Run("a schema", func(t *testing.T) { s.schema(t, m) })
	t.Run("a limit", func(t *testing.T) {
		p := short("Say something.")
		p.MaxTokens = 2
		a, _, err := ask(t.Context(), t, m, p)
		if !errors.Is(err, minutes.ErrTruncated) || a.Usage.CompletionTokens == 0 {
			t.Errorf("2 tokens are a whole answer: %q, %v, %+v", a.Text, err, a.Usage)
		}
	})
	t.Run("cancelled in mid-stream", func(t *testing.T) { s.cancel(t, m) })
	t.Run("several at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { s.schema(t, m) })
		}
		wg.Wait()
	})
	t.Run("a model that is not there", func(t *testing.T) {
		_, _, err := ask(t.Context(), t, s.Model(t, "nope"), short("Hello"))
		if !errors.Is(err, minutes.ErrNotFound) || minutes.Hint(err) == "" {
			t.Errorf("%v, hint %q", err, minutes.Hint(err))
		}
		t.Logf("told: %v; %s", err, minutes.Hint(err))
	})
	t.Run("vectors", s.vectors)
}

// short is a prompt that fits the tiny model's window of bytes.
func short(user string) minutes.Prompt {
	p := Prompt(user)
	p.System.Safe = minutes.Clean("Answer shortly.")
	return p
}

func (s LiveSuite) same(t *testing.T, m minutes.Model) {
	said := 0
	for _, user := range []string{"Hello there", "What is new today?", "Say something"} {
		a, pieces, err := ask(t.Context(), t, m, short(user))
		if errors.Is(err, minutes.ErrTruncated) { // noise need not end
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := ask(t.Context(), t, m, short(user))
		if err != nil || again.Text.String() != a.Text.String() {
			t.Errorf("%q, then %q, %v", a.Text, again.Text, err)
		}
		if minutes.Clean(pieces).String() != a.Text.String() {
			t.Errorf("pieces %q of %q", pieces, a.Text)
		}
		if a.Usage.PromptTokens < len(user) || a.Usage.CompletionTokens == 0 || a.Usage.TTFTMS <= 0 {
			t.Errorf("usage: %+v", a.Usage)
		}
		said++
	}
	if said == 0 {
		t.Error("no answer ended by itself")
	}
}

func (s LiveSuite) schema(t *testing.T, m minutes.Model) {
	p := short("Is it so?")
	p.Schema = json.RawMessage(`{"type":"object","properties":{"ok":{"type":"boolean"},"kind":{"type":"string","enum":["mail","event"]}},"required":["ok","kind"],"additionalProperties":false}`)
	a, _, err := ask(t.Context(), t, m, p)
	if err != nil {
		t.Errorf("no answer: %v", err)
		return
	}
	var got struct {
		OK   *bool
		Kind string
	}
	if err := json.Unmarshal([]byte(a.Text.String()), &got); err != nil || got.OK == nil || got.Kind != "mail" && got.Kind != "event" {
		t.Errorf("off the schema: %q, %v", a.Text, err)
	}
}

func (s LiveSuite) cancel(t *testing.T, m minutes.Model) {
	for k := 1; k <= 3; k++ {
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		p := short("On and on")
		p.MaxTokens = 600
		p.Schema = json.RawMessage(`{"type":"array","items":{"type":"string","enum":["mail","event"]},"minItems":200}`) // it cannot end soon
		_, err := m.Generate(ctx, p, func(minutes.Piece) {
			if seen++; seen == k {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after piece %d: %v", k, err)
		}
	}
	s.schema(t, m) // the server is there for the next
}

func (s LiveSuite) vectors(t *testing.T) {
	text := func(v string) minutes.Text {
		return minutes.Text{Safe: minutes.Clean(v), Label: minutes.Label{Class: minutes.Public}}
	}
	got, err := s.Embedder.Embed(t.Context(), []minutes.Text{text("a mail of Ann"), text("the weather"), text("a mail of Ann")})
	if err != nil || len(got) != 3 {
		t.Fatalf("%d vectors: %v", len(got), err)
	}
	dot := func(a, b []float32) float64 {
		sum := 0.0
		for i := range a {
			sum += float64(a[i]) * float64(b[i])
		}
		return sum
	}
	if len(got[0]) != s.Width || math.Abs(dot(got[0], got[0])-1) > 1e-3 || dot(got[0], got[2]) < 0.999 || dot(got[0], got[1]) > 0.999 {
		t.Errorf("%d numbers, length² %.4f, the same %.4f, another %.4f", len(got[0]), dot(got[0], got[0]), dot(got[0], got[2]), dot(got[0], got[1]))
	}
}
