package sqlite

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
)

const (
	snippetRunes = 160
	snippetRead  = 64 << 10 // bytes of a body that are looked through
)

// snippet is the stretch of the body that holds most of the terms, on one line; the excerpt where
// none of them is in it. It is found by the words' beginnings, so that "meeting" shows "meetings".
func snippet(it minutes.Item, terms []term) minutes.Safe {
	body := it.Body.String()
	if len(body) > snippetRead {
		body = body[:snippetRead] // a rune cut in two is dropped by Clean
	}
	text := []rune(minutes.CleanLine(body).String())
	at, found := densest([]rune(fold(string(text))), terms, len(text))
	if !found {
		if it.Excerpt.Empty() {
			return minutes.CleanLine(body).Cut(snippetRunes)
		}
		return it.Excerpt.Line().Cut(snippetRunes)
	}
	lo := max(at-snippetRunes/4, 0)
	for lo > 0 && lo < at && !unicode.IsSpace(text[lo-1]) && !spaceless(text[lo]) {
		lo++
	}
	s := minutes.CleanLine(string(text[lo:])).Cut(snippetRunes)
	if lo > 0 {
		s = minutes.Join("", minutes.Clean("…"), s)
	}
	return s
}

// densest is where in the folded text the most terms stand within one snippet's length. Folding
// keeps the number of runes, so the place is the same in the text itself.
func densest(text []rune, terms []term, n int) (int, bool) {
	if len(text) != n {
		return 0, false
	}
	s := string(text)
	type hit struct{ at, term int }
	var hits []hit
	for k, t := range terms {
		stem := stemOf(t)
		if stem == "" || t.common && len(terms) > 1 {
			continue
		}
		runeAt, byteAt := 0, 0
		for count := 0; count < 20; {
			i := strings.Index(s[byteAt:], stem)
			if i < 0 {
				break
			}
			runeAt += utf8.RuneCountInString(s[byteAt : byteAt+i])
			byteAt += i
			if runeAt == 0 || !wordRune(text[runeAt-1]) || spaceless(text[runeAt]) {
				hits = append(hits, hit{runeAt, k})
				count++
			}
			byteAt += len(stem)
			runeAt += utf8.RuneCountInString(stem)
		}
	}
	best, most := 0, 0
	for _, h := range hits {
		in := map[int]bool{}
		for _, o := range hits {
			if o.at >= h.at && o.at < h.at+snippetRunes*3/4 {
				in[o.term] = true
			}
		}
		if len(in) > most || len(in) == most && h.at < best {
			best, most = h.at, len(in)
		}
	}
	return best, most > 0
}

// stemOf is the beginning of a word that its other forms share.
func stemOf(t term) string {
	if n := utf8.RuneCountInString(t.plain); t.word && n > 5 {
		return string([]rune(t.plain)[:n-2])
	}
	return t.plain
}

// fold is lower case without accents, rune for rune.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if r >= 0xc0 && r < 0x180 {
			if i := strings.IndexRune(accented, r); i >= 0 {
				return rune(bare[utf8.RuneCountInString(accented[:i])])
			}
		}
		return r
	}, s)
}

// The Latin letters that the tokenizer reads as bare ones, and what they are read as.
const (
	accented = "àáâãäåāăąçćĉċčďèéêëēĕėęěĝğġģĥìíîïĩīĭįĵķĺļľñńņňòóôõöōŏőŕŗřśŝşšţťùúûüũūŭůűųŵýÿŷźżž"
	bare     = "aaaaaaaaacccccdeeeeeeeeegggghiiiiiiiijklllnnnnoooooooorrrssssttuuuuuuuuuuwyyyzzz"
)

func jsonNumbers(ns []int64) string {
	b, err := json.Marshal(ns)
	if err != nil {
		return "[]" // cannot be: numbers always marshal
	}
	return string(b)
}
