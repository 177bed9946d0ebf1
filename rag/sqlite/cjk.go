package sqlite

import (
	"strings"
	"unicode"
)

// spaceless holds for the letters of scripts written without spaces (and of Korean, whose words
// carry their endings). The tokenizer takes a whole run of them for one word, so these are indexed
// as overlapping pairs besides: 東京都 as 東京 京都 都. Pairs and not SQLite's trigrams, since most
// words of these scripts have two characters, which trigrams cannot find; and no cost for the rest.
func spaceless(r rune) bool {
	return r >= 0x0e00 && (r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar))
}

// runs calls f with every run of spaceless letters in s.
func runs(s string, f func(run []rune)) {
	var run []rune
	for _, r := range s {
		if spaceless(r) {
			run = append(run, r)
			continue
		}
		if len(run) > 0 {
			f(run)
			run = run[:0]
		}
	}
	if len(run) > 0 {
		f(run)
	}
}

// pairs is what is indexed of the texts. The last character stands alone too, so that one
// character is found as the beginning of a pair wherever it stands.
func pairs(texts ...string) string {
	var b strings.Builder
	for _, s := range texts {
		if ascii(s) {
			continue
		}
		runs(s, func(run []rune) {
			for i := range run {
				if b.Len() > 0 {
					b.WriteByte(' ')
				}
				b.WriteRune(run[i])
				if i+1 < len(run) {
					b.WriteRune(run[i+1])
				}
			}
		})
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
