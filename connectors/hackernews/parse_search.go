package hackernews

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// node is a story or a comment of the search's tree. Any field may be absent or null.
type node struct {
	ID        int64   `json:"id"`
	CreatedAt float64 `json:"created_at_i"`
	Type      string  `json:"type"`
	Author    string  `json:"author"`
	Title     string  `json:"title"`
	Text      string  `json:"text"`
	Children  []node  `json:"children"`
}

// parseComments makes one note of a story's tree: who says what, the top level first, one answer to each.
func parseComments(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var a arguments
	if err := json.Unmarshal(doc.Args, &a); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	if err := shallow(doc.Data); err != nil {
		return connectors.Parsed{}, err
	}
	var story node
	if err := json.Unmarshal(doc.Data, &story); err != nil {
		return connectors.Parsed{}, wrong(doc.Data)
	}
	if story.ID <= 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer is no story"), "try again later")
	}
	var said []string
	for _, c := range story.Children {
		if said = append(said, c.said()...); len(said) >= maxComments {
			break
		}
	}
	if len(said) == 0 {
		return connectors.Parsed{}, nil
	}
	title := "Comments on “" + connectors.HTMLText(strings.NewReplacer("<", "&lt;").Replace(story.Title), 2000) + "”"
	body := minutes.Clean(strings.Join(said[:min(len(said), maxComments)], "\n\n"))
	return connectors.Parsed{Items: []minutes.Item{{
		ID: "hn:" + strconv.FormatInt(story.ID, 10) + "/comments", Kind: minutes.KindNote, Source: a.Source, Private: a.Private, At: a.Now,
		Title: minutes.CleanLine(title).Cut(300), Body: body, Excerpt: body.Line().Cut(maxExcerpt),
		URL: "https://news.ycombinator.com/item?id=" + strconv.FormatInt(story.ID, 10),
	}}}, nil
}

// said are a comment and the first answer to it, as lines; what is deleted says nothing.
func (n node) said() []string {
	var out []string
	for _, c := range append([]node{n}, n.Children[:min(len(n.Children), 1)]...) {
		text := minutes.CleanLine(connectors.HTMLText(c.Text, maxBody)).Cut(600).String()
		if text != "" && c.Author != "" {
			out = append(out, minutes.CleanLine(c.Author).Cut(60).String()+": "+text)
		}
	}
	return out
}

// shallow refuses a tree that is deeper than people answer one another.
func shallow(data []byte) error {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > 500 {
				return minutes.WithHint(errors.New("the answer is nested too deeply"), "it is damaged or hostile; nothing else is affected")
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// parseSearch makes stories of what the search found.
func parseSearch(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var a arguments
	if err := json.Unmarshal(doc.Args, &a); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	if err := shallow(doc.Data); err != nil {
		return connectors.Parsed{}, err
	}
	var in struct {
		Hits *[]struct {
			ObjectID  string  `json:"objectID"`
			Title     string  `json:"title"`
			URL       string  `json:"url"`
			Author    string  `json:"author"`
			Points    int     `json:"points"`
			Comments  int     `json:"num_comments"`
			Text      string  `json:"story_text"`
			CreatedAt float64 `json:"created_at_i"`
		}
	}
	if err := json.Unmarshal(doc.Data, &in); err != nil || in.Hits == nil {
		return connectors.Parsed{}, wrong(doc.Data)
	}
	var out connectors.Parsed
	for n, h := range (*in.Hits)[:min(len(*in.Hits), maxHits)] {
		id, err := strconv.ParseInt(h.ObjectID, 10, 64)
		it := item{ID: id, Type: "story", By: h.Author, Time: h.CreatedAt, Title: h.Title, URL: h.URL, Text: h.Text, Score: h.Points, Descendants: h.Comments}
		if why := it.unfit(); err != nil || why != "" {
			out.Rejected = append(out.Rejected, minutes.Rejection{Source: a.Source, Item: minutes.CleanLine(fmt.Sprintf("result %d", n+1)), Reason: minutes.CleanLine("it is no story that can be shown"), Next: minutes.CleanLine("nothing: the others are shown")})
			continue
		}
		out.Items = append(out.Items, a.item(it))
	}
	return out, nil
}
