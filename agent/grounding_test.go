package agent_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
	"github.com/dailyminutes/minutes/agent/prompts"
)

// stubborn is a model that says one line of an item, and the same when it is refused.
type stubborn string

func (s stubborn) Generate(context.Context, minutes.Prompt, func(minutes.Piece)) (minutes.Answer, error) {
	b, err := json.Marshal(map[string]any{"mark": prompts.ReadVersion(), "line": string(s), "quote": string(s), "kind": "news", "asks": []any{}, "needs_reply": false})
	return minutes.Answer{Text: minutes.Text{Safe: minutes.Clean(string(b))}, Model: "tiny"}, err
}

// readable are true lines of one item each that a reader may see.
func readable(t *testing.T) []line {
	return slices.DeleteFunc(trueLines(t), func(l line) bool {
		if len(l.claim.Items) != 1 || len(strings.Fields(l.claim.Text.String())) > 30 { // longer ones are refused for it
			return true
		}
		it := l.world.ByID()[l.claim.Items[0]]
		has := !it.Excerpt.Empty() || it.Kind != minutes.KindStory && !it.Body.Empty()
		switch it.Kind {
		case minutes.KindMail, minutes.KindArticle, minutes.KindStory, minutes.KindNote:
			return !has || it.Mail != nil && it.Mail.FromMe
		}
		return true
	})
}

// TestWhatAReaderInventsIsNotKept has readers say lines with one error each, and lines that are true: the
// way of a preload, in which the words that a line rests on are found in the item, not handed over.
func TestWhatAReaderInventsIsNotKept(t *testing.T) {
	lines, n, slack := readable(t), 300, 0.0
	if os.Getenv("MINUTES_E2E") == "" { // a few, to see that nothing is broken
		n, slack, lines = 40, 0.05, slices.DeleteFunc(readable(t), func(l line) bool { return l.claim.Text.String() < "M" })
	}
	rng := rand.New(rand.NewPCG(3, 5))
	kept := func(l line, text string) bool {
		it := l.world.ByID()[l.claim.Items[0]]
		return !agent.ReadAs(t.Context(), stubborn(text), l.world.Morning, it).Line.Empty()
	}
	refused := 0
	for _, l := range lines {
		if !kept(l, l.claim.Text.String()) {
			refused++
			t.Logf("refused: %s", l.claim.Text)
		}
	}
	if len(lines) < 100 || float64(refused) > (0.02+slack)*float64(len(lines)) {
		t.Errorf("%d of %d true lines are refused; at most 2 %%", refused, len(lines))
	}
	shares := map[string]float64{}
	for _, k := range []struct {
		kind  string
		least float64
	}{{"number", 0.99}, {"date", 0.99}, {"link", 0.99}, {"name", 0.90}} {
		caught, planted := 0, 0
		for tries := 0; planted < n && tries < 40*n; tries++ {
			l := lines[rng.IntN(len(lines))]
			text, ok := plant(rng, k.kind, l.claim.Text.String())
			if !ok {
				continue
			}
			if planted++; kept(l, text) {
				t.Logf("missed %s: %s (was: %s)", k.kind, text, l.claim.Text)
			} else {
				caught++
			}
		}
		shares[k.kind] = 100 * float64(caught) / float64(max(planted, 1))
		if planted < n || float64(caught) < (k.least-slack)*float64(planted) {
			t.Errorf("%s: %d of %d planted errors are caught", k.kind, caught, planted)
		}
	}
	t.Logf("grounding: readers' numbers %.1f %%, dates %.1f %%, links %.1f %%, names %.1f %% of %d errors each caught; %d of %d true lines refused",
		shares["number"], shares["date"], shares["link"], shares["name"], n, refused, len(lines))
}
