// Package feed reads RSS, Atom, RDF and JSON feeds, many at once, politely: conditional, a few
// requests a host, less often where a feed fails. One bad feed or entry costs itself.
package feed

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

//go:embed sample.toml
var sample string

// Spec describes the connector.
func Spec() connectors.Spec {
	return connectors.Spec{
		Kind: "feed", About: "Articles from RSS, Atom, RDF and JSON feeds, and lists of them (OPML).", Sample: sample,
		New:     func() connectors.Config { return &Config{} },
		Parsers: map[string]connectors.Parser{"feed": parse, "feed.opml": parseOPML, "feed.article": parseArticle},
	}
}

// Config is a [[connectors.feed]] table. Feeds come from URLs and from the file OPML, in that
// order; one that is in both is read once.
type Config struct {
	connectors.Common
	URLs     []string `toml:"urls"`
	OPML     string   `toml:"opml"`     // a file; read anew in every fetch
	Category string   `toml:"category"` // of all entries; "" takes the folders of OPML
	Limit    int      `toml:"limit"`    // entries kept of a feed in one fetch, the newest
	FullText bool     `toml:"full_text"`
}

// Fill sets the defaults.
func (c *Config) Fill() {
	if c.Name == "" {
		c.Name = "feed"
	}
	if c.Limit == 0 {
		c.Limit = 30
	}
}

// Check finds what is wrong without touching the network.
func (c *Config) Check() error {
	if len(c.URLs) == 0 && c.OPML == "" {
		return &connectors.KeyError{Key: "urls", Problem: "there is no feed to read", Remedy: `write urls = ["https://example.org/feed.xml"], or name a list as opml`}
	}
	for i, u := range c.URLs {
		if minutes.WebURL(u) == "" {
			return &connectors.KeyError{Key: "urls", Problem: fmt.Sprintf("address %d is not http or https, or holds a password", i+1), Remedy: `write it like "https://example.org/feed.xml"`}
		}
	}
	if c.Limit < 1 || c.Limit > maxEntries {
		return &connectors.KeyError{Key: "limit", Problem: fmt.Sprintf("%d is out of range", c.Limit), Remedy: fmt.Sprintf("choose 1 to %d", maxEntries)}
	}
	return nil
}

// Open makes the source. It touches neither network nor file.
func (c *Config) Open(env connectors.Env) (minutes.Source, error) {
	return &source{env: env, config: *c, get: env.Web().Get}, nil
}

type source struct {
	env    connectors.Env
	config Config
	get    func(context.Context, connectors.Request) (connectors.Response, error)
}

// Name is the name in the config, by way of Env.
func (s *source) Name() string { return s.env.Name }

// Fetch reads every feed at once. What one of them brought is kept whatever became of the others:
// the error names those that failed, and each is a Rejection too. A feed that has been dead for a
// week is a Rejection alone, whose reason begins with "dead since": it is known by then.
func (s *source) Fetch(ctx context.Context, from minutes.Cursor) (minutes.Batch, error) {
	r := &run{source: s, now: s.env.Now().In(s.env.Zone)}
	subs, listErr := s.subscriptions(ctx)
	if listErr != nil && len(subs) == 0 {
		return minutes.Batch{}, fmt.Errorf("feed: %w", listErr)
	}
	if err := r.recall(ctx, from); err != nil {
		return minutes.Batch{}, fmt.Errorf("feed: what is remembered of the feeds: %w", err)
	}
	results := r.all(ctx, subs)
	batch := r.batch(subs, results)
	if s.config.FullText && ctx.Err() == nil {
		r.fullText(ctx, batch.Items)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return batch, fmt.Errorf("feed: %w", err)
	}
	r.remember(context.WithoutCancel(ctx)) // after a deadline too: which feed was slow is worth knowing
	return batch, r.verdict(subs, results, listErr, &batch)
}
