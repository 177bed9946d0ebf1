package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// asked is what a prompt of the program asks for, as the server of a model sees it.
type asked struct {
	Mark     string `json:"-"`
	Item     string // of a reader
	Question any    // of a planner an object, of an answer a text
	Goal     string // of a planner
	Passages []struct{ Name, Passage string }
	Lines    []struct{ Name, Line string }
	Refused  any
}

func readAsked(q runtimetest.Request) asked {
	var a asked
	_ = json.Unmarshal([]byte(q.User), &a)
	head, _, _ := strings.Cut(q.System, "\n")
	a.Mark = strings.TrimPrefix(head, "Mark: ")
	return a
}

// field is what stands behind "name: " on a line of an item or a passage.
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// honest answers every prompt truly and in form, with words of what it was shown: the line of an item is
// its title, marked so that a test sees who wrote it.
func honest(q runtimetest.Request) runtimetest.Reply {
	a := readAsked(q)
	var v any
	switch {
	case a.Goal != "":
		v = map[string]any{"mark": a.Mark, "thought": "enough", "actions": []any{}, "final": true}
	case a.Passages != nil:
		claims := []any{}
		if len(a.Passages) > 0 {
			_, title, _ := strings.Cut(strings.SplitN(a.Passages[0].Passage, "\n", 2)[0], ": ")
			claims = append(claims, map[string]any{"text": "It says “" + title + "”", "items": []string{a.Passages[0].Name}, "quotes": []string{title}})
		}
		v = map[string]any{"mark": a.Mark, "abstain": len(claims) == 0, "claims": claims}
	case a.Item != "":
		title := field(a.Item, "title")
		v = map[string]any{"mark": a.Mark, "line": "It says “" + title + "”", "quote": title, "kind": "news", "asks": []any{}, "needs_reply": false}
	default:
		v = map[string]any{"colours": []string{"red"}}
	}
	b, _ := json.Marshal(v)
	return runtimetest.Reply{Text: string(b)}
}

// withModels puts models in the place of the demo's, which has none.
func withModels(config, models string) string {
	return strings.Replace(config, "[runtime]\norder = []\n", "", 1) + models
}

// modelConfig is a config's [runtime] with servers in their order: "ollama" or "openai" each.
func modelConfig(types []string, servers ...*runtimetest.Server) string {
	out := "\n[runtime]\n"
	for i, s := range servers {
		base := s.URL
		if types[i] == "openai" {
			base += "/v1"
		}
		out += fmt.Sprintf("[[runtime.model]]\nname = \"%s%d\"\ntype = %q\nbase_url = %q\nmodel = %q\n", types[i], i+1, types[i], base, s.Name)
	}
	return out
}

// TestAModelReadsAndTheBriefSaysSo makes a brief with a model of either protocol, and again with nothing
// new: then no call is made.
func TestAModelReadsAndTheBriefSaysSo(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ollama", "openai"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := runtimetest.Serve(t, honest)
			w, config := startDemo(t)
			b := newBox(t, withModels(config, modelConfig([]string{kind}, s)), w.Now)
			b.must(0, "preload")
			brief := b.brief()
			n := len(s.Asked())
			told := 0
			for _, c := range brief.Claims() {
				if c.Engine == minutes.EngineModel {
					told++
					if !strings.HasPrefix(c.Text.String(), "It says “") {
						t.Errorf("%s", c.Text)
					}
				}
			}
			if told == 0 || brief.Engine.Composer != "model" || brief.Engine.Model != "tiny" || brief.Usage.Calls != n || brief.Usage.PromptTokens == 0 {
				t.Errorf("%d lines by the model, %+v, %+v, %d calls", told, brief.Engine, brief.Usage, n)
			}
			b.must(0, "preload")
			if again := len(s.Asked()); again != n {
				t.Errorf("nothing was new, and %d calls were made", again-n)
			}
			var r minutes.Reply
			b.decode(b.must(0, "ask", "--json", "what does Anna want"), &r)
			if r.Engine.Composer != "model" || len(r.Answer) != 1 || r.Answer[0].Engine != minutes.EngineModel {
				t.Errorf("%s", asJSON(t, r))
			}
			t.Logf("%s: %d calls, %d of %d lines by the model", kind, n, told, len(brief.Claims()))
			list := b.must(0, "models")
			if !strings.Contains(list, "tiny") || !strings.Contains(list, "sees mail and calendar too") {
				t.Error(list)
			}
			if out := b.must(0, "models", "test"); !strings.Contains(out, "answers, in form") {
				t.Error(out)
			}
		})
	}
}

// TestWithTheChainDownTheBriefIsTheOneWithoutModels compares the two, line for line.
func TestWithTheChainDownTheBriefIsTheOneWithoutModels(t *testing.T) {
	t.Parallel()
	w, config := startDemo(t)
	base := newBox(t, config, w.Now)
	base.must(0, "preload")
	down := newBox(t, withModels(config, fmt.Sprintf("\n[runtime]\n[[runtime.model]]\nname = \"gpu\"\ntype = \"openai\"\nbase_url = %q\nmodel = \"m\"\n", runtimetest.Down(t)+"/v1")), w.Now)
	if r := down.run("preload"); r.code != 0 || !strings.Contains(r.err, "gpu was passed over: ") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	for _, form := range []string{"--plain", "--markdown", "--html"} {
		if out := down.must(0, "brief", form); !strings.Contains(out, "gpu was passed over (") {
			t.Errorf("%s does not say that the model was passed over", form)
		}
	}
	good, bad := base.brief(), down.brief()
	if d := difference(asJSON(t, good.Claims()), asJSON(t, bad.Claims())); d != "" {
		t.Error(d)
	}
	if bad.Engine.Composer != "extractive" || len(bad.Engine.Fallbacks) != 1 || bad.Engine.Fallbacks[0].Model != "gpu" {
		t.Errorf("%+v", bad.Engine)
	}
}
