package dummy

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

const two = `{"id":"1","title":"Water the plants","at":"2026-11-25T08:00:00+01:00"}
{"id":"2","title":"Call the bank","text":"about the card","url":"https://bank.example/","tags":["Money"]}
`

// TestSuite is the suite that every connector passes, over http.
func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 2, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		body := two
		if fault == connectortest.Partial {
			body += "{\"id\":\n"
		}
		url := connectortest.Serve(t, fault, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+connectortest.Canary {
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			w.Header().Set("ETag", `"v1"`)
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write([]byte(body))
		}))
		return &Config{URL: url + "/notes.jsonl?key=" + connectortest.Canary, Token: minutes.SecretRef{Env: "NOTES_TOKEN"}}
	}})
}

// TestSuiteOfFiles is the same suite over a file: faults of a network cannot happen.
func TestSuiteOfFiles(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 2, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		path := filepath.Join(t.TempDir(), "notes.jsonl")
		body := []byte(two)
		switch fault {
		case connectortest.None, connectortest.Garbage, connectortest.HTML, connectortest.Empty, connectortest.Bomb, connectortest.Truncated:
			body = connectortest.Spoiled(fault, body)
		case connectortest.Partial:
			body = append(body, "null null\n"...)
		case connectortest.Huge:
			body = make([]byte, maxBytes+1)
		case connectortest.Missing:
			return &Config{Path: path}
		default:
			return nil
		}
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return &Config{Path: path}
	}})
}

func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }

func TestCheckNamesTheKey(t *testing.T) {
	for key, c := range map[string]*Config{
		"path": {}, "url": {Path: "a", URL: "https://example.org"}, "token": {Path: "a", Token: minutes.SecretRef{Env: "X"}},
		"limit": {Path: "a", Limit: -1},
	} {
		c.Fill()
		var ke *connectors.KeyError
		if !errors.As(c.Check(), &ke) || ke.Key != key {
			t.Errorf("want a KeyError of %s, got %v", key, c.Check())
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(two))
	f.Add([]byte("{\"id\":\"\x1b[2J\",\"title\":\"\u202ex\",\"at\":\"0001-01-01T00:00:00Z\"}"))
	args := []byte(`{"Source":"test","Private":true,"Now":"2026-11-25T07:00:00+01:00","Limit":10}`)
	env := connectortest.Env(f, connectortest.Options{Private: true})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(t.Context(), connectors.Document{Data: data, Args: args})
		if err == nil && len(got.Items) == 0 {
			t.Error("no items and no error")
		}
		for _, it := range got.Items {
			if bad := connectortest.CheckItem(env, it); bad != "" {
				t.Error(bad)
			}
		}
	})
}
