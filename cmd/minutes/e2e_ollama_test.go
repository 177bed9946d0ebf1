package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// TestE2ENoiseOfARealOllama makes a brief and an answer with a real Ollama whose model says noise, by
// either protocol: what it says is replaced by the items' own words, so the brief is the one without models.
func TestE2ENoiseOfARealOllama(t *testing.T) {
	server := runtimetest.LiveOllama(t)
	w, config := startDemo(t)
	base := newBox(t, config, w.Now)
	base.must(0, "preload")
	want := asJSON(t, base.brief().Claims())
	for kind, url := range map[string]string{"ollama": server, "openai": server + "/v1"} {
		t.Run(kind, func(t *testing.T) {
			model := fmt.Sprintf("\n[runtime]\n[[runtime.model]]\nname = \"noise\"\ntype = %q\nbase_url = %q\nmodel = \"tiny\"\n", kind, url)
			b := newBox(t, withModels(config, model), w.Now)
			if list := b.must(0, "models"); !strings.Contains(list, "tiny") {
				t.Error(list)
			}
			t.Logf("models test: %s", b.run("models", "test").out)
			start := time.Now()
			b.must(0, "preload")
			took := time.Since(start)
			brief := b.brief()
			if d := difference(want, asJSON(t, brief.Claims())); d != "" {
				t.Errorf("noise is in the brief: %s", d)
			}
			if brief.Usage.Calls == 0 {
				t.Error("the model was not asked")
			}
			var r minutes.Reply
			b.decode(b.must(0, "ask", "--json", "what does Anna want"), &r)
			for _, c := range r.Answer {
				if c.Engine == minutes.EngineModel {
					t.Errorf("noise is an answer: %s", c.Text)
				}
			}
			t.Logf("ollama: %s: %d calls, %d tokens read and %d written in %s; passed over: %v", kind, brief.Usage.Calls, brief.Usage.PromptTokens,
				brief.Usage.CompletionTokens, took.Round(time.Millisecond), brief.Engine.Fallbacks)
		})
	}
}
