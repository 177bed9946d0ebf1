// Package dummy is the connector to copy: small, real, tested as all are. It reads notes, one JSON
// object a line, from a file or over http. Read it beside connectors/README.md.
package dummy

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

//go:embed sample.toml
var sample string

// maxBytes caps a file as the web reader caps an answer.
const maxBytes = 5 << 20

// Spec describes the connector. connectors/all calls it; it is a function, so that nobody can
// change it for others.
func Spec() connectors.Spec {
	return connectors.Spec{
		Kind: "dummy", About: "Notes from a file or an address, one JSON object a line.", Sample: sample,
		Private: true, // whoever reads the config cannot know what is in the notes: the careful answer
		New:     func() connectors.Config { return &Config{} },
		Parsers: map[string]connectors.Parser{"dummy": parse},
	}
}

// Config is a [[connectors.dummy]] table. Exactly one of Path and URL is set.
type Config struct {
	connectors.Common
	Path  string            `toml:"path"`
	URL   string            `toml:"url"`
	Token minutes.SecretRef `toml:"token"` // sent as a bearer token; only with URL
	Limit int               `toml:"limit"`
}

// Fill sets the defaults.
func (c *Config) Fill() {
	if c.Name == "" {
		c.Name = "dummy"
	}
	if c.Limit == 0 {
		c.Limit = 200
	}
}

// Check finds what is wrong without touching the network: a KeyError names the key and the remedy,
// and the program adds the line.
func (c *Config) Check() error {
	switch {
	case c.Path == "" && c.URL == "":
		return &connectors.KeyError{Key: "path", Problem: "there is nothing to read", Remedy: "set path to a file or url to an address"}
	case c.Path != "" && c.URL != "":
		return &connectors.KeyError{Key: "url", Problem: "path is set too", Remedy: "keep one of them"}
	case c.URL != "" && minutes.WebURL(c.URL) == "":
		return &connectors.KeyError{Key: "url", Problem: "not an http or https address", Remedy: `write it like "https://example.org/notes.jsonl"`}
	case c.Token.Set() && c.URL == "":
		return &connectors.KeyError{Key: "token", Problem: "a file needs none", Remedy: "remove it"}
	case c.Limit < 1 || c.Limit > 5000:
		return &connectors.KeyError{Key: "limit", Problem: fmt.Sprintf("%d is out of range", c.Limit), Remedy: "choose 1 to 5000"}
	}
	return nil
}

// Open makes the source. It touches no network: a source that is down must not stop the others
// from opening.
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

// cursor is this source's own part of a minutes.Cursor: what makes the next GET conditional. It
// travels with the items, never in State: if a crash loses the items it loses the cursor too, and
// they are asked for again.
type cursor struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// Fetch reads all notes. It is read, parse, keep: three lines that every connector has in some form.
func (s *source) Fetch(ctx context.Context, from minutes.Cursor) (minutes.Batch, error) {
	data, next, err := s.read(ctx, from)
	if err != nil {
		return minutes.Batch{}, fmt.Errorf("dummy: %w", err)
	}
	if data == nil { // not changed: nothing new, and nothing gone either
		return minutes.Batch{Next: next}, nil
	}
	args, err := json.Marshal(arguments{Source: s.env.Name, Private: s.env.Private, Now: s.env.Now(), Limit: s.config.Limit})
	if err != nil {
		return minutes.Batch{}, err
	}
	got, err := s.env.Parse(ctx, connectors.Document{Parser: "dummy", Data: data, Args: args})
	if err != nil {
		return minutes.Batch{}, fmt.Errorf("dummy: %w", hinted(err))
	}
	// Full lets the caller drop notes that are no longer in the file. With a line that could not be
	// read, a note might only look gone.
	return minutes.Batch{Items: got.Items, Rejected: got.Rejected, Full: len(got.Rejected) == 0, Next: next}, nil
}

// read is the document, nil if it is the one that from was made of.
func (s *source) read(ctx context.Context, from minutes.Cursor) ([]byte, minutes.Cursor, error) {
	next := minutes.Cursor{At: s.env.Now()}
	if s.config.Path != "" {
		data, err := readFile(s.config.Path)
		return data, next, err
	}
	var last cursor
	if len(from.Token) > 0 {
		_ = json.Unmarshal(from.Token, &last) // a token that cannot be read costs one full answer
	}
	req := connectors.Request{URL: s.config.URL, Accept: "application/jsonl, application/json", ETag: last.ETag, LastModified: last.LastModified}
	if s.config.Token.Set() {
		secret, err := s.env.Secret(ctx, s.config.Token)
		if err != nil {
			return nil, next, err
		}
		req.Header = map[string]string{"Authorization": "Bearer " + secret.Reveal()}
	}
	res, err := s.get(ctx, req)
	if err != nil {
		return nil, next, err // it has its hint and holds no query
	}
	if res.NotModified {
		next.Token = from.Token
		return nil, next, nil
	}
	next.Token, err = json.Marshal(cursor{res.ETag, res.LastModified})
	if res.Body == nil {
		res.Body = []byte{} // an empty answer is an answer
	}
	return res.Body, next, err
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, minutes.WithHint(fmt.Errorf("%s: %w", path, minutes.ErrNotFound), "check path in the config")
	}
	if err != nil {
		return nil, minutes.WithHint(err, "check the file's permissions")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, minutes.WithHint(err, "check path in the config: it must be a file")
	}
	if len(data) > maxBytes {
		return nil, minutes.WithHint(fmt.Errorf("%s is larger than %d MiB", path, maxBytes>>20), "keep the newest notes only")
	}
	return data, nil
}

// hinted gives the jail's own errors a next step; the parser's have theirs.
func hinted(err error) error {
	if minutes.Hint(err) != "" || errors.Is(err, context.Canceled) {
		return err
	}
	return minutes.WithHint(err, "look at the file: it should hold one JSON object a line")
}
