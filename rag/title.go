package rag

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A title is what its words say: content words by their stems, those that name someone or
// something, the numbers, and which way it says things go.
type title struct {
	words   map[string]bool
	sorted  []string // the same words, for counting what two titles share
	names   map[string]bool
	numbers map[string]bool
	ways    map[string]string // of an axis ("price"), the end ("up")
	generic bool              // a title that every issue of a column has
	text    string            // folded, for plain equality
}

// readTitle takes a title apart. site are the words of the feed's or host's name, taken off its end.
func readTitle(x *lexicon, s string, site map[string]bool) title {
	t := title{words: map[string]bool{}, names: map[string]bool{}, numbers: map[string]bool{}, ways: map[string]string{}}
	t.generic = x.generic.MatchString(strings.TrimSpace(s))
	for {
		was := s
		s = x.prefix.ReplaceAllString(s, "")
		s = x.suffix.ReplaceAllString(s, "")
		if s == was {
			break
		}
	}
	if m := x.site.FindStringSubmatchIndex(s); m != nil && named(s[m[2]:m[3]], site) {
		s = s[:m[0]]
	}
	for _, n := range x.number.FindAllString(fold(s), -1) {
		t.numbers[strings.TrimRight(strings.ReplaceAll(n, ",", ""), ".")] = true
	}
	var folded []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !inWord(r) }) {
		w = strings.Trim(w, "'’.-")
		low := strings.TrimSuffix(strings.TrimSuffix(fold(w), "'s"), "’s")
		if low == "" {
			continue
		}
		folded = append(folded, low)
		if hasSpaceless(w) {
			pairs(low, t.words)
			continue
		}
		t.word(x, w, low)
	}
	t.text = strings.Join(folded, " ")
	t.sorted = slices.Sorted(maps.Keys(t.words))
	return t
}

func (t *title) word(x *lexicon, w, low string) {
	if way, ok := x.ways[low]; ok {
		axis, end, _ := strings.Cut(way, " ")
		t.ways[axis] = end
	}
	if x.stop[low] {
		return
	}
	key, known := x.same[low]
	alias, named := x.alias[low]
	switch {
	case named:
		key = alias
	case !known:
		key = stem(low)
	}
	t.words[key] = true
	r := []rune(w)
	if !known && !x.plain[low] && !x.plain[key] && (unicode.IsUpper(r[0]) || strings.ContainsFunc(w, unicode.IsNumber) || strings.ContainsFunc(string(r[1:]), unicode.IsUpper)) {
		t.names[key] = true
	}
}

// named says whether the end of a title is the name of where it stands.
func named(end string, site map[string]bool) bool {
	words := strings.Fields(fold(end))
	if len(words) == 0 || len(words) > 5 {
		return false
	}
	hit := 0
	for _, w := range words {
		if site[strings.Trim(w, ".,:")] || w == "news" || w == "blog" || w == "the" {
			hit++
		}
	}
	return hit*2 > len(words) || site[strings.Join(words, "")]
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '\'' || r == '’' || r == '.' || r == '-' || r == '+' || r == '#'
}

// fold is lower case without accents.
func fold(s string) string {
	s = strings.ToLower(s)
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return r
			}, norm.NFKD.String(s))
		}
	}
	return s
}

func hasSpaceless(s string) bool { return strings.ContainsFunc(s, spaceless) }

func spaceless(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// pairs are the words of a script without spaces.
func pairs(s string, into map[string]bool) {
	r := []rune(s)
	for i := range len(r) - 1 {
		into[string(r[i:i+2])] = true
	}
}

// stem takes off English endings, roughly: it only has to make the forms of one word alike.
func stem(w string) string {
	n := len(w)
	switch {
	case n > 4 && strings.HasSuffix(w, "ies"):
		return w[:n-3] + "y"
	case n > 6 && strings.HasSuffix(w, "ing"):
		w = undouble(w[:n-3])
	case n > 4 && strings.HasSuffix(w, "ed"):
		w = undouble(w[:n-2])
	case n > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		w = w[:n-1]
	}
	if len(w) > 3 {
		w = strings.TrimSuffix(w, "e")
	}
	return w
}

func undouble(w string) string {
	if n := len(w); n > 3 && w[n-1] == w[n-2] && w[n-1] != 'l' && w[n-1] != 's' {
		return w[:n-1]
	}
	return w
}
