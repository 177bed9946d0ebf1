package extract

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract/when"
)

// form is how something is asked, which decides how it can be said to a third person.
type form int

const (
	request   form = iota // could you …, please …: phrase is what to do
	need                  // I need …: phrase is what
	statement             // … must reach us by 31 August
	question              // are you free for lunch?
	foreign               // in another language: quoted as it is
	promise               // I'll …: phrase is what they do
)

// An ask is one thing that a mail wants of its reader, or promises.
type ask struct {
	form     form
	sentence string // as it stands in the text, without greeting
	phrase   string
	subject  string // of a need: "" for the writer, else "the board"
	due      *when.Deadline
	dueQuote string // as it stands in the sentence; "" when the deadline stands elsewhere
	dueAlso  string // the sentence that the deadline stands in, if another
	reminder bool
	last     int  // which sentence of the mail it ends in
	answer   bool // due is when an answer is wanted, not the thing
	part     bool // a part of that sentence, which asks more
	someone  bool // "could someone …": not of me alone
}

// asksIn are what the sentences of a mail ask of me, in their order.
func (p people) asksIn(it minutes.Item) []ask {
	var out []ask
	text := sentences(it)
	for i, s := range text {
		s, mine := p.addressed(s)
		if !mine {
			continue
		}
		parts := asked(s)
		for _, part := range parts {
			a, ok := readAsk(part)
			if !ok {
				a, ok = p.deadlineAsk(part, it)
			}
			if !ok {
				continue
			}
			a.last, a.part = i, len(parts) > 1
			a.find(it.At)
			if a.due == nil && a.form != promise {
				a.borrow(text, i, it.At)
			}
			if n := len(out) - 1; a.form == question && n >= 0 && out[n].form == question && out[n].last == i-1 && count(out[n].sentence+" "+part) <= 22 {
				out[n].sentence, out[n].last = out[n].sentence+" "+part, i
				continue
			}
			out = append(out, a)
		}
	}
	return out
}

// asked cuts a sentence that asks twice: "can you send the logo, and could you make it lighter?"
func asked(s string) []string {
	at := asksAgain().FindAllStringSubmatchIndex(s, -1)
	if len(at) == 0 || len(at) == 1 && !youCan().MatchString(leadIn().ReplaceAllString(s, "")) {
		return []string{s}
	}
	var out []string
	from := 0
	for _, m := range at {
		if head := s[from:m[0]]; count(head) > 3 {
			out = append(out, head)
		}
		from = m[2]
	}
	return append(out, s[from:])
}

var asksAgain = lazy(`(?i)(?:[,;:–]| and)(?: and| also)* ((?:could|can|would|will) you\b)`)

func readAsk(s string) (ask, bool) {
	a := ask{sentence: s, reminder: chasing().MatchString(s)}
	s = leadIn().ReplaceAllString(reminds().ReplaceAllString(s, ""), "")
	if offers().MatchString(s) {
		return a, false
	}
	if german().MatchString(s) || french().MatchString(s) || spanish().MatchString(s) || dutch().MatchString(s) {
		a.form = foreign
		return a, true
	}
	if phrase, ok := a.request(s); phrase != "" {
		a.phrase = phrase
		return a, ok
	}
	switch {
	case needs().MatchString(s):
		return needOf(a, needs().FindStringSubmatch(s))
	case strings.HasSuffix(s, "?"):
		a.form = question
		return a, whQ().MatchString(s) && !rhetoric().MatchString(s) || asksMe().MatchString(s) || strings.HasPrefix(s, "¿")
	case wishes().MatchString(s):
		a.form = question
		return a, true
	}
	return clause(a, s)
}

// request is what a sentence asks one to do; false with a phrase that is mere courtesy.
func (a *ask) request(s string) (string, bool) {
	for _, way := range []struct {
		re   *regexp.Regexp
		does bool // the phrase must begin with a verb of doing
	}{{youCan(), true}, {chance(), true}, {someone(), true}, {needYou(), false}, {please(), false}, {tellMe(), false}} {
		g := way.re.FindStringSubmatch(s)
		if g == nil || way.does && !doing(g[1]) {
			continue
		}
		a.someone = way.re == someone()
		return g[1], way.does || !courtesy().MatchString(g[1])
	}
	if g := needKnow().FindStringSubmatch(s); g != nil {
		return "let me know" + g[1], true
	}
	return "", false
}

// clause finds what is asked after "so" or a semicolon: "I must name them tonight, so tell me by 6pm".
func clause(a ask, s string) (ask, bool) {
	for _, cut := range []string{", so ", "; ", ", and ", ", but ", " – ", " - ", ", please ", ": "} {
		_, rest, ok := strings.Cut(s, cut)
		if !ok {
			continue
		}
		if cut == ", please " {
			rest = "please " + rest
		}
		for _, re := range []*regexp.Regexp{tellMe(), please(), youCan()} {
			if g := re.FindStringSubmatch(rest); g != nil && !courtesy().MatchString(g[1]) && (re != youCan() || doing(g[1])) {
				a.phrase = g[1]
				return a, true
			}
		}
	}
	return a, false
}

// needOf takes "we need the signed offer back", not "we need to talk among ourselves".
func needOf(a ask, g []string) (ask, bool) {
	a.form, a.phrase = need, g[3]
	if s := strings.ToLower(g[1]); s != "i" && s != "we" {
		a.subject = g[1]
	}
	if strings.HasPrefix(strings.ToLower(a.phrase), "to ") || strings.EqualFold(g[1], "no") {
		return a, false
	}
	back := regexp.MustCompile(`(?i)\b(?:your|you|yours|back|signed|from you|answer|reply|approval|confirmation)\b`).MatchString(a.phrase)
	return a, back
}

// deadlineAsk takes a plain sentence that sets a term: "the plans must reach us by 31 August".
func (p people) deadlineAsk(s string, it minutes.Item) (ask, bool) {
	a := ask{form: statement, sentence: s}
	if it.Mail.Bulk || it.Mail.ListID != "" || !sets(s) || strings.HasSuffix(s, "?") {
		return a, false
	}
	return a, len(terms(s, it.At)) > 0
}

// sets says whether a sentence sets a term. What closes sets one if it takes something in: a portal,
// but not a school.
func sets(s string) bool {
	rest := closes().ReplaceAllString(s, "")
	return mustBy().MatchString(rest) || rest != s && closing().MatchString(s)
}

// terms are the deadlines of a text; in a sentence that says that something closes or is due, any
// day named is one.
func terms(s string, ref time.Time) []when.Deadline {
	ds := when.Deadlines(s, ref)
	if len(ds) > 0 || !sets(s) {
		return ds
	}
	for _, t := range when.Dates(s, ref) {
		if t.At.After(ref) {
			ds = append(ds, when.Deadline{At: t.At, AllDay: t.AllDay, Quote: t.Quote, Start: t.Start, End: t.End, Kind: "on"})
		}
	}
	return ds
}

// find looks for the deadline in what is asked, else in the sentence about it. Of several, one
// that is "at the latest" stands, else the first.
func (a *ask) find(ref time.Time) {
	for _, text := range []string{a.phrase, a.sentence} {
		ds := terms(text, ref)
		for i := range ds {
			if ds[i].At.IsZero() {
				continue
			}
			if a.due == nil || latest().MatchString(text[ds[i].Start:]) && i == len(ds)-1 {
				a.due, a.dueQuote = &ds[i], ds[i].Quote
			}
		}
		if a.due != nil {
			return
		}
	}
	a.findBefore(ref)
	if a.due == nil && a.form == request {
		a.findMoment(ref)
	}
}

// findMoment takes the hour at which a thing is to be done: "pick up Ida at 17:30 today".
func (a *ask) findMoment(ref time.Time) {
	for _, t := range when.Dates(a.phrase, ref) {
		if !t.AllDay && t.Until.IsZero() && t.At.After(ref) {
			a.due = &when.Deadline{At: t.At, Quote: t.Quote, Start: t.Start, End: t.End, Kind: "at"}
			a.dueQuote = t.Quote
			return
		}
	}
}

// findBefore takes a time that stands after "before" or "until" somewhere: "before the traffic
// comes at 8".
func (a *ask) findBefore(ref time.Time) {
	at := beforeWord().FindStringIndex(a.sentence)
	if at == nil || a.form == question {
		return
	}
	if g := beforeHour().FindStringSubmatch(a.sentence); g != nil {
		h, _ := strconv.Atoi(g[2])
		if h < 7 {
			h += 12
		}
		t := midnight(ref).Add(time.Duration(h) * time.Hour)
		if !t.After(ref) {
			t = t.AddDate(0, 0, 1)
		}
		a.due, a.dueQuote = &when.Deadline{At: t, Quote: g[1], Kind: "before"}, g[1]
		return
	}
	for _, t := range when.Dates(a.sentence, ref) {
		if t.Start >= at[1] && !t.AllDay && t.At.After(ref) {
			a.due = &when.Deadline{At: t.At, Quote: t.Quote, Start: t.Start, End: t.End, Kind: "before"}
			a.dueQuote = t.Quote
			return
		}
	}
}

// beforeHour is "before the traffic comes at 8": a bare hour that only its clause makes a time.
var beforeHour = lazy(`(?i)\b((?:before|until) [^.?!,;]{3,30} at (\d{1,2}))[.?!]*$`)

var beforeWord = lazy(`(?i)\b(?:before|until|ahead of)\b`)

var latest = lazy(`(?i)at the latest|spätestens|au plus tard|a más tardar`)

// borrow takes the deadline of a sentence nearby that sets one for the same thing; of one that asks
// for something else itself, it takes none.
func (a *ask) borrow(text []string, i int, ref time.Time) {
	near := []int{i + 1, i - 1}
	if a.part {
		near = []int{i, i + 1, i - 1}
	}
	for _, j := range near {
		if j < 0 || j >= len(text) {
			continue
		}
		if other, ok := readAsk(text[j]); j != i && ok {
			if other.find(ref); !other.tells() {
				continue
			}
		}
		for _, d := range terms(text[j], ref) {
			if !d.At.IsZero() {
				a.due, a.dueAlso = &d, text[j]
				return
			}
		}
	}
}

// tells holds for "let me know by Friday", "please confirm": the answer to what was asked before.
func (a ask) tells() bool {
	return a.form == request && bareTell().MatchString(trimDue(purpose().ReplaceAllString(a.phrase, ""), a.dueQuote))
}

// dueWords are the words that the term of an ask rests on, if they stand in another sentence: the
// clause alone, for another day may stand beside it.
func (a ask) dueWords() string {
	if a.due == nil || a.due.Quote == "" {
		return a.dueAlso
	}
	for _, c := range strings.FieldsFunc(a.dueAlso, func(r rune) bool { return r == ',' || r == ';' }) {
		if c = strings.TrimSpace(c); strings.Contains(c, a.due.Quote) && count(c) > 2 {
			return c
		}
	}
	return a.dueAlso
}
