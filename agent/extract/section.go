package extract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// How many items of a kind a section begins with; fit takes from the end until the brief is
// within its words.
const (
	mailLimit  = 10
	eventLimit = 5
	quoteLimit = 8
	newsLimit  = 8
)

// sections are the items behind the brief, each in a line, with what was left out and why.
func (d *desk) sections() []minutes.Section {
	return []minutes.Section{d.mailSection(), d.calendarSection(), d.marketSection(), d.newsSection(), d.weatherSection()}
}

func (d *desk) section(kind string, items []minutes.Scored, limit int, line func(minutes.Scored) minutes.Claim) minutes.Section {
	s := minutes.Section{Kind: kind, Items: []minutes.Scored{}, Lines: []minutes.Claim{}}
	for i, it := range items {
		if i >= limit {
			s.LeftOut++
			continue
		}
		c := line(it)
		if c.Text.Empty() {
			s.LeftOut++
			continue
		}
		s.Items = append(s.Items, d.original(it))
		s.Lines = append(s.Lines, c)
	}
	return s
}

// original is the item as it was handed in: what is stored keeps its own zone. Bodies stay in the
// store.
func (d *desk) original(s minutes.Scored) minutes.Scored {
	if i, ok := d.place[s.ID]; ok {
		s = d.in.Ranked[i]
	}
	s.Body = minutes.Safe{}
	return s
}

func (d *desk) mailSection() minutes.Section {
	var people, suspects, machines []minutes.Scored
	groups := map[string]int{}
	counts := map[class]int{}
	past, earlier := 0, 0
	for _, s := range d.kind(minutes.KindMail) {
		switch c := d.classes[s.ID]; c {
		case person, list:
			switch {
			case d.over(s.Item):
				past++
				continue
			case d.followed(s.Item):
				earlier++
				continue
			}
			people = append(people, s)
		case suspect:
			suspects = append(suspects, s)
		default:
			counts[c]++
			if c == notice {
				machines = lead(machines, s)
			}
			groups[s.Mail.From.Email]++
		}
	}
	told := func(s minutes.Scored) int {
		switch {
		case d.told[s.ID]:
			return 0
		case s.Mail.Answered:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(people, func(a, b minutes.Scored) int { return told(a) - told(b) })
	slices.SortStableFunc(machines, func(a, b minutes.Scored) int { return fails(a) - fails(b) })
	items := append(append(people, suspects...), machines[:min(2, len(machines))]...)
	s := d.section("mail", items, mailLimit, func(it minutes.Scored) minutes.Claim { return d.sectionMail(it, groups) })
	for i := range s.Items {
		if c := d.classes[s.Items[i].ID]; c == notice || c == newsletter {
			counts[c]--
		}
	}
	s.LeftOut += counts[notice] + counts[newsletter] + past + earlier + d.mutedOf(minutes.KindMail)
	s.Why = minutes.CleanLine(reasons(
		counted(counts[newsletter], "newsletter or offer", "newsletters and offers"), counted(counts[notice], "notice", "notices"),
		counted(d.mutedOf(minutes.KindMail), "muted", "muted"), counted(past, "about something past", "about something past"),
		counted(earlier, "earlier in a conversation", "earlier in a conversation"), counted(max(0, len(items)-mailLimit), "lower-ranked", "lower-ranked")))
	return s
}

func fails(s minutes.Scored) int {
	if failing().MatchString(s.Title.String()) {
		return 0
	}
	return 1
}

// lead keeps one notice a sender: the one that says that something failed, else the best ranked.
func lead(machines []minutes.Scored, s minutes.Scored) []minutes.Scored {
	i := slices.IndexFunc(machines, func(o minutes.Scored) bool { return o.Mail.From.Email == s.Mail.From.Email })
	if i < 0 {
		return append(machines, s)
	}
	if failing().MatchString(s.Title.String()) && !failing().MatchString(machines[i].Title.String()) {
		machines[i] = s
	}
	return machines
}

var failing = lazy(`(?i)\b(?:fail(?:ed|ure|s)?|error|alarm|critical|broken|overdue|declined|expired|vulnerabilit(?:y|ies))\b`)

// followed says whether the same person has written again in the same conversation: the newer
// mail stands for both.
func (d *desk) followed(it minutes.Item) bool {
	return slices.ContainsFunc(d.threads[it.Mail.Thread], func(o minutes.Item) bool {
		return o.At.After(it.At) && !o.Mail.FromMe && o.Mail.From.Email == it.Mail.From.Email && d.classes[o.ID] == person
	})
}

// over holds for a notice to many about a "today" or "tonight" that has gone by.
func (d *desk) over(it minutes.Item) bool {
	return d.classes[it.ID] == list && d.daysOff(it.At) < 0 && tonight().MatchString(it.Title.String()+" "+it.Excerpt.String())
}

var tonight = lazy(`(?i)\b(?:today|tonight|this (?:morning|afternoon|evening))\b`)

func (d *desk) sectionMail(s minutes.Scored, groups map[string]int) minutes.Claim {
	it := s.Item
	from := []string{it.ID, factLine(it, "from"), it.ID, it.Title.String()}
	switch {
	case d.classes[it.ID] == suspect:
		text := "Suspicious: " + quoted(clip(subject(it), 8)) + " from " + who(it) + ", whom you have never written to."
		if d.people.posed(it.Mail.From) {
			text = "Suspicious: " + quoted(clip(subject(it), 8)) + ", from a stranger's address under the name " + who(it) + "."
		}
		if d.people.knows(it) {
			text = "Suspicious: " + quoted(clip(subject(it), 8)) + " from " + who(it) + " holds instructions to a program."
		}
		return claim(minutes.EngineComputed, text, from...)
	case it.Mail.Answered:
		return claim(minutes.EngineExtract, who(it)+": "+quoted(clip(subject(it), 10))+" (answered)", from...)
	case d.told[it.ID] || d.acknowledges(it):
		return claim(minutes.EngineExtract, who(it)+": "+quoted(clip(subject(it), 10)), from...)
	case d.classes[it.ID] == notice && groups[it.Mail.From.Email] > 1:
		n := groups[it.Mail.From.Email]
		c := claim(minutes.EngineComputed, who(it)+": "+quoted(clip(subject(it), 10))+" and "+itoa(n-1)+" more", from...)
		for _, o := range d.kind(minutes.KindMail) {
			if o.Mail.From.Email == it.Mail.From.Email && o.ID != it.ID {
				c.Items = append(c.Items, o.ID)
			}
		}
		return c
	case d.classes[it.ID] == notice:
		return claim(minutes.EngineExtract, who(it)+": "+quoted(clip(subject(it), 10)), from...)
	}
	g, ok := d.gist(it)
	if !ok {
		return minutes.Claim{}
	}
	text := saying(it, g.text)
	if count(text) > 22 {
		text = who(it) + ": " + quoted(clip(subject(it), 10))
	}
	return d.orRead(it, claim(minutes.EngineExtract, text, append(from, g.quotes...)...))
}

// calendarSection is what comes after today, and who waits for an answer to an invitation.
func (d *desk) calendarSection() minutes.Section {
	var items []minutes.Scored
	routine := map[string]bool{} // what is on every day is no news tomorrow
	for _, s := range d.agenda {
		routine[s.Event.UID] = s.Event.Recurring && s.Event.UID != ""
	}
	usual := 0
	for _, s := range d.kind(minutes.KindEvent) {
		if d.daysOff(s.Event.Start) > 0 && routine[s.Event.UID] {
			usual++
			continue
		}
		if d.daysOff(s.Event.Start) > 0 && d.counts(s.Item) || d.uninvited(s.Item) && s.Event.End.After(d.m.Now) {
			items = append(items, s)
		}
	}
	slices.SortStableFunc(items, func(a, b minutes.Scored) int { return a.Event.Start.Compare(b.Event.Start) })
	s := d.section("calendar", items, eventLimit, func(s minutes.Scored) minutes.Claim {
		if d.uninvited(s.Item) {
			text := "Unanswered invitation from " + s.Event.Organizer.String() + ", whom you do not know: " + quoted(clip(s.Title.String(), 6))
			return claim(minutes.EngineComputed, text, s.ID, s.Title.String(), s.ID, factLine(s.Item, "organizer"))
		}
		day := s.Event.Start.Format("Mon 2 Jan")
		if !s.Event.AllDay {
			day += " " + d.clock(s.Event.Start)
		}
		when := factLine(s.Item, "starts") + factLine(s.Item, "all day")
		return claim(minutes.EngineComputed, day+": "+s.Title.Line().Cut(70).String(), s.ID, s.Title.String(), s.ID, when)
	})
	s.Why = minutes.CleanLine(reasons(counted(s.LeftOut, "later this week", "later this week"), counted(usual, "as usual", "as usual"),
		counted(d.crowd, "more today", "more today")))
	s.LeftOut += usual + d.crowd
	return s
}

func (d *desk) marketSection() minutes.Section {
	s := d.section("market", d.quotes(), quoteLimit, func(s minutes.Scored) minutes.Claim {
		text := symbol(s) + " " + price(s.Quote) + ", " + percent(s.Quote)
		return claim(minutes.EngineComputed, text, s.ID, factLine(s.Item, "price"), s.ID, factLine(s.Item, "change"))
	})
	s.Why = minutes.CleanLine(reasons(counted(s.LeftOut, "smaller move", "smaller moves")))
	return s
}

func (d *desk) newsSection() minutes.Section {
	var items []minutes.Scored
	for _, s := range d.news() {
		if !d.told[s.ID] {
			items = append(items, s)
		}
	}
	var shown []minutes.Scored
	for _, s := range d.news() {
		if d.told[s.ID] {
			shown = append(shown, s)
		}
	}
	s := d.section("news", append(shown, items...), newsLimit, func(s minutes.Scored) minutes.Claim {
		if d.told[s.ID] {
			return claim(minutes.EngineExtract, quoted(clip(s.Title.String(), 12)), s.ID, s.Title.String())
		}
		if s.Story != nil {
			return d.orRead(s.Item, claim(minutes.EngineComputed, quoted(clip(s.Title.String(), 14))+" ("+itoa(s.Story.Points)+" points)",
				s.ID, s.Title.String(), s.ID, factLine(s.Item, "points")))
		}
		return d.orRead(s.Item, claim(minutes.EngineExtract, d.source(s)+": "+clip(s.Title.Line().String(), 14), s.ID, s.Title.String(), s.ID, factLine(s.Item, "feed")))
	})
	muted := d.mutedOf(minutes.KindStory) + d.mutedOf(minutes.KindArticle)
	s.Why = minutes.CleanLine(reasons(counted(s.LeftOut, "low-ranked story", "low-ranked stories"), counted(muted, "muted", "muted")))
	s.LeftOut += muted
	return s
}

// weatherSection tells the hours: the day in a word, the summary has told.
func (d *desk) weatherSection() minutes.Section {
	return d.section("weather", d.forecasts(), 2, func(s minutes.Scored) minutes.Claim {
		f := s.Forecast
		deg := "°C"
		if f.Units == "imperial" {
			deg = "°F"
		}
		var parts, quotes []string
		for _, h := range f.Hours {
			if d.daysOff(h.At) == 0 && h.At.Hour()%4 == 0 && len(parts) < 5 {
				p := fmt.Sprintf("%s %s %s", d.clock(h.At), degrees(h.Temperature), deg)
				if h.Chance >= 30 {
					p += fmt.Sprintf(" (rain %d %%)", h.Chance)
				}
				parts = append(parts, p)
				quotes = append(quotes, s.ID, factLine(s.Item, h.At.Format("15:04")))
			}
		}
		if len(parts) == 0 {
			return d.weather(s)
		}
		return claim(minutes.EngineComputed, f.Place.Line().String()+": "+strings.Join(parts, ", "), append(quotes, s.ID, factLine(s.Item, "place"))...)
	})
}

func (d *desk) mutedOf(k minutes.Kind) int {
	n := 0
	for _, s := range d.muted {
		if s.Kind == k {
			n++
		}
	}
	return n
}

func counted(n int, one, many string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + one
	}
	return itoa(n) + " " + many
}

func reasons(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}
