package extract

import (
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract/when"
)

// A bearing is the sentence of a mail that tells most of what changes the reader's days.
type bearing struct {
	sentence string
	today    bool // it speaks of today
	upsets   bool // something is off, late, closed, ill
	money    bool // it names a sum
}

// bears finds the sentence that tells most; none where no sentence does.
func (d *desk) bears(it minutes.Item) bearing {
	b, ok := d.tidings[it.ID]
	if !ok {
		b = d.bearing(it)
		d.tidings[it.ID] = b
	}
	return b
}

func (d *desk) bearing(it minutes.Item) bearing {
	var best bearing
	top := 0
	for i, s := range d.reading(it).texts {
		if i > 6 {
			break
		}
		s, mine := d.people.addressed(s)
		if _, asks := readAsk(s); asks || !mine || count(s) < 4 || strings.HasSuffix(s, "?") {
			continue
		}
		b := bearing{sentence: s, upsets: upsets().MatchString(s), money: sum().MatchString(s), today: d.speaksOfToday(s, it.At)}
		b.today = b.today || b.upsets && d.daysOff(it.At) == 0
		n := 0
		for _, yes := range []bool{b.today, b.today, b.upsets, b.upsets, b.money} {
			if yes {
				n++
			}
		}
		if n > top {
			top, best = n, b
		}
	}
	return best
}

var upsets = lazy(`(?i)\b(?:will not|won't|won’t|cannot|can't|can’t|not (?:in|running|available|able|possible)|suspended|shut(?:s|ting)?|closes?|closed|off sick|sick|ill|unwell|fever|late|delay(?:ed|s)?|cancel(?:led|ed|s)|postponed|moved|withdrawn|tripped|broken|broke|failed|declined|out of (?:order|service)|outage|krank|fieber|fällt aus|verzögert|verspätet|verschoben|gesperrt|geschlossen|abgesagt|annulée?s?|retard|reportée?|malade|fermée?|en panne|retraso|retrasad[oa]|cancelad[oa]|enferm[oa]|cerrad[oa]|ziek|gesloten|vertraagd|afgelast)\b`)

var sum = lazy(`(?:[€$£¥]|\b(?:CHF|EUR|USD|GBP)) ?\d|\d ?(?:€|CHF|EUR)\b`)

// speaksOfToday says whether a text that was written at ref names the morning's day.
func (d *desk) speaksOfToday(s string, ref time.Time) bool {
	for _, t := range when.Dates(s, ref) {
		if d.daysOff(t.At) == 0 || !t.Until.IsZero() && t.At.Before(d.m.Now) && d.daysOff(t.Until) >= 0 {
			return true
		}
	}
	for _, t := range when.Deadlines(s, ref) {
		if !t.At.IsZero() && d.daysOff(t.At) == 0 {
			return true
		}
	}
	return false
}

// touchesToday says whether a mail speaks of today, in its title or its first sentences.
func (d *desk) touchesToday(it minutes.Item) bool {
	if d.speaksOfToday(it.Title.String(), it.At) {
		return true
	}
	for i, s := range d.reading(it).texts {
		if i < 5 && d.speaksOfToday(s, it.At) {
			return true
		}
	}
	return false
}

// plainly is a sentence without the words that only lead it in: "just a reminder that".
func plainly(s string) string {
	at := leadsIn().FindStringIndex(s)
	if at == nil || count(s[at[1]:]) < 3 {
		return s
	}
	return s[at[1]:]
}

var leadsIn = lazy(`(?i)^(?:(?:just )?(?:a )?(?:quick |gentle |friendly |short )?(?:reminder|note|heads[- ]up)(?: to say)?(?: that|:)|(?:I |we )?(?:just )?(?:wanted |want |would like |'d like )?to (?:let you know|say|inform you|tell you) that|please (?:note|be aware|be advised) that|just so you know,?|for your information,?) `)

// fresh bounds how old a mail may be that tells of something off but names no day.
const fresh = 72 * time.Hour

// weighFact is how much a mail weighs that asks nothing. A stranger's is worth a line of its own at
// most, and only for what is off today or costs.
func (d *desk) weighFact(s minutes.Scored, known bool) int {
	b := d.bears(s.Item)
	alone := d.classes[s.ID] == person && s.Mail.Direct
	switch {
	case known && alone && b.today && b.upsets:
		return 43
	case b.today && b.upsets:
		return 32
	case known && alone && b.today:
		return 34
	case known && alone && b.upsets && d.m.Now.Sub(s.At) < fresh:
		return 33
	case d.classes[s.ID] == person && b.money && d.m.Now.Sub(s.At) < 2*fresh:
		return 24
	case known && alone && s.Mail.Unread:
		return 20
	}
	return 0
}

// telling puts the first sentence that names a time or figure before short ones that do not.
func telling(texts []string, ref time.Time) []string {
	for i, s := range texts {
		if i > 3 || i > 0 && count(texts[0]) > 9 {
			break
		}
		if strings.ContainsAny(s, "0123456789") || len(when.Dates(s, ref)) > 0 {
			return append([]string{s}, texts...)
		}
	}
	return texts
}
