package openai

import (
	"net/http"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

func TestOpenAIIsAModel(t *testing.T) {
	for _, flat := range []bool{false, true} {
		t.Run(map[bool]string{false: "errors in an object", true: "errors as vLLM wrote them before August 2025"}[flat], func(t *testing.T) {
			runtimetest.Run(t, suite(flat))
		})
	}
}

func suite(flat bool) runtimetest.Suite {
	s := runtimetest.Suite{
		Model: func(t *testing.T, s *runtimetest.Server, client *http.Client, key minutes.Secret) minutes.Model {
			s.Flat = flat
			m, err := New(Options{Client: client, Base: s.URL + "/v1", Name: s.Name, Key: key})
			if err != nil {
				t.Fatal(err)
			}
			return m
		},
		Embedder: func(t *testing.T, s *runtimetest.Server, client *http.Client, key minutes.Secret) minutes.Embedder {
			e, err := NewEmbedder(Options{Client: client, Base: s.URL + "/v1", Name: s.Name, Key: key})
			if err != nil {
				t.Fatal(err)
			}
			return e
		},
		Skip: map[runtimetest.Fault]string{
			runtimetest.FullCut:   "vLLM refuses what is too long; how long another server's window is nobody says",
			runtimetest.HalfCut:   "the same",
			runtimetest.Elsewhere: "the protocol does not say who answers",
		},
	}
	if flat {
		s.Skip[runtimetest.Quota] = "that shape has no code but the status"
	}
	return s
}
