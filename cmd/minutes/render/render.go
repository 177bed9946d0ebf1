// Package render writes what the program prints: JSON for programs, Markdown, HTML and plain text
// for people. It prints root nouns only, and only text that is minutes.Safe.
package render

import (
	"bytes"
	"encoding/json"
	"io"
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

// JSON writes exactly one document, indented, with no HTML escapes and no null where a list belongs,
// in one piece: a reader of a pipe never sees half of one. Nothing in it commands a terminal.
func JSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(whole(v)); err != nil {
		return err
	}
	_, err := w.Write(inert(b.Bytes()))
	return err
}

// Line writes v on one line, as JSON does otherwise: one object of JSON Lines.
func Line(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(whole(v)); err != nil {
		return err
	}
	_, err := w.Write(inert(b.Bytes()))
	return err
}

// text is a word that is not Safe by type (an id, a name, a folder) made safe to show on one line.
func text(s string) string { return minutes.CleanLine(s).String() }

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
		var v bytes.Buffer
		enc := json.NewEncoder(&v)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(whole(p.value)); err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, k...), ':'), bytes.TrimSpace(v.Bytes())...)
	}
	return append(out, '}'), nil
}

// List writes {"schema": "minutes.NAME/v1", "NAME": list}. A nil list is an empty array.
func List(w io.Writer, name string, list any) error {
	if list == nil {
		list = []any{}
	}
	return JSON(w, ordered{{"schema", "minutes." + name + "/v1"}, {name, list}})
}

// oneItem is an item as `show --json` prints it.
type oneItem struct {
	Schema string `json:"schema"`
	minutes.Scored
}

// Show writes one item in full and in its place, as minutes.item/v1.
func Show(w io.Writer, s minutes.Scored) error { return JSON(w, oneItem{"minutes.item/v1", s}) }

// Why writes the parts of an item's score, which sum to it.
func Why(w io.Writer, s minutes.Scored) error {
	return JSON(w, reasons{"minutes.why/v1", s.ID, s.Title, s.Score, s.Verdict, s.Why})
}

// reasons is an item's score taken apart, as `why --json` prints it.
type reasons struct {
	Schema  string         `json:"schema"`
	Item    string         `json:"item"`
	Title   minutes.Safe   `json:"title"`
	Score   float64        `json:"score"`
	Verdict string         `json:"verdict"`
	Why     []minutes.Part `json:"why"`
}
