package minutes

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe is text that cannot command a terminal: no control or escape characters, no bidirectional
// overrides, no invisible or tag characters, no towers of accents, valid UTF-8. The only way to
// make one is Clean (or a decoder, which cleans), so a function that takes Safe needs no check of
// its own. It may hold newlines and tabs.
type Safe struct{ s string }

// maxMarks bounds the combining marks after one character; real scripts need no more.
const maxMarks = 4

// Clean makes s safe to show, store and export. CR LF and lone CR become LF; what it drops, it
// drops silently; invalid bytes become U+FFFD. Cleaning twice changes nothing, and clean text without
// joiners and selectors is not copied. Characters that Unicode has yet to assign stay: they show as a
// box, and next year's emoji are among them.
func Clean(s string) Safe {
	if cleanTo(s, plainTo(s)) == len(s) {
		return Safe{s}
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	var c cleaner
	for _, r := range s {
		if breaks(r) {
			r = '\n'
		}
		keep, join := c.next(r)
		if join {
			b.WriteRune(zwj)
		}
		if keep {
			b.WriteRune(r)
		}
	}
	return Safe{b.String()}
}

// The joiners. Persian and the scripts of India need them inside words, families of emoji between
// their members; anywhere else they are invisible.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// A cleaner decides on one character after the other by what was kept before it.
type cleaner struct {
	last  rune // kept before; 0 at the beginning
	base  rune // the last that is no mark
	marks int
	waits bool // a joiner was held back: it is kept if an emoji follows
}

// next says whether r is kept, and whether the joiner held back is kept before it.
func (c *cleaner) next(r rune) (keep, join bool) {
	switch {
	case r == zwnj || r == zwj:
		if keep = joining(c.last); keep {
			c.last = r
		}
		c.waits = r == zwj && emoji(c.base)
		return keep, false
	case selects(r):
		if keep = c.selected(r); keep {
			c.last, c.waits = r, false
		}
		return keep, false
	case dropped(r):
		return false, false
	}
	marks := countMarks(c.marks, r)
	if marks > maxMarks || marks > 0 && !carries(c.base) {
		return false, false
	}
	join = c.waits && emoji(r)
	c.last, c.marks, c.waits = r, marks, false
	if marks == 0 {
		c.base = r
	}
	return true, join
}

// joining holds for scripts whose letters a joiner shapes: Arabic and its neighbours, those of India
// and of South-East Asia.
func joining(r rune) bool {
	return r >= 0x0600 && r <= 0x109f || r >= 0x1780 && r <= 0x18af || r >= 0x1b00 && r <= 0x1bff ||
		r >= 0xfb50 && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefc || r >= 0x11000 && r <= 0x11fff
}

// selects holds for what chooses another look of the character before it, and is seen nowhere else: a row
// of them can carry a hidden message.
func selects(r rune) bool { return r >= 0xfe00 && r <= 0xfe0f || r >= 0x180b && r <= 0x180f }

// selected says whether a selector has something to choose: between the two looks of an emoji, which
// keycaps and a few signs have as well, or of a Mongolian letter. It stands alone.
func (c *cleaner) selected(r rune) bool {
	if r < 0xfe00 {
		return c.last >= 0x1820 && c.last <= 0x18aa
	}
	return r >= 0xfe0e && c.last == c.base && (emoji(c.base) || c.base > 0 && strings.ContainsRune("0123456789#*©®‼⁉™ℹ〰〽㊗㊙", c.base))
}

// carries says whether a mark may stand on r: at the head of a text it would fall on what the program
// wrote before it.
func carries(r rune) bool { return r != 0 && !unicode.IsSpace(r) }

// emoji holds for what may be a member of a joined emoji.
func emoji(r rune) bool {
	return r >= 0x2190 && r <= 0x2bff || r >= 0x1f000 && r <= 0x1faff
}

// cleanTo is how many bytes of s need no change; the first from of them are plain.
func cleanTo(s string, from int) int {
	marks := 0
	for i, r := range s[from:] {
		if r >= ' ' && r < 0x7f {
			marks = 0
			continue
		}
		if r == utf8.RuneError || r == zwnj || r == zwj || selects(r) || breaks(r) || dropped(r) {
			return from + i
		}
		if marks = countMarks(marks, r); marks > maxMarks || marks == 1 && !carries(before(s, from+i)) {
			return from + i
		}
	}
	return len(s)
}

// before is the character that ends at s[:at], 0 if there is none.
func before(s string, at int) rune {
	if at == 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(s[:at])
	return r
}

// breaks holds for what ends a line in some program or other.
func breaks(r rune) bool {
	return r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// countMarks is how many combining marks stand after one character once r is read.
func countMarks(n int, r rune) int {
	switch {
	case r < 0x300: // no marks below, and most text is below
		return 0
	case unicode.In(r, unicode.Mn, unicode.Me):
		return n + 1
	}
	return 0
}

// CleanLine is Clean for text of one line: runs of white space become one space, ends are trimmed.
func CleanLine(s string) Safe { return Clean(s).Line() }

// plainTo is how many bytes of s are printable ASCII and line ends. It is run over every text that
// there is, so it looks at eight at a time where there are no line ends among them.
func plainTo(s string) int {
	for i := 0; i < len(s); {
		end := min(i+8, len(s))
		if end == i+8 && printable(s[i:end]) {
			i = end
			continue
		}
		for ; i < end; i++ {
			if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return i
			}
		}
	}
	return len(s)
}

// printable says that the eight bytes of s are ' ' to '~', by the carries of one subtraction each.
func printable(s string) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	del := x ^ 0x7f*ones
	return (x|(x-' '*ones)|(del-ones)&^del)&tops == 0
}

// dropped holds for characters that a reader cannot see and a terminal, or a reader's eye, may obey.
func dropped(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ', r >= 0x7f && r <= 0x9f: // C0, DEL, C1
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // bidi overrides, embeddings, isolates
		return true
	case r == 0x00ad, r == 0x034f, r == 0x061c, r == 0x180e, r == 0x200b, r == 0x200e, r == 0x200f,
		r >= 0x2060 && r <= 0x2065, r >= 0x206a && r <= 0x206f, r == 0xfeff, r == 0x3164, r == 0xffa0,
		r == 0x115f, r == 0x1160, r >= 0x17b4 && r <= 0x17b5, r >= 0x1bca0 && r <= 0x1bca3, r >= 0x1d173 && r <= 0x1d17a,
		r >= 0x13430 && r <= 0x1343f: // invisible
		return true
	case r >= 0xfff0 && r <= 0xfffb: // specials; U+FFFC and U+FFFD are visible
		return true
	case r >= 0xe0000 && r <= 0xe0fff: // tags and variation selectors supplement
		return true
	case r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef: // noncharacters
		return true
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000: // private use: a font decides what it looks like
		return true
	}
	return false
}

// String is the text itself.
func (t Safe) String() string { return t.s }

// Empty says whether there is nothing to read.
func (t Safe) Empty() bool { return strings.TrimSpace(t.s) == "" }

// Line is the text on one line, its white space collapsed.
func (t Safe) Line() Safe {
	s := t.s
	at := skipSpace(s, 0)
	from := at // of what is to be copied next
	var b strings.Builder
	for at < len(s) {
		if c := s[at]; c > ' ' && c < utf8.RuneSelf {
			at++
			continue
		} else if c == ' ' && at+1 < len(s) && s[at+1] > ' ' && s[at+1] < utf8.RuneSelf {
			at += 2 // one space: it stays as it is
			continue
		} else if spaceAt(s, at) == 0 {
			at++
			continue
		}
		end := at
		at = skipSpace(s, end)
		if at < len(s) && at == end+1 && s[end] == ' ' {
			continue // one space: it stays as it is
		}
		if at == len(s) && b.Len() == 0 {
			return Safe{s[from:end]}
		}
		if b.Len() == 0 {
			b.Grow(len(s) - from)
		}
		b.WriteString(s[from:end])
		if from = at; at < len(s) {
			b.WriteByte(' ')
		}
	}
	if b.Len() == 0 {
		return Safe{s[from:]}
	}
	b.WriteString(s[from:])
	return Safe{b.String()}
}

// skipSpace is where the white space at s[at:] ends.
func skipSpace(s string, at int) int {
	for at < len(s) {
		n := spaceAt(s, at)
		if n == 0 {
			break
		}
		at += n
	}
	return at
}

// spaceAt is the length of the white space character at s[at:], 0 if there is none.
func spaceAt(s string, at int) int {
	switch c := s[at]; {
	case c == ' ' || c >= '\t' && c <= '\r':
		return 1
	case c == 0xc2 || c >= 0xe1 && c <= 0xe3: // the others begin so
		if r, n := utf8.DecodeRuneInString(s[at:]); unicode.IsSpace(r) {
			return n
		}
	}
	return 0
}

// Cut is the text in at most n runes, ended by "…" where something was cut, at a word's end if
// one is near.
func (t Safe) Cut(n int) Safe {
	if n <= 0 {
		return Safe{}
	}
	if len(t.s) <= n {
		return t
	}
	s, runes := t.s, 0
	for i := range t.s {
		if runes++; runes == n { // the place of the ellipsis
			s = t.s[:i]
		}
		if runes > n {
			break
		}
	}
	if runes <= n {
		return t
	}
	if i := strings.LastIndexAny(s, " \n\t"); i > len(s)*2/3 {
		s = s[:i]
	}
	return Safe{strings.TrimRight(s, " \n\t,;:–-") + "…"}
}

// Join puts safe texts together with a separator.
func Join(sep string, texts ...Safe) Safe {
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i] = t.s
	}
	return Clean(strings.Join(parts, sep))
}

// MarshalText gives the text as it is.
func (t Safe) MarshalText() ([]byte, error) { return []byte(t.s), nil }

// UnmarshalText cleans what it reads: a row or a file from outside makes no unsafe Safe.
func (t *Safe) UnmarshalText(b []byte) error { *t = Clean(string(b)); return nil }

// MarshalJSON writes a JSON string.
func (t Safe) MarshalJSON() ([]byte, error) { return json.Marshal(t.s) }

// UnmarshalJSON cleans what it reads.
func (t *Safe) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Clean(s)
	return nil
}

// GobEncode serves the parse jail's frames.
func (t Safe) GobEncode() ([]byte, error) { return []byte(t.s), nil }

// GobDecode cleans what it reads.
func (t *Safe) GobDecode(b []byte) error { *t = Clean(string(b)); return nil }
