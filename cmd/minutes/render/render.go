// Package render writes what the program prints: JSON for programs, Markdown, HTML and plain text
// for people. It prints root nouns only, and only text that is minutes.Safe.
package render

import (
	"encoding/json"
	"io"
	"reflect"
	"time"

	"github.com/dailyminutes/minutes"
)

// Options is how text is laid out.
type Options struct {
	Width  int                 // cells; 0 does not wrap
	Hours  int                 // 24 or 12
	Color  bool                // styles and colours
	Links  bool                // OSC 8 hyperlinks, with Color only
	Number func(id string) int // the number printed beside an item; 0 for none
	Now    time.Time
}

// JSON writes exactly one document, indented, with no HTML escapes.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// ordered keeps the keys of a document in the order they were given.
type ordered []struct {
	key   string
	value any
}

// MarshalJSON writes the pairs in their order.
func (o ordered) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	for i, p := range o {
		k, err := json.Marshal(p.key)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, k...), ':'), v...)
	}
	return append(out, '}'), nil
}

// List writes {"schema": "minutes.NAME/v1", "NAME": list}. A nil list is an empty array.
func List(w io.Writer, name string, list any) error {
	if v := reflect.ValueOf(list); v.Kind() == reflect.Slice && v.IsNil() {
		list = []any{}
	}
	return JSON(w, ordered{{"schema", "minutes." + name + "/v1"}, {name, list}})
}

// oneItem is an item as `show --json` prints it.
type oneItem struct {
	Schema string `json:"schema"`
	minutes.Item
}

// Show writes one item in full, as minutes.item/v1.
func Show(w io.Writer, it minutes.Item) error { return JSON(w, oneItem{"minutes.item/v1", it}) }

// Why writes the parts of an item's score, which sum to it.
func Why(w io.Writer, s minutes.Scored) error {
	parts := s.Why
	if parts == nil {
		parts = []minutes.Part{}
	}
	return JSON(w, ordered{{"schema", "minutes.why/v1"}, {"item", s.ID}, {"title", s.Title}, {"score", s.Score}, {"verdict", s.Verdict}, {"why", parts}})
}
