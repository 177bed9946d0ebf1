// Package when finds dates and deadlines in text that people wrote: "by Friday", "before the 3pm
// call", "EOD", "12 to 14 December", "bis Freitag", "avant le 5 décembre", "antes del viernes". It
// is a small grammar of its own, pure and linear in the length of the text, that would rather miss
// a date than invent one: version numbers, prices, telephone numbers, quoted history and "by
// Friday's team" are none.
//
// How words become days, always seen from ref, the moment the text was written:
//
//   - A weekday is the first such day on or after ref's. On that very weekday it is today if the
//     time named with it is still to come (without a time: if ref is before noon), else a week on.
//   - "this Friday" and "coming Friday" are the first on or after ref's day, today included.
//   - "next Friday" is the Friday of the calendar week (Monday to Sunday) after ref's.
//   - A day and month without a year lie between 60 days before ref and ten months after it.
//   - "the 15th" is the first 15th on or after ref's day.
//   - "end of the week" is Friday (on a weekend: Sunday); "by next week" is its Monday.
//   - An hour without am or pm, alone, is the next moment between 07:00 and 22:00 when a clock shows
//     it; beside a day, 7 to 12 are the morning's and 1 to 6 the afternoon's.
//   - A deadline that is only a time lies after ref; a mention that is only a time is on ref's day.
package when

import (
	"sort"
	"time"
)

// maxText bounds how much of a text is read: nobody states a deadline after a megabyte.
const maxText = 1 << 20

// A Deadline is a thing due. Quote is text[Start:End], byte for byte.
type Deadline struct {
	At         time.Time // in ref's zone; midnight at the start of the day if AllDay; zero for "asap"
	AllDay     bool      // due at some time on that day, no hour was named
	Quote      string
	Start, End int
	Kind       string // by, before, on, at, eod, asap
}

// Late is the first moment at which the deadline has passed: the end of an all-day deadline's day,
// but the start of the day that something is due before. It is zero for "asap".
func (d Deadline) Late() time.Time {
	if !d.AllDay || d.Kind == "before" || d.At.IsZero() {
		return d.At
	}
	return time.Date(d.At.Year(), d.At.Month(), d.At.Day()+1, 0, 0, 0, 0, d.At.Location())
}

// A Date is a day or time that is mentioned and is no deadline. Until is the end of a range, zero
// without one; of an all-day range it is the last day's own midnight, so that day is included.
type Date struct {
	At, Until  time.Time
	AllDay     bool
	Quote      string
	Start, End int
}

// A Locale says how 5/12 is read. Dates with dots are day first everywhere.
type Locale int

// The locales. Auto is day first if the text has words of German, French or Spanish, or a date
// like 25/12 that can only be read so; month first otherwise.
const (
	Auto Locale = iota
	MonthFirst
	DayFirst
)

// Deadlines finds what is due, in the order of the text. ref is when the text was written, in the
// user's zone: "by Friday" in Wednesday's mail is overdue on Saturday.
func Deadlines(text string, ref time.Time, in ...Locale) []Deadline {
	p := read(text, ref, in)
	return p.deadlines()
}

// Dates finds the days and times mentioned that are no deadlines, in the order of the text.
func Dates(text string, ref time.Time, in ...Locale) []Date {
	p := read(text, ref, in)
	due := p.deadlines()
	var out []Date
	for i := 0; i < len(p.toks); {
		d, next, ok := p.mention(i)
		if !ok {
			i++
			continue
		}
		if !overlaps(due, d.Start, d.End) {
			out = append(out, d)
		}
		i = next
	}
	return out
}

// overlaps says whether [start, end) touches a deadline; due is in order.
func overlaps(due []Deadline, start, end int) bool {
	i := sort.Search(len(due), func(i int) bool { return due[i].End > start })
	return i < len(due) && due[i].Start < end
}

// reader holds one text, cut into tokens, and where it stands in time.
type reader struct {
	src      string
	ref      time.Time
	loc      *time.Location
	toks     []tok
	cues     []cue // by sentence
	dayFirst bool
}

func read(text string, ref time.Time, in []Locale) *reader {
	if len(text) > maxText {
		text = text[:maxText]
	}
	p := &reader{src: text, ref: ref, loc: ref.Location(), cues: []cue{0}}
	foreign := p.tokenize()
	switch {
	case len(in) > 0 && in[0] == DayFirst:
		p.dayFirst = true
	case len(in) > 0 && in[0] == MonthFirst:
	default:
		p.dayFirst = foreign || p.onlyDayFirst()
	}
	return p
}

// onlyDayFirst looks for a date like 25/12, with a year or after a word that dates follow.
func (p *reader) onlyDayFirst() bool {
	for i := range p.toks {
		a, b := p.t(i), p.t(i+2)
		if a.kind == digits && p.is(i+1, "/") && b.kind == digits && b.glued && !a.glued &&
			a.n > 12 && a.n <= 31 && b.n >= 1 && b.n <= 12 &&
			(p.is(i+3, "/") || dateLead(p.t(i-1).low)) {
			return true
		}
	}
	return false
}
