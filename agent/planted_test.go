package agent_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/agenttest"
	"github.com/dailyminutes/minutes/agent/verify"
)

// line is a true claim with the world it is true in.
type line struct {
	claim minutes.Claim
	world agenttest.Morning
}

// trueLines are claims of all mornings as composed, and the facts and sentences of their items
// told straight: many hands' phrasing, not the composer's alone.
func trueLines(t *testing.T) []line {
	t.Helper()
	all, err := agenttest.All()
	if err != nil {
		t.Fatal(err)
	}
	var out []line
	for _, w := range all {
		b := briefOf(w)
		for _, cs := range [][]minutes.Claim{b.TLDR, b.Summary, b.Insights} {
			for _, c := range cs {
				if !c.Empty {
					out = append(out, line{c, w})
				}
			}
		}
		for _, s := range b.Sections {
			for _, c := range s.Lines {
				out = append(out, line{c, w})
			}
		}
		for _, it := range w.Items {
			if c, ok := told(it, w.Morning); ok {
				out = append(out, line{c, w})
			}
		}
	}
	return out
}

// told says an item in words that the composer does not use.
func told(it minutes.Item, m minutes.Morning) (minutes.Claim, bool) {
	it = it.In(m.Zone)
	c := minutes.Claim{ID: "x", Items: []string{it.ID}, Engine: minutes.EngineModel}
	text, quote := "", it.Title
	switch {
	case it.Event != nil && !it.Event.AllDay:
		text = fmt.Sprintf("The event “%s” runs on %s from %s until %s.", it.Title, it.Event.Start.Format("2 January"),
			it.Event.Start.Format("3:04 pm"), it.Event.End.Format("15:04"))
	case it.Quote != nil:
		text = fmt.Sprintf("%s closed at %s, after %s the day before.", it.Quote.Symbol, minutes.Amount(it.Quote.Price, it.Quote.Decimals), minutes.Amount(it.Quote.PreviousClose, it.Quote.Decimals))
		quote = minutes.Clean("symbol: " + it.Quote.Symbol)
	case it.Story != nil:
		text = fmt.Sprintf("With %d points and %d comments: %s.", it.Story.Points, it.Story.Comments, it.Title)
	case it.Mail != nil && !it.Body.Empty() && len(it.Body.String()) < 160:
		text, quote = it.Author.String()+" wrote: "+it.Body.Line().String(), it.Body
		if regexp.MustCompile(`(?i)today|tomorrow|tonight|yesterday|morgen|heute|mañana|hoy|several|this (morning|afternoon|evening)`).MatchString(text) {
			return c, false // a bare "tomorrow" of yesterday is no true line today
		}
	default:
		return c, false
	}
	c.Text, c.Evidence = minutes.CleanLine(text), []minutes.Evidence{{Item: it.ID, Quote: quote}}
	return c, true
}

func TestTrueLinesPass(t *testing.T) {
	// Composed lines have passed the verifier already: only what is told in other words can be refused.
	lines := slices.DeleteFunc(trueLines(t), func(l line) bool { return l.claim.Engine != minutes.EngineModel })
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	lines = lines[:min(300, len(lines))]
	refused := 0
	for _, l := range lines {
		if err := verify.Claim(l.claim, l.world.ByID(), l.world.Morning); err != nil {
			refused++
			t.Logf("refused: %s — %v", l.claim.Text, err)
		}
	}
	t.Logf("%d of %d true lines refused", refused, len(lines))
	if len(lines) < 300 || refused*100 > len(lines)*2 {
		t.Errorf("%d of %d true lines refused; at most 2 %%", refused, len(lines))
	}
}

// plant puts one error of a kind into a claim's text, outside of quotation marks too; false where the claim has
// nothing to falsify.
func plant(rng *rand.Rand, kind, text string) (string, bool) {
	replace := func(re *regexp.Regexp, with func(string) string) (string, bool) {
		at := re.FindAllStringIndex(text, -1)
		if len(at) == 0 {
			return "", false
		}
		p := at[rng.IntN(len(at))]
		now := with(text[p[0]:p[1]])
		return text[:p[0]] + now + text[p[1]:], now != text[p[0]:p[1]]
	}
	pick := func(list ...string) func(string) string {
		return func(was string) string {
			for {
				if w := list[rng.IntN(len(list))]; !strings.EqualFold(w, was) {
					return w
				}
			}
		}
	}
	switch kind {
	case "number":
		return replace(regexp.MustCompile(`\d+(?:[.,]\d+)?`), func(s string) string {
			d := []byte(s)
			for {
				i := rng.IntN(len(d))
				if d[i] < '0' || d[i] > '9' {
					continue
				}
				if n := byte('0' + rng.IntN(10)); n != d[i] && !(i == 0 && n == '0') {
					d[i] = n
					return string(d)
				}
			}
		})
	case "date":
		return replace(regexp.MustCompile(`\b(?:today|tomorrow|yesterday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|March|April|August|October|November)\b`),
			func(s string) string {
				if strings.HasSuffix(s, "day") && s != "today" && s != "yesterday" {
					return pick("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")(s)
				}
				if s == "today" || s == "tomorrow" || s == "yesterday" {
					return pick("today", "tomorrow", "yesterday")(s)
				}
				return pick("January", "May", "June", "December")(s)
			})
	case "link":
		i := strings.LastIndexByte(text, ' ')
		return text[:max(i, 0)] + " at " + pick("https://evil.example/x", "www.pay-now.example", "mail@evil.example", "https://news.example/other")("") + ".", true
	}
	return replace(regexp.MustCompile(`\b[A-ZÉÓ][a-zäöüßéèíóñô]{2,}\b`), pick("Gustav", "Marlene", "Thornbury", "Ilse", "Okonkwo", "Valdez", "Brightwater", "Kessler", "Rovaniemi", "Delgado"))
}

// The planted errors are drawn with a fixed seed. A swap may hit upon something that is true as
// well (a count that holds, the other of two names): such draws stay in and count as missed.
func TestPlantedErrorsAreCaught(t *testing.T) {
	lines := trueLines(t)
	rng := rand.New(rand.NewPCG(7, 11))
	for _, k := range []struct {
		kind  string
		least float64
	}{{"number", 0.99}, {"date", 0.99}, {"link", 0.99}, {"name", 0.90}} {
		const n = 300
		caught, planted := 0, 0
		for tries := 0; planted < n && tries < 40*n; tries++ {
			l := lines[rng.IntN(len(lines))]
			text, ok := plant(rng, k.kind, l.claim.Text.String())
			if !ok {
				continue
			}
			planted++
			c := l.claim
			c.Text = minutes.CleanLine(text)
			if err := verify.Claim(c, l.world.ByID(), l.world.Morning); err != nil {
				caught++
			} else {
				t.Logf("missed %s: %s (was: %s)", k.kind, text, l.claim.Text)
			}
		}
		t.Logf("%-6s %d of %d caught", k.kind, caught, planted)
		if planted < n || float64(caught) < k.least*float64(planted) {
			t.Errorf("%s: %d of %d planted errors caught", k.kind, caught, planted)
		}
	}
}

// The writer of a mail controls at most the lines about it: with a benign text from the same
// sender in its place, all other lines are the same.
func TestAHostileTwinChangesNoOtherLine(t *testing.T) {
	all, err := agenttest.All()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, w := range all {
		if w.Name != "hostile" {
			continue
		}
		for i, it := range w.Items {
			if it.Mail == nil || !strings.Contains("mail:inject mail:boss mail:bank mail:ceo2 mail:invoice", it.ID) {
				continue
			}
			seen++
			twin := w
			twin.Items = append([]minutes.Item{}, w.Items...)
			twin.Items[i].Title, twin.Items[i].Body, twin.Items[i].Excerpt = minutes.Clean("Hello"), minutes.Clean("The weather is fine here."), minutes.Clean("The weather is fine here.")
			if a, b := others(briefOf(w), it.ID), others(briefOf(twin), it.ID); a != b {
				t.Errorf("%s changes other lines:\n%s\n— benign:\n%s", it.ID, a, b)
			}
		}
	}
	if seen != 5 {
		t.Fatalf("%d hostile mails seen", seen)
	}
}

// others are the lines above the sections that do not speak of the item.
func others(b minutes.Brief, id string) string {
	var s strings.Builder
	for _, cs := range [][]minutes.Claim{b.TLDR, b.Summary, b.Insights} {
		for _, c := range cs {
			if !strings.Contains(strings.Join(c.Items, " ")+" ", id+" ") {
				fmt.Fprintln(&s, c.Text)
			}
		}
	}
	for _, a := range b.Agenda {
		fmt.Fprintln(&s, a.Title, a.Conflicts)
	}
	for _, a := range b.Actions {
		if a.Item != id {
			fmt.Fprintln(&s, a.Status, a.Text)
		}
	}
	return s.String()
}
