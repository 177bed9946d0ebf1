package extract

import (
	"regexp"
	"strings"

	"github.com/dailyminutes/minutes"
)

// A said is an ask turned to the reader, with what it rests on.
type said struct {
	text   string
	quotes []string // item, quote, …
}

// maxLine is how many words a line may have; longer ones are cut inside their quotation.
const maxLine = 30

var (
	firstPerson = lazy(`\b(?i:I|me|my|mine|we|our|ours|myself|ourselves)\b|\b[Uu]s\b`)
	forMe       = lazy(`(?i)^(?:(?:send|give|get|forward|email|mail|share with)(?: over)? (?:me|us)|let (?:me|us) have) (.+)$`)
	knowing     = lazy(`(?i)^(?:tell|let|give) (?:me|us)(?: know)? ((?:whether|if|when|where|what|how|which|why|who)\b.+)$`)
	bareTell    = lazy(`(?i)^(?:(?:tell|let|give|answer|call|text|get back to) (?:me|us)(?: know| back| a call| a ring)?|confirm|reply|respond|answer|advise|rsvp)(?: please)?$`)
	pronoun     = lazy(`(?i)\b(?:it|them|this|these|those|both)\b`)
	purpose     = lazy(`(?i)(?:, otherwise|, or (?:else|we|I)\b| so that | so (?:I|we) | so (?:the |our )?\p{L}+ (?:can|could|will|may) | because |, as (?:I|we)\b| since (?:I|we)\b|; |, (?:and )?(?:I|we)(?:'| )|, (?:finance|legal|they|he|she|without|the|this|that|our|his|her|my|as|since|please)\b| – | — | - ).*$`)
)

// say turns what is asked to the reader: "Anna Kirsch asks you to …" where no word of it means the
// writer, else the writer's own words in quotation marks.
func (d *desk) say(it minutes.Item, a ask) said {
	s := said{quotes: []string{it.ID, a.sentence, it.ID, factLine(it, "from")}}
	n := who(it)
	past := d.overdue(a.due)
	asks := "asks"
	if past {
		asks = "asked"
	}
	p, ok := d.phrase(it, a)
	var text string
	switch {
	case !ok:
	case d.withBefore(it, a) != "" && firstPerson().MatchString(d.withBefore(it, a)):
	case a.form == request && bareTell().MatchString(trimDue(a.phrase, a.dueQuote)):
		text = n + " " + asks + " you to answer" + d.suffixBy(a) + about(it, &s)
	case a.someone && !firstPerson().MatchString(p):
		text = n + " " + asks + " for someone to " + p
	case a.form == request:
		text = d.requested(n, asks, p)
	case a.form == need && a.subject == "":
		text = n + " " + map[bool]string{true: "needed", false: "needs"}[past] + " " + p
		if a.reminder && !past {
			text = n + " still needs " + p
		}
	case a.form == need:
		text = n + ": " + lower(a.subject) + " needs " + p
	}
	if text == "" {
		return d.inTheirWords(it, a, s)
	}
	if at := pronoun().FindStringIndex(text); at != nil && pronoun().MatchString(p) && !strings.Contains(text, "“") {
		text = text[:at[1]] + about(it, &s) + text[at[1]:]
	}
	if a.dueQuote == "" && a.due != nil && !strings.Contains(text, " by ") && !thatTime().MatchString(p) {
		text += ", " + d.by(a.due)
	}
	if a.dueAlso != "" {
		s.quotes = append(s.quotes, it.ID, a.dueWords())
	}
	if past {
		text += "; that has passed"
	} else if why := d.why(it, a); why != "" && count(text)+count(why) <= maxLine {
		text += why
	}
	s.text = stop(text)
	if count(s.text) > maxLine {
		return d.inTheirWords(it, a, said{quotes: s.quotes})
	}
	return s
}

// why is the reason that stands behind what is asked, where it is no word of the writer's own.
func (d *desk) why(it minutes.Item, a ask) string {
	tail := strings.TrimRight(purpose().FindString(a.phrase), ".! ")
	reason := reasoning().MatchString(tail)
	text, ok := d.now(tail, it.At)
	if !reason || !ok || firstPerson().MatchString(tail) || len(terms(tail, it.At)) > 0 {
		return ""
	}
	if strings.HasPrefix(text, ",") {
		return text
	}
	return " " + strings.TrimSpace(text)
}

var reasoning = lazy(`(?i)^(?:,? otherwise|,? or (?:else)?|,? so (?:that )?|,? because|,? since|,? as) `)

var thatTime = lazy(`(?i)\b(?:that (?:time|date|day|deadline)|by then)\b`)

func (d *desk) requested(n, asks, p string) string {
	if g := forMe().FindStringSubmatch(p); g != nil && !firstPerson().MatchString(g[1]) {
		return n + " " + asks + " for " + g[1]
	}
	if g := knowing().FindStringSubmatch(p); g != nil && !firstPerson().MatchString(g[1]) {
		return n + " " + map[string]string{"asks": "wants", "asked": "wanted"}[asks] + " to know " + g[1]
	}
	if firstPerson().MatchString(p) {
		return ""
	}
	return n + " " + asks + " you to " + p
}

// phrase is what is asked with its term said as of now; false where it cannot be turned.
func (d *desk) phrase(it minutes.Item, a ask) (string, bool) {
	p := purpose().ReplaceAllString(a.phrase, "")
	if p == "" {
		return "", false
	}
	if ds := terms(p, it.At); len(ds) > 1 && ds[0].Start > 0 {
		p, ok := d.now(strings.TrimRight(p[:ds[0].Start], " ,")+" \x00", it.At)
		return strings.Replace(p, "\x00", d.by(a.due), 1), ok
	}
	if a.due != nil && a.dueQuote != "" && strings.Contains(p, a.dueQuote) && !(a.due.Kind == "before" && !a.due.AllDay) {
		p = theirTime().ReplaceAllString(strings.Replace(p, a.dueQuote, "\x00", 1), "")
		p, ok := d.now(p, it.At)
		return strings.Replace(p, "\x00", d.by(a.due), 1), ok && (a.form != need || !firstPerson().MatchString(p))
	}
	p, ok := d.now(p, it.At)
	return p, ok && (a.form != need || !firstPerson().MatchString(p))
}

func (d *desk) suffixBy(a ask) string {
	if a.due == nil {
		return ""
	}
	return " " + d.by(a.due)
}

// about names the subject in brackets, for a sentence that says "it".
func about(it minutes.Item, s *said) string {
	t := subject(it)
	if t == "" {
		return ""
	}
	s.quotes = append(s.quotes, it.ID, it.Title.String())
	return " (" + quoted(clip(t, 9)) + ")"
}

// subject is the title without Re: and Fwd:.
func subject(it minutes.Item) string {
	return strings.TrimSpace(regexp.MustCompile(`(?i)^(?:(?:re|fwd?|aw|wg|tr|rv)\s*:\s*)+`).ReplaceAllString(it.Title.Line().String(), ""))
}

// on puts the word before a day that it needs: "on Friday", but "yesterday".
func on(day string) string {
	switch day {
	case "today", "tomorrow", "yesterday":
		return day
	}
	return "on " + day
}

// capital sets a sentence's first letter, unless its first word is a code like eu-2.
func capital(s string) string {
	if w, _, _ := strings.Cut(s, " "); strings.ContainsAny(w, "0123456789") {
		return s
	}
	return upper(s)
}

// clip keeps the first n words.
func clip(s string, n int) string {
	f := strings.Fields(s)
	if len(f) <= n {
		return strings.Join(f, " ")
	}
	return strings.TrimRight(strings.Join(f[:n], " "), ",;:–-") + "…"
}

// trimDue takes the deadline out of a phrase: a to-do shows it beside itself.
func trimDue(phrase, quote string) string {
	if quote != "" {
		phrase = strings.Replace(phrase, quote, "", 1)
	}
	phrase = strings.TrimRight(strings.Join(strings.Fields(strings.ReplaceAll(phrase, " ,", ",")), " "), " ,;:–-")
	phrase = theirTime().ReplaceAllString(phrase, "")
	return danglers().ReplaceAllString(phrase, "")
}

// theirTime is what stands behind a term that has been taken out.
var theirTime = lazy(`(?i) (?:(?:your|our|my|local) time|(?:before|by) (?:then|that (?:time|date|day)))$`)

var danglers = lazy(`(?i) (?:on|by|at|before|until|for|in|or|and|latest)$`)

// withoutTerm is what is asked, up to its term.
func withoutTerm(a ask, it minutes.Item) string {
	p := purpose().ReplaceAllString(a.phrase, "")
	if ds := terms(p, it.At); len(ds) > 1 && ds[0].Start > 0 {
		return strings.TrimRight(p[:ds[0].Start], " ,;:–-")
	}
	return trimDue(p, a.dueQuote)
}

// todo is the ask as a line of a list: "Send Helen the headcount plan for 2027".
func (d *desk) todo(it minutes.Item, a ask) string {
	name := firstName(it)
	p := withoutTerm(a, it)
	p, ok := d.now(p, it.At)
	switch {
	case !ok || p == "":
	case a.form == need && !firstPerson().MatchString(p):
		if a.subject != "" {
			return upper(a.subject) + " needs " + p + " (" + who(it) + ")"
		}
		return name + " needs " + p
	case a.form == request && bareTell().MatchString(p):
		return "Answer " + name + " about " + quoted(clip(subject(it), 9))
	case a.form == request && !a.answer:
		if t := d.errandOfMine(it, a, p, name); t != "" {
			return t
		}
	}
	if a.form == statement {
		return who(it) + ": " + quoted(upper(clip(a.sentence, 18)))
	}
	if both := d.withBefore(it, a); both != "" {
		return "Answer " + who(it) + ": " + quoted(upper(clip(both, 20)))
	}
	return "Answer " + who(it) + ": " + quoted(upper(clip(a.sentence, 16)))
}

// errandOfMine turns a request to an entry of a list: what to do, what "it" is, and for whom.
func (d *desk) errandOfMine(it minutes.Item, a ask, p, name string) string {
	if g := letHave().FindStringSubmatch(p); g != nil {
		p = "send me " + g[1]
	}
	t := theirs(p, name)
	if t == "" {
		return ""
	}
	if both := d.withBefore(it, a); both != "" {
		return upper(t) + ": " + quoted(d.reading(it).texts[a.last-1])
	}
	t = itNamed(t, it)
	switch {
	case strings.Contains(t, name):
	case strings.Contains(t, " for ") && !strings.Contains(t, "“"):
		t += " (" + name + ")"
	default:
		t += ", for " + name
	}
	return upper(t)
}

// itNamed says behind an "it" what the mail is about.
func itNamed(t string, it minutes.Item) string {
	at := pronoun().FindStringIndex(t)
	if at == nil || subject(it) == "" {
		return t
	}
	return t[:at[1]] + " (" + quoted(clip(subject(it), 9)) + ")" + t[at[1]:]
}

var letHave = lazy(`(?i)^let (?:me|us) have (.+)$`)

// theirs turns the writer's first person to a name; "" where that would not be English, or might
// not be true: a colleague's "we" may be the reader too.
func theirs(p, name string) string {
	if regexp.MustCompile(`\b(?i:I|we|mine|myself|am)\b|\bI'`).MatchString(p) {
		return ""
	}
	named := name == "them"
	p = regexp.MustCompile(`\b(?:me|us)\b`).ReplaceAllStringFunc(p, func(string) string {
		if named {
			return "them"
		}
		named = true
		return name
	})
	return regexp.MustCompile(`\b(?:my|our)\b`).ReplaceAllStringFunc(p, func(string) string {
		if named {
			return "their"
		}
		named = true
		return possessive(name)
	})
}

// yours turns my own words to me: "send me the contract" is "send you the contract".
func yours(p string) string {
	if regexp.MustCompile(`\b(?i:I|mine|myself|we|am|you|your)\b`).MatchString(p) {
		return ""
	}
	p = regexp.MustCompile(`\b(?:me|us)\b`).ReplaceAllString(p, "you")
	return regexp.MustCompile(`\b(?:my|our)\b`).ReplaceAllString(p, "your")
}
