package hackernews

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

const tree = `{"id":8,"type":"story","title":"Roofs &amp; rain","author":"ann","children":[
 {"id":9,"author":"bob","text":"It &#x27;leaks&#x27;<p>a lot","children":[{"id":10,"author":"cy","text":"Mine too","children":[]},{"id":11,"author":"dee","text":"third","children":[]}]},
 {"id":12,"author":null,"text":null,"children":[]},
 {"id":13,"author":"eve","text":"Use \u001b[2Jslate","children":null}]}`

const hits = `{"hits":[{"objectID":"44","title":"Async Rust","url":"https://example.org/a","author":"ann","points":80,"num_comments":12,"created_at_i":1795500000},
 {"objectID":"x","title":"No id","created_at_i":1795500000},{"objectID":"45","title":null,"created_at_i":1795500000}],"nbHits":3}`

// search serves the tools' two answers and keeps what was asked.
func search(t *testing.T, asked *[]string) []minutes.Tool {
	t.Helper()
	base := connectortest.Serve(t, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.RequestURI())
		switch {
		case r.URL.Path == "/items/8":
			_, _ = w.Write([]byte(tree))
		case r.URL.Path == "/search":
			_, _ = w.Write([]byte(hits))
		default:
			http.NotFound(w, r)
		}
	}))
	return open(t, &Config{SearchBaseURL: base}).(minutes.Toolbox).Tools()
}

func TestWhatPeopleSayOfAStoryIsOneNote(t *testing.T) {
	var asked []string
	tools := search(t, &asked)
	got, err := tools[0].Call(t.Context(), json.RawMessage(`{"story":"hn:8"}`))
	if err != nil || len(got.Items) != 1 || len(asked) != 1 || asked[0] != "/items/8" {
		t.Fatalf("%+v %v %v", got, err, asked)
	}
	it := got.Items[0]
	want := "bob: It 'leaks' a lot\n\ncy: Mine too\n\neve: Use [2Jslate"
	if it.Title.String() != "Comments on “Roofs & rain”" || it.Body.String() != want || it.Kind != minutes.KindNote || it.ID != "hn:8/comments" {
		t.Errorf("%q %q %s", it.Title, it.Body, it.ID)
	}
	if l := it.Label(); l.Trusted() {
		t.Errorf("%+v", l)
	}
	for _, bad := range []string{`{"story":"hn:x"}`, `{"story":"mail:1"}`, `{"story":"hn:8/../../users/ann"}`, `{"story":"hn:-4"}`} {
		if _, err := tools[0].Call(t.Context(), json.RawMessage(bad)); err == nil || len(asked) != 1 {
			t.Errorf("%s: %v, asked %v", bad, err, asked)
		}
	}
}

func TestStoriesAreFoundByTheQuestionsWords(t *testing.T) {
	var asked []string
	tools := search(t, &asked)
	got, err := tools[1].Call(t.Context(), json.RawMessage(`{"words":"async & rust?page=9"}`))
	if err != nil || len(got.Items) != 1 || got.Items[0].ID != "hn:44" || got.Items[0].Story.Points != 80 {
		t.Fatalf("%+v %v", got, err)
	}
	if asked[0] != "/search?hitsPerPage=10&query=async+%26+rust%3Fpage%3D9&tags=story" {
		t.Errorf("%s", asked[0])
	}
}

func TestTheToolsSayWhoSeesTheirArguments(t *testing.T) {
	var asked []string
	tools := search(t, &asked)
	for i, want := range []minutes.Reach{"", minutes.ReachOpen} {
		s := tools[i].Spec()
		if s.Reach != want || s.Source == "" || s.Reads != minutes.Public || !strings.HasPrefix(s.Name, s.Source+"_") {
			t.Errorf("%+v", s)
		}
		for _, p := range s.Params {
			if p.Type == minutes.ParamText || p.Type == minutes.ParamVar {
				t.Errorf("%s takes a string that a model wrote", s.Name)
			}
		}
	}
}

func TestRecordedSearchesAreRead(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/corpus/hn/*algolia*.json")
	if len(files) == 0 {
		t.Skip("0 recorded searches: ../shared is not here")
	}
	args, err := json.Marshal(arguments{Source: "hackernews", Now: time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	stories := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		parse := parseSearch
		if !strings.Contains(string(b), `"hits"`) {
			parse = parseComments
		}
		got, err := parse(t.Context(), connectors.Document{Data: b, Args: args})
		if err != nil || len(got.Items) == 0 {
			t.Errorf("%s: %d items, %v", filepath.Base(f), len(got.Items), err)
		}
		stories += len(got.Items)
	}
	if stories < 5 {
		t.Errorf("%d items in %d recorded answers", stories, len(files))
	}
}

func FuzzSearch(f *testing.F) {
	f.Add([]byte(tree))
	f.Add([]byte(hits))
	args := []byte(`{"Source":"hackernews","Now":"2026-11-25T07:00:00Z"}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, parse := range []connectors.Parser{parseComments, parseSearch} {
			got, err := parse(t.Context(), connectors.Document{Data: b, Args: args})
			if err == nil && len(got.Items) > maxHits {
				t.Errorf("%d items", len(got.Items))
			}
		}
	})
}
