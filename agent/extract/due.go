package extract

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes/agent/extract/when"
)

func itoa(n int) string { return strconv.Itoa(n) }

// clock is a time of day as the reader writes it: 15:04, or 3 pm.
func (d *desk) clock(t time.Time) string {
	if d.m.Hours != 12 {
		return t.Format("15:04")
	}
	if t.Minute() == 0 && t.Hour() == 12 {
		return "noon"
	}
	if t.Minute() == 0 {
		return t.Format("3 pm")
	}
	return t.Format("3:04 pm")
}

// clocks turns the times of a line that a source made to the reader's clock.
func (d *desk) clocks(text string) string {
	if d.m.Hours != 12 {
		return text
	}
	return clockTime().ReplaceAllStringFunc(text, func(s string) string {
		t, err := time.Parse("15:04", s)
		if err != nil {
			return s
		}
		return d.clock(t)
	})
}

var clockTime = lazy(`\b(?:[01]\d|2[0-3]):[0-5]\d\b`)

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// daysOff is how many days t is from the morning's: 0 today, 1 tomorrow, -1 yesterday.
func (d *desk) daysOff(t time.Time) int {
	a, b := midnight(t.In(d.m.Zone)), midnight(d.m.Now)
	return int(a.Add(12*time.Hour).Sub(b).Hours()+24*1000)/24 - 1000
}

// dayName is a day as one says it: today, Friday, Friday 4 December.
func (d *desk) dayName(t time.Time) string {
	switch n := d.daysOff(t); {
	case n == 0:
		return "today"
	case n == 1:
		return "tomorrow"
	case n == -1:
		return "yesterday"
	case n > 1 && n < 7:
		return t.In(d.m.Zone).Format("Monday")
	default:
		return t.In(d.m.Zone).Format("Monday 2 January")
	}
}

// dueMoment is the last moment at which the thing is in time.
func dueMoment(w *when.Deadline) time.Time { return w.Late() }

// by is a deadline as one says it now: "by 12:00 today", "by Friday", "before Friday".
func (d *desk) by(w *when.Deadline) string {
	at := w.At.In(d.m.Zone)
	word := "by "
	if w.Kind == "before" && w.AllDay {
		word = "before "
	}
	if w.Kind == "at" { // a moment, not a term: the words before it say how it stands
		word = ""
		if l := strings.ToLower(w.Quote); strings.HasPrefix(l, "at ") || strings.HasPrefix(l, "on ") {
			word = "at "
		}
	}
	day := d.dayName(at)
	if w.AllDay && (w.Kind == "on" || day == "today" && word == "by ") {
		return on(day)
	}
	if w.AllDay {
		return word + day
	}
	if d.daysOff(at) == 0 {
		return word + d.clock(at) + " today"
	}
	return word + d.clock(at) + " " + on(day)
}

// overdue says that the term has passed.
func (d *desk) overdue(w *when.Deadline) bool {
	return w != nil && !w.At.IsZero() && !dueMoment(w).After(d.m.Now)
}

// now turns the words that moved since a text was written: yesterday's "tomorrow" is today. It
// changes English alone; false says that the text names a near day it cannot turn.
func (d *desk) now(text string, written time.Time) (string, bool) {
	n := -d.daysOff(written)
	if n == 0 {
		return text, true
	}
	ok := true
	out := nearDay().ReplaceAllStringFunc(text, func(w string) string {
		day, part, _ := strings.Cut(strings.ToLower(w), " ")
		shift, known := map[string]int{"today": 0, "tomorrow": 1, "yesterday": -1}[day]
		if !known { // "tonight", "this morning": they have no other day's name
			ok = false
			return w
		}
		switch to := d.dayName(midnight(d.m.Now).AddDate(0, 0, shift-n)); {
		case part != "" && to == "today":
			return "this " + part
		default:
			return strings.TrimSpace(to + " " + part)
		}
	})
	if foreignNear().MatchString(text) {
		ok = false
	}
	if n > 0 && n < 7 { // a weekday named in the days before is today
		out = onWeekday(d.m.Now).ReplaceAllString(out, "today")
	}
	return out, ok
}

// onWeekday finds "on Thursday" for the weekday of t.
func onWeekday(t time.Time) *regexp.Regexp {
	return regexp.MustCompile(`\bon ` + t.Weekday().String() + `\b`)
}

var nearDay = lazy(`(?i)\b(?:today|tonight|(?:tomorrow|yesterday)(?: (?:morning|afternoon|evening))?|this morning|this afternoon|this evening)\b`)

var foreignNear = lazy(`(?i)\b(?:heute|morgen|gestern|demain|hier|aujourd'hui|hoy|mañana|ayer|vandaag)\b|mañana`)
