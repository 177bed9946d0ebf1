package hackernews

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

const (
	maxComments = 12 // of a story, in the site's order
	maxHits     = 10
	maxAnswer   = 4 << 20 // of the search, which sends a story's whole tree
)

// Tools are what can be asked of Hacker News beside its list: stories by words of the user's own question,
// and what is said about a story. The second is for code alone, which asks for the stories with most
// points: which story a model asks for could tell Hacker News something.
func (s *source) Tools() []minutes.Tool {
	return []minutes.Tool{
		tool{minutes.ToolSpec{Name: s.env.Name + "_comments", About: "what people say about a story of Hacker News", Source: s.env.Name,
			Reads: minutes.Public, Params: []minutes.Param{
				{Name: "story", About: "which", Type: minutes.ParamHandle, Kinds: []minutes.Kind{minutes.KindStory}}}}, s.comments},
		tool{minutes.ToolSpec{Name: s.env.Name + "_search", About: "stories of Hacker News, of any day, by words of the question", Source: s.env.Name,
			Reads: minutes.Public, Reach: minutes.ReachOpen, Params: []minutes.Param{
				{Name: "words", About: "a part of the question", Type: minutes.ParamSpan}}}, s.search},
	}
}

type tool struct {
	spec minutes.ToolSpec
	call func(ctx context.Context, args json.RawMessage) (minutes.Observation, error)
}

func (t tool) Spec() minutes.ToolSpec { return t.spec }
func (t tool) Call(ctx context.Context, args json.RawMessage) (minutes.Observation, error) {
	return t.call(ctx, args)
}

// comments are the first of a story, as one note: the story's own id is all that is told.
func (s *source) comments(ctx context.Context, args json.RawMessage) (minutes.Observation, error) {
	var in struct{ Story string }
	if err := json.Unmarshal(args, &in); err != nil {
		return minutes.Observation{}, err
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(in.Story, "hn:"), 10, 64)
	if err != nil || id <= 0 {
		return minutes.Observation{}, fmt.Errorf("hackernews: %.20q is no story", in.Story)
	}
	return s.look(ctx, fmt.Sprintf("/items/%d", id), "hackernews.comments")
}

// search finds stories by words that the gate has taken out of the user's question.
func (s *source) search(ctx context.Context, args json.RawMessage) (minutes.Observation, error) {
	var in struct{ Words string }
	if err := json.Unmarshal(args, &in); err != nil {
		return minutes.Observation{}, err
	}
	q := url.Values{"query": {in.Words}, "tags": {"story"}, "hitsPerPage": {strconv.Itoa(maxHits)}}
	return s.look(ctx, "/search?"+q.Encode(), "hackernews.search")
}

// look asks the search and has its answer parsed in the jail.
func (s *source) look(ctx context.Context, path, parser string) (minutes.Observation, error) {
	res, err := s.get(ctx, connectors.Request{URL: s.config.SearchBaseURL + path, Accept: "application/json", MaxBytes: maxAnswer})
	if err != nil {
		return minutes.Observation{}, fmt.Errorf("hackernews: %w", err)
	}
	a, err := json.Marshal(arguments{Source: s.env.Name, Private: s.env.Private, Now: s.env.Now()})
	if err != nil {
		return minutes.Observation{}, err
	}
	got, err := s.env.Parse(ctx, connectors.Document{Parser: parser, Data: res.Body, Args: a})
	if err != nil {
		return minutes.Observation{}, fmt.Errorf("hackernews: %w", err)
	}
	for i := range got.Items {
		got.Items[i].Clean()
	}
	return minutes.Observation{Items: got.Items}, nil
}
