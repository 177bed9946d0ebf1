package ollama

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// shows is a server's word on its model, for recordings that begin after it.
func shows(context string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"model_info":{"general.architecture":"llama","llama.context_length":`+context+`},"capabilities":["completion"]}`)
	}
}

func TestRecordedAnswersOfOllamaAreReadAsTheyAre(t *testing.T) {
	whole, cut, refused := 0, 0, 0
	for _, r := range runtimetest.Recordings(t, func(r runtimetest.Recording) bool {
		return r.Request.Path == "/api/chat" && r.Request.Method == "POST"
	}) {
		text, reason, done := "", "", false
		for line := range strings.Lines(r.Response.Body) {
			var v struct {
				Message struct{ Content string }
				Done    bool
				Reason  string `json:"done_reason"`
			}
			if json.Unmarshal([]byte(line), &v) == nil {
				text, reason, done = text+v.Message.Content, v.Reason, v.Done
			}
		}
		m, err := New(Options{Client: runtimetest.Client(t), Base: r.Replay(t, "/api/chat", shows("512")), Name: "tiny"})
		if err != nil {
			t.Fatal(err)
		}
		p := runtimetest.Prompt("?")
		p.System = minutes.Text{}
		a, err := m.Generate(t.Context(), p, nil)
		var own *minutes.ModelError
		switch {
		case r.Response.Status != http.StatusOK:
			refused++
			if !errors.As(err, &own) || own.Status != r.Response.Status || own.Again != (own.Status >= 500) {
				t.Errorf("%s: %v", r.Name, err)
			}
			if strings.Contains(r.Name, "notruncate") && !errors.Is(err, minutes.ErrTooLong) || strings.HasSuffix(r.Name, "chat-404.http.json") && !errors.Is(err, minutes.ErrNotFound) {
				t.Errorf("%s: %v", r.Name, err)
			}
			t.Logf("%d: %v (%s)", r.Response.Status, err, minutes.Hint(err))
		case !done || reason != "stop":
			cut++
			if err == nil {
				t.Errorf("%s: ended by %q and taken for whole", r.Name, reason)
			}
			if strings.HasSuffix(r.Name, "chat-context-overflow.http.json") && !errors.Is(err, minutes.ErrTooLong) { // it read 512 of 512
				t.Errorf("%s: %v", r.Name, err)
			}
		default:
			whole++
			if err != nil || a.Text.String() != minutes.Clean(text).String() {
				t.Errorf("%s: %v, %q, want %q", r.Name, err, a.Text, text)
			}
		}
	}
	t.Logf("recorded: %d whole answers read, %d that are none and %d errors told", whole, cut, refused)
	if whole < 3 || cut < 5 || refused < 6 {
		t.Error("the corpus is not what it was")
	}
}

func TestRecordedVectors(t *testing.T) {
	for name, texts := range map[string]int{"embed-batch": 3, "embed-one": 1, "embed-toolong-notruncate": 1} {
		for _, r := range runtimetest.Recordings(t, func(r runtimetest.Recording) bool { return strings.HasSuffix(r.Name, "-"+name+".http.json") }) {
			e, err := NewEmbedder(Options{Client: runtimetest.Client(t), Base: r.Replay(t, "/api/embed", shows("512")), Name: "tiny"})
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Embed(t.Context(), make([]minutes.Text, texts))
			if strings.Contains(name, "toolong") {
				if !errors.Is(err, minutes.ErrTooLong) {
					t.Errorf("%s: %v", r.Name, err)
				}
			} else if err != nil || len(got) != texts {
				t.Errorf("%s: %d vectors, %v", r.Name, len(got), err)
			}
		}
	}
}
