package imap

import (
	"strings"

	"github.com/dailyminutes/minutes"
)

// maxAddresses bounds a list of recipients; a brief reads no more of them.
const maxAddresses = 100

// parseAddresses reads a list of mailboxes as leniently as a mail program does: one that is broken
// costs itself. Groups give their members; comments are names where there is no other.
func parseAddresses(s, charset string) []minutes.Address {
	out := []minutes.Address{}
	for s != "" && len(out) < maxAddresses {
		var one string
		one, s = cutAddress(s)
		if a, ok := parseAddress(one, charset); ok {
			out = append(out, a)
		}
	}
	return out
}

// cutAddress parts the first mailbox from the rest at a comma, or a semicolon as Outlook writes it,
// that is in no quotes, comment or angle brackets. A group's name ends at its colon.
func cutAddress(s string) (one, rest string) {
	quoted, depth, angle, start := false, 0, false, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if quoted {
			switch c {
			case '\\':
				i++
			case '"':
				quoted = false
			}
			continue
		}
		switch {
		case c == '"' && depth == 0:
			quoted = strings.IndexByte(s[i+1:], '"') >= 0
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth > 0:
		case c == '<':
			angle = strings.IndexByte(s[i:], '>') >= 0
		case c == '>':
			angle = false
		case angle:
		case c == ':' && !strings.Contains(s[start:i], "@"):
			start = i + 1
		case c == ',' || c == ';':
			return s[start:i], s[i+1:]
		}
	}
	return s[min(start, len(s)):], ""
}

func parseAddress(s, charset string) (minutes.Address, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return minutes.Address{}, false
	}
	name, email := "", s
	if i := openAngle(s); i >= 0 {
		name = s[:i]
		email, _, _ = strings.Cut(s[i+1:], ">")
		if strings.TrimSpace(name) == "" {
			_, name, _ = strings.Cut(s[i+1:], ">")
		}
	} else if i := strings.IndexByte(s, '('); i >= 0 {
		email = s[:i]
		name = strings.TrimRight(s[i+1:], ") ")
	} else if i := strings.LastIndexAny(s, " \t"); i >= 0 && strings.IndexByte(s[i+1:], '@') > 0 && !strings.Contains(s, `"`) {
		name, email = s[:i], s[i+1:] // Ann Example ann@example.com
	}
	a := minutes.Address{Name: minutes.CleanLine(plainName(decodeWords(unquoteName(name), charset))), Email: cleanEmail(email)}
	if a.Email == "" && a.Name.Empty() {
		// Neither: a mailbox without a domain, or words. It is a name, if it is anything.
		a.Name = minutes.CleanLine(plainName(decodeWords(unquoteName(s), charset)))
	}
	a.Name = a.Name.Cut(120)
	if strings.EqualFold(a.Name.String(), a.Email) {
		a.Name = minutes.Safe{}
	}
	return a, a.Email != "" || !a.Name.Empty()
}

// openAngle is where the address in angle brackets begins: the first "<" outside quotes, -1 if none.
func openAngle(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '<' && !quoted:
			return i
		}
	}
	return strings.LastIndexByte(s, '<') // a quote that is never closed
}

// unquoteName takes off quotes around all or part of a display name, and backslashes.
func unquoteName(s string) string {
	s = strings.TrimSpace(s)
	if !strings.ContainsAny(s, `"\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] != '"':
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// plainName takes off the quotes that some programs put inside the encoded words.
func plainName(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }

// cleanEmail is the address in lower case, or "" if it is none: local@domain without spaces. An
// address that is not valid but plainly meant (a space before the @) is kept without the space.
func cleanEmail(s string) string {
	s = strings.Trim(strings.TrimSpace(s), `"'<>[]`)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "mailto:"), "MAILTO:")
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.HasPrefix(s, "@") {
		s = s[i+1:] // an obsolete route
	}
	s = strings.Join(strings.Fields(s), "")
	i := strings.LastIndexByte(s, '@')
	if i <= 0 || i == len(s)-1 || len(s) > 254 {
		return ""
	}
	return strings.ToLower(minutes.CleanLine(s).String())
}

// mine says whether an address is one of the user's: same mailbox, a "+tag" apart.
func mine(email string, addresses []string) bool {
	if email == "" {
		return false
	}
	bare := withoutTag(email)
	for _, a := range addresses {
		if a == email || a == bare {
			return true
		}
	}
	return false
}

func withoutTag(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if i := strings.IndexByte(local, '+'); ok && i > 0 {
		return local[:i] + "@" + domain
	}
	return email
}
