package when

import "strings"

// own calls emit with each stretch of s that its writer wrote: not the lines of an earlier message
// that it quotes, nor the line that introduces them, nor all that follows an "Original Message".
func own(s string, emit func(start, end int)) {
	from, before := 0, ""
	flush := func(to int) {
		if to > from {
			emit(from, to)
		}
	}
	for at := 0; at < len(s); {
		line, next := lineAt(s, at)
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, ">"), headerLine(trimmed, before):
			flush(at)
			from = next
		case original(trimmed):
			flush(at)
			return
		case introduces(trimmed):
			flush(at)
			if from = next; !quoteFollows(s, next) {
				return
			}
		default:
			// A mailer folds a long introduction: "On Tue … John Doe\n<j@example.org> wrote:".
			if second, after := lineAt(s, next); opens(trimmed) && closes(strings.TrimSpace(second)) {
				flush(at)
				if from = after; !quoteFollows(s, after) {
					return
				}
				next = after
			}
		}
		at, before = next, trimmed
	}
	flush(len(s))
}

// maxLine bounds what is looked at of a line that is no prose.
const maxLine = 400

func lineAt(s string, at int) (line string, next int) {
	if at >= len(s) {
		return "", at
	}
	n := strings.IndexByte(s[at:], '\n')
	if n < 0 {
		n = len(s) - at
		return s[at:min(at+n, at+maxLine)], len(s)
	}
	return s[at:min(at+n, at+maxLine)], at + n + 1
}

func quoteFollows(s string, at int) bool {
	for at < len(s) {
		line, next := lineAt(s, at)
		if t := strings.TrimSpace(line); t != "" {
			return strings.HasPrefix(t, ">")
		}
		at = next
	}
	return false
}

func opens(line string) bool {
	for _, w := range []string{"On ", "Am ", "Le ", "El "} {
		if strings.HasPrefix(line, w) {
			return strings.ContainsAny(line, "0123456789")
		}
	}
	return false
}

func closes(line string) bool {
	l := strings.TrimRight(strings.ToLower(line), " \u00a0:")
	if !strings.HasSuffix(line, ":") {
		return false
	}
	for _, w := range []string{"wrote", "schrieb", "a écrit", "escribió"} {
		if strings.HasSuffix(l, w) {
			return true
		}
	}
	return strings.Contains(l, " schrieb ")
}

func introduces(line string) bool { return opens(line) && closes(line) }

func original(line string) bool {
	t := strings.ToLower(strings.Trim(line, "- "))
	if !strings.HasPrefix(line, "---") {
		return false
	}
	switch t {
	case "original message", "ursprüngliche nachricht", "message d'origine", "message original", "mensaje original":
		return true
	}
	return false
}

// headerLine holds for the date in a forwarded message's head: it comes right after a line that
// names a person, while the "Date:" of an announcement stands by itself.
func headerLine(line, before string) bool {
	return starts(line, "Sent:", "Date:", "Gesendet:", "Datum:", "Envoyé", "Enviado", "Fecha:") &&
		starts(before, "From:", "To:", "Von:", "An:", "De:", "De :", "À :", "Para:", "Subject:", "Betreff:")
}

func starts(line string, any ...string) bool {
	line = strings.TrimLeft(line, "*")
	for _, h := range any {
		if strings.HasPrefix(line, h) {
			return true
		}
	}
	return false
}
