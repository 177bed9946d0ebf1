package feed

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// The guards before gofeed, which recurses without a bound on nested extensions and keeps all
// that it reads.
const (
	maxBytes   = 5 << 20
	maxDepth   = 200
	maxEntries = 5000
)

// arguments is all that the parser knows of the world.
type arguments struct {
	Source      string
	Private     bool
	Now         time.Time
	URL         string // where the document came from, without its query
	FeedURL     string // what items say, without anything secret
	ContentType string
	Category    string
	Title       string // for a feed that has none
	Limit       int
	Seen        string // see seen: what an earlier run brought
}

// parse reads one feed of whatever format. It brings the newest Limit entries that Seen does not
// know or knows otherwise. Facts are title, site, kind, and seen for the next run.
func parse(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := json.Unmarshal(doc.Args, &args); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	data, err := inflate(doc.Data)
	if err != nil {
		return connectors.Parsed{}, err
	}
	text := decode(data, args.ContentType)
	ch, rejected, err := read(text)
	if err != nil {
		return connectors.Parsed{}, err
	}
	out := args.items(ch)
	for _, r := range rejected[:min(len(rejected), maxRejected)] {
		r.Source = args.Source
		if r.Item.Empty() {
			r.Item = minutes.CleanLine(args.feedName(ch)).Cut(100)
		}
		out.Rejected = append(out.Rejected, r)
	}
	return out, nil
}

// maxRejected bounds what is said of a feed that is wrong throughout.
const maxRejected = 20

// read finds out what text is and reads it.
func read(text string) (channel, []minutes.Rejection, error) {
	text = feedInside(strings.TrimLeft(text, " \t\r\n\x00"))
	switch root := rootOf(text); {
	case text == "":
		return channel{}, nil, minutes.WithHint(errors.New("not a feed: the answer is empty"), "try again later; if it stays, open the address in a browser")
	case text[0] == '{':
		return readJSON(text)
	case root == "rss", root == "rdf", root == "feed":
		return readXML(text, root)
	case root == "opml":
		return channel{}, nil, minutes.WithHint(errors.New("not a feed: it is a list of feeds (OPML)"), "save it and name the file as opml in the config")
	case isPage(text, root):
		return channel{}, nil, notAFeed(text)
	case text[0] == '<' && root != "" && root[0] < utf8.RuneSelf:
		return channel{}, nil, minutes.WithHint(fmt.Errorf("not a feed: it is XML of another kind (%s)", minutes.CleanLine(root).Cut(40)), "look for the site's RSS or Atom address")
	}
	return channel{}, nil, minutes.WithHint(errors.New("not a feed: it is neither XML nor JSON"), "open the address in a browser and look for the site's RSS or Atom address")
}

// inflate undoes a gzip that the server did not tell of, and holds the cap.
func inflate(b []byte) ([]byte, error) {
	if len(b) > maxBytes {
		return nil, tooLarge()
	}
	if len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err == nil {
		b, err = io.ReadAll(io.LimitReader(z, maxBytes+1))
	}
	if err != nil {
		return nil, minutes.WithHint(errors.New("not a feed: its compression is damaged"), "try again later")
	}
	if len(b) > maxBytes {
		return nil, tooLarge()
	}
	return b, nil
}

func tooLarge() error {
	return minutes.WithHint(fmt.Errorf("the feed is larger than %d MiB", maxBytes>>20), "look for a shorter feed of the same site")
}
