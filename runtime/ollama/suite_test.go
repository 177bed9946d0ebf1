package ollama

import (
	"net/http"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

func TestOllamaIsAModel(t *testing.T) {
	runtimetest.Run(t, runtimetest.Suite{
		Model: func(t *testing.T, s *runtimetest.Server, client *http.Client, key minutes.Secret) minutes.Model {
			m, err := New(Options{Client: client, Base: s.URL, Name: s.Name, Key: key, Window: 8192})
			if err != nil {
				t.Fatal(err)
			}
			return m
		},
		Embedder: func(t *testing.T, s *runtimetest.Server, client *http.Client, key minutes.Secret) minutes.Embedder {
			e, err := NewEmbedder(Options{Client: client, Base: s.URL, Name: s.Name, Key: key})
			if err != nil {
				t.Fatal(err)
			}
			return e
		},
		Skip: map[runtimetest.Fault]string{runtimetest.Quota: "Ollama sells nothing"},
	})
}
