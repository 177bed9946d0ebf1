package feed

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"github.com/dailyminutes/minutes"
)

// isPage says whether text is a web page rather than a feed.
func isPage(text, root string) bool {
	switch root {
	case "html", "head", "body", "script", "meta", "title", "div", "p", "h1", "center", "link", "style", "table":
		return true
	}
	head := strings.ToLower(text[:min(len(text), 1024)])
	return strings.Contains(head, "<!doctype html") || strings.Contains(head, "<html")
}

// feedInside is the Atom feed that a page consists of, as some programs write it for browsers to show;
// else text as it is.
func feedInside(text string) string {
	for at, body := 0, false; ; {
		t, ok := next(text, at)
		if !ok {
			return text
		}
		at = t.to
		switch name := strings.ToLower(t.name); {
		case t.kind != startTag:
		case body && name == "feed" && strings.Contains(text[t.from:t.to], "http://www.w3.org/2005/Atom"):
			return text[t.from:]
		case name == "body":
			body = true
		case name != "html":
			return text
		}
	}
}

// notAFeed is the error of a page where a feed should be: a captive portal, a site's front page,
// an error told with 200. A page often names its feed: then that is the hint.
func notAFeed(text string) error {
	title, feed := look(text[:min(len(text), 256<<10)])
	err := errors.New("not a feed: it looks like a web page")
	if title != "" {
		err = fmt.Errorf("not a feed: it looks like a web page (“%s”)", minutes.CleanLine(title).Cut(60))
	}
	if feed != "" {
		return minutes.WithHint(err, "put the page's feed in the config instead: "+feed)
	}
	return minutes.WithHint(err, "if this network wants a sign-in, open a browser first; else look for the site's RSS or Atom address")
}

// look finds a page's title and the feed it names, which may be relative.
func look(text string) (title, feed string) {
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return title, feed
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "title":
				if title == "" && z.Next() == html.TextToken {
					title = strings.TrimSpace(string(z.Text()))
				}
			case "link":
				if feed == "" {
					feed = alternate(t)
				}
			case "body":
				if title != "" && feed != "" {
					return title, feed
				}
			}
		}
	}
}

func alternate(t html.Token) string {
	var rel, typ, href string
	for _, a := range t.Attr {
		switch a.Key {
		case "rel":
			rel = strings.ToLower(a.Val)
		case "type":
			typ = strings.ToLower(a.Val)
		case "href":
			href = a.Val
		}
	}
	if !strings.Contains(rel, "alternate") || !strings.Contains(typ, "rss") && !strings.Contains(typ, "atom") && !strings.Contains(typ, "feed+json") {
		return ""
	}
	if isURL(href) {
		href = public(href)
	}
	return minutes.CleanLine(href).Cut(200).String()
}
