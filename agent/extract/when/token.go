package when

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of token. A stop ends a sentence: no pattern reaches over it.
const (
	word = iota + 1
	digits
	punct
	opaque // an address of the web or of mail
	stop
)

// tok is a run of letters, a run of digits or one sign. low is lower case without accents. n is
// the value of at most four digits, else -1. glued says that no space precedes it.
type tok struct {
	low        string
	start, end int32
	sent       int32
	n          int16
	kind       uint8
	glued      bool
	caps       bool
	lead       bool // something of the grammar may begin here
}

// t is the token at i; outside of the text it is the zero token, which nothing matches.
func (p *reader) t(i int) tok {
	if i < 0 || i >= len(p.toks) {
		return tok{}
	}
	return p.toks[i]
}

func (p *reader) is(i int, lows ...string) bool {
	if i < 0 || i >= len(p.toks) || p.toks[i].kind == stop {
		return false
	}
	for _, l := range lows {
		if p.toks[i].low == l {
			return true
		}
	}
	return false
}

// seq says whether the words stand at i one after another.
func (p *reader) seq(i int, lows ...string) bool {
	for k, l := range lows {
		if !p.is(i+k, l) {
			return false
		}
	}
	return true
}

// skip is the place after i if one of the words stands there, else i.
func (p *reader) skip(i int, lows ...string) int {
	if p.is(i, lows...) {
		return i + 1
	}
	return i
}

// tokenize cuts the text, without quoted history, and notes each sentence's cues. It says whether
// words of a language that writes the day first were seen.
func (p *reader) tokenize() (foreign bool) {
	p.toks = make([]tok, 0, len(p.src)/5+8)
	own(p.src, func(start, end int) {
		p.cut(start, end)
		p.stop(end)
	})
	for i := range p.toks {
		switch t := &p.toks[i]; t.kind {
		case word:
			p.cues[t.sent] |= cueOf(t.low)
			foreign = foreign || dayFirstWord(t.low)
			t.lead = leads(t.low)
		case digits:
			t.lead = t.n >= 0
		}
	}
	return foreign
}

// cut adds the tokens of src[start:end].
func (p *reader) cut(start, end int) {
	s := p.src[:end]
	glued, chunk := false, 0
	for i := start; i < end; {
		c := s[i]
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			if c == '\n' && paragraph(s, i+1) {
				p.stop(i)
			}
			i++
			glued = false
			continue
		}
		if i >= chunk { // a new run of non-space: look once whether it is an address
			chunk = i + runLen(s[i:])
			if address(s[i:chunk]) {
				p.add(tok{kind: opaque, start: int32(i), end: int32(chunk), n: -1})
				i = chunk
				continue
			}
		}
		n := p.one(s, i, glued)
		i += n
		glued = true
	}
}

// one adds the token at i and returns its length.
func (p *reader) one(s string, i int, glued bool) int {
	c := s[i]
	if c >= '0' && c <= '9' {
		n := 1
		for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
			n++
		}
		p.add(tok{kind: digits, low: s[i : i+n], start: int32(i), end: int32(i + n), n: value(s[i : i+n]), glued: glued})
		return n
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	if unicode.IsLetter(r) {
		n := wordLen(s[i:])
		p.add(tok{kind: word, low: fold(s[i : i+n]), start: int32(i), end: int32(i + n), n: -1, glued: glued, caps: unicode.IsUpper(r)})
		return n
	}
	low := s[i : i+size]
	switch r {
	case '\u2018', '\u2019', '\u02bc', '`', '\u00b4':
		low = "'"
	case '\u2013', '\u2012', '\u2212', '\u2010', '\u2011':
		low = "-"
	case '\u00a0', '\u202f', '\u2009':
		return size // a space that keeps its neighbours on one line: 15 h 30
	}
	p.add(tok{kind: punct, low: low, start: int32(i), end: int32(i + size), n: -1, glued: glued})
	if (low == "." || low == "!" || low == "?") && p.endsSentence(s, i+size) {
		p.stop(i + size)
	}
	return size
}

func (p *reader) add(t tok) {
	t.sent = int32(len(p.cues) - 1)
	p.toks = append(p.toks, t)
}

func (p *reader) stop(at int) {
	if n := len(p.toks); n == 0 || p.toks[n-1].kind == stop {
		return
	}
	p.add(tok{kind: stop, start: int32(at), end: int32(at), n: -1})
	p.cues = append(p.cues, 0)
}

// endsSentence holds for a full stop before white space and a capital letter, but not after
// "5.", "p.m.", "Dec." or "no.": a date may go on there.
func (p *reader) endsSentence(s string, i int) bool {
	if i < len(s) && s[i] != ' ' && s[i] != '\n' && s[i] != '\r' && s[i] != '\t' {
		return false
	}
	last, before := p.t(len(p.toks)-1), p.t(len(p.toks)-2)
	if last.low != "." {
		return true
	}
	size := before.end - before.start
	if before.kind == digits && size <= 2 || before.kind == word && (size == 1 || abbreviation(before.low)) {
		return false
	}
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\r' || s[i] == '\t') {
		i++
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return i >= len(s) || !unicode.IsLower(r) && !unicode.IsDigit(r)
}

func abbreviation(w string) bool {
	if _, ok := month(w); ok && len(w) <= 4 {
		return true
	}
	_, ok := shortDay(w)
	return ok || w == "no" || w == "nr" || w == "approx" || w == "ca" || w == "vs" || w == "dr" || w == "mr" || w == "mrs"
}

// paragraph says whether the line at i is blank or begins a list entry.
func paragraph(s string, i int) bool {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	if i >= len(s) || s[i] == '\n' {
		return true
	}
	return (s[i] == '-' || s[i] == '*') && i+1 < len(s) && s[i+1] == ' ' || strings.HasPrefix(s[i:], "• ")
}

func runLen(s string) int {
	if i := strings.IndexAny(s, " \t\n\r"); i >= 0 {
		return i
	}
	return len(s)
}

// address holds for links and mail addresses, whose digits are no dates.
func address(s string) bool {
	if strings.Contains(s, "://") || strings.HasPrefix(s, "www.") {
		return true
	}
	i := strings.IndexByte(s, '@')
	return i > 0 && s[i-1] >= 'a' && s[i-1] <= 'z' && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' && strings.IndexByte(s[i:], '.') > 0
}

func wordLen(s string) int {
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) {
			return i
		}
	}
	return len(s)
}

func value(s string) int16 {
	if len(s) > 4 {
		return -1
	}
	v := int16(0)
	for i := range len(s) {
		v = v*10 + int16(s[i]-'0')
	}
	return v
}
