package feed

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// subscription is one feed to read.
type subscription struct {
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`
	Category string `json:"category,omitempty"`
}

// maxSubscriptions of one list; more is no list that a person made.
const maxSubscriptions = 2000

// parseOPML reads a list of feeds. It brings no items: Fact "feeds" is a JSON array of
// subscriptions. Folders become categories; comments, queries and commands of other programs'
// lists are passed over.
func parseOPML(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	data, err := inflate(doc.Data)
	if err != nil {
		return connectors.Parsed{}, err
	}
	text := strings.TrimSpace(decode(data, ""))
	if isPage(text, rootOf(text)) {
		return connectors.Parsed{}, minutes.WithHint(errors.New("not a list of feeds: it looks like a web page"), "export the list again, as OPML")
	}
	if survey(text).deepest > maxDepth {
		return connectors.Parsed{}, minutes.WithHint(errors.New("not a list of feeds: it is nested too deep"), "export the list again")
	}
	subs, err := outlines(mend(text))
	if err != nil && len(subs) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("not a list of feeds: its XML is damaged"), "export the list again, as OPML")
	}
	if len(subs) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the list names no feed"), "check that it is the OPML export of a feed reader")
	}
	b, err := json.Marshal(subs)
	return connectors.Parsed{Facts: map[string]string{"feeds": string(b)}}, err
}

func outlines(text string) ([]subscription, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.AutoClose = []string{"meta", "br", "link"}
	var out []subscription
	var folders []string // of the open outlines; "" where one is a feed
	have := map[string]bool{}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if !strings.EqualFold(t.Name.Local, "outline") {
				continue
			}
			sub, folder := outlineOf(t)
			for i := len(folders) - 1; i >= 0 && sub.Category == ""; i-- {
				sub.Category = folders[i]
			}
			folders = append(folders, folder)
			if sub.URL != "" && !have[sub.URL] && len(out) < maxSubscriptions {
				have[sub.URL] = true
				out = append(out, sub)
			}
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(folders) > 0 {
				folders = folders[:len(folders)-1]
			}
		}
	}
}

// outlineOf is the feed that an outline stands for, or the folder.
func outlineOf(t xml.StartElement) (subscription, string) {
	var sub subscription
	var text, category, comment string
	for _, a := range t.Attr {
		switch strings.ToLower(a.Name.Local) {
		case "xmlurl":
			sub.URL = strings.TrimSpace(a.Value)
		case "url":
			if sub.URL == "" && strings.Contains(strings.ToLower(a.Value), "xml") {
				sub.URL = strings.TrimSpace(a.Value)
			}
		case "title":
			sub.Title = minutes.CleanLine(titleText(a.Value)).Cut(120).String()
		case "text":
			text = minutes.CleanLine(titleText(a.Value)).Cut(120).String()
		case "category":
			category = a.Value
		case "iscomment":
			comment = a.Value
		}
	}
	if sub.Title == "" {
		sub.Title = text
	}
	if strings.EqualFold(comment, "true") {
		return subscription{}, ""
	}
	if after, ok := strings.CutPrefix(strings.ToLower(sub.URL), "feed:"); ok {
		sub.URL = sub.URL[len(sub.URL)-len(after):]
		if strings.HasPrefix(sub.URL, "//") {
			sub.URL = "http:" + sub.URL
		}
	}
	if !isURL(sub.URL) { // a folder, a filter, a command, a query
		return subscription{}, strings.ToLower(sub.Title)
	}
	first, _, _ := strings.Cut(category, ",")
	first = strings.Trim(first, "/ ")
	sub.Category = strings.ToLower(minutes.CleanLine(first[strings.LastIndexByte(first, '/')+1:]).Cut(40).String())
	return sub, ""
}
