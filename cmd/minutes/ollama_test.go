package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

// TestRealOllamaNoiseLeavesTheBriefAsItIs runs the program on a real Ollama with a Llama of random weights,
// by both of its protocols. What it says is noise in the form that the schema forces on it: nothing of it
// holds, so the brief and the answer are those without a model.
func TestRealOllamaNoiseLeavesTheBriefAsItIs(t *testing.T) {
	server := os.Getenv("MINUTES_OLLAMA")
	if server == "" {
		t.Skip("the real Ollama is started by .ci/ollama.sh run")
	}
	w, config := startDemo(t)
	base := newBox(t, config, w.Now)
	base.must(0, "preload")
	good := base.brief()
	for _, c := range []struct{ kind, at string }{{"ollama", server}, {"openai", server + "/v1"}} {
		b := newBox(t, withModels(config, fmt.Sprintf("\n[runtime]\n[[runtime.model]]\nname = \"real\"\ntype = %q\nbase_url = %q\nmodel = \"tiny\"\n", c.kind, c.at)), w.Now)
		b.must(0, "preload")
		brief := b.brief()
		if d := difference(asJSON(t, good.Claims()), asJSON(t, brief.Claims())); d != "" {
			t.Errorf("%s: noise is in the brief:\n%s", c.kind, d)
		}
		if brief.Usage.Calls == 0 || brief.Engine.Composer != "extractive" {
			t.Errorf("%s: %d calls, %+v", c.kind, brief.Usage.Calls, brief.Engine)
		}
		var r minutes.Reply
		b.decode(b.must(0, "ask", "--json", "what do I owe?"), &r)
		if r.Abstained || r.Answer[0].Engine == minutes.EngineModel {
			t.Errorf("%s: %s", c.kind, asJSON(t, r))
		}
		if list := b.must(0, "models"); !strings.Contains(list, "tiny") || strings.Contains(list, "failed") {
			t.Error(list)
		}
		t.Logf("real ollama, %s: %d calls, %d tokens read, %d written, 0 lines of noise", c.kind, brief.Usage.Calls, brief.Usage.PromptTokens, brief.Usage.CompletionTokens)
	}
}
