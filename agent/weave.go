package agent

import (
	"context"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract"
	"github.com/dailyminutes/minutes/agent/prompts"
	"github.com/dailyminutes/minutes/agent/verify"
)

const weaveTime = 60 * time.Second

// weave has a model make flowing sentences of the summary's lines, if the user wants that. Each sentence
// is held against all that its lines rest on; one that does not stand leaves its lines as they were. The
// model sees several items at once, so the writer of one may colour what is said of another: grounding
// holds, non-interference does not, and Engine.Prose says so.
func (a *Agent) weave(ctx context.Context, b *minutes.Brief, items map[string]minutes.Item, readers *readers) {
	if a.Settings.Prose != "woven" || a.Models.Answer == nil || readers == nil || !readers.calls || len(b.Summary) < 2 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, weaveTime)
	defer cancel()
	label, local := minutes.Label{Class: minutes.Public, Origin: minutes.FromSystem}, false
	lines := make([]minutes.Safe, len(b.Summary))
	for i, c := range b.Summary {
		lines[i] = c.Text
		for _, id := range c.Items {
			label, local = label.Join(items[id].Label()), local || items[id].LocalOnly
		}
		if c.Engine == minutes.EngineModel { // which may have seen more than this item
			label = label.Join(minutes.Label{Class: minutes.Private, Origin: minutes.FromModel})
		}
	}
	answer, err := a.Models.Answer.Generate(ctx, prompts.Weave(lines, label, local), nil)
	readers.add(answer.Usage, answer.Fallbacks)
	if err != nil {
		a.log().Warn("weave", "error", err.Error())
		return
	}
	sentences, err := prompts.ParseWeave(answer.Text, len(lines))
	if err != nil {
		return
	}
	woven := weaveIn(b.Summary, sentences, items, readers.m)
	was := b.Summary
	if b.Summary = woven; extract.Words(*b) > readers.m.Words && extract.Words(*b) > b.ReadingSeconds*238/60 {
		b.Summary = was // it had become longer than a brief may be
		return
	}
	b.Engine.Prose = "woven"
}

// weaveIn puts sentences that stand in the place of their first line, and leaves the others as they were.
func weaveIn(lines []minutes.Claim, sentences []prompts.Woven, items map[string]minutes.Item, m minutes.Morning) []minutes.Claim {
	instead := map[int]minutes.Claim{}
	gone := map[int]bool{}
	for _, s := range sentences {
		c := minutes.Claim{Text: s.Text, Engine: minutes.EngineModel, ID: lines[s.Lines[0]].ID}
		for _, i := range s.Lines {
			for _, id := range lines[i].Items {
				if !slices.Contains(c.Items, id) {
					c.Items = append(c.Items, id)
				}
			}
			c.Evidence = append(c.Evidence, lines[i].Evidence...)
		}
		if verify.Claim(c, items, m) != nil {
			continue
		}
		instead[s.Lines[0]] = c
		for _, i := range s.Lines[1:] {
			gone[i] = true
		}
	}
	var out []minutes.Claim
	for i, line := range lines {
		if c, ok := instead[i]; ok {
			out = append(out, c)
		} else if !gone[i] {
			out = append(out, line)
		}
	}
	return out
}
