package when

import (
	"strings"
	"unicode"
)

// maxWord bounds what is folded: no word of the grammar is longer.
const maxWord = 24

// fold makes a word lower case and takes its accents away, so that März, marz and MARZ are one.
func fold(s string) string {
	if len(s) > maxWord {
		return ""
	}
	plain := true
	for i := range len(s) {
		if c := s[i]; c < 'a' || c > 'z' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case strings.ContainsRune("àáâãäå", r):
			b.WriteByte('a')
		case strings.ContainsRune("èéêë", r):
			b.WriteByte('e')
		case strings.ContainsRune("ìíîï", r):
			b.WriteByte('i')
		case strings.ContainsRune("òóôõö", r):
			b.WriteByte('o')
		case strings.ContainsRune("ùúûü", r):
			b.WriteByte('u')
		case r == 'ñ':
			b.WriteByte('n')
		case r == 'ç':
			b.WriteByte('c')
		case r == 'ß':
			b.WriteString("ss")
		case unicode.Is(unicode.Mn, r): // an accent that stands apart
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
