package when

import "time"

// asap reads "as soon as possible" and its like at i.
func (p *reader) asap(i int) (next int, ok bool) {
	switch {
	case p.is(i, "asap", "schnellstmoglich", "baldmoglichst", "schnellstens", "umgehend"):
		return i + 1, true
	case p.seq(i, "a", ".", "s", ".", "a", ".", "p"):
		return i + 7, true
	case p.seq(i, "as", "soon", "as", "possible"), p.seq(i, "as", "soon", "as", "you"), p.seq(i, "so", "bald", "wie",
		"moglich"), p.seq(i, "so", "schnell", "wie", "moglich"):
		if p.is(i+3, "you") {
			return i + 5, p.is(i+4, "can")
		}
		return i + 4, true
	case p.seq(i, "des", "que", "possible"), p.seq(i, "lo", "antes", "posible"):
		return i + 3, true
	case p.seq(i, "au", "plus", "vite"):
		return i + 3, true
	case p.seq(i, "cuanto", "antes"):
		return i + 2, true
	}
	return i, false
}

// Urgent finds the first word by which the writer says that it presses: "urgent", "asap",
// "immediately", and their German, French and Spanish kin. It is the writer's claim and no fact:
// "not urgent" is not one, and the quote is text's own words. Ranking keeps a shorter list of the
// same idea, since it may not import this package.
func Urgent(text string) (quote string, ok bool) {
	p := read(text, time.Time{}, []Locale{MonthFirst})
	for i := range p.toks {
		n, yes := p.asap(i)
		if !yes {
			n, yes = p.pressing(i)
		}
		if yes && !p.negated(i) {
			return p.text(i, n), true
		}
	}
	return "", false
}

func (p *reader) pressing(i int) (next int, ok bool) {
	switch p.t(i).low {
	case "urgent", "urgently", "immediately", "dringend", "eilig", "sofort", "unverzuglich", "urgence", "urgente",
		"immediatement", "inmediatamente", "urgentemente":
		return i + 1, true
	case "time":
		return i + 3, p.seq(i+1, "-", "sensitive")
	case "right":
		return i + 2, p.is(i+1, "away")
	case "straight":
		return i + 2, p.is(i+1, "away")
	case "action":
		return i + 2, p.is(i+1, "required")
	}
	return i, false
}

// negated holds for "not urgent", "no need to reply asap", "nicht dringend", "rien d'urgent".
func (p *reader) negated(i int) bool {
	for b := i - 1; b >= i-6 && b >= 0 && p.toks[b].kind != stop; b-- {
		switch p.t(b).low {
		case "not", "no", "non", "nothing", "isn", "don", "doesn", "never", "nicht", "kein", "keine", "nichts", "pas", "rien", "nada", "less":
			return true
		case ",", ":", ";":
			return false
		}
	}
	return false
}
