package ics

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// everything is a window that the calendars of the corpus mostly lie in: what comes out of them is
// checked, and not only that nothing breaks.
func everything(t *testing.T, from, to time.Time) []byte {
	t.Helper()
	b, err := json.Marshal(arguments{Source: "test", Zone: "Europe/Berlin", From: from, To: to, Addresses: []string{"sam@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every calendar of the corpus gives items or a clear error, through the jail.
func TestCorpusGivesItemsOrAClearError(t *testing.T) {
	args := everything(t, time.Date(1994, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	files, with := 0, 0
	for _, sub := range []string{"ics", "more/ics"} {
		for _, path := range connectortest.Corpus(t, sub) {
			if filepath.Ext(path) != ".ics" {
				continue
			}
			files++
			env := connectortest.Env(t, connectortest.Options{Name: "test"})
			data := connectortest.Read(t, path)
			got, err := env.Parse(t.Context(), connectors.Document{Parser: "ics", Data: data, Args: args})
			if errors.Is(err, connectors.ErrKilled) {
				t.Errorf("%s: %v", path, err)
			}
			if err != nil && minutes.Hint(err) == "" {
				t.Errorf("%s: no hint: %v", path, err)
			}
			for _, it := range got.Items {
				if bad := connectortest.CheckItem(env, it); bad != "" {
					t.Errorf("%s: %s", path, bad)
				}
			}
			if len(got.Items) > 0 {
				with++
			}
			if err == nil && len(got.Items) == 0 && len(got.Rejected) == 0 && strings.Contains(string(data), "BEGIN:VEVENT") {
				t.Logf("%s: events, but no items", filepath.Base(path))
			}
			for _, r := range got.Rejected {
				t.Logf("%s: %s: %s", filepath.Base(path), r.Item, r.Reason)
			}
			if err != nil {
				t.Logf("%s: %v", filepath.Base(path), err)
			}
		}
	}
	t.Logf("%d files, %d with items", files, with)
}
