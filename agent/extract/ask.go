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
	someone  bool // "could someone …": not of me alone
}

var (
	youCan   = lazy(`(?i)^(?:(?:so|and|also|then|but|if possible|when you can)[, ]+)*(?:could|can|would|will|might) you(?: please| kindly| maybe| also| possibly| perhaps| be able to| be so kind as to)* (.+?)[?.!]*$`)
	someone  = lazy(`(?i)^(?:could|can|would) (?:someone|anyone|somebody|one of you)(?: please)? (.+?)[?.!]*$`)
	please   = lazy(`(?i)^(?:(?:so|and|also|then|but|in any case)[, ]+)*(?:please|kindly|pls)[, ]+(.+?)[.!?]*$`)
	needYou  = lazy(`(?i)^(?:but )?(?:I|we)(?:'d| would)?(?: still| really| urgently| do)? need you to (.+?)[.!?]*$`)
	needs    = lazy(`(?i)^(?:(?:but|so|and) )?(I|we|(?:the|our) [\p{L}]+(?: [\p{L}]+)?|\p{Lu}[\p{L}]+)(?: still| really| urgently| now| also)? (needs?|requires?) (.+?)[.!?]*$`)
	tellMe   = lazy(`(?i)^(?:so |and |then |just )*((?:tell|send|give|call|ring|text|bring|show|get back to|answer|write|forward|lend|remind) (?:me|us)\b.*?|let (?:me|us) know\b.*?)[.!]*$`)
	mustBy   = lazy(`(?i)\b(?:must|due|deadline|has to|have to|closes|required|needed|no later than|at the latest|submit|return|reach us|expires)\b`)
	promised = lazy(`(?i)^(?:so |and |then |yes, |ok, )*(?:I|we)(?:'ll|’ll| will)(?: then| also)? (.+?)[.!]*$`)
	german   = lazy(`(?i)(?:^|[,.] )(?:können|könnten|kannst|könntest|würden|würdest|nimmst|darf|dürfte)\s+(?:sie|du|ihr|ich|wir)\b|\bbitte\b`)
	french   = lazy(`(?i)\b(?:pouvez|pourriez|peux|pourrais)[- ](?:vous|tu)\b|\bmerci de \p{L}+er\b|\bveuillez\b`)
	spanish  = lazy(`(?i)(?:¿|^|, )\s*(?:me )?(?:puedes|podrías|puede|podría|podéis)\b|\bpor favor\b`)
	dutch    = lazy(`(?i)^(?:kun|kunt|wil|wilt|kom|zou) (?:je|jij|u)\b|\bgraag voor\b`)
	reminds  = lazy(`(?i)^(?:just )?(?:a )?(?:gentle |quick |friendly |second |last )*reminder\s*[:,–-]\s*`)
	chasing  = lazy(`(?i)\b(?:reminder|following up|any news|any update|did you (?:get|have) a chance|still (?:need|waiting)|chasing|bump(?:ing)?)\b`)
	courtesy = lazy(`(?i)^(?:find|see (?:the )?attach|note\b|be (?:advised|aware|informed)|don'?t hesitate|do not hesitate|feel free|ignore|disregard|accept (?:my|our)|do not reply|don'?t reply|contact (?:us|me)|visit|click|unsubscribe|let (?:me|us) know if (?:you (?:have|need)|there (?:are|is)|anything)|reach out|enjoy|excuse|forgive|stay|join us|consider the environment)`)
	offers   = lazy(`(?i)\b(?:if you (?:have|need) any|any questions|feel free|if you like|whenever suits)\b`)
	asksMe   = lazy(`(?i)\b(?:you|your|yours)\b`)
	whQ      = lazy(`(?i)^(?:and |so |also |or )*(?:what|when|where|which|who|how|why|do|does|did|are|is|shall|should|will|would|could|can|may|have|has)\b`)
	rhetoric = lazy(`(?i)^(?:how are you|how is it going|how was|what do you think of that|isn't it|who would have)\b`)
)

// doing holds for verbs of a request: "can you make it?" is a question, "can you send it?" is not.
func doing(phrase string) bool {
	w, _, _ := strings.Cut(strings.ToLower(phrase), " ")
	switch strings.Trim(w, ",.") {
	case "send", "share", "review", "check", "sign", "approve", "confirm", "upload", "call", "tell", "let", "bring", "look", "return", "submit",
		"decide", "give", "forward", "provide", "update", "finish", "complete", "fill", "book", "order", "prepare", "write", "draft", "add", "fix",
		"join", "help", "reply", "respond", "answer", "pay", "transfer", "print", "pick", "take", "put", "move", "schedule", "arrange", "explain",
		"clarify", "read", "comment", "vote", "test", "merge", "deploy", "ask", "remind", "get", "show", "lend", "make", "keep", "talk", "speak",
		"set", "organise", "organize", "invite", "cancel", "change", "change,", "correct", "post", "mail", "email", "drop", "leave", "register",
		"have", "find", "buy", "ship", "deliver", "verify", "investigate", "estimate", "quote", "advise", "suggest", "propose", "nominate", "cover":
		return true
	}
	return false
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
		a, ok := readAsk(s)
		if !ok {
			a, ok = p.deadlineAsk(s, it)
		}
		if !ok {
			continue
		}
		a.find(it.At)
		if a.due == nil && a.form != promise {
			a.borrow(text, i, it.At)
		}
		if n := len(out) - 1; a.form == question && n >= 0 && out[n].form == question && out[n].last == i-1 && count(out[n].sentence+" "+s) <= 22 {
			out[n].sentence, out[n].last = out[n].sentence+" "+s, i
			continue
		}
		a.last = i
		out = append(out, a)
	}
	return out
}

func readAsk(s string) (ask, bool) {
	a := ask{sentence: s, reminder: chasing().MatchString(s)}
	s = reminds().ReplaceAllString(s, "")
	if offers().MatchString(s) {
		return a, false
	}
	group := func(re *regexp.Regexp) string {
		if g := re.FindStringSubmatch(s); g != nil {
			return g[1]
		}
		return ""
	}
	switch {
	case german().MatchString(s), french().MatchString(s), spanish().MatchString(s), dutch().MatchString(s):
		a.form = foreign
		return a, true
	case youCan().MatchString(s) && doing(group(youCan())):
		a.phrase = group(youCan())
	case someone().MatchString(s) && doing(group(someone())):
		a.phrase, a.someone = group(someone()), true
	case needYou().MatchString(s):
		a.phrase = group(needYou())
	case please().MatchString(s):
		if a.phrase = group(please()); courtesy().MatchString(a.phrase) {
			return a, false
		}
	case tellMe().MatchString(s):
		if a.phrase = group(tellMe()); courtesy().MatchString(a.phrase) {
			return a, false
		}
	case needs().MatchString(s):
		return needOf(a, needs().FindStringSubmatch(s))
	case strings.HasSuffix(s, "?"):
		a.form = question
		return a, whQ().MatchString(s) && !rhetoric().MatchString(s) || asksMe().MatchString(s) || strings.HasPrefix(s, "¿")
	default:
		return clause(a, s)
	}
	return a, true
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
	if strings.HasPrefix(strings.ToLower(a.phrase), "to ") {
		return a, false
	}
	back := regexp.MustCompile(`(?i)\b(?:your|you|yours|back|signed|from you|answer|reply|approval|confirmation)\b`).MatchString(a.phrase)
	return a, back
}

// deadlineAsk takes a plain sentence that sets a term: "the plans must reach us by 31 August".
func (p people) deadlineAsk(s string, it minutes.Item) (ask, bool) {
	a := ask{form: statement, sentence: s}
	if it.Mail.Bulk || it.Mail.ListID != "" || !mustBy().MatchString(s) || strings.HasSuffix(s, "?") {
		return a, false
	}
	return a, len(terms(s, it.At)) > 0
}

// terms are the deadlines of a text; in a sentence that says that something closes or is due, any
// day named is one.
func terms(s string, ref time.Time) []when.Deadline {
	ds := when.Deadlines(s, ref)
	if len(ds) > 0 || !mustBy().MatchString(s) {
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

// borrow takes the deadline of a sentence nearby that sets one for the same thing.
func (a *ask) borrow(text []string, i int, ref time.Time) {
	for _, j := range []int{i + 1, i - 1} {
		if j < 0 || j >= len(text) {
			continue
		}
		for _, d := range terms(text[j], ref) {
			if !d.At.IsZero() {
				a.due, a.dueAlso = &d, text[j]
				return
			}
		}
	}
}
