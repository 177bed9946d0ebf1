package extract

import (
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract/when"
)

// waitFor bounds how old an unanswered ask of mine may be and still be waited for.
const waitFor = 30 * 24 * time.Hour

// mine are the loops that a mail of mine opens: what I asked, what I promised with a term.
func (d *desk) mine(it minutes.Item) []loop {
	if len(it.Mail.To) == 0 || d.people.mine(it.Mail.To[0]) || d.m.Now.Sub(it.At) > waitFor {
		return nil
	}
	to := it.Mail.To[0]
	name := to.String()
	var out []loop
	var asked []ask
	for _, s := range sentences(it) {
		if _, rest, ok := strings.Cut(s, ","); ok && strings.Contains(fold(to.Name.String()), fold(s[:strings.IndexByte(s, ',')])) {
			s = strings.TrimSpace(rest)
		}
		if p, ok := promiseOf(s, it.At); ok {
			if what := toThem(p.phrase, p.dueQuote, shortName(name, to.Email)); what != "" && p.due != nil {
				out = append(out, d.open(it, p, "me", what))
			}
			continue
		}
		if p, ok := foreignPromise(s, it.At); ok {
			out = append(out, d.open(it, p, "me", "Promised to "+name+": "+quoted(upper(clip(s, 16)))))
			continue
		}
		if a, ok := readAsk(vocative().ReplaceAllString(s, "$1")); ok && a.form != need && a.form != statement {
			a.sentence = s
			a.find(it.At)
			asked = append(asked, a)
		}
	}
	if a, ok := best(asked); ok {
		what := ""
		if a.form == request {
			what = itNamed(yours(withoutTerm(a, it)), it)
			if turned, ok := d.now(what, it.At); ok {
				what = turned
			} else {
				what = ""
			}
		}
		if bareTell().MatchString(a.phrase) || what == "" {
			what = "answer: " + quoted(upper(clip(a.sentence, 16)))
		}
		out = append(out, d.open(it, a, "them", name+" to "+what))
	}
	return out
}

// vocative is a name set after a comma at a sentence's end.
var vocative = lazy(`, \p{Lu}\p{L}+([.?!])$`)

// promises are what the writer said they would do for me.
func (d *desk) promises(it minutes.Item) []loop {
	for _, s := range sentences(it) {
		p, ok := promiseOf(s, it.At)
		if !ok || p.due == nil && !regexpYou().MatchString(p.phrase) {
			continue
		}
		what := trimDue(purpose().ReplaceAllString(p.phrase, ""), p.dueQuote)
		turned, ok := d.now(what, it.At)
		if what = theirs(turned, "them"); what == "" || !ok {
			continue
		}
		return []loop{d.open(it, p, "them", who(it)+" to "+what)}
	}
	return nil
}

var regexpYou = lazy(`(?i)\b(?:you|your)\b`)

func promiseOf(s string, ref time.Time) (ask, bool) {
	g := promised().FindStringSubmatch(s)
	if g == nil || !doing(g[1]) || strings.HasPrefix(g[1], "have ") || strings.HasPrefix(g[1], "make sure") {
		return ask{}, false
	}
	a := ask{form: promise, sentence: s, phrase: g[1]}
	a.find(ref)
	if a.due == nil {
		for _, t := range when.Dates(g[1], ref) {
			a.due = &when.Deadline{At: t.At, AllDay: t.AllDay, Quote: t.Quote, Kind: "on"}
			a.dueQuote = t.Quote
			break
		}
	}
	return a, true
}

// foreignPromise finds what I said in another language that I would do on a day.
func foreignPromise(s string, ref time.Time) (ask, bool) {
	a := ask{form: promise, sentence: s}
	if !promisedAbroad().MatchString(s) {
		return a, false
	}
	for _, w := range when.Deadlines(s, ref) {
		a.due = &w
		return a, true
	}
	for _, t := range when.Dates(s, ref) {
		if !t.At.Before(midnight(ref)) {
			a.due = &when.Deadline{At: t.At, AllDay: t.AllDay, Quote: t.Quote, Kind: "on"}
			return a, true
		}
	}
	return a, false
}

var promisedAbroad = lazy(`(?i)^(?:dann |gut, |gerne?, )?ich (?:werde|schicke?|sende|bringe?|gebe?|melde?|rufe?|mache?|liefere|maile|kläre|prüfe|komme?|überweise|erledige)\b|^(?:je|j'|nous) ?(?:vous|te|t'|le|la)? ?(?:envoie|enverrai|enverrons|apporte|apporterai|rappelle|rappellerai|transmets|transmettrai|ferai|passerai)\b|^(?:te|le|os|les|se lo) (?:envío|enviaré|mando|mandaré|llamo|llamaré)\b|^ik (?:stuur|zal|breng|bel)\b`)

// toThem turns my promise to a to-do of mine: "bring you the samples" is "Bring Kern the samples".
func toThem(phrase, quote, name string) string {
	p := trimDue(purpose().ReplaceAllString(phrase, ""), quote)
	if firstPerson().MatchString(p) {
		return ""
	}
	p = strings.Replace(" "+p+" ", " you ", " "+name+" ", 1)
	return upper(strings.TrimSpace(strings.NewReplacer(" your ", " their ", " you ", " them ").Replace(p)))
}
