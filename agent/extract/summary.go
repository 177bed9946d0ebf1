package extract

import (
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// The summary has at most six lines, five when there is matter; half of it is mail on a day that
// has other things to say.
const (
	maxSummary = 6
	wantMail   = 3
)

// summary is what else one should know, in the order one would tell it: people, what is waited
// for, the calendar, the news, the weather. What presses is chosen first, then one of each, then
// what there is room for.
func (d *desk) summary() []minutes.Claim {
	hard, soft := d.mailLines()
	late, came, days, news := d.late(), d.came(), d.calendarLines(), d.newsLines()
	var sky []minutes.Claim
	for _, f := range d.forecasts() {
		sky = append(sky, d.weather(f))
	}
	const mail, waits, calendar, stories, weather = 0, 1, 2, 3, 4
	var out [5][]minutes.Claim
	n := 0
	take := func(where int, from *[]minutes.Claim, limit int) {
		for len(*from) > 0 && limit > 0 && n < maxSummary {
			c := (*from)[0]
			*from = (*from)[1:]
			if where != calendar && where != waits && slices.ContainsFunc(c.Items, func(id string) bool { return d.told[id] }) ||
				where == waits && d.told[c.Items[0]] || !d.tell(c) {
				continue
			}
			for _, id := range c.Items {
				d.told[id] = true
			}
			out[where] = append(out[where], c)
			n++
			limit--
		}
	}
	one := func(cs []minutes.Claim) int { return min(len(cs), 1) }
	take(mail, &hard, max(2, min(wantMail, maxSummary-one(late)-one(days)-one(news)-one(sky))))
	take(waits, &late, 1)
	take(calendar, &days, 1)
	take(stories, &news, 1)
	take(weather, &sky, 1)
	take(mail, &hard, wantMail-len(out[mail]))
	take(waits, &came, 1)
	take(calendar, &days, 1)
	take(mail, &soft, 1)
	take(waits, &late, 1)
	take(stories, &news, 1)
	take(mail, &hard, maxSummary)
	take(mail, &soft, maxSummary)
	take(stories, &news, 1)
	return slices.Concat(out[:]...)
}

// pressing is the weight from which a mail comes before the rest of the summary.
const pressing = 42

// mailLines are the mails worth a line that the TL;DR and the insights have not told: those that
// press, and the others.
func (d *desk) mailLines() (hard, soft []minutes.Claim) {
	for _, p := range d.picks() {
		if len(hard)+len(soft) > 2*maxSummary {
			break
		}
		if d.told[p.mail.ID] || p.weight < 15 {
			continue
		}
		switch c := d.mailLine(p, false); {
		case c.Text.Empty():
		case p.weight >= pressing:
			hard = append(hard, c)
		default:
			soft = append(soft, c)
		}
	}
	return hard, soft
}

// late are things I wait for whose term has come or passed, the oldest first.
func (d *desk) late() []minutes.Claim {
	var out []minutes.Claim
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "them" || l.Status != "open" || l.Due == nil || d.daysOff(*l.Due) > 0 || l.ask == nil || len(l.Evidence) == 0 {
			continue
		}
		day := d.dayName(*l.Due)
		what := l.Text.String()
		text := ""
		switch {
		case d.overdue(l.ask.due) && !l.mail.Mail.FromMe:
			text = strings.Replace(what, l.Who.String()+" to ", l.Who.String()+" meant to ", 1) + " by " + day + "; nothing has come."
		case d.overdue(l.ask.due):
			text = "Nothing yet from " + l.Who.String() + ", whom you asked to " + strings.TrimPrefix(what, l.Who.String()+" to ") + " by " + day + "."
		default:
			text = strings.Replace(what, l.Who.String()+" to ", l.Who.String()+" is to ", 1) + " " + day + "."
		}
		if strings.Contains(text, " to answer: ") {
			text = "Nothing yet from " + l.Who.String() + ": you asked " + strings.TrimPrefix(what, l.Who.String()+" to answer: ")
		}
		c := claim(minutes.EngineComputed, stop(text), evidence(l.Evidence)...)
		if l.mail.Mail != nil {
			c.Evidence = append(c.Evidence, minutes.Evidence{Item: l.Item, Quote: minutes.CleanLine(factLine(l.mail, "to"))})
			if !l.mail.Mail.FromMe {
				c.Evidence[len(c.Evidence)-1].Quote = minutes.CleanLine(factLine(l.mail, "from"))
			}
		}
		out = append(out, c)
	}
	return out
}

// came is what I waited for and has come since the brief before.
func (d *desk) came() []minutes.Claim {
	var out []minutes.Claim
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "them" || l.Status != "done" || l.mail.Mail == nil || !l.mail.Mail.FromMe {
			continue
		}
		t := d.threads[l.mail.Mail.Thread]
		it := t[len(t)-1]
		if it.Mail.FromMe || d.told[it.ID] || d.owed(it.ID) || d.in.Before != nil && it.At.Before(d.in.Before.GeneratedAt) || d.daysOff(it.At) < -1 {
			continue
		}
		text := who(it) + " has answered your " + quoted(clip(subject(l.mail), 8)) + "."
		if len(it.Mail.Attachments) > 0 {
			text = who(it) + " has answered your " + quoted(clip(subject(l.mail), 8)) + " with " + it.Mail.Attachments[0] + "."
		}
		out = append(out, claim(minutes.EngineComputed, text, it.ID, factLine(it, "from"), it.ID, factLine(it, "attachments"), it.ID, it.Title.String()))
	}
	return out
}

// calendarLines are what changed in it and, for an empty day, what comes next.
func (d *desk) calendarLines() []minutes.Claim {
	out := d.moved()
	if !slices.ContainsFunc(d.agenda, func(s minutes.Scored) bool { return busy(s) && s.Event.End.After(d.m.Now) }) && !d.failed("ics", "caldav", "gcal") {
		if c := d.tomorrow(); !c.Text.Empty() {
			out = append(out, c)
		}
	}
	return out
}

// newsLines are the stories that lead, one of each kind before a second of any.
func (d *desk) newsLines() []minutes.Claim {
	var touching, first, rest []minutes.Claim
	kinds := map[minutes.Kind]bool{}
	for _, s := range d.news() {
		if len(touching)+len(first)+len(rest) > 2*maxSummary {
			break
		}
		if d.told[s.ID] || s.Article != nil && business(s.Article.Category) && len(d.kind(minutes.KindQuote)) > 0 && d.touches(s) == 0 {
			continue
		}
		c := d.story(s, true)
		switch {
		case d.touches(s) > 0 && len(touching) == 0:
			touching = append(touching, c)
		case s.Story != nil && d.leads(s) || !kinds[s.Kind]:
			first = append(first, c)
		default:
			rest = append(rest, c)
			continue
		}
		kinds[s.Kind] = true
	}
	return slices.Concat(touching, first, rest)
}

// forecasts are those of the places of the day: one that an event of today lies in before home.
func (d *desk) forecasts() []minutes.Scored {
	fs := slices.Clone(d.kind(minutes.KindForecast))
	slices.SortStableFunc(fs, func(a, b minutes.Scored) int {
		return d.visits(b) - d.visits(a)
	})
	return fs
}

func (d *desk) visits(f minutes.Scored) int {
	n := 0
	for _, s := range d.agenda {
		if hasWords(s.Event.Location.String(), f.Forecast.Place.String()) {
			n++
		}
	}
	return n
}
