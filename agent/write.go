package agent

import (
	"context"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/gate"
	"github.com/dailyminutes/minutes/agent/prompts"
)

// A writer has a model write an answer from passages and lets pass what holds.
type writer struct {
	q       *inquiry
	items   []minutes.Item
	told    func(minutes.Claim)
	seen    map[string]bool // sentences that were judged
	passed  int
	refused []prompts.Refused
}

// write is the name of the model that answered, and whether it abstained. Claims are told as soon as
// they are whole and hold; what does not is mended once, all of it together.
func (w *writer) write(ctx context.Context) (model string, abstains bool) {
	passages := w.passages()
	today := w.q.m.Now.Format("Monday 2 January 2006")
	for try := range 2 {
		if try > 0 && len(w.refused) == 0 {
			break
		}
		p := prompts.Answer(w.q.question, today, passages, w.refused)
		w.refused = nil
		var partial strings.Builder
		answer, err := w.q.a.Models.Answer.Generate(ctx, p, func(piece minutes.Piece) {
			if piece.Reset {
				partial.Reset()
				return
			}
			if partial.WriteString(piece.Text); strings.Contains(piece.Text, "}") {
				w.judge(prompts.Begun(partial.String()))
			}
		})
		w.q.spend(answer, err)
		if err != nil {
			return model, false
		}
		model = answer.Model
		said, abstained, err := prompts.ParseAnswer(answer.Text)
		if err != nil {
			w.refused = append(w.refused, prompts.Refused{Why: err.Error(), Label: answer.Text.Label})
			continue
		}
		if abstained && w.passed == 0 {
			return model, true
		}
		w.judge(said)
		for i := range w.refused {
			w.refused[i].Label = answer.Text.Label
		}
	}
	return model, false
}

// judge holds sentences against what they cite, once each.
func (w *writer) judge(said []prompts.Said) {
	for _, s := range said {
		key := s.Text.String()
		if w.seen[key] || s.Text.Empty() || w.passed >= answerBeside {
			continue
		}
		w.seen[key] = true
		c, err := w.claim(s)
		if err != nil {
			w.refused = append(w.refused, prompts.Refused{Line: s.Text, Why: err.Error()})
			continue
		}
		w.passed++
		w.told(c)
	}
}

// claim is a sentence with the words that it rests on, or why it does not stand.
func (w *writer) claim(s prompts.Said) (minutes.Claim, error) {
	var cited []minutes.Item
	for _, name := range s.Items {
		h, ok := w.q.run.Handles[name]
		if !ok {
			continue // a name that this run never gave
		}
		i := slices.IndexFunc(w.items, func(it minutes.Item) bool { return it.ID == h.Item })
		if i >= 0 && !slices.ContainsFunc(cited, func(it minutes.Item) bool { return it.ID == h.Item }) {
			cited = append(cited, w.items[i])
		}
	}
	evidence, err := holds(cited, s.Text, s.Quotes, w.q.m)
	c := minutes.Claim{Text: s.Text, Engine: minutes.EngineModel, Evidence: evidence}
	for _, it := range cited {
		c.Items = append(c.Items, it.ID)
	}
	return c, err
}

// passages are the best stretches of what was found: what was computed, then the items in the order in
// which they were found, around the question's words.
func (w *writer) passages() []prompts.Passage {
	words := tellingWords(w.q.question.String())
	var out []prompts.Passage
	for _, it := range w.items {
		if len(out) == maxPassages {
			break
		}
		out = append(out, prompts.Passage{Name: gate.Name(w.q.a.Key, it.ID), Item: it, Text: around(it, words)})
	}
	return out
}

// around is the stretch of an item's text that begins shortly before the first of the words.
func around(it minutes.Item, words []string) minutes.Safe {
	text := it.Body
	if text.Empty() {
		text = it.Excerpt
	}
	runes := []rune(text.String())
	if len(runes) <= maxPassage {
		return text
	}
	lower := strings.ToLower(string(runes))
	at := 0
	for _, word := range words {
		if i := strings.Index(lower, strings.ToLower(word)); i > 0 {
			at = max(len([]rune(lower[:i]))-maxPassage/4, 0)
			break
		}
	}
	at = min(at, len(runes)-1)
	return minutes.Clean(string(runes[at:])).Cut(maxPassage)
}
