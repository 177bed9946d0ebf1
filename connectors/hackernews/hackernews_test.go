package hackernews

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

const story = `{"by":"ann","descendants":4,"id":%d,"score":120,"time":1795586400,"title":"Story %d","type":"story","url":"https://example.org/%d"}`

// api serves the lists and items given by path; others are null, as Firebase has it.
func api(answers map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if a, ok := answers[r.URL.Path]; ok {
			_, _ = w.Write([]byte(a))
			return
		}
		if id, err := fmt.Sscanf(path.Base(r.URL.Path), "%d.json", new(int)); err == nil && id == 1 {
			_, _ = w.Write([]byte("null"))
			return
		}
		http.NotFound(w, r)
	})
}

func three() map[string]string {
	out := map[string]string{"/topstories.json": "[3,1,2]"}
	for i := 1; i <= 3; i++ {
		out[fmt.Sprintf("/item/%d.json", i)] = fmt.Sprintf(story, i, i, i)
	}
	return out
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 3, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		answers := three()
		if fault == connectortest.Partial {
			answers["/item/1.json"] = `{"id":1,"title":`
		}
		return &Config{BaseURL: connectortest.Serve(t, fault, api(answers))}
	}})
}

func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }

func open(t *testing.T, c *Config) minutes.Source {
	t.Helper()
	c.Fill()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	src, err := c.Open(connectortest.Env(t, connectortest.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestTheListsOrderIsKept(t *testing.T) {
	src := open(t, &Config{BaseURL: connectortest.Serve(t, connectortest.None, api(three()))})
	b, err := src.Fetch(t.Context(), minutes.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range b.Items {
		got = append(got, it.ID)
	}
	if strings.Join(got, " ") != "hn:3 hn:1 hn:2" {
		t.Errorf("%v", got)
	}
}

func TestFailedItemsCostThemselves(t *testing.T) {
	good := api(three())
	srv := connectortest.Serve(t, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/item/2.json" {
			http.Error(w, "", http.StatusBadGateway)
			return
		}
		good.ServeHTTP(w, r)
	}))
	b, err := open(t, &Config{BaseURL: srv}).Fetch(t.Context(), minutes.Cursor{})
	if len(b.Items) != 2 || err == nil || !strings.Contains(err.Error(), "1 of 3 items failed") || minutes.Hint(err) == "" {
		t.Errorf("%d items, %v", len(b.Items), err)
	}
}

// TestAStoryThatKillsItsParserCostsItself: all go through the jail as one document, which one of them
// could take with it.
func TestAStoryThatKillsItsParserCostsItself(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{})
	parse := env.Parse
	env.Parse = func(ctx context.Context, d connectors.Document) (connectors.Parsed, error) {
		if strings.Contains(string(d.Data), "Story 1") {
			return connectors.Parsed{}, fmt.Errorf("the jail: %w", connectors.ErrKilled)
		}
		return parse(ctx, d)
	}
	c := &Config{BaseURL: connectortest.Serve(t, connectortest.None, api(three()))}
	c.Fill()
	src, err := c.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	b, err := src.Fetch(t.Context(), minutes.Cursor{})
	if err != nil || len(b.Items) != 2 || len(b.Rejected) != 1 || b.Rejected[0].Item.String() != "item 1" || b.Rejected[0].Next.Empty() {
		t.Errorf("%v: %d items, %v", err, len(b.Items), b.Rejected)
	}
}

func TestNoMoreThanEightAtOnce(t *testing.T) {
	ids := make([]int, 60)
	answers := map[string]string{}
	for i := range ids {
		ids[i] = i + 1
		answers[fmt.Sprintf("/item/%d.json", i+1)] = fmt.Sprintf(story, i+1, i+1, i+1)
	}
	list, _ := json.Marshal(ids)
	answers["/beststories.json"] = string(list)
	var now, most atomic.Int32
	good := api(answers)
	srv := connectortest.Serve(t, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		good.ServeHTTP(w, r)
	}))
	b, err := open(t, &Config{BaseURL: srv, List: "best", Limit: 50}).Fetch(t.Context(), minutes.Cursor{})
	if err != nil || len(b.Items) != 50 {
		t.Errorf("%d items, %v", len(b.Items), err)
	}
	if most.Load() > atOnce {
		t.Errorf("%d at once", most.Load())
	}
}

func TestAPortalIsNamed(t *testing.T) {
	src := open(t, &Config{BaseURL: connectortest.Serve(t, connectortest.HTML, api(three()))})
	_, err := src.Fetch(t.Context(), minutes.Cursor{})
	if err == nil || !strings.Contains(err.Error(), "web page") || !strings.Contains(minutes.Hint(err), "sign-in") {
		t.Errorf("%v, hint %q", err, minutes.Hint(err))
	}
}

func TestCheckNamesTheKey(t *testing.T) {
	for key, c := range map[string]*Config{"list": {List: "worst"}, "base_url": {BaseURL: "hn"}, "limit": {Limit: 501}, "min_points": {MinPoints: -1}} {
		c.Fill()
		var ke *connectors.KeyError
		if !errors.As(c.Check(), &ke) || ke.Key != key {
			t.Errorf("want a KeyError of %s, got %v", key, c.Check())
		}
	}
}

// TestCorpus takes every recorded answer through the jail as if it were an item and as if it were
// a list: stories, nothing or a clear error.
func TestCorpus(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{})
	for _, file := range connectortest.Corpus(t, "hn") {
		data := []byte(strings.ReplaceAll(string(connectortest.Read(t, file)), "\n", " "))
		for _, parser := range []string{"hackernews", "hackernews.list"} {
			got, err := env.Parse(t.Context(), connectors.Document{Parser: parser, Data: data,
				Args: []byte(`{"Source":"test","Now":"2026-11-25T07:00:00+01:00","IDs":[1]}`)})
			if err != nil && minutes.Hint(err) == "" {
				t.Errorf("%s: %v", file, err)
			}
			for _, it := range got.Items {
				if bad := connectortest.CheckItem(env, it); bad != "" {
					t.Errorf("%s: %s", file, bad)
				}
			}
			name := filepath.Base(file)
			isStory := strings.Contains(name, "story") && !strings.Contains(name, "topstories") || strings.Contains(name, "-job") || strings.Contains(name, "poll") || strings.HasPrefix(name, "signal-brief__job")
			if parser == "hackernews" && isStory && len(got.Items) != 1 {
				t.Errorf("%s gives %d stories: %v", name, len(got.Items), got.Rejected)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(story, 1, 1, 1)))
	f.Add([]byte("null\n{\"id\":1}\n[]\n{\"id\":1e400}"))
	f.Add([]byte(`{"id":7,"type":"story","title":"\u001b[2J&lt;b&gt;\u202e","time":1,"score":-4,"url":"javascript:x"}`))
	env := connectortest.Env(f, connectortest.Options{})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(t.Context(), connectors.Document{Data: data, Args: []byte(`{"Source":"test","Now":"2026-11-25T07:00:00+01:00"}`)})
		if err != nil {
			t.Error(err)
		}
		for _, it := range got.Items {
			if bad := connectortest.CheckItem(env, it); bad != "" {
				t.Error(bad)
			}
		}
		_, _ = parseList(t.Context(), connectors.Document{Data: data})
	})
}

// FuzzList reads any list: what comes of it are numbers, or an error with a hint.
func FuzzList(f *testing.F) {
	for _, s := range []string{"[3,1,2]", "[]", "null", "[1e400]", "[-1,0,99999999999999999999]", `["1"]`, "<html>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseList(t.Context(), connectors.Document{Data: data})
		if err != nil {
			if minutes.Hint(err) == "" {
				t.Errorf("%v: no hint", err)
			}
			return
		}
		var ids []int64
		if err := json.Unmarshal([]byte(got.Facts["ids"]), &ids); err != nil {
			t.Errorf("%v: %q", err, got.Facts["ids"])
		}
	})
}
