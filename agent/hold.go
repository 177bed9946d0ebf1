package agent

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/prompts"
	"github.com/dailyminutes/minutes/agent/verify"
)

// maxEvidence is how many sentences a line may rest on beside who wrote it.
const maxEvidence = 4

// hold finds the words of an item that a reader's line rests on, or says why it does not stand. The
// quote that the model gave is tried first; a small model copies badly, so that sentences of the item
// are tried after it, those first that share most words with the line.
func hold(it minutes.Item, d prompts.Draft, m minutes.Morning) ([]minutes.Evidence, error) {
	return holds([]minutes.Item{it}, d.Line, []minutes.Safe{d.Quote}, m)
}

// holds is hold for a sentence about several items.
func holds(cited []minutes.Item, line minutes.Safe, quotes []minutes.Safe, m minutes.Morning) ([]minutes.Evidence, error) {
	claim := minutes.Claim{Text: line, Engine: minutes.EngineModel}
	var first []minutes.Evidence
	for _, it := range cited {
		claim.Items = append(claim.Items, it.ID)
		fact, _, _ := strings.Cut(it.Facts().String(), "\n")
		for _, q := range []minutes.Safe{it.Title.Line(), minutes.CleanLine(fact)} {
			if !q.Empty() {
				first = append(first, minutes.Evidence{Item: it.ID, Quote: q})
			}
		}
	}
	items := byID(cited)
	var why error
	for n := range maxEvidence + 1 {
		claim.Evidence = slices.Clone(first)
		for _, it := range cited {
			for _, q := range near(it, line, quotes, n) {
				claim.Evidence = append(claim.Evidence, minutes.Evidence{Item: it.ID, Quote: q})
			}
		}
		if why = verify.Claim(claim, items, m); why == nil {
			return claim.Evidence, nil
		}
	}
	return nil, why
}

// near are the quotes that an item has, and the n pieces of its text that are nearest to a line.
func near(it minutes.Item, line minutes.Safe, quotes []minutes.Safe, n int) []minutes.Safe {
	if n == 0 {
		return nil
	}
	var out []minutes.Safe
	for _, q := range quotes {
		if !q.Empty() && strings.Contains(flat(it), " "+strings.Join(folded(q.String()), " ")+" ") {
			out = append(out, q)
		}
	}
	said := folded(line.String())
	type piece struct {
		text  minutes.Safe
		share int
	}
	var pieces []piece
	text := it.Body
	if text.Empty() {
		text = it.Excerpt
	}
	for line := range strings.Lines(text.String()) {
		for _, s := range sentences(line) {
			p := piece{text: minutes.CleanLine(s)}
			for _, w := range folded(s) {
				if len(w) > 2 && slices.Contains(said, w) {
					p.share++
				}
			}
			if p.share > 0 && len(s) < 600 {
				pieces = append(pieces, p)
			}
		}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return b.share - a.share })
	for _, p := range pieces[:min(len(pieces), n)] {
		out = append(out, p.text)
	}
	return out
}

// sentences splits a line at what ends one. What is cut wrongly only makes a shorter quote.
func sentences(line string) []string {
	var out []string
	from := 0
	for i := 0; i+1 < len(line); i++ {
		if strings.IndexByte(".!?", line[i]) >= 0 && line[i+1] == ' ' && !ordinal(line[:i+1]) {
			out, from = append(out, line[from:i+1]), i+2
		}
	}
	return append(out, line[from:])
}

// ordinal holds for a text that ends like the 6th in German: "vom 6. bis 7. Oktober".
func ordinal(s string) bool {
	n := len(s) - 1
	bare := strings.TrimRight(s[:n], "0123456789")
	return s[n] == '.' && n > len(bare) && n-len(bare) <= 2 && (bare == "" || strings.HasSuffix(bare, " "))
}

func folded(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// flat is all the words of an item, for a quote to occur in.
func flat(it minutes.Item) string {
	return " " + strings.Join(folded(it.Title.String()+" "+it.Excerpt.String()+" "+it.Body.String()), " ") + " "
}

// said are the asks that an item holds: who and until when in its own words, what as a line would hold.
func (r *readers) said(it minutes.Item, asks []minutes.Asked) []minutes.Asked {
	text := flat(it) + strings.Join(folded(it.Author.String()), " ") + " "
	stands := func(s minutes.Safe) bool {
		return s.Empty() || strings.Contains(text, " "+strings.Join(folded(s.String()), " ")+" ")
	}
	return slices.DeleteFunc(asks, func(a minutes.Asked) bool {
		_, why := holds([]minutes.Item{it}, a.What, nil, r.m)
		return why != nil || !stands(a.Who) || !stands(a.Due)
	})
}

// addUsage adds up what calls cost. Times are those of the slowest first token and the last rate.
func addUsage(a, b minutes.Usage) minutes.Usage {
	a.Calls += b.Calls
	a.PromptTokens += b.PromptTokens
	a.CompletionTokens += b.CompletionTokens
	a.CachedTokens += b.CachedTokens
	a.CostUSD += b.CostUSD
	a.TTFTMS = max(a.TTFTMS, b.TTFTMS)
	if b.TokensPerSecond > 0 {
		a.TokensPerSecond = b.TokensPerSecond
	}
	return a
}
