package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	jsonfeed "github.com/mmcdole/gofeed/json"

	"github.com/dailyminutes/minutes"
)

// readJSON reads a JSON Feed. Items are decoded one by one, so that one with a field of the wrong
// kind costs itself.
func readJSON(s string) (channel, []minutes.Rejection, error) {
	var f struct {
		Version, Title, Description string
		Home                        string `json:"home_page_url"`
		Author                      *jsonfeed.Author
		Authors                     []*jsonfeed.Author
		Items                       []json.RawMessage
	}
	if err := json.Unmarshal([]byte(s), &f); err != nil {
		return channel{}, nil, minutes.WithHint(errors.New("not a feed: its JSON is damaged or of another shape"), "open the address in a browser: is it a JSON Feed?")
	}
	if f.Items == nil && !strings.Contains(f.Version, "jsonfeed.org") {
		return channel{}, nil, minutes.WithHint(errors.New("not a feed: it is JSON of another kind"), "look for the site's feed address")
	}
	ch := channel{kind: "json", title: f.Title, site: f.Home, authors: jsonAuthors(f.Author, f.Authors)}
	var rejected []minutes.Rejection
	for i, raw := range f.Items[:min(len(f.Items), maxEntries)] {
		it := &jsonfeed.Item{}
		err := json.Unmarshal(raw, it)
		if err == nil && string(raw) == "null" {
			err = errors.New("it is null")
		}
		if err != nil {
			rejected = append(rejected, minutes.Rejection{Item: minutes.Clean(fmt.Sprintf("entry %d of %d", i+1, len(f.Items))),
				Reason: minutes.Clean("a field is of the wrong kind"), Next: minutes.Clean("nothing to do: it is the feed's fault; the other entries are there")})
			continue
		}
		ch.entries = append(ch.entries, fromJSON(it))
	}
	if len(ch.entries) == 0 && len(rejected) > 0 {
		return channel{}, nil, broken("none of its entries can be read")
	}
	return ch, rejected, nil
}

func fromJSON(it *jsonfeed.Item) entry {
	e := entry{guid: it.ID, title: it.Title, summary: plain(it.Summary), content: it.ContentHTML,
		published: it.DatePublished, updated: it.DateModified, tags: it.Tags, authors: jsonAuthors(it.Author, it.Authors),
		links: []string{it.URL, it.ExternalURL}}
	if e.content == "" {
		e.content = plain(it.ContentText)
	}
	e.titleIsText = true
	if isURL(it.ID) {
		e.links = append(e.links, it.ID)
	}
	if it.Attachments != nil {
		for _, a := range *it.Attachments {
			e.links = append(e.links, a.URL)
		}
	}
	return e
}

func jsonAuthors(one *jsonfeed.Author, many []*jsonfeed.Author) []string {
	if one != nil {
		many = append(many, one)
	}
	var out []string
	for _, a := range many {
		if a != nil && a.Name != "" && len(out) < 3 && !slices.Contains(out, a.Name) {
			out = append(out, a.Name)
		}
	}
	return out
}
