package openai

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// reading is what a recorded answer says, taken apart without any of our code.
type reading struct {
	text, reason   string
	prompt, answer int
	wellFormed     bool
}

func read(r runtimetest.Recording) (out reading) {
	out.wellFormed = true
	take := func(data string) {
		var v map[string]any
		if json.Unmarshal([]byte(data), &v) != nil {
			out.wellFormed = false
			return
		}
		if v["error"] != nil {
			out.wellFormed = false
		}
		if u, ok := v["usage"].(map[string]any); ok {
			n, _ := u["prompt_tokens"].(float64)
			m, _ := u["completion_tokens"].(float64)
			out.prompt, out.answer = int(n), int(m)
		}
		choices, _ := v["choices"].([]any)
		if len(choices) == 0 {
			return
		}
		c := choices[0].(map[string]any)
		if reason, ok := c["finish_reason"].(string); ok {
			out.reason = reason
		}
		for _, field := range []string{"delta", "message"} {
			if m, ok := c[field].(map[string]any); ok {
				s, _ := m["content"].(string)
				out.text += s
				if refusal, _ := m["refusal"].(string); refusal != "" {
					out.reason = "refusal"
				}
			}
		}
	}
	if !strings.HasPrefix(r.Response.Headers["content-type"], "text/event-stream") {
		take(r.Response.Body)
		return out
	}
	for line := range strings.Lines(r.Response.Body) {
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:"); ok && !strings.Contains(data, "[DONE]") {
			take(data)
		}
	}
	return out
}

func chats(r runtimetest.Recording) bool {
	return r.Request.Method == "POST" && strings.Contains(r.Request.Path, "chat/completions") && !strings.Contains(r.Response.Body, `"index":1`)
}

func TestRecordedAnswersAreReadAsTheyAre(t *testing.T) {
	whole, cut, refused := 0, 0, 0
	for _, r := range runtimetest.Recordings(t, chats) {
		base := r.Replay(t, "/v1/chat/completions", nil)
		m, err := New(Options{Client: runtimetest.Client(t), Base: base + "/v1", Name: "m"})
		if err != nil {
			t.Fatal(err)
		}
		p := runtimetest.Prompt("?")
		p.System, p.MaxTokens = minutes.Text{}, 4000
		a, err := m.Generate(t.Context(), p, nil)
		want := read(r)
		switch {
		case r.Response.Status != http.StatusOK:
			refused++
			status(t, r, err)
		case !want.wellFormed || want.reason != "stop":
			cut++
			if err == nil {
				t.Errorf("%s: ended by %q and taken for whole: %q", r.Name, want.reason, a.Text.Cut(60))
			}
		default:
			whole++
			if err != nil || a.Text.String() != minutes.Clean(want.text).String() || a.Usage.PromptTokens != want.prompt || a.Usage.CompletionTokens != want.answer {
				t.Errorf("%s: %v, %+v\n%q\nwant %+v", r.Name, err, a.Usage, a.Text, want)
			}
		}
	}
	t.Logf("recorded: %d whole answers read, %d that are none and %d errors told", whole, cut, refused)
	if whole < 80 || cut < 10 || refused < 8 {
		t.Error("the corpus is not what it was")
	}
}

// status holds an error against the status that came with it.
func status(t *testing.T, r runtimetest.Recording, err error) {
	var own *minutes.ModelError
	if !errors.As(err, &own) || own.Status != r.Response.Status {
		t.Errorf("%s: %v", r.Name, err)
		return
	}
	want := map[int]error{401: minutes.ErrAuth, 403: minutes.ErrAuth, 404: minutes.ErrNotFound}[own.Status]
	if strings.Contains(r.Name, "context_length") && own.Status == http.StatusBadRequest {
		want = minutes.ErrTooLong
	}
	if want != nil && (!errors.Is(err, want) || own.Again) || own.Again != (own.Status == 429 || own.Status >= 500) {
		t.Errorf("%s: another try %t: %v", r.Name, own.Again, err)
	}
	if wait := r.Response.Headers["retry-after"]; wait != "" && own.RetryAfter == 0 {
		t.Errorf("%s: asked to wait %s s: %v", r.Name, wait, err)
	}
	t.Logf("%d: %v (%s)", own.Status, err, minutes.Hint(err))
}

func TestRecordedPromptsAreReckonedRatherTooLong(t *testing.T) {
	checked := 0
	for _, r := range runtimetest.Recordings(t, chats) {
		var in struct {
			Messages []struct {
				Content any
			}
			Tools, ResponseFormat any
		}
		want := read(r)
		if json.Unmarshal(r.Request.Body, &in) != nil || in.Tools != nil || strings.Contains(string(r.Request.Body), "response_format") || want.prompt == 0 {
			continue
		}
		text, plain := "", true
		for _, m := range in.Messages {
			s, ok := m.Content.(string)
			plain = plain && ok
			text += s + "\n"
		}
		if !plain || strings.Contains(text, "<MASSIVE") {
			continue
		}
		n := minutes.Tokens(text)
		checked++
		if n+80 < want.prompt { // what a server puts around messages is up to some 70 tokens
			t.Errorf("%s: %d tokens reckoned, %d counted", r.Name, n, want.prompt)
		}
		if len(text) > 200 && n > 2*want.prompt {
			t.Errorf("%s: %d tokens reckoned, only %d counted", r.Name, n, want.prompt)
		}
	}
	t.Logf("recorded: %d prompts reckoned", checked)
	if checked < 40 {
		t.Error("the corpus is not what it was")
	}
}
