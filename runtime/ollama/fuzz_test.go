package ollama

import (
	"errors"
	"net/http"
	"testing"

	"github.com/dailyminutes/minutes"
)

// FuzzLine reads any two lines as a server's stream: what is emitted is what is kept, no count of tokens is
// one that cannot be, and an error is this model's.
func FuzzLine(f *testing.F) {
	f.Add([]byte(`{"message":{"role":"assistant","content":"yes"},"done":false}`), []byte(`{"done":true,"done_reason":"stop","prompt_eval_count":12,"eval_count":3}`))
	f.Add([]byte(`{"message":{"thinking":"hm"}}`), []byte(`{"done":true,"done_reason":"length"}`))
	f.Add([]byte(`{"error":"model runner has unexpectedly stopped"}`), []byte(`{"done":true,"eval_count":-9,"prompt_eval_count":99999999999}`))
	m := &Model{}
	if err := m.server.init(Options{Client: &http.Client{Transport: http.NewFileTransport(http.Dir("."))}, Base: "http://127.0.0.1", Name: "m"}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, one, two []byte) {
		pieces := ""
		s := &stream{m: m, limit: 10, emit: func(p minutes.Piece) { pieces += p.Text }}
		for _, line := range [][]byte{one, two} {
			err := s.line(line)
			var own *minutes.ModelError
			if err != nil && (!errors.As(err, &own) || own.Model != "m") {
				t.Errorf("%v", err)
			}
		}
		u := s.usage()
		if pieces != s.text.String() || u.PromptTokens < 0 || u.CompletionTokens < 0 || u.CachedTokens < 0 || u.PromptTokens > 1<<24 || u.CompletionTokens > 1<<24 || s.text.Len() > 64*s.limit+4096 {
			t.Errorf("%q is emitted, %q is kept, %+v", pieces, s.text.String(), u)
		}
	})
}
