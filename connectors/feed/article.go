package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// pageArguments go with a page whose article is wanted.
type pageArguments struct {
	URL, ContentType string
}

// parseArticle finds the article in a page. Fact "text" is what it says, at most maxBody bytes.
func parseArticle(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args pageArguments
	if err := json.Unmarshal(doc.Args, &args); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	data, err := inflate(doc.Data)
	if err != nil {
		return connectors.Parsed{}, err
	}
	u, err := url.Parse(args.URL)
	if err != nil {
		u = &url.URL{}
	}
	text := decode(data, args.ContentType)
	p := readability.NewParser()
	p.MaxElemsToParse = 20_000 // a page, not a book
	a, err := p.Parse(strings.NewReader(text), u)
	if err != nil || a.Node == nil {
		return connectors.Parsed{}, errNoArticle()
	}
	var b bytes.Buffer
	if err := a.RenderHTML(&b); err != nil {
		return connectors.Parsed{}, errNoArticle()
	}
	words := minutes.Clean(connectors.HTMLText(b.String(), maxBody))
	if words.Empty() {
		return connectors.Parsed{}, errNoArticle()
	}
	return connectors.Parsed{Facts: map[string]string{"text": words.String()}}, nil
}

func errNoArticle() error {
	return minutes.WithHint(errors.New("no article was found in the page"), "open it in a browser")
}
