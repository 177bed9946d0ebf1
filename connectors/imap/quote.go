package imap

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLines bounds the lines of a text that are looked at.
const maxLines = 5000

// ownWords is what the writer of a message wrote: quotes of the mail answered, signatures and list
// footers are cut. A forwarded message is what its sender wants read, so it stays. Where nothing
// would be left the whole text is.
func ownWords(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.SplitN(text, "\n", min(strings.Count(text, "\n"), maxLines)+1) // SplitN makes room for as many as it is told
	if len(lines) > maxLines {
		lines = lines[:maxLines]
	}
	for i, l := range lines {
		lines[i] = strings.TrimRightFunc(strings.ReplaceAll(l, "\u00a0", " "), unicode.IsSpace)
	}
	own := dropSignature(dropQuotes(lines))
	if blank(own) {
		own = nil
		for _, l := range lines {
			if l != quoteMark {
				own = append(own, strings.TrimLeft(l, "> "))
			}
		}
	}
	return tidy(own)
}

// dropQuotes cuts at the line that introduces the quoted mail, and drops lines that start with ">".
func dropQuotes(lines []string) []string {
	var own []string
	for i := 0; i < len(lines); {
		l := lines[i]
		if forward(l) {
			return append(own, dropMarks(lines[i:])...)
		}
		if n := originalHeader(lines[i:]); n > 0 {
			if forwarded(lines[i:]) || blank(own) {
				return append(own, dropMarks(lines[i:])...)
			}
			return own // nothing below an Outlook header is the writer's
		}
		if n := attribution(lines[i:]); n > 0 {
			if forwarded(lines[i:]) {
				return append(own, dropMarks(lines[i:])...)
			}
			rest := lines[i+n:]
			if !quotedNext(rest) && !blank(own) {
				return own // the quote has no marks: all that follows is it
			}
			i += n
			continue
		}
		if !strings.HasPrefix(strings.TrimLeft(l, " "), ">") || strings.HasPrefix(l, ">From ") {
			own = append(own, l)
		}
		i++
	}
	return own
}

func dropMarks(lines []string) []string {
	var out []string
	for _, l := range lines {
		if l != quoteMark {
			out = append(out, l)
		}
	}
	return out
}

// quotedNext says that the next line with words on it is marked with ">".
func quotedNext(lines []string) bool {
	for _, l := range lines[:min(len(lines), 6)] {
		if l = strings.TrimSpace(l); l != "" && l != quoteMark {
			return strings.HasPrefix(l, ">")
		}
	}
	return false
}

// attribution says how many lines at the start of lines introduce a quote ("On Monday … Ann wrote:",
// in the languages of Europe's mail programs); 0 for none. It may be broken over three lines.
func attribution(lines []string) int {
	if lines[0] == quoteMark {
		for n := 1; n <= 3 && n < len(lines); n++ {
			if k := attribution(lines[n:]); k > 0 && lines[n] != quoteMark {
				return n + k
			}
		}
		return 1
	}
	if !endsIntroduction(lines[:min(len(lines), 3)]) {
		return 0
	}
	joined := ""
	for n := 1; n <= 3 && n <= len(lines); n++ {
		l := strings.TrimSpace(lines[n-1])
		if l == "" || strings.HasPrefix(l, ">") {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + l)
		if len(joined) > 300 {
			return 0
		}
		if strings.HasSuffix(joined, ":") || strings.HasSuffix(joined, "wrote") {
			if introduces(strings.ToLower(joined), quotedNext(lines[n:])) {
				return n
			}
			return 0
		}
	}
	return 0
}

// endsIntroduction is a quick look: most lines are followed by nothing that could end one.
func endsIntroduction(lines []string) bool {
	for _, l := range lines {
		if strings.HasSuffix(l, ":") || strings.HasSuffix(l, "wrote") {
			return true
		}
	}
	return false
}

// introduces judges a line that ends with a colon. marked says that marked lines follow, when less
// is needed to believe it.
func introduces(l string, marked bool) bool {
	l = strings.TrimSpace(strings.TrimSuffix(l, ":"))
	starts := func(words ...string) bool {
		for _, w := range words {
			if strings.HasPrefix(l, w+" ") || strings.HasPrefix(l, w+",") {
				return true
			}
		}
		return false
	}
	verb := ""
	for _, v := range []string{"wrote", "writes", "schrieb", "a écrit", "escribió", "ha scritto", "schreef", "escreveu",
		"het volgende geschreven", "skrev", "napisał(a)", "napisał", "kirjoitti", "пишет", "написал", "написала"} {
		if strings.Contains(l, v) {
			verb = v
			break
		}
	}
	if verb == "" {
		return false
	}
	dated := strings.ContainsAny(l, "0123456789")
	if marked && (strings.HasSuffix(l, verb) || dated) {
		return true
	}
	return dated && (starts("on", "am", "le", "el", "il", "in data", "op", "em", "no dia", "den", "w dniu", "dnia", "a", "mensaje", "vào") ||
		strings.HasSuffix(l, verb) && strings.Contains(l, "@"))
}

// originalHeader says how many lines introduce a quote in Outlook's manner: a rule with "Original
// Message" in it, or a block of header lines.
func originalHeader(lines []string) int {
	first := lines[0]
	for first != "" && (first[0] == '*' || first[0] == ' ') {
		first = first[1:]
	}
	if !strings.HasPrefix(first, "--") && !strings.HasPrefix(first, "__") && strings.IndexByte(first[:min(len(first), 16)], ':') < 0 {
		return 0
	}
	l := strings.ToLower(strings.TrimSpace(strings.Trim(lines[0], "-_*= ")))
	if strings.HasPrefix(strings.TrimSpace(lines[0]), "--") || strings.HasPrefix(strings.TrimSpace(lines[0]), "__") {
		switch l {
		case "original message", "original-nachricht", "ursprüngliche nachricht", "message d'origine", "message original",
			"mensaje original", "messaggio originale", "oorspronkelijk bericht", "mensagem original", "original appointment",
			"reply message", "ursprungligt meddelande", "oprindelig meddelelse":
			return 1
		}
	}
	seen := 0
	n := 0
	for ; n < len(lines) && n < 8; n++ {
		k, v, ok := strings.Cut(strings.Trim(lines[n], "* "), ":")
		if strings.TrimSpace(lines[n]) == "" && n > 0 && n < 3 && seen < 2 {
			continue
		}
		role := headerRole(strings.ToLower(strings.Trim(k, "* ")))
		if !ok || role == 0 || strings.TrimSpace(strings.Trim(v, "* ")) == "" || n == 0 && role != 1 {
			break
		}
		seen++
	}
	if seen >= 3 {
		return n
	}
	return 0
}

// headerRole is 1 for "From" in the languages of mail programs, 2 for its companions, 0 otherwise.
func headerRole(k string) int {
	switch k {
	case "from", "von", "de", "da", "van", "från", "fra", "od", "от":
		return 1
	case "sent", "date", "to", "cc", "subject", "importance", "gesendet", "datum", "an", "betreff", "envoyé", "envoyé le", "à",
		"objet", "enviado", "enviado el", "para", "asunto", "fecha", "inviato", "data", "a", "oggetto", "verzonden", "aan",
		"onderwerp", "enviada em", "enviado em", "assunto", "skickat", "till", "ämne", "sendt", "til", "emne", "wysłano",
		"do", "temat", "reply-to", "bcc", "priority", "when", "where":
		return 2
	}
	return 0
}

// forward says that the line begins a forwarded message.
func forward(l string) bool {
	if len(l) > 120 || len(l) < 12 {
		return false
	}
	const from = "forwarded message from "
	if l = strings.Trim(l, "->*_ :"); len(l) > 40 { // longer than any below
		return strings.EqualFold(l[:len(from)], from)
	}
	l = strings.ToLower(l)
	switch l {
	case "forwarded message", "begin forwarded message", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht",
		"message transféré", "début du message transféré", "mensaje reenviado", "messaggio inoltrato", "inizio messaggio inoltrato",
		"doorgestuurd bericht", "mensagem encaminhada", "forwarded by", "vidarebefordrat meddelande", "end forwarded message":
		return true
	}
	return strings.HasPrefix(l, from)
}

// forwarded says that what a mail program marked as a quote is a forwarded message.
func forwarded(lines []string) bool {
	for _, l := range lines[:min(len(lines), 6)] {
		if forward(l) {
			return true
		}
	}
	return false
}

// dropSignature cuts at "-- ", at what phones add, and at a list's footer. A signature that is
// longer than what stands above it is not one.
func dropSignature(lines []string) []string {
	for i, l := range lines {
		below := len(lines) - i
		switch {
		case i == 0:
		case (l == "--" || l == "-- ") && below <= 25+i:
			return lines[:i]
		case (strings.HasPrefix(l, "____________________") || strings.HasPrefix(l, "--------------------")) &&
			below <= 12 && listFooter(lines[i+1:]):
			return lines[:i]
		case below <= 6 && phoneLine(strings.ToLower(l)):
			return lines[:i]
		}
	}
	return lines
}

func listFooter(lines []string) bool {
	for _, l := range lines {
		l = strings.ToLower(l)
		if strings.Contains(l, "mailing list") || strings.Contains(l, "unsubscribe") || strings.Contains(l, "listinfo") {
			return true
		}
	}
	return false
}

func phoneLine(l string) bool {
	for _, s := range []string{"sent from my ", "sent from mail for ", "sent from outlook", "sent from yahoo", "get outlook for ",
		"von meinem iphone", "von meinem ipad", "von meinem handy", "gesendet von mein", "gesendet mit ", "envoyé de mon ",
		"envoyé depuis mon ", "enviado desde mi ", "inviato da iphone", "inviato dal mio ", "verstuurd vanaf mijn ",
		"verzonden vanaf mijn ", "enviado do meu ", "sent with proton mail", "skickat från min "} {
		if strings.HasPrefix(l, s) {
			return true
		}
	}
	return false
}

func blank(lines []string) bool {
	for _, l := range lines {
		if strings.IndexFunc(l, func(r rune) bool { return r > ' ' && r != utf8.RuneError }) >= 0 && l != quoteMark {
			return false
		}
	}
	return true
}

// tidy joins lines, with at most one empty one in a row and none at the ends.
func tidy(lines []string) string {
	size := 0
	for _, l := range lines {
		size += len(l) + 2
	}
	var b strings.Builder
	b.Grow(size)
	empty := 0
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			if empty > 0 {
				b.WriteByte('\n')
			}
		}
		empty = 0
		b.WriteString(l)
	}
	return b.String()
}
