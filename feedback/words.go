package feedback

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
)

// text is what an item says of itself, as folded words in order.
type text struct{ words []string }

// border stands between the fields of an item: no phrase runs from the title into a tag.
const border = "\n"

// reader cuts texts into words, in one buffer: a text is good until the next read.
type reader struct{ words []string }

func (r *reader) read(it minutes.Item) text {
	r.words = split(r.words[:0], fold(it.Title.String()))
	for _, tag := range it.Tags {
		r.words = split(append(r.words, border), fold(tag))
	}
	r.words = split(append(r.words, border), fold(it.Author.String()))
	r.words = split(append(r.words, border), fold(it.Excerpt.String()))
	return text{r.words}
}

// fold is lower case without accents: Café, cafe and CAFÉ are one word.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r < 0x80 {
			b.WriteRune(unicode.ToLower(r))
			continue
		}
		if !unicode.Is(unicode.Mn, r) {
			b.WriteString(unaccented(unicode.ToLower(r)))
		}
	}
	return b.String()
}

// unaccented is a lower-case letter of the Latin languages without its accent.
func unaccented(r rune) string {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å', 'ā', 'ă', 'ą':
		return "a"
	case 'è', 'é', 'ê', 'ë', 'ē', 'ė', 'ę', 'ě':
		return "e"
	case 'ì', 'í', 'î', 'ï', 'ī', 'į', 'ı':
		return "i"
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'ō', 'ő':
		return "o"
	case 'ù', 'ú', 'û', 'ü', 'ū', 'ů', 'ű', 'ų':
		return "u"
	case 'ç', 'ć', 'č':
		return "c"
	case 'ñ', 'ń', 'ň':
		return "n"
	case 'š', 'ś', 'ş', 'ș':
		return "s"
	case 'ž', 'ź', 'ż':
		return "z"
	case 'ý', 'ÿ':
		return "y"
	case 'ł':
		return "l"
	case 'ř':
		return "r"
	case 'ť', 'ț':
		return "t"
	case 'ď', 'đ':
		return "d"
	case 'ğ':
		return "g"
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	}
	return string(r)
}

// split adds the words of folded text to words: runs of letters and digits, with + and # at their
// end, so that c++ and c# are words and a11y is one.
func split(words []string, s string) []string {
	start := -1
	for i := 0; i < len(s); {
		if b := s[i]; b >= 'a' && b <= 'z' { // most of all text
			if start < 0 {
				start = i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		at := i
		i += size
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if start < 0 {
				start = at
			}
			continue
		}
		if start >= 0 && (r == '+' || r == '#') {
			continue
		}
		if start >= 0 {
			words = append(words, s[start:at])
			start = -1
		}
	}
	if start >= 0 {
		words = append(words, s[start:])
	}
	return words
}

// phrases are terms to look for as whole words, by their first; begins has the first bytes of
// those, which spares most words a look into the map.
type phrases struct {
	by     map[string][]phrase
	begins [256]bool
	count  int
}

type phrase struct {
	words []string
	shown string
	order int
}

func (p *phrases) add(term string) {
	words := split(nil, fold(term))
	if len(words) == 0 {
		return
	}
	if p.by == nil {
		p.by = map[string][]phrase{}
	}
	p.by[words[0]] = append(p.by[words[0]], phrase{words, strings.TrimSpace(term), p.count})
	p.begins[words[0][0]] = true
	p.count++
}

// in is at most n of the phrases that the text holds, in the order they were added.
func (p *phrases) in(t text, n int) []string {
	if p.count == 0 {
		return nil
	}
	var found []phrase
	for i, w := range t.words {
		if !p.begins[w[0]] {
			continue
		}
		for _, ph := range p.by[w] {
			if holds(t.words[i:], ph.words) && !slices.ContainsFunc(found, func(f phrase) bool { return f.order == ph.order }) {
				found = append(found, ph)
			}
		}
	}
	slices.SortFunc(found, func(a, b phrase) int { return a.order - b.order })
	out := make([]string, 0, n)
	for _, ph := range found[:min(n, len(found))] {
		out = append(out, ph.shown)
	}
	return out
}

// holds says whether words begin with the phrase.
func holds(words, phrase []string) bool {
	return len(words) >= len(phrase) && slices.Equal(words[:len(phrase)], phrase)
}

// contains says whether the phrase stands anywhere among the words.
func contains(words, phrase []string) bool {
	for i := range words {
		if holds(words[i:], phrase) {
			return true
		}
	}
	return false
}
