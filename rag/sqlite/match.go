package sqlite

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
)

// Bounds of what is taken of a search: a person types less, a pasted page does not stall.
const (
	maxQuery = 2000 // runes
	maxTerms = 32
)

// A term is one thing that a search asks for. Expr is its FTS5 expression, made here alone, with
// every word in quotes: nothing a user writes is an operator.
type term struct {
	expr   string
	plain  string // folded, to find it again in a text
	word   bool   // a single word, not a quoted phrase
	common bool   // so many items hold it that it tells them apart no more
}

// parse takes a search apart: words, "phrases", and runs of letters of scripts without spaces. The
// last word, unless it is ended by a space or stands in a long question, also finds words that
// begin with it.
func parse(text string) []term {
	s := minutes.Clean(text).String()
	if utf8.RuneCountInString(s) > maxQuery {
		s = string([]rune(s)[:maxQuery])
	}
	var out []term
	seen := map[string]bool{}
	add := func(ts ...term) {
		for _, t := range ts {
			if !seen[t.expr] && len(out) < maxTerms {
				seen[t.expr] = true
				out = append(out, t)
			}
		}
	}
	for i, piece := range strings.Split(s, `"`) {
		if i%2 == 1 {
			add(split(piece, false)...)
			continue
		}
		for _, w := range strings.Fields(piece) {
			add(split(w, true)...)
		}
	}
	if n := len(out); n > 0 && n < question && out[n-1].word && begins(s) && utf8.RuneCountInString(out[n-1].plain) > 1 {
		out[n-1].expr += " *"
	}
	return out
}

// question is from how many terms on a search is a question and not a filter.
const question = 5

// begins says whether s ends inside a word, or with the star that others write for that.
func begins(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(s, "*"))
	return wordRune(r) && !spaceless(r)
}

// wordRune holds for what the tokenizer makes words of.
func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.In(r, unicode.Co)
}

// split makes terms of a word or phrase: what is written without spaces goes to the pairs, the
// rest stays one phrase. What has no letter and no digit is nothing.
func split(s string, word bool) []term {
	var out []term
	rest := s
	if !ascii(s) {
		rest = strings.Map(func(r rune) rune {
			if spaceless(r) {
				return ' '
			}
			return r
		}, s)
		runs(s, func(run []rune) { out = append(out, term{expr: pairTerm(run), plain: fold(string(run))}) })
	}
	pieces := []string{rest}
	if len(out) > 0 {
		pieces = strings.Fields(rest)
	}
	for _, p := range pieces {
		if !strings.ContainsFunc(p, wordRune) {
			continue
		}
		single := word && strings.IndexFunc(strings.TrimFunc(p, notWord), notWord) < 0
		out = append(out, term{expr: quote(p), plain: fold(strings.TrimFunc(p, notWord)), word: single})
	}
	return out
}

func notWord(r rune) bool { return !wordRune(r) && !unicode.IsMark(r) }

// quote makes an FTS5 string: inside one only the quote itself means something.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// pairTerm finds a run as the phrase of its pairs, and a single character as the beginning of one.
func pairTerm(run []rune) string {
	if len(run) == 1 {
		return `cjk : ` + quote(string(run)) + ` *`
	}
	var b strings.Builder
	for i := range len(run) - 1 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(run[i : i+2]))
	}
	return `cjk : ` + quote(b.String())
}

// all asks for every term, some for any.
func all(ts []term) string { return join(ts, " AND ") }

func some(ts []term) string { return join(ts, " OR ") }

func join(ts []term, op string) string {
	parts := make([]string, len(ts))
	for i, t := range ts {
		parts[i] = "(" + t.expr + ")"
	}
	return strings.Join(parts, op)
}
