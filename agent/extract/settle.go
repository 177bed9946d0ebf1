package extract

import (
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// maxAsks is how many things one mail may ask of me; more are a list to read, not to retell.
const maxAsks = 3

// owe adds what a mail asks of me; a reminder renews the loop it reminds of.
func (d *desk) owe(loops []loop, it minutes.Item) []loop {
	if it.Mail.Invite != nil { // an invitation is a loop by itself
		return loops
	}
	for i, a := range settle(d.reading(it).asks) {
		if i == maxAsks {
			break
		}
		l := d.open(it, a, "me", d.todo(it, a))
		l.also = i > 0
		if it.Mail.Answered {
			l.Status = "done"
		}
		loops = d.renew(loops, l)
	}
	return loops
}

// renew adds l, in the place of the open loop that it reminds of or asks again.
func (d *desk) renew(loops []loop, l loop) []loop {
	for i := range loops {
		old := &loops[i]
		if old.Owner != "me" || old.Status != "open" || old.ask == nil || old.Item == l.Item || l.also && l.ask.reminder || !same(*old.ask, *l.ask) {
			continue
		}
		l.ID, l.Since = old.ID, old.Since
		if l.Due == nil {
			l.Due, l.DueAll = old.Due, old.DueAll
			l.ask.due, l.ask.dueQuote = old.ask.due, ""
		}
		loops[i] = l
		return loops
	}
	return append(loops, l)
}

// settle puts in order what a mail asks: what is to be done before what is to be said, the one with
// a term before others. "Tell me by six" is the term of the question before it; a plain sentence
// that sets a term counts only where nothing is asked.
func settle(as []ask) []ask {
	var out []ask
	weight := func(a ask) int {
		w := map[form]int{request: 6, need: 6, foreign: 5, statement: 3, question: 2}[a.form]
		if a.due != nil {
			w += 4
		}
		return w
	}
	for _, a := range as {
		i := len(out) - 1
		switch {
		case a.form == promise:
		case a.tells() && i >= 0 && out[i].form != statement:
			out[i].until(a)
		default:
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b ask) int { return weight(b) - weight(a) })
	if len(out) > 1 {
		first := out[0]
		out = slices.DeleteFunc(out, func(a ask) bool { return a.form == statement })
		if len(out) == 0 {
			return []ask{first}
		}
	}
	return out
}

// until takes the term of "tell me by six". What is to happen at an hour of its own ("could you start
// at eleven?") is then a question.
func (a *ask) until(tell ask) {
	switch {
	case a.due != nil && a.due.Kind == "at":
		a.form = question
	case a.due != nil && a.dueAlso == "":
		return
	}
	if tell.due != nil {
		a.due, a.dueQuote, a.dueAlso, a.answer = tell.due, "", tell.sentence, true
	}
}

// best is the ask that stands for a mail.
func best(as []ask) (ask, bool) {
	out := settle(as)
	if len(out) == 0 {
		return ask{}, false
	}
	return out[0], true
}

// acknowledges holds for a mail that only says that another has come: "Will do", "OK, thanks". It
// answers nothing, and what was asked stays open.
func (d *desk) acknowledges(it minutes.Item) bool {
	if len(it.Mail.Attachments) > 0 {
		return false
	}
	texts := d.reading(it).texts
	n := 0
	for _, s := range texts {
		n += count(s)
		if !acknowledged().MatchString(s) {
			return false
		}
	}
	return n <= 12
}

var acknowledged = lazy(`(?i)^(?:(?:will do|on it|ok(?:ay)?|sure(?: thing)?|noted|got it|understood|right|great|perfect|received|thanks|thank you|no problem|leave it with me|I(?:'|’)ll (?:do (?:it|that|so)|get (?:on|to) it|see to it|look into it)|mach(?:e)? ich|wird gemacht|wird erledigt|alles klar|geht klar|danke|vielen dank|d'accord|entendu|c'est noté|ça marche|merci|vale|de acuerdo|gracias|doe ik|komt goed|bedankt)\b[,!. ]*)+(?:(?:by |as soon as |today|tonight|tomorrow|this |first thing|\p{Lu}).{0,30})?[.!]*$`)

// official is a notice of my own organisation, to me: it may set me a term as a person may.
func (d *desk) official(it minutes.Item) bool {
	return d.classes[it.ID] == notice && !it.Mail.Bulk && it.Mail.ListID == "" && d.people.ours(it.Mail.From)
}

// ours says whether an address is of a domain of mine, or of a part of it.
func (p people) ours(a minutes.Address) bool {
	_, domain, _ := strings.Cut(a.Email, "@")
	for domain != "" {
		if p.domains[domain] {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}
