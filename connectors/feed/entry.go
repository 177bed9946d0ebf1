package feed

import (
	"html"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"
)

// channel is a feed as all formats have it.
type channel struct {
	kind    string // rss, atom, json
	title   string
	site    string // the page it is the feed of
	authors []string
	entries []entry
}

// entry is one of its entries. summary and content are HTML; links are in order of preference and
// may be relative; dates are as written, with what gofeed made of them.
type entry struct {
	guid, title        string
	titleIsText        bool
	summary, content   string
	links              []string
	authors, tags      []string
	published, updated string
	publishedAt        *time.Time
	updatedAt          *time.Time
}

func fromRSS(f *rss.Feed) channel {
	ch := channel{kind: "rss", title: f.Title, site: firstLink(append(f.Links, atomLinks(f.Extensions)...))}
	if ch.title == "" && f.DublinCoreExt != nil {
		ch.title = first(f.DublinCoreExt.Title)
	}
	ch.entries = make([]entry, 0, len(f.Items))
	for _, it := range f.Items {
		ch.entries = append(ch.entries, rssEntry(it))
	}
	return ch
}

func rssEntry(it *rss.Item) entry {
	e := entry{title: it.Title, summary: it.Description, content: it.Content, published: it.PubDate, publishedAt: it.PubDateParsed}
	if it.GUID != nil {
		e.guid = it.GUID.Value
	}
	e.links = rssLinks(it)
	for _, c := range it.Categories {
		e.tags = append(e.tags, c.Value)
	}
	if it.Author != "" {
		e.authors = append(e.authors, it.Author)
	}
	if dc := it.DublinCoreExt; dc != nil {
		e.title = or(e.title, first(dc.Title))
		e.summary = or(e.summary, first(dc.Description))
		e.published = or(e.published, first(dc.Date))
		e.tags = append(e.tags, dc.Subject...)
		if len(e.authors) == 0 {
			e.authors = append(append(e.authors, dc.Creator...), dc.Author...)
		}
	}
	if len(it.Extensions) > 0 {
		e.extensions(it)
	}
	return e
}

// extensions fills what the plain elements left open from the modules that feeds use instead.
func (e *entry) extensions(it *rss.Item) {
	if i := it.ITunesExt; i != nil {
		e.summary = or(e.summary, i.Summary)
		if len(e.authors) == 0 && i.Author != "" {
			e.authors = []string{i.Author}
		}
	}
	for _, ns := range []string{"atom", "atom03"} {
		m := it.Extensions[ns]
		e.published = or(e.published, value(m["published"]))
		e.updated = or(e.updated, value(m["updated"]))
		e.summary = or(e.summary, value(m["summary"]))
		e.content = or(e.content, value(m["content"]))
		e.title = or(e.title, value(m["title"]))
		for _, a := range m["author"] {
			if n := value(a.Children["name"]); n != "" && len(e.authors) == 0 {
				e.authors = []string{n}
			}
		}
	}
	if m := it.Extensions["dcterms"]; m != nil {
		e.published = or(e.published, or(value(m["issued"]), value(m["created"])))
		e.updated = or(e.updated, value(m["modified"]))
	}
	if m := it.Extensions["media"]; m != nil {
		e.summary = or(e.summary, value(m["description"]))
		e.title = or(e.title, value(m["title"]))
	}
}

// rssLinks are the places where an item may say where it is, best first; a guid only where it may be
// a link.
func rssLinks(it *rss.Item) []string {
	out := append(origLinks(it.Extensions), it.Links...)
	out = append(out, atomLinks(it.Extensions)...)
	if it.GUID != nil && (!strings.EqualFold(it.GUID.IsPermalink, "false") || isURL(it.GUID.Value)) && looksLikeLink(it.GUID.Value) {
		out = append(out, it.GUID.Value)
	}
	if m := it.Extensions["rdf"]; m != nil {
		out = append(out, value(m["about"]))
	}
	out = append(out, it.Comments)
	for _, enc := range it.Enclosures {
		out = append(out, enc.URL)
	}
	return out
}

// origLinks are the original addresses of an entry whose link is somebody's counter of clicks.
func origLinks(x ext.Extensions) []string {
	var out []string
	for _, ns := range []string{"feedburner", "pheedo"} {
		if l := value(x[ns]["origLink"]); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func atomLinks(x ext.Extensions) []string {
	var out []string
	for _, ns := range []string{"atom", "atom03"} {
		for _, l := range x[ns]["link"] {
			if rel := l.Attrs["rel"]; rel == "" || rel == "alternate" {
				out = append(out, l.Attrs["href"])
			}
		}
	}
	return out
}

func fromAtom(f *atom.Feed) channel {
	ch := channel{kind: "atom", title: f.Title, site: first(ordered(f.Links)), authors: people(f.Authors)}
	ch.entries = make([]entry, 0, len(f.Entries))
	for _, it := range f.Entries {
		e := entry{guid: it.ID, title: it.Title, summary: it.Summary, authors: people(it.Authors), links: append(origLinks(it.Extensions), ordered(it.Links)...),
			published: it.Published, publishedAt: it.PublishedParsed, updated: it.Updated, updatedAt: it.UpdatedParsed}
		if it.Content != nil {
			e.content = it.Content.Value
			if t := strings.ToLower(it.Content.Type); t == "text" || t == "text/plain" {
				e.content = plain(e.content)
			}
			e.links = append(e.links, it.Content.Src)
		}
		if isURL(it.ID) {
			e.links = append(e.links, it.ID)
		}
		for _, c := range it.Categories {
			e.tags = append(e.tags, or(c.Label, c.Term))
		}
		for _, ns := range []string{"media"} {
			m := it.Extensions[ns]
			e.summary = or(e.summary, value(m["description"]))
			for _, g := range m["group"] { // YouTube
				e.summary = or(e.summary, value(g.Children["description"]))
			}
		}
		if len(e.authors) == 0 && it.Source != nil {
			e.authors = people(it.Source.Authors)
		}
		if dc := it.Extensions["dc"]; dc != nil {
			e.published = or(e.published, value(dc["date"]))
			if len(e.authors) == 0 && value(dc["creator"]) != "" {
				e.authors = []string{value(dc["creator"])}
			}
		}
		ch.entries = append(ch.entries, e)
	}
	return ch
}

// ordered are the links to read: pages first, then other alternates, then what the entry is about.
func ordered(links []*atom.Link) []string {
	var pages, alternates, rest []string
	for _, l := range links {
		switch rel := strings.ToLower(l.Rel); {
		case rel == "alternate" && (l.Type == "" || strings.Contains(l.Type, "html")):
			pages = append(pages, l.Href)
		case rel == "alternate":
			alternates = append(alternates, l.Href)
		case rel == "related", rel == "via":
			rest = append(rest, l.Href)
		}
	}
	return append(append(pages, alternates...), rest...)
}

func people(ps []*atom.Person) []string {
	var out []string
	for _, p := range ps[:min(len(ps), 3)] {
		if n := or(p.Name, p.Email); n != "" {
			out = append(out, n)
		}
	}
	return out
}

func value(es []ext.Extension) string {
	if len(es) == 0 {
		return ""
	}
	return es[0].Value
}

func first(ss []string) string {
	for _, s := range ss {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

func firstLink(ss []string) string {
	for _, s := range ss {
		if isURL(s) {
			return s
		}
	}
	return first(ss)
}

// plain makes HTML of text.
func plain(s string) string {
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>")
}

func or(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}
