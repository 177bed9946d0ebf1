package when

// cue is what the words of a sentence say about whether a day in it is a duty.
type cue uint8

const (
	cueAsk     cue = 1 << iota // please, need, must, can you
	cueDeliver                 // send, reply, sign: something changes hands
	cueOpen                    // valid, open, extended: until is a limit
	cueAway                    // out of the office: until is an absence
	cueOffer                   // registration, sale: its end is a limit
	cueNot                     // not, no need
)

func cueOf(w string) cue {
	switch w {
	case "please", "pls", "plz", "need", "needs", "needed", "must", "required", "want", "wants", "expect", "expects",
		"could", "can", "would", "should", "have", "let", "kindly", "remember", "reminder", "ready", "done", "due",
		"bitte", "brauche", "brauchen", "muss", "mussen", "musst", "soll", "sollte", "sollten", "konnten", "konntest", "kannst",
		"veuillez", "merci", "svp", "faut", "doit", "dois", "devez", "devons", "pouvez", "peux", "besoin",
		"favor", "necesito", "necesitamos", "debe", "debes", "deben", "hay", "puedes", "podria", "podrias":
		return cueAsk
	case "send", "submit", "reply", "respond", "review", "sign", "finish", "finalise", "finalize", "complete", "deliver",
		"confirm", "return",
		"pay", "approve", "share", "update", "provide", "upload", "file", "answer", "know", "fix", "rsvp", "back", "register",
		"book", "fill", "ship", "merge", "prepare", "draft", "get", "vote", "apply", "renew", "comment", "decide", "hand",
		"schicken", "schick", "senden", "sende", "antworten", "antworte", "abgeben", "einreichen", "fertig", "melden", "zuruck", "bescheid",
		"ruckmeldung", "bestatigen", "prufen", "unterschreiben", "zahlen", "bezahlen", "uberweisen", "liefern", "erledigen", "anmelden",
		"envoyer", "envoyez", "repondre", "repondez", "confirmer", "confirmez", "signer", "valider", "rendre", "payer", "livrer", "terminer",
		"envoie", "remettre", "retour", "reponse", "enviar", "envia", "envie", "enviame", "responder", "responda", "confirmar",
		"confirma", "confirme", "firmar", "entregar", "pagar", "terminar", "revisar", "mandar":
		return cueDeliver
	case "valid", "open", "extended", "accept", "accepting", "available", "postponed", "applications", "submissions",
		"gultig", "verlangert", "valable", "valido", "abierto":
		return cueOpen
	case "away", "vacation", "holiday", "holidays", "office", "closed", "unavailable", "leave", "travelling", "traveling",
		"ooo", "urlaub", "abwesend",
		"geschlossen", "verreist", "absent", "absente", "conges", "vacances", "ferme", "vacaciones", "ausente", "fuera", "cerrado":
		return cueAway
	case "offer", "sale", "trial", "registration", "voting", "poll", "enrollment", "enrolment", "subscription", "survey", "form", "discount",
		"papers", "cfp", "nominations", "bids", "tickets", "window", "auction", "campaign", "licence", "license", "certificate",
		"domain", "anmeldung", "umfrage":
		return cueOffer
	case "not", "don", "doesn", "won", "didn", "isn", "never", "nicht", "kein", "keine", "pas":
		return cueNot
	}
	return 0
}

// leads holds for every word that a date, a time or a deadline can begin with; at others the
// grammar is not even tried, which is most of the text.
func leads(w string) bool {
	switch w {
	case "by", "before", "prior", "ahead", "no", "not", "latest", "until", "till", "til", "through", "thru", "rsvp", "due",
		"expires", "expire", "expiring",
		"ends", "closes", "closing", "needed", "bis", "spatestens", "uiterlijk", "fallig", "vor", "avant", "d", "au", "jusqu", "pour", "antes", "a",
		"hasta", "para", "vence", "deadline", "frist", "abgabe", "abgabetermin", "stichtag", "echeance", "vencimiento",
		"einsendeschluss", "anmeldeschluss", "date", "fecha", "last", "cut", "asap", "schnellstmoglich", "baldmoglichst", "schnellstens",
		"umgehend", "as", "so", "des", "lo", "cuanto", "within", "binnen", "innert", "innerhalb", "sous", "in", "over", "dans", "en", "first",
		"the", "la", "el", "le", "der", "den", "dem", "das", "die", "zum", "eod", "eob", "eop", "cob", "eow", "eom", "eoq",
		"eoy", "end", "close",
		"tagesende", "feierabend", "wochenende", "monatsende", "jahresende", "ende", "fin", "final", "finales", "weekend",
		"this", "next", "coming", "upcoming", "past", "previous", "diese", "diesen", "dieser", "diesem", "kommenden", "kommender",
		"nachste", "nachsten", "nachster", "letzten", "letzter", "vergangenen", "ce", "este", "esta", "proximo", "proxima", "pasado",
		"today", "heute", "hoy", "vandaag", "tonight", "aujourd", "later", "day", "ubermorgen", "uebermorgen", "apres", "tomorrow", "tmrw",
		"demain", "morgen", "manana", "yesterday", "gestern", "hier", "ayer", "noon", "midday", "lunchtime", "mittag", "mittags", "midi", "mediodia",
		"midnight", "mitternacht", "minuit", "medianoche", "mo", "di", "mi", "do", "fr", "sa", "an", "one", "two", "three",
		"four", "five", "six", "seven", "eight", "nine", "ten":
		return true
	}
	if _, ok := weekday(w); ok {
		return true
	}
	if _, ok := shortDay(w); ok {
		return true
	}
	_, ok := month(w)
	return ok
}

// follower holds for words that may stand after a bare "by 3" or "the 15th"; after any other the
// number counts something: "by 3 people", "the 15th floor".
func follower(w string) bool {
	switch w {
	case "at", "on", "and", "or", "so", "if", "please", "pls", "thanks", "thank", "with", "for", "to", "today", "tomorrow", "tonight",
		"sharp", "latest", "because", "as", "otherwise", "but", "then", "when", "unless", "since", "we", "i", "you", "is", "was", "works",
		"before", "by", "via", "from", "until", "not", "und", "oder", "bitte", "damit", "sonst", "wenn", "an", "zu", "et", "ou",
		"pour", "si", "merci",
		"y", "o", "para", "por", "gracias", "may", "it", "the", "this", "let", "do", "will", "would":
		return true
	}
	return false
}

func dayFirstWord(w string) bool {
	switch w {
	case "und", "bitte", "nicht", "bis", "freitag", "montag", "mit", "fur", "wir", "ist", "der", "das", "ich",
		"avant", "pour", "vous", "nous", "est", "les", "des", "vendredi", "lundi", "merci", "bonjour",
		"antes", "para", "viernes", "lunes", "por", "gracias", "hola", "del", "los":
		return true
	}
	return false
}

// dateLead holds for words after which 12/5 is a date and no fraction.
func dateLead(w string) bool {
	switch w {
	case "by", "before", "on", "until", "till", "due", "deadline", "date", "from", "since", "after", "am", "bis", "zum", "vom", "den",
		"dem", "ab", "vor", "le", "du", "au", "avant", "el", "del", "hasta", "expires", "dated", "spatestens", "starting":
		return true
	}
	return false
}

// gathering holds for what "before the 3pm …" or "Friday's …" names a time by.
func gathering(w string) bool {
	switch w {
	case "call", "meeting", "standup", "stand", "sync", "review", "demo", "interview", "session", "presentation", "retro", "planning",
		"deadline", "board", "lunch", "dinner", "breakfast", "workshop", "webinar", "appointment", "flight", "train", "release", "launch",
		"kickoff", "offsite", "briefing", "hearing", "exam", "class", "lecture", "termin", "besprechung", "sitzung", "treffen",
		"reunion", "rendez":
		return true
	}
	return false
}
