package extract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// A Question is what an answer is lifted for: the words that an answer would hold, and what was
// looked up because the question named it.
type Question struct {
	Words   []string         // telling words, in their order
	Items   []minutes.Item   // found, best first, bodies filled
	Named   []string         // ids of Items that were asked for by what they are, not by words
	Actions []minutes.Action // where the question was for what is open
	Brief   []minutes.Claim  // where it was for all of the day
}

// maxAnswer is how many sentences an answer has.
const maxAnswer = 6

// Answer lifts an answer out of what was found, without a model: the open actions, the events, figures
// and forecasts that were asked for, and the sentences that hold most of the question's words. It is
// empty where too few of them occur: then nothing that is kept answers the question.
func Answer(m minutes.Morning, q Question) []minutes.Claim {
	ranked := make([]minutes.Scored, len(q.Items))
	for i, it := range q.Items {
		ranked[i] = minutes.Scored{Item: it, Score: 1}
	}
	d := newDesk(m, Input{Ranked: ranked})
	var out []minutes.Claim
	add := func(c minutes.Claim) {
		if !c.Text.Empty() && d.tell(c) {
			out = append(out, c)
		}
	}
	for _, a := range q.Actions {
		add(d.openLine(a))
	}
	for _, c := range q.Brief {
		if !c.Empty && len(q.Named)+len(q.Actions) == 0 {
			add(c)
		}
	}
	for _, s := range d.ranked {
		if slices.Contains(q.Named, s.ID) {
			add(d.byFields(s))
		}
	}
	if len(q.Words) > 0 && len(q.Actions) == 0 {
		for _, c := range d.lifted(q) {
			add(c)
		}
	}
	return out[:min(len(out), maxAnswer)]
}

// openLine is an entry of the ledger, with its term.
func (d *desk) openLine(a minutes.Action) minutes.Claim {
	text := a.Text.String()
	if a.Due != nil {
		text += ", " + map[bool]string{true: "was due ", false: "due "}[d.daysOff(*a.Due) < 0] + d.dayName(*a.Due)
	}
	return claim(minutes.EngineComputed, stop(text), evidence(a.Evidence)...)
}

// byFields is an item said by its closed fields.
func (d *desk) byFields(s minutes.Scored) minutes.Claim {
	switch {
	case s.Event != nil:
		when := d.span(s.Event)
		if d.daysOff(s.Event.Start) == 0 && !s.Event.AllDay {
			when = "today " + when
		}
		text := upper(when) + ": " + s.Title.Line().Cut(80).String()
		quotes := []string{s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts") + factLine(s.Item, "all day"), s.ID, factLine(s.Item, "ends")}
		if !s.Event.Location.Empty() {
			text += ", " + s.Event.Location.Line().Cut(60).String()
			quotes = append(quotes, s.ID, factLine(s.Item, "where"))
		}
		return claim(minutes.EngineComputed, stop(text), quotes...)
	case s.Quote != nil:
		return claim(minutes.EngineComputed, symbol(s)+" "+price(s.Quote)+", "+percent(s.Quote), s.ID, factLine(s.Item, "price"), s.ID, factLine(s.Item, "change"))
	case s.Forecast != nil:
		return d.weather(s)
	}
	return minutes.Claim{}
}

// A lift is a sentence with how many of the question's words it and its title hold.
type lift struct {
	claim minutes.Claim
	words int
	place int
}

// lifted are the sentences that answer best. One that holds less than half of the question's words, or
// less than the best by two, answers another question, and so does an item without the names in it.
func (d *desk) lifted(q Question) []minutes.Claim {
	want, names := map[string]bool{}, map[string]bool{}
	for _, w := range q.Words {
		for _, part := range wordsOf(w) {
			want[stem(part)] = true
			if w != strings.ToLower(w) {
				names[stem(part)] = true
			}
		}
	}
	var lifts []lift
	for place, s := range d.ranked {
		if slices.Contains(q.Named, s.ID) || d.classes[s.ID] == suspect {
			continue
		}
		if l, ok := d.best(s, want); ok && holdsAll(s, names) {
			l.place = place
			lifts = append(lifts, l)
		}
	}
	slices.SortStableFunc(lifts, func(a, b lift) int { return cmp.Or(b.words-a.words, a.place-b.place) })
	var out []minutes.Claim
	for _, l := range lifts {
		if l.words >= lifts[0].words-1 && 2*l.words >= len(want) {
			out = append(out, l.claim)
		}
	}
	return out
}

// holdsAll says whether every one of the stems stands in an item.
func holdsAll(s minutes.Scored, stems map[string]bool) bool {
	have := map[string]bool{}
	for _, w := range wordsOf(strings.Join([]string{s.Title.String(), s.Author.String(), s.Excerpt.String(), s.Body.String(), s.Facts().String()}, " ")) {
		have[stem(w)] = true
	}
	for w := range stems {
		if !have[w] {
			return false
		}
	}
	return true
}

// best is the sentence of an item that holds most of what is wanted and is not in its title.
func (d *desk) best(s minutes.Scored, want map[string]bool) (lift, bool) {
	has := func(text string) map[string]bool {
		out := map[string]bool{}
		for _, w := range wordsOf(text) {
			if k := stem(w); want[k] {
				out[k] = true
			}
		}
		return out
	}
	from := has(s.Author.String() + " " + s.Source + " " + string(s.Kind))
	title := has(s.Title.String())
	maps.Copy(title, from)
	top, words := "", len(title)
	for _, text := range sentences(s.Item) {
		here := has(text)
		maps.DeleteFunc(here, func(w string, _ bool) bool { return from[w] }) // a name under a letter says nothing
		tells := len(here) > 0 && count(text) > 3
		maps.Copy(here, title)
		if tells && (len(here) > words || top == "") {
			top, words = text, len(here)
		}
	}
	if words == 0 {
		return lift{}, false
	}
	if top == "" && s.Mail != nil && len(has(s.Title.String())) == 0 { // found by who wrote it: what it tells
		if g, ok := d.gist(s.Item); ok {
			from := []string{s.ID, factLine(s.Item, "from"), s.ID, factLine(s.Item, "sent")}
			return lift{claim: claim(minutes.EngineExtract, stop(saying(s.Item, g.text)), append(from, g.quotes...)...), words: words}, true
		}
	}
	return lift{claim: d.liftLine(s, top), words: words}, true
}

// liftLine says who wrote a sentence, and when. Without a sentence it is the title.
func (d *desk) liftLine(s minutes.Scored, text string) minutes.Claim {
	quotes := []string{s.ID, s.Title.String()}
	if text == "" && s.Event == nil {
		text = s.Title.Line().String()
	}
	if text != "" {
		quotes = append(quotes, s.ID, text)
	}
	words := quoted(upper(clip(strings.TrimRight(text, "."), maxLine-6)))
	switch {
	case s.Mail != nil:
		quotes = append(quotes, s.ID, factLine(s.Item, "from"), s.ID, factLine(s.Item, "sent"))
		return claim(minutes.EngineExtract, who(s.Item)+" "+on(d.dayName(s.At))+": "+words, quotes...)
	case s.Event != nil:
		return d.byFields(s)
	case s.Article != nil:
		quotes = append(quotes, s.ID, factLine(s.Item, "feed"))
		return claim(minutes.EngineExtract, d.source(s)+": "+words, quotes...)
	case s.Quote != nil, s.Forecast != nil:
		return d.byFields(s)
	}
	return claim(minutes.EngineExtract, words, quotes...)
}
