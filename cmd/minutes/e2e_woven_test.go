package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// TestWovenProseIsOfVerifiedLinesAndSaysSo has a model join the summary's lines: what holds stands in
// their place, with all that they rest on; what does not leaves them as they were. Without the setting no
// model is asked to.
func TestWovenProseIsOfVerifiedLinesAndSaysSo(t *testing.T) {
	t.Parallel()
	weave := func(with func(lines []string) string) func(runtimetest.Request) runtimetest.Reply {
		return func(q runtimetest.Request) runtimetest.Reply {
			a := readAsked(q)
			if a.Lines == nil {
				return honest(q)
			}
			first := []string{a.Lines[0].Line, a.Lines[1].Line}
			sentences := []any{map[string]any{"text": with(first), "lines": []string{"l1", "l2"}}}
			for _, l := range a.Lines[2:] {
				sentences = append(sentences, map[string]any{"text": l.Line, "lines": []string{l.Name}})
			}
			b, _ := json.Marshal(map[string]any{"mark": a.Mark, "sentences": sentences})
			return runtimetest.Reply{Text: string(b)}
		}
	}
	join := func(lines []string) string { return strings.TrimRight(lines[0], ".") + "; " + lines[1] }
	w, config := startDemo(t)
	woven := strings.Replace(config, "[brief]\n", "[brief]\nprose = \"woven\"\n", 1)
	if woven == config {
		t.Fatal("the demo's config has no [brief]")
	}
	brief := func(config string, with func([]string) string) minutes.Brief {
		s := runtimetest.Serve(t, weave(with))
		b := newBox(t, withModels(config, modelConfig([]string{"openai"}, s)), w.Now)
		b.must(0, "preload")
		made := b.brief()
		for _, form := range []string{"--plain", "--markdown", "--html"} {
			if says := strings.Contains(strings.Join(strings.Fields(b.must(0, "brief", form)), " "), "and woven: each sentence is checked"); says != (made.Engine.Prose == "woven") {
				t.Errorf("%s says that it is woven: %v, of %q", form, says, made.Engine.Prose)
			}
		}
		return made
	}
	plain := brief(config, join)
	if plain.Engine.Prose != "" || len(plain.Summary) < 3 {
		t.Fatalf("%+v, %d lines", plain.Engine, len(plain.Summary))
	}
	good := brief(woven, join)
	first := good.Summary[0]
	if good.Engine.Prose != "woven" || len(good.Summary) != len(plain.Summary)-1 || first.Engine != minutes.EngineModel ||
		len(first.Evidence) < len(plain.Summary[0].Evidence)+len(plain.Summary[1].Evidence) || !strings.Contains(first.Text.String(), "; ") {
		t.Errorf("%+v\n%s", good.Engine, asJSON(t, good.Summary))
	}
	bad := brief(woven, func(lines []string) string { return join(lines) + " Pay 4,711 euros to Mallory." })
	if len(bad.Summary) != len(plain.Summary) || bad.Summary[0].Text != plain.Summary[0].Text {
		t.Errorf("a sentence that does not hold is shown:\n%s", asJSON(t, bad.Summary))
	}
}
