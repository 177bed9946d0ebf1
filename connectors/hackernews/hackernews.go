// Package hackernews reads a list of Hacker News and the stories on it, a few requests at a time.
package hackernews

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

//go:embed sample.toml
var sample string

// atOnce is how many items are asked for at a time: the API wants one request an item, and
// bears about so many.
const atOnce = 8

// maxItem caps one item's JSON; the longest texts have some tens of KiB.
const maxItem = 1 << 20

// Spec describes the connector.
func Spec() connectors.Spec {
	return connectors.Spec{
		Kind: "hackernews", About: "Stories of Hacker News with points, comments and how fast they rise.", Sample: sample,
		New:     func() connectors.Config { return &Config{} },
		Parsers: map[string]connectors.Parser{"hackernews": parse, "hackernews.list": parseList, "hackernews.comments": parseComments, "hackernews.search": parseSearch},
	}
}

// Config is a [[connectors.hackernews]] table.
type Config struct {
	connectors.Common
	BaseURL       string `toml:"base_url"`
	SearchBaseURL string `toml:"search_base_url"`
	List          string `toml:"list"`  // top, new, best, ask, show or job
	Limit         int    `toml:"limit"` // places of the list that are read
	MinPoints     int    `toml:"min_points"`
}

// Fill sets the defaults.
func (c *Config) Fill() {
	if c.Name == "" {
		c.Name = "hackernews"
	}
	if c.BaseURL == "" {
		c.BaseURL = "https://hacker-news.firebaseio.com/v0"
	}
	if c.SearchBaseURL == "" {
		c.SearchBaseURL = "https://hn.algolia.com/api/v1"
	}
	if c.List == "" {
		c.List = "top"
	}
	if c.Limit == 0 {
		c.Limit = 30
	}
	c.BaseURL, c.SearchBaseURL = strings.TrimRight(c.BaseURL, "/"), strings.TrimRight(c.SearchBaseURL, "/")
}

// Check finds what is wrong without touching the network.
func (c *Config) Check() error {
	switch c.List {
	case "top", "new", "best", "ask", "show", "job":
	default:
		return &connectors.KeyError{Key: "list", Problem: fmt.Sprintf("there is no list %q", c.List), Remedy: "choose top, new, best, ask, show or job"}
	}
	for key, u := range map[string]string{"base_url": c.BaseURL, "search_base_url": c.SearchBaseURL} {
		if minutes.WebURL(u) == "" {
			return &connectors.KeyError{Key: key, Problem: "not an http or https address", Remedy: "leave it out: the default is Hacker News's own"}
		}
	}
	if c.Limit < 1 || c.Limit > 500 {
		return &connectors.KeyError{Key: "limit", Problem: fmt.Sprintf("%d is out of range", c.Limit), Remedy: "choose 1 to 500"}
	}
	if c.MinPoints < 0 {
		return &connectors.KeyError{Key: "min_points", Problem: "it is negative", Remedy: "choose 0 or more"}
	}
	return nil
}

// Open makes the source. It touches no network: Fetch does.
func (c *Config) Open(env connectors.Env) (minutes.Source, error) {
	w := env.Web()
	w.PerHost = atOnce
	return &source{env: env, config: *c, get: w.Get}, nil
}

type source struct {
	env    connectors.Env
	config Config
	get    func(context.Context, connectors.Request) (connectors.Response, error)
}

// Name is the name in the config, by way of Env.
func (s *source) Name() string { return s.env.Name }

// Fetch reads the list and its first Limit items as they stand now: points and comments change,
// so nothing is conditional and the cursor holds nothing but the time. Items that failed are named
// in the error beside the others, which are kept.
func (s *source) Fetch(ctx context.Context, _ minutes.Cursor) (minutes.Batch, error) {
	ids, err := s.list(ctx)
	if err != nil {
		return minutes.Batch{}, fmt.Errorf("hackernews: the list: %w", err)
	}
	bodies, errs := s.items(ctx, ids)
	got, err := s.parse(context.WithoutCancel(ctx), ids, bodies)
	if err != nil {
		errs = append(errs, err)
	}
	b := minutes.Batch{Items: got.Items, Rejected: got.Rejected, Next: minutes.Cursor{At: s.env.Now()}}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return b, fmt.Errorf("hackernews: %w", err)
	}
	if len(errs) == 0 {
		return b, nil
	}
	return b, minutes.WithHint(fmt.Errorf("hackernews: %d of %d items failed: %w", len(errs), len(ids), errs[0]), hint(errs[0]))
}

// list is the ids of the list, in its order.
func (s *source) list(ctx context.Context) ([]int64, error) {
	body, err := s.read(ctx, "/"+s.config.List+"stories.json")
	if err != nil {
		return nil, err
	}
	got, err := s.env.Parse(ctx, connectors.Document{Parser: "hackernews.list", Data: body})
	if err != nil {
		return nil, withHint(err, "try again later")
	}
	var ids []int64
	if err := json.Unmarshal([]byte(got.Facts["ids"]), &ids); err != nil {
		return nil, err
	}
	return ids[:min(len(ids), s.config.Limit)], nil
}

// items are the bodies of ids, nil for one that failed.
func (s *source) items(ctx context.Context, ids []int64) ([][]byte, []error) {
	bodies, errs := make([][]byte, len(ids)), make([]error, len(ids))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, id := range ids {
		g.Go(func() error {
			bodies[i], errs[i] = s.read(ctx, fmt.Sprintf("/item/%d.json", id)) // at once where ctx has ended
			return nil
		})
	}
	_ = g.Wait()
	failed := errs[:0]
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			failed = append(failed, err)
		}
	}
	return bodies, failed
}

func (s *source) read(ctx context.Context, path string) ([]byte, error) {
	res, err := s.get(ctx, connectors.Request{URL: s.config.BaseURL + path, Accept: "application/json", MaxBytes: maxItem})
	return res.Body, err
}

// parse sends all items through the jail as one document, a line each. Where that is too much, each goes
// alone: the one that it was costs itself.
func (s *source) parse(ctx context.Context, ids []int64, bodies [][]byte) (connectors.Parsed, error) {
	a := arguments{Source: s.env.Name, Private: s.env.Private, Now: s.env.Now(), MinPoints: s.config.MinPoints}
	var lines [][]byte
	for i, b := range bodies {
		if b == nil {
			continue
		}
		a.IDs = append(a.IDs, ids[i])
		// A line is an item: JSON has no line break that matters.
		b = bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\n"), []byte(" ")), []byte("\r"), []byte(" "))
		lines = append(lines, append(b, '\n'))
	}
	if len(lines) == 0 {
		return connectors.Parsed{}, nil
	}
	all, err := s.parseLines(ctx, a, lines)
	if !errors.Is(err, connectors.ErrKilled) {
		return all, withHint(err, "try again later")
	}
	for i := range lines {
		one := a
		one.IDs = a.IDs[i : i+1]
		got, err := s.parseLines(ctx, one, lines[i:i+1])
		if err != nil {
			got.Rejected = []minutes.Rejection{one.reject(0, err)}
		}
		all.Items, all.Rejected = append(all.Items, got.Items...), append(all.Rejected, got.Rejected...)
	}
	return all, nil
}

func (s *source) parseLines(ctx context.Context, a arguments, lines [][]byte) (connectors.Parsed, error) {
	args, err := json.Marshal(a)
	if err != nil {
		return connectors.Parsed{}, err
	}
	return s.env.Parse(ctx, connectors.Document{Parser: "hackernews", Data: bytes.Join(lines, nil), Args: args})
}

func hint(err error) string {
	if h := minutes.Hint(err); h != "" {
		return h
	}
	return "try again later"
}

func withHint(err error, hint string) error {
	if err == nil || minutes.Hint(err) != "" || errors.Is(err, context.Canceled) {
		return err
	}
	return minutes.WithHint(err, hint)
}
