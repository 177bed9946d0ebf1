package imap

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// corpusArgs are the arguments of a single message from a file.
func corpusArgs(t testing.TB) []byte {
	t.Helper()
	b, err := json.Marshal(parseArgs{Source: "test", Zone: "Europe/Berlin", Now: morning(), Private: true, Addresses: []string{user}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCorpusIsReadOrRefused takes every recorded mail through the jail: each is an item that keeps
// every promise, or a rejection that says why.
func TestCorpusIsReadOrRefused(t *testing.T) {
	for _, dir := range []string{"mail", "more/mime", "more/bombs/mime"} {
		t.Run(dir, func(t *testing.T) {
			env := connectortest.Env(t, connectortest.Options{Private: true})
			items, refused, empty := 0, 0, 0
			for _, path := range connectortest.Corpus(t, dir) {
				if strings.Contains(path, filepath.Join("mail", "imap")) {
					continue
				}
				name := filepath.Base(path)
				data := connectortest.Read(t, path)
				got, err := env.Parse(t.Context(), connectors.Document{Parser: parserName, Data: data, Args: corpusArgs(t)})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if len(got.Items)+len(got.Rejected) != 1 {
					t.Errorf("%s: %d items and %d rejections", name, len(got.Items), len(got.Rejected))
				}
				for _, it := range got.Items {
					items++
					if bad := connectortest.CheckItem(env, it); bad != "" {
						t.Errorf("%s: %s", name, bad)
					}
					if it.Body.Empty() {
						empty++
						t.Logf("%s: no text: %q", name, it.Title)
					}
				}
				for _, r := range got.Rejected {
					refused++
					t.Logf("%s: refused: %s", name, r.Reason)
				}
			}
			t.Logf("%s: %d read, %d of them without text, %d refused", dir, items, empty, refused)
		})
	}
}

// TestBombsCostLittle reads each bomb in this process, where nothing stops it: the guards must.
func TestBombsCostLittle(t *testing.T) {
	for _, path := range connectortest.Corpus(t, "more/bombs/mime") {
		data := connectortest.Read(t, path)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = parse(t.Context(), connectors.Document{Data: data, Args: corpusArgs(t)})
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: still not read", filepath.Base(path))
		}
	}
}
