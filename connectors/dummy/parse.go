package dummy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// arguments is all that the parser knows of the world. It runs in another process, without a
// clock, a network or a file, so what it needs travels with the document.
type arguments struct {
	Source  string
	Private bool
	Now     time.Time
	Limit   int
}

// note is one line.
type note struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	Text  string    `json:"text"`
	URL   string    `json:"url"`
	At    time.Time `json:"at"`
	Tags  []string  `json:"tags"`
}

// maxRejected bounds what is said of a file that is wrong throughout.
const maxRejected = 20

// parse makes items of lines. A line that cannot be read costs itself; a document without one
// good line is an error: it is probably something else, such as a login page.
func parse(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := json.Unmarshal(doc.Args, &args); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	var out connectors.Parsed
	seen := map[string]bool{}
	n := 0
	for line := range bytes.Lines(doc.Data) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		it, err := args.item(line)
		switch {
		case err == nil && seen[it.ID]:
			err = errors.New("its id occurred before")
			fallthrough
		case err != nil:
			if len(out.Rejected) < maxRejected {
				out.Rejected = append(out.Rejected, args.reject(n, err))
			}
		case len(out.Items) < args.Limit:
			seen[it.ID] = true
			out.Items = append(out.Items, it)
		}
	}
	if len(out.Items) == 0 && len(out.Rejected) > 0 {
		return connectors.Parsed{}, minutes.WithHint(fmt.Errorf("no line is a note: line 1: %s", out.Rejected[0].Reason),
			"look at the file: it should hold one JSON object a line")
	}
	if len(out.Items) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the document is empty"), "write a note into it, or set enabled = false")
	}
	return out, nil
}

func (a arguments) item(line []byte) (minutes.Item, error) {
	var n note
	if err := json.Unmarshal(line, &n); err != nil {
		return minutes.Item{}, fmt.Errorf("not a JSON object of the right shape")
	}
	id := minutes.CleanLine(n.ID).Cut(100).String()
	title := minutes.CleanLine(n.Title).Cut(200)
	switch {
	case id == "":
		return minutes.Item{}, errors.New("it has no id")
	case title.Empty():
		return minutes.Item{}, errors.New("it has no title")
	}
	if n.At.IsZero() || n.At.Year() < 1900 || n.At.Year() > 9999 {
		n.At = a.Now
	}
	text := minutes.Clean(n.Text)
	return minutes.Item{
		// The id is made of what stays the same from run to run, and of the source's name: two
		// sources of one kind must not write over each other.
		ID: "note:" + a.Source + ":" + id, Kind: minutes.KindNote, Source: a.Source, Private: a.Private,
		Title: title, Excerpt: text.Cut(500), Body: text.Cut(10_000), URL: minutes.WebURL(n.URL), At: n.At, Tags: tags(n.Tags),
	}, nil
}

func tags(in []string) []string {
	var out []string
	for _, t := range in[:min(len(in), 20)] {
		if t := minutes.CleanLine(t).Cut(40).String(); t != "" {
			out = append(out, strings.ToLower(t))
		}
	}
	return out
}

func (a arguments) reject(line int, err error) minutes.Rejection {
	return minutes.Rejection{Source: a.Source, Item: minutes.Clean(fmt.Sprintf("line %d", line)),
		Reason: minutes.CleanLine(err.Error()), Next: minutes.Clean("correct the line: it should be a JSON object with id and title")}
}
