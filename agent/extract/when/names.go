package when

import "time"

func weekday(w string) (time.Weekday, bool) {
	switch w {
	case "monday", "montag", "lundi", "lunes", "maandag":
		return time.Monday, true
	case "tuesday", "dienstag", "mardi", "martes", "dinsdag":
		return time.Tuesday, true
	case "wednesday", "mittwoch", "mercredi", "miercoles", "woensdag":
		return time.Wednesday, true
	case "thursday", "donnerstag", "jeudi", "jueves", "donderdag":
		return time.Thursday, true
	case "friday", "freitag", "vendredi", "viernes", "vrijdag":
		return time.Friday, true
	case "saturday", "samstag", "sonnabend", "samedi", "sabado", "zaterdag":
		return time.Saturday, true
	case "sunday", "sonntag", "dimanche", "domingo", "zondag":
		return time.Sunday, true
	}
	return 0, false
}

// shortDay knows the English abbreviations; German ones (Mo., Di.) are words of other languages
// too often.
func shortDay(w string) (time.Weekday, bool) {
	switch w {
	case "mon":
		return time.Monday, true
	case "tue", "tues":
		return time.Tuesday, true
	case "wed", "weds":
		return time.Wednesday, true
	case "thu", "thur", "thurs":
		return time.Thursday, true
	case "fri":
		return time.Friday, true
	case "sat":
		return time.Saturday, true
	case "sun":
		return time.Sunday, true
	}
	return 0, false
}

func month(w string) (time.Month, bool) {
	switch w {
	case "january", "jan", "januar", "janner", "janvier", "enero", "januari":
		return time.January, true
	case "february", "feb", "februar", "fevrier", "fevr", "febrero", "februari":
		return time.February, true
	case "march", "mar", "marz", "mars", "marzo", "maart":
		return time.March, true
	case "april", "apr", "avril", "avr", "abril":
		return time.April, true
	case "may", "mai", "mayo", "mei":
		return time.May, true
	case "june", "jun", "juni", "juin", "junio":
		return time.June, true
	case "july", "jul", "juli", "juillet", "juil", "julio":
		return time.July, true
	case "august", "aug", "aout", "agosto", "augustus":
		return time.August, true
	case "september", "sep", "sept", "septembre", "septiembre":
		return time.September, true
	case "october", "oct", "oktober", "okt", "octobre", "octubre":
		return time.October, true
	case "november", "nov", "novembre", "noviembre":
		return time.November, true
	case "december", "dec", "dezember", "dez", "decembre", "diciembre", "dic":
		return time.December, true
	}
	return 0, false
}

// shortDayDE knows the German abbreviations, which are words of other languages too: they count
// only with a capital and after a word that dates follow.
func (p *reader) shortDayDE(i int) (time.Weekday, bool) {
	if !p.t(i).caps || len(p.t(i).low) != 2 || !p.is(i-1, "bis", "am", "spatestens", "zum", "vor", "ab", "den", "dem") {
		return 0, false
	}
	for w, s := range [...]string{"so", "mo", "di", "mi", "do", "fr", "sa"} {
		if p.is(i, s) {
			return time.Weekday(w), true
		}
	}
	return 0, false
}

// count reads "two", "48", "a"; 0 is none.
func (p *reader) count(i int) int {
	t := p.t(i)
	if t.kind == digits && t.n >= 1 && t.n <= 999 && p.clear(i) {
		return int(t.n)
	}
	switch t.low {
	case "a", "an", "one", "ein", "einer", "eine", "einem", "einen", "un", "une", "una":
		return 1
	case "two", "zwei", "deux", "dos", "couple":
		return 2
	case "three", "drei", "trois", "tres":
		return 3
	case "four", "vier", "quatre", "cuatro":
		return 4
	case "five", "funf", "cinq", "cinco":
		return 5
	case "six", "sechs", "seis":
		return 6
	case "seven", "sieben", "sept", "siete":
		return 7
	case "eight", "acht", "huit", "ocho":
		return 8
	case "nine", "neun", "neuf", "nueve":
		return 9
	case "ten", "zehn", "dix", "diez":
		return 10
	case "fourteen", "vierzehn", "quatorze", "catorce":
		return 14
	}
	return 0
}

// unit is 'n' minutes, 'h' hours, 'd' days, 'w' weeks, 'm' months; 0 is none.
func unit(w string) byte {
	switch w {
	case "minute", "minutes", "min", "mins", "minuten", "minuto", "minutos":
		return 'n'
	case "hour", "hours", "hr", "hrs", "h", "stunde", "stunden", "heure", "heures", "hora", "horas":
		return 'h'
	case "day", "days", "tag", "tage", "tagen", "jour", "jours", "dia", "dias":
		return 'd'
	case "week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas":
		return 'w'
	case "month", "months", "monat", "monate", "monaten", "mois", "mes", "meses":
		return 'm'
	}
	return 0
}
