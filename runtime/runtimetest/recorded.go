package runtimetest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// A Recording is one exchange with a real server, as ../shared/corpus/llm has it.
type Recording struct {
	Name    string `json:"-"`
	Request struct {
		Method, Host, Path string
		Body               json.RawMessage
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    string
	}
}

// Recordings are those that want says yes to, for a package two folders below the root. It skips the test
// where the corpus is not: it is not part of the repository. MINUTES_SHARED says where it is, if it is not
// in ../shared.
func Recordings(t *testing.T, want func(Recording) bool) []Recording {
	shared := os.Getenv("MINUTES_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(shared, "corpus", "llm", "*.http*.json"))
	if len(files) == 0 {
		t.Skip("skipped: 0 recordings of models are on this machine (MINUTES_SHARED says where)")
	}
	var out []Recording
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := Recording{Name: filepath.Base(name)}
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want(r) {
			out = append(out, r)
		}
	}
	return out
}

// Replay is the address of a server that answers every request as r was answered. Where the requests for
// path are others, meta answers them; nil refuses them.
func (r Recording) Replay(t *testing.T, path string, meta http.HandlerFunc) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path != path && meta != nil {
			meta(w, q)
			return
		}
		if q.URL.Path != path {
			http.NotFound(w, q)
			return
		}
		for _, h := range []string{"content-type", "retry-after"} {
			if v := r.Response.Headers[h]; v != "" {
				w.Header().Set(h, v)
			}
		}
		w.WriteHeader(r.Response.Status)
		_, _ = io.WriteString(w, r.Response.Body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
