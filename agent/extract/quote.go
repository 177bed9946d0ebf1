package extract

import (
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract/when"
)

// inTheirWords quotes the sentence. What it calls tomorrow is dated by when it was said.
func (d *desk) inTheirWords(it minutes.Item, a ask, s said) said {
	if both := d.withBefore(it, a); both != "" {
		a.sentence = both
		s.quotes = append(s.quotes, it.ID, both)
	}
	day := d.dayName(it.At)
	dated := day != "today" && (nearDay().MatchString(a.sentence) || foreignNear().MatchString(a.sentence))
	if dated {
		s.quotes = append(s.quotes, it.ID, factLine(it, "sent"))
	}
	if a.dueAlso != "" {
		s.quotes = append(s.quotes, it.ID, a.dueWords())
	}
	due := a.due != nil && !a.due.At.IsZero()
	if what := errand(a.sentence); a.form == foreign && what != "" {
		s.text = who(it) + " asks you to " + what
		if dated {
			s.text = who(it) + " asked you " + on(day) + " to " + what
		}
		switch {
		case !due || d.overdue(a.due):
		case dated:
			s.text, due = s.text+", due "+strings.TrimPrefix(d.by(a.due), "by "), false
		default:
			s.text, due = s.text+" "+d.by(a.due), false
		}
		s.text += ": " + quoted(upper(clip(a.sentence, maxLine-count(s.text))))
	} else {
		s.text = who(it) + d.verb(a, day, dated) + quoted(upper(clip(a.sentence, maxLine-6)))
	}
	far := due && d.daysOff(a.due.At) > 1 && fullDate().MatchString(a.due.Quote) && strings.Contains(a.sentence, a.due.Quote)
	said := far || due && a.due.Kind == "before" && !a.due.AllDay && day == "today" && strings.Contains(a.sentence, a.due.Quote)
	if due && !said {
		s.text = stop(s.text) + " " + d.dueNote(a)
	}
	s.text = stop(s.text)
	return s
}

// fullDate is a day with its month: in a quotation it needs no other.
var fullDate = lazy(`\d{1,2}(?:st|nd|rd|th|\.)? (?:of |de )?\p{L}{3,}|\p{L}{3,} \d{1,2}\b`)

// verb is how a quotation is led in: " asks: ", or " wrote yesterday: ".
func (d *desk) verb(a ask, day string, dated bool) string {
	asks := strings.HasSuffix(a.sentence, "?") || a.part || a.form == request || youCan().MatchString(leadIn().ReplaceAllString(a.sentence, ""))
	switch {
	case asks && dated:
		return " asked " + on(day) + ": "
	case asks:
		return " asks: "
	case dated:
		return " wrote " + on(day) + ": "
	}
	return " writes: "
}

// withBefore is a short ask with the sentence it hangs on: "We deliver on Monday. Please keep the
// yard free."
func (d *desk) withBefore(it minutes.Item, a ask) string {
	texts := d.reading(it).texts
	i := a.last - 1
	if a.form != request && a.form != question || a.due != nil || i < 0 || a.last >= len(texts) || texts[a.last] != a.sentence || count(a.sentence) > 8 ||
		attached().MatchString(texts[i]) || strings.HasSuffix(texts[i], "?") {
		return ""
	}
	if a.form == question && (!strings.ContainsAny(texts[i], "0123456789") || anew().MatchString(a.sentence)) || a.form == request && len(when.Dates(texts[i], it.At)) == 0 {
		return ""
	}
	both := texts[i] + " " + a.sentence
	if count(both) > maxLine-8 || !strings.Contains(strings.Join(strings.Fields(it.Body.String()), " "), both) {
		return ""
	}
	return both
}

// anew begins a question that has nothing to do with what stands before it.
var anew = lazy(`(?i)^(?:also|and|another|one more|besides|p\.?s)\b`)

// dueNote says when a quoted thing is due, as of now: "Due today at 12:00."
func (d *desk) dueNote(a ask) string {
	at := a.due.At.In(d.m.Zone)
	if a.due.Kind == "before" && a.due.AllDay {
		return "Due before " + d.dayName(at) + "."
	}
	verb := "Due "
	if a.answer && !d.overdue(a.due) {
		return "Answer " + d.by(a.due) + "."
	}
	if d.overdue(a.due) {
		verb = "It was due "
	}
	if a.due.AllDay {
		return verb + on(d.dayName(at)) + "."
	}
	return verb + on(d.dayName(at)) + " at " + d.clock(at) + "."
}

// errand says in English what a sentence of another language asks one to do, "" if that is not
// clear from its verb. The sentence itself stands beside it, as it was written.
func errand(s string) string {
	l := strings.ToLower(s)
	for _, e := range errands() {
		for _, w := range e.words {
			if strings.Contains(l, w) {
				return e.what
			}
		}
	}
	return ""
}

type errandOf struct {
	what  string
	words []string // parts of words, in lower case; the first that is found decides
}

func errands() []errandOf {
	return []errandOf{
		{"approve something", []string{"genehmig", "freigeb", "frei geben", "aprobar", "approuver", "goedkeur"}},
		{"sign something", []string{"unterschr", "unterzeichn", "signer", "firmar", "onderteken"}},
		{"confirm something", []string{"bestätig", "confirmer", "confirmar", "bevestig"}},
		{"pay something", []string{"überweis", "bezahl", "zahlen sie", "begleich", "payer", "régler", "virer", "pagar", "betalen"}},
		{"register", []string{"anmeld", "inscri", "aanmeld"}},
		{"send an offer", []string{"offerte schick", "ein angebot", "die angepasste offerte", "une offre", "un devis", "un presupuesto", "een offerte"}},
		{"send something", []string{"schick", "senden", "zukommen lassen", "envoyer", "transmettre", "faire parvenir", "enviar", "mandar", "sturen"}},
		{"check something", []string{"prüf", "durchseh", "anschauen", "ansehen", "vérifier", "relire", "revisar", "comprobar", "nakijken", "controleren"}},
		{"bring something", []string{"mitbring", "bring ", "bringen", "brot mit", "apporter", "traer", "meenemen"}},
		{"lend something", []string{"leihen", "ausleihen", "prêter", "prestar", "lenen"}},
		{"call", []string{"anrufen", "rufen sie", "zurückrufen", "rappeler", "appeler", "llamar", "bellen"}},
		{"come by", []string{"vorbeikommen", "vorbeischauen", "pourriez-vous passer", "pouvez-vous passer", "pasar por", "langskomen"}},
		{"say something", []string{"bescheid", "mitteilen", "sagen", "melden", "nous dire", "me dire", "decirme", "avisar", "laten weten"}},
	}
}
