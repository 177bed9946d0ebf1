package extract

import (
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract/when"
)

// collides are asks for an hour of today at which one has something else.
func (d *desk) collides() []minutes.Claim {
	var out []minutes.Claim
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "me" || l.Status != "open" || l.ask == nil || l.also || l.mail.Mail == nil || l.mail.Mail.FromMe || !d.people.knows(l.mail) {
			continue
		}
		for _, h := range d.hours(l) {
			if s, ok := d.during(h, l.mail.Mail.From); ok {
				out = append(out, d.collision(l, h, s))
				break
			}
		}
	}
	return out
}

// An hour is a stretch of today that a sentence names.
type hour struct {
	from, to time.Time
	sentence string
}

// hours are what an ask and the sentence before it name of today, but for the term of an answer.
func (d *desk) hours(l *loop) []hour {
	var out []hour
	texts := d.reading(l.mail).texts
	for i := l.ask.last; i >= 0 && i >= l.ask.last-1 && i < len(texts); i-- {
		s := texts[i]
		if s == l.ask.dueAlso {
			continue
		}
		for _, t := range d.datesIn(i, l.mail) {
			if t.AllDay || d.daysOff(t.At) != 0 || t.At.Before(d.m.Now) {
				continue
			}
			h := hour{t.At, t.At, s}
			if !t.Until.IsZero() {
				h.to = t.Until
			}
			if g := insteadOf().FindStringSubmatch(s); g != nil { // "at 11 instead of 1": from eleven on
				if from := earlierHour(t.At, g[1]); from.After(d.m.Now) {
					h.from, h.to = from, t.At
				}
			}
			out = append(out, h)
		}
	}
	return out
}

// datesIn are the times that the i-th sentence of a mail names. Hours without a day are of the day
// that the sentence, the two before it or a title of a word or two name.
func (d *desk) datesIn(i int, it minutes.Item) []when.Date {
	texts := d.reading(it).texts
	out := when.Dates(texts[i], it.At)
	day, ok := d.dayMeant(texts[max(0, i-2):i+1], it)
	for n, t := range out {
		if ok && !t.AllDay && onlyHour().MatchString(t.Quote) {
			at := t.At.In(d.m.Zone)
			out[n].At = midnight(day).Add(at.Sub(midnight(at)))
		}
	}
	return out
}

// dayMeant is the last day that texts name, or the title.
func (d *desk) dayMeant(texts []string, it minutes.Item) (time.Time, bool) {
	if t := subject(it); count(t) <= 2 {
		texts = append([]string{t}, texts...)
	}
	for _, s := range slices.Backward(texts) {
		for _, w := range nearDay().FindAllString(s, -1) {
			for _, t := range when.Dates(w, it.At) {
				return t.At.In(d.m.Zone), true
			}
		}
		for _, t := range when.Dates(s, it.At) {
			if t.AllDay && t.Until.IsZero() {
				return t.At.In(d.m.Zone), true
			}
		}
	}
	return time.Time{}, false
}

var onlyHour = lazy(`(?i)^[\d:.]+ ?(?:am|pm|uhr|h)?$`)

var insteadOf = lazy(`(?i)\b(\d{1,2}) instead of \d{1,2}\b`)

// earlierHour is the last moment before t when a clock shows the hour.
func earlierHour(t time.Time, h string) time.Time {
	for n := 1; n <= 12; n++ {
		if u := t.Add(-time.Duration(n) * time.Hour); u.Format("3") == strings.TrimPrefix(h, "0") || u.Format("15") == h {
			return u
		}
	}
	return time.Time{}
}

// during is an event of mine within the hour, not one with the person who asks.
func (d *desk) during(h hour, with minutes.Address) (minutes.Scored, bool) {
	for _, s := range d.agenda {
		e := s.Event
		if !busy(s) || d.takesPart(e, with) {
			continue
		}
		inside := !h.from.Before(e.Start) && h.from.Before(e.End)
		if inside || h.to.After(h.from) && e.Start.Before(h.to) && h.from.Before(e.End) {
			return s, true
		}
	}
	return minutes.Scored{}, false
}

func (d *desk) collision(l *loop, h hour, s minutes.Scored) minutes.Claim {
	it, n := l.mail, who(l.mail)
	have := "you have " + name(s) + " (" + d.clock(s.Event.Start) + " to " + d.clock(s.Event.End) + ")"
	quotes := []string{it.ID, h.sentence, it.ID, factLine(it, "from"), s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "ends")}
	if d.told[it.ID] {
		return claim(minutes.EngineComputed, "What "+n+" asks runs into your "+name(s)+" ("+d.clock(s.Event.Start)+" to "+d.clock(s.Event.End)+").", quotes...)
	}
	verb := " writes "
	if strings.HasSuffix(h.sentence, "?") {
		verb = " asks "
	}
	if d.daysOff(it.At) != 0 && nearDay().MatchString(h.sentence) {
		verb = map[string]string{" writes ": " wrote ", " asks ": " asked "}[verb] + on(d.dayName(it.At)) + " "
		quotes = append(quotes, it.ID, factLine(it, "sent"))
	}
	text := n + verb + quoted(strings.TrimRight(clip(h.sentence, 16), ".!")) + ", but " + have + "."
	d.tells[text] = it.ID
	return claim(minutes.EngineExtract, text, quotes...)
}

// concerning are mails that tell of something off, or of today, and come from where an event of
// today is, or from whom it is with.
func (d *desk) concerning() []minutes.Claim {
	var out []minutes.Claim
	for _, o := range d.kind(minutes.KindMail) {
		c := d.classes[o.ID]
		if c != person && c != list && c != notice || o.Mail.Bulk || d.told[o.ID] || d.m.Now.Sub(o.At) > 7*24*time.Hour {
			continue
		}
		b := d.bears(o.Item)
		if !b.upsets && !b.today {
			continue
		}
		for _, s := range d.agenda {
			if s.Event.End.Before(d.m.Now) || s.Event.AllDay || !d.belongs(o.Item, s) {
				continue
			}
			if it, ok := d.preparation(s); ok && it.ID == o.ID {
				continue
			}
			out = append(out, d.concern(o.Item, b.sentence, s))
			break
		}
	}
	return out
}

func (d *desk) concern(it minutes.Item, sentence string, s minutes.Scored) minutes.Claim {
	told := plainly(sentence)
	tail := "writes " + quoted(upper(clip(told, 22)))
	if text, ok := d.now(told, it.At); ok && !firstPerson().MatchString(told) && english(told) {
		tail = "writes that " + inSentence(clip(text, 22), it)
	}
	text := stop(upper(name(s)) + " at " + d.clock(s.Event.Start) + ": " + who(it) + " " + tail)
	d.tells[text] = it.ID
	return claim(minutes.EngineExtract, text, it.ID, sentence, it.ID, factLine(it, "from"), s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "where"))
}

// english goes by the small words of a sentence: what is not surely English is quoted.
func english(s string) bool {
	return slices.ContainsFunc(wordsOf(s), func(w string) bool {
		return slices.Contains([]string{"the", "is", "are", "and", "of", "will", "has", "not", "for", "with", "was", "to"}, w)
	})
}

// belongs says whether an event is at the place of a mail's sender, or named by them: by two words
// of their name at least, for one names too much.
func (d *desk) belongs(it minutes.Item, s minutes.Scored) bool {
	core := strings.TrimSpace(legalForm().ReplaceAllString(who(it), ""))
	if count(core) < 2 || d.takesPart(s.Event, it.Mail.From) {
		return false
	}
	return hasWords(s.Title.String(), core) || hasWords(s.Event.Location.String(), core)
}

var legalForm = lazy(`(?i)[ ,]+(?:AG|GmbH|KG|OHG|Ltd|Limited|Inc|LLC|PLC|S\.?A\.?|SARL|S\.?L\.?|BV|NV|& Co|e\.?V\.?)\.?$`)
