package agent

import (
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

// talker is a source whose tool only code may call.
type talker struct {
	source
	asked *[]string
}

func (s talker) Tools() []minutes.Tool {
	return []minutes.Tool{told(minutes.ToolSpec{Name: "hn_comments", Source: "hn", Reads: minutes.Public}, func(args string) (minutes.Observation, error) {
		*s.asked = append(*s.asked, args)
		return minutes.Observation{Items: []minutes.Item{{ID: "note:" + args, Kind: minutes.KindNote, Source: "hn", Title: minutes.Clean("Comments"), Body: minutes.Clean("Use slate.")}}}, nil
	})}
}

func public(id string, points int) minutes.Scored {
	return minutes.Scored{Score: 0.5, Item: minutes.Item{ID: id, Kind: minutes.KindStory, Source: "hn", Title: minutes.Clean("Story " + id), Excerpt: minutes.Clean("A story."),
		Story: &minutes.Story{Points: points, Comments: 3}}}
}

// Which story a model asked about could tell Hacker News what the model has seen.
func TestCommentsAreAskedForByPointsAndByNoPlan(t *testing.T) {
	var asked []string
	a, _ := newsroom()
	a.Settings.Zone, a.Key = a.Now().Location(), []byte("key")
	a.Sources = []Configured{{Source: talker{source{name: "hn"}, &asked}, Kind: "test"}}
	m := &mind{steps: []string{step(false, call("hn_comments", `{"story":"hn:1"}`)), step(true)}}
	a.Models = Models{Plan: m, Read: m}
	items := []minutes.Scored{public("hn:1", 5), public("hn:2", 90), public("hn:3", 40), public("hn:4", 70)}
	a.look(t.Context(), items)
	want := `{"story":"hn:2"}{"story":"hn:4"}{"story":"hn:3"}`
	if got := strings.Join(asked, ""); got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	if strings.Contains(m.shown[0], "hn_comments") || !strings.Contains(m.shown[0], `"kind":"note"`) {
		t.Error("a planner is offered what code alone may call, or does not see what came")
	}
	asked = nil
	a.look(t.Context(), append(items, letter("mail:1", "The code is 4711.")))
	if len(asked) > 0 {
		t.Errorf("asked beside something private: %v", asked)
	}
}
