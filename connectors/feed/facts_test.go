package feed

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// tally counts facts that a corpus states and that came out.
type tally struct{ right, all int }

func (c *tally) check(t *testing.T, file, what, got, want string) {
	t.Helper()
	c.all++
	if got == want {
		c.right++
		return
	}
	t.Logf("%s: %s is %q, the corpus says %q", file, what, got, want)
}

func (c *tally) verdict(t *testing.T) {
	t.Helper()
	t.Logf("%d of %d facts", c.right, c.all)
	if c.all == 0 || float64(c.right) < 0.95*float64(c.all) {
		t.Errorf("%d of %d facts are right, want 95 %%", c.right, c.all)
	}
}

func readFacts(t *testing.T, env connectors.Env, path, contentType string) []minutes.Item {
	t.Helper()
	args, err := json.Marshal(arguments{Source: "test", Now: env.Now(), URL: "http://127.0.0.1:8097/docs/feed.xml", FeedURL: "http://127.0.0.1:8097/docs/feed.xml", Limit: 100, ContentType: contentType})
	if err != nil {
		t.Fatal(err)
	}
	got, err := env.Parse(t.Context(), connectors.Document{Parser: "feed", Data: connectortest.Read(t, path), Args: args})
	if err != nil {
		t.Logf("%s: %v", filepath.Base(path), err)
	}
	return got.Items
}

// outcome is the part of a recorded parse that an Item has a place for.
type outcome struct {
	Items   []fact `json:"items"`
	Entries []fact `json:"entries"`
}

type fact struct {
	Title       *string    `json:"title"`
	Link        any        `json:"link"`
	Links       []any      `json:"links"`
	Description *string    `json:"description"`
	Published   *time.Time `json:"publishedParsed"`
	PubDate     *time.Time `json:"pubDateParsed"`
	Updated     *time.Time `json:"updatedParsed"`
	Content     any        `json:"content"`
}

// TestRecordedParsesAgree compares with what gofeed's own suite says of its documents.
func TestRecordedParsesAgree(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{})
	files := map[string]string{} // by what follows the hash
	for _, p := range connectortest.Corpus(t, "more/feeds") {
		if parts := strings.SplitN(filepath.Base(p), "__", 3); len(parts) == 3 {
			files[parts[2]] = p
		}
	}
	var c tally
	for name, path := range files {
		stem, ok := strings.CutSuffix(name, ".xml")
		if !ok || files[stem+".json"] == "" {
			continue
		}
		var want outcome
		if json.Unmarshal(connectortest.Read(t, files[stem+".json"]), &want) != nil {
			continue
		}
		items := readFacts(t, env, path, "")
		for _, e := range append(want.Items, want.Entries...) {
			for _, it := range items { // their order is ours to choose, so several are told apart by title
				if len(items) == 1 || e.Title != nil && minutes.CleanLine(titleText(*e.Title)) == it.Title {
					compare(t, &c, name, it, e, env.Now())
					break
				}
			}
		}
	}
	c.verdict(t)
}

func compare(t *testing.T, c *tally, name string, got minutes.Item, want fact, now time.Time) {
	t.Helper()
	if want.Title != nil && strings.TrimSpace(*want.Title) != "" {
		c.check(t, name, "title", got.Title.String(), minutes.CleanLine(titleText(*want.Title)).Cut(maxTitle).String())
	}
	// Of several <link> gofeed takes the last and we the first: RSS allows one.
	if link, _ := want.Link.(string); isURL(link) && len(want.Links) < 2 {
		c.check(t, name, "link", got.URL, minutes.WebURL(tidy(link)))
	}
	for _, at := range []*time.Time{want.Published, want.PubDate, want.Updated} {
		if at != nil && at.Year() >= 1990 && at.Before(now) {
			c.check(t, name, "date", got.At.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339))
			break
		}
	}
	if content, _ := want.Content.(string); strings.TrimSpace(content) != "" && want.Description == nil {
		want.Description = &content
	}
	if o, _ := want.Content.(map[string]any); o != nil && want.Description == nil {
		if v, _ := o["value"].(string); v != "" && o["type"] != "text" && o["type"] != "text/plain" {
			want.Description = &v
		}
	}
	if want.Description != nil && strings.TrimSpace(*want.Description) != "" {
		text := excerptOf(connectors.HTMLText(*want.Description, maxBody))
		if !text.Empty() {
			c.check(t, name, "text", got.Excerpt.String(), text.String())
		}
	}
}

// TestStatedFactsHold reads the documents of feedparser's suite that state what is in them.
func TestStatedFactsHold(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{})
	stated := regexp.MustCompile(`entries\[0\]\['(title|description|summary|link|author)'\] == u?'((?:[^'\\]|\\.)*)'`)
	feedTitle := regexp.MustCompile(`feed\['title'\] == u?'((?:[^'\\]|\\.)*)'`)
	header := regexp.MustCompile(`(?i)Header:\s*Content-type:\s*([^\n]+)`)
	var c tally
	for _, p := range connectortest.Corpus(t, "feeds") {
		name := filepath.Base(p)
		if !strings.HasPrefix(name, "feedparser__") {
			continue
		}
		text := string(connectortest.Read(t, p))
		m := stated.FindAllStringSubmatch(text, -1)
		// What is there but for a picture has no words to keep.
		if len(m) == 0 || strings.Contains(name, "acceptable_") || strings.HasPrefix(m[0][2], "<img ") {
			continue
		}
		contentType := ""
		if h := header.FindStringSubmatch(text); h != nil {
			contentType = strings.TrimSpace(h[1])
		}
		items := readFacts(t, env, p, contentType)
		if len(items) == 0 {
			c.check(t, name, "entries", "none", "one or more")
			continue
		}
		if f := feedTitle.FindStringSubmatch(text); f != nil {
			c.check(t, name, "feed", items[0].Article.Feed.String(), minutes.CleanLine(titleText(python(f[1]))).String())
		}
		for _, f := range m {
			want := python(f[2])
			got := map[string]string{"title": items[0].Title.String(), "link": items[0].URL, "author": items[0].Author.String()}[f[1]]
			if f[1] == "description" || f[1] == "summary" {
				got = items[0].Excerpt.String()
			}
			if f[1] != "link" {
				want = minutes.CleanLine(titleText(want)).String()
			}
			if want != "" {
				c.check(t, name, f[1], got, want)
			}
		}
	}
	c.verdict(t)
}

// python undoes the escapes of a Python string.
func python(s string) string {
	if out, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(s, `\'`, `'`), `"`, `\"`) + `"`); err == nil {
		return out
	}
	return s
}
