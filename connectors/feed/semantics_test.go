package feed

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// TestSemanticsOfFeeds holds titles, links, dates and the number of entries to what Python's
// xml.etree finds in every recorded feed that is well-formed.
func TestSemanticsOfFeeds(t *testing.T) {
	var files []string
	for _, dir := range []string{"feeds", "more/feeds"} {
		for _, p := range connectortest.Corpus(t, dir) {
			if ext := filepath.Ext(p); ext == ".xml" || ext == ".rss" || ext == ".atom" || ext == ".rdf" {
				files = append(files, p)
			}
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("skipped %d feeds: there is no python3", len(files))
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("..", "..", ".ci", "semantics.py"), "feed")
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	env := connectortest.Env(t, connectortest.Options{})
	var c tally
	feeds := 0
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var o struct {
			File    string
			Entries []entryFact
		}
		if err := dec.Decode(&o); err != nil {
			t.Fatal(err)
		}
		if len(o.Entries) == 0 {
			continue // not well-formed, or without entries: nothing to compare with
		}
		feeds++
		compareFeed(t, &c, filepath.Base(o.File), readFacts(t, env, o.File, ""), o.Entries, env.Now())
	}
	t.Logf("semantics: feed facts %.1f %% of %d in %d feeds", 100*float64(c.right)/float64(max(c.all, 1)), c.all, feeds)
	c.verdict(t)
}

// An entryFact is what Python reads of an entry; nil where it reads nothing.
type entryFact struct{ Title, Link, Date *string }

func compareFeed(t *testing.T, c *tally, name string, items []minutes.Item, entries []entryFact, now time.Time) {
	if len(entries) < 100 && readable(entries) {
		c.check(t, name, "number of entries", number(len(items)), number(len(entries)))
	}
	byTitle, byLink := map[string]minutes.Item{}, map[string]minutes.Item{}
	for _, it := range items {
		if _, twice := byLink[it.URL]; !twice { // of several with one address the first
			byLink[it.URL] = it
		}
		byTitle[it.Title.String()] = it
	}
	for _, e := range entries {
		title, link := "", ""
		if e.Title != nil {
			title = minutes.CleanLine(titleText(*e.Title)).Cut(maxTitle).String()
		}
		if u, err := url.Parse(tidy(deref(e.Link))); err == nil && isURL(deref(e.Link)) {
			untrack(u) // a choice of ours
			link = minutes.WebURL(u.String())
		}
		it, ok := byLink[link]
		if named, same := byTitle[title]; same && title != "" {
			it, ok = named, true
		}
		if !ok || link == "" && title == "" {
			continue // counted by the number of entries
		}
		if title != "" {
			c.check(t, name, "title", it.Title.String(), title)
		}
		if link != "" {
			c.check(t, name, "link", it.URL, link)
		}
		if e.Date != nil {
			if at, err := time.Parse(time.RFC3339, *e.Date); err == nil && at.Year() >= 1990 && at.Before(now) {
				c.check(t, name, "date", it.At.UTC().Format(time.RFC3339), *e.Date)
			}
		}
	}
}

// readable says that every entry has a title and a link of its own: others are left out, or are one.
func readable(entries []entryFact) bool {
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Title == nil || e.Link == nil || seen[*e.Link] {
			return false
		}
		seen[*e.Link] = true
	}
	return true
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n int) string { return strconv.Itoa(n) }
