package hackernews

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

const (
	maxIDs     = 2000 // the longest list has 500
	maxBody    = 16 << 10
	maxExcerpt = 500
)

// parseList reads a list of ids. Fact "ids" is them as JSON, each once.
func parseList(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var raw []json.Number
	if err := json.Unmarshal(doc.Data, &raw); err != nil {
		return connectors.Parsed{}, wrong(doc.Data)
	}
	ids, seen := []int64{}, map[int64]bool{}
	for _, n := range raw[:min(len(raw), maxIDs)] {
		if id, err := strconv.ParseInt(n.String(), 10, 64); err == nil && id > 0 && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the list is empty"), "try again later, or choose another list")
	}
	b, err := json.Marshal(ids)
	return connectors.Parsed{Facts: map[string]string{"ids": string(b)}}, err
}

// wrong says what came in the place of JSON.
func wrong(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return minutes.WithHint(errors.New("the answer is empty"), "try again later; if it stays, check base_url")
	}
	if strings.HasPrefix(strings.TrimSpace(string(data[:min(len(data), 512)])), "<") {
		return minutes.WithHint(errors.New("a web page came in place of data"), "if this network wants a sign-in, open a browser first; else check base_url")
	}
	return minutes.WithHint(errors.New("the answer is not the JSON it should be"), "try again later; check base_url")
}

// arguments is all that the parser knows of the world. IDs name the lines.
type arguments struct {
	Source    string
	Private   bool
	Now       time.Time
	MinPoints int
	IDs       []int64
}

// item is one item of the API. Every field may be absent; unknown ones are ignored.
type item struct {
	ID          int64
	Type        string
	By          string
	Time        float64
	Title       string
	URL         string
	Text        string
	Score       int
	Descendants int
	Dead        bool
	Deleted     bool
}

// parse makes items of lines of JSON, one a line. What is deleted, dead or not there (null) is
// passed over without a word, as on the site; what cannot be read is a Rejection.
func parse(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var a arguments
	if err := json.Unmarshal(doc.Args, &a); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	var out connectors.Parsed
	seen := map[int64]bool{}
	n := -1
	for line := range bytes.Lines(doc.Data) {
		n++
		var in *item
		if err := json.Unmarshal(line, &in); err != nil {
			out.Rejected = append(out.Rejected, a.reject(n, wrong(line)))
			continue
		}
		if in == nil || in.Dead || in.Deleted {
			continue
		}
		if why := in.unfit(); why != "" {
			out.Rejected = append(out.Rejected, a.reject(n, errors.New(why)))
			continue
		}
		if skipped := in.Type != "story" && in.Type != "job" && in.Type != "poll"; skipped || seen[in.ID] || in.Type != "job" && in.Score < a.MinPoints {
			continue
		}
		seen[in.ID] = true
		out.Items = append(out.Items, a.item(*in))
	}
	return out, nil
}

// unfit says why an item cannot be shown.
func (in *item) unfit() string {
	switch {
	case in.ID <= 0:
		return "it has no id"
	case in.Type == "comment" || in.Type == "pollopt":
		return "" // passed over, not wrong
	case strings.TrimSpace(in.Title) == "":
		return "it has no title"
	case in.Time < 1 || in.Time > 1e11:
		return "it has no time"
	}
	return ""
}

func (a arguments) item(in item) minutes.Item {
	// Whole seconds; a clock that is a little ahead makes nothing be from tomorrow.
	at := time.Unix(int64(in.Time), 0).In(a.Now.Location())
	if at.After(a.Now) {
		at = a.Now
	}
	discussion := "https://news.ycombinator.com/item?id=" + strconv.FormatInt(in.ID, 10)
	text := connectors.HTMLText(in.Text, maxBody)
	url := minutes.WebURL(in.URL)
	if url == "" {
		url = discussion
	}
	it := minutes.Item{
		ID: "hn:" + strconv.FormatInt(in.ID, 10), Kind: minutes.KindStory, Source: a.Source, Private: a.Private, At: at, URL: url,
		// A title is escaped HTML without tags: what looks like one is meant.
		Title: minutes.CleanLine(connectors.HTMLText(strings.NewReplacer("<", "&lt;").Replace(in.Title), 2000)).Cut(300), Author: minutes.CleanLine(in.By).Cut(60),
		Excerpt: minutes.CleanLine(text).Cut(maxExcerpt), Tags: tags(in),
		Story: &minutes.Story{Points: max(in.Score, 0), Comments: max(in.Descendants, 0), PointsPerHour: rate(in.Score, a.Now.Sub(at)), DiscussionURL: discussion, Type: in.Type},
	}
	if body := minutes.Clean(text); body != it.Excerpt { // else it is said already
		it.Body = body
	}
	return it
}

// rate is points an hour of the story's age. The first half hour counts as one: a minute-old story
// with two points is not rising by a hundred.
func rate(points int, age time.Duration) float64 {
	hours := max(age.Hours(), 0.5)
	return math.Round(max(float64(points), 0)/hours*10) / 10
}

func tags(in item) []string {
	out := []string{}
	switch {
	case in.Type != "story":
		out = append(out, in.Type)
	case strings.HasPrefix(in.Title, "Ask HN"):
		out = append(out, "ask")
	case strings.HasPrefix(in.Title, "Show HN"):
		out = append(out, "show")
	}
	return out
}

func (a arguments) reject(n int, err error) minutes.Rejection {
	name := fmt.Sprintf("line %d", n+1)
	if n < len(a.IDs) {
		name = fmt.Sprintf("item %d", a.IDs[n])
	}
	next := minutes.Hint(err)
	if next == "" {
		next = "nothing to do: the other stories are there"
	}
	return minutes.Rejection{Source: a.Source, Item: minutes.Clean(name), Reason: minutes.CleanLine(err.Error()), Next: minutes.Clean(next)}
}
