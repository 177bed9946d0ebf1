package extract

import (
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract/when"
)

// sorted are the mails worth a line that the TL;DR and the insights have not told.
type sorted struct {
	asks      []pick // of people the reader knows
	facts     []pick // from them, of what is off or is today
	soft      []pick // from them, of anything else
	strangers []pick
}

func (d *desk) untold() sorted {
	var out sorted
	for _, p := range d.picks() {
		switch {
		case d.told[p.mail.ID] || p.weight < 15:
		case p.alert == "" && !d.people.knows(p.mail.Item):
			out.strangers = append(out.strangers, p)
		case p.loop != nil:
			out.asks = append(out.asks, p)
		case p.weight < 30:
			out.soft = append(out.soft, p)
		default:
			out.facts = append(out.facts, p)
		}
	}
	return out
}

// enough bounds how many lines are written of which at most six are chosen.
const enough = 2 * maxSummary

func (d *desk) lines(ps []pick) []minutes.Claim {
	var out []minutes.Claim
	for _, p := range ps[:min(len(ps), enough)] {
		if c := d.orRead(p.mail.Item, d.mailLine(p, false)); !c.Text.Empty() {
			out = append(out, c)
		}
	}
	return out
}

// together names in one line the known people who wait as well: what each wants stands in the list
// of things to do. One alone gets a line of their own. No stranger is among them, for no stranger's
// mail may change a line that is not about it.
func (d *desk) together(ps []pick) []minutes.Claim {
	text := "Also waiting for you: "
	var names, quotes []string
	for _, p := range ps {
		it := p.mail.Item
		if d.told[it.ID] || p.loop.ask == nil {
			continue
		}
		entry, rests := d.entry(it, *p.loop.ask)
		if count(text)+count(strings.Join(names, " "))+count(entry) > maxLine {
			break
		}
		names, quotes = append(names, entry), append(quotes, rests...)
	}
	if len(names) < 2 {
		return nil
	}
	return []minutes.Claim{claim(minutes.EngineExtract, text+enumerate(names)+".", quotes...)}
}

// entry is one who waits, what about and when: “Eyes”, Monday at 10:15.
func (d *desk) entry(it minutes.Item, a ask) (string, []string) {
	quotes := []string{it.ID, factLine(it, "from"), it.ID, a.sentence, it.ID, a.dueWords()}
	var parts []string
	if t := subject(it); t != "" && (d.daysOff(it.At) == 0 || !nearDay().MatchString(t) && !foreignNear().MatchString(t)) {
		parts, quotes = append(parts, quoted(clip(t, 6))), append(quotes, it.ID, it.Title.String())
	}
	switch {
	case a.due != nil && !a.due.At.IsZero() && !d.overdue(a.due):
		parts = append(parts, d.by(a.due))
	case a.due == nil:
		if at, sentence := d.named(it, a); at != "" {
			parts, quotes = append(parts, at), append(quotes, it.ID, sentence)
		}
	}
	if len(parts) == 0 {
		return who(it), quotes
	}
	return who(it) + " (" + strings.Join(parts, ", ") + ")", quotes
}

// named is the first day to come that an ask, or the sentence before it, names.
func (d *desk) named(it minutes.Item, a ask) (at, sentence string) {
	texts := d.reading(it).texts
	for i := a.last; i >= 0 && i >= a.last-1 && i < len(texts); i-- {
		for _, t := range when.Dates(texts[i], it.At) {
			switch day := d.dayName(t.At); {
			case d.daysOff(t.At) < 0 || !t.AllDay && t.At.Before(d.m.Now) || strings.HasPrefix(strings.ToLower(t.Quote), "in "):
			case t.AllDay:
				return day, texts[i]
			default:
				return day + " at " + d.clock(t.At), texts[i]
			}
		}
	}
	return "", ""
}
