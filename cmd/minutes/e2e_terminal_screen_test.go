//go:build linux

package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// A mark is one thing in a stream to a terminal: a character, or a whole sequence. A strict reader takes
// 8-bit controls for what they are, and an unfinished sequence for one that eats the rest.
type mark struct {
	kind string // text, c0, c1, esc, csi, osc, string, bad
	text string
}

// marks takes a stream apart. With more to come, what is unfinished is given back.
func marks(b []byte, more bool) (out []mark, rest []byte) {
	for len(b) > 0 {
		m := mark{"text", ""}
		n := 1
		switch c := b[0]; {
		case c == 0x1b:
			m.kind, n = escape(b)
		case c < ' ' || c == 0x7f:
			m.kind = "c0"
		default:
			r, size := utf8.DecodeRune(b)
			switch n = size; {
			case r == utf8.RuneError && size == 1:
				if more && !utf8.FullRune(b) {
					return out, b
				}
				m.kind = "bad"
			case r >= 0x80 && r < 0xa0:
				m.kind = "c1"
			}
		}
		if n == 0 && more {
			return out, b
		} else if n == 0 {
			n = len(b)
		}
		m.text = string(b[:n])
		out, b = append(out, m), b[n:]
	}
	return out, nil
}

// escape is the kind and the length of the sequence at the head of b; 0 if it does not end.
func escape(b []byte) (kind string, n int) {
	if len(b) < 2 {
		return "esc", 0
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return "csi", i + 1
			} else if b[i] < 0x20 || b[i] > 0x3f {
				return "bad", i
			}
		}
		return "csi", 0
	case ']', 'P', '_', '^', 'X':
		kind = "string"
		if b[1] == ']' {
			kind = "osc"
		}
		for i := 2; i < len(b); i++ {
			if b[i] == 0x07 && kind == "osc" {
				return kind, i + 1
			} else if b[i] == 0x1b && i+1 < len(b) && b[i+1] == '\\' {
				return kind, i + 2
			}
		}
		return kind, 0
	}
	for i := 1; i < len(b); i++ {
		if b[i] >= 0x30 && b[i] <= 0x7e {
			return "esc", i + 1
		} else if b[i] < 0x20 || b[i] > 0x2f {
			return "bad", i
		}
	}
	return "esc", 0
}

// A screenful is a terminal's screen: what a person sees after all that was written. It knows what the
// program uses; the first thing that it does not know is kept in unknown.
type screenful struct {
	cells         [][]string
	x, y          int
	wrap          bool // the last column is written: the next character begins a line
	top, bottom   int  // the lines that scroll
	savedX, saved int
	last          string
	rest          []byte
	unknown       string
}

func newScreenful(rows, cols int) *screenful {
	s := &screenful{cells: make([][]string, rows), bottom: rows - 1}
	for i := range s.cells {
		s.cells[i] = make([]string, cols)
	}
	return s
}

func (s *screenful) rows() []string {
	out := make([]string, len(s.cells))
	for i, row := range s.cells {
		var b strings.Builder
		for x := 0; x < len(row); x++ {
			switch row[x] {
			case "":
				b.WriteByte(' ')
			case "\x00": // the right half of a wide character
			default:
				b.WriteString(row[x])
			}
		}
		out[i] = strings.TrimRight(b.String(), " ")
	}
	return out
}

func (s *screenful) write(b []byte) {
	all, rest := marks(append(s.rest, b...), true)
	s.rest = append([]byte(nil), rest...)
	for _, m := range all {
		switch m.kind {
		case "text":
			s.put(m.text)
		case "c0":
			s.control(m.text[0])
		case "csi":
			s.sequence(m.text)
		case "esc":
			s.simple(m.text)
		case "osc": // titles, links and questions move nothing
		default:
			s.strange(m)
		}
	}
}

func (s *screenful) strange(m mark) {
	if s.unknown == "" {
		s.unknown = fmt.Sprintf("%s %q", m.kind, m.text)
	}
}

func (s *screenful) put(c string) {
	w := ansi.StringWidth(c)
	if w == 0 { // it falls on the character before
		if x := s.x - 1; x >= 0 && !s.wrap {
			s.cells[s.y][x] += c
		} else if s.wrap {
			s.cells[s.y][s.x] += c
		}
		return
	}
	if s.wrap || s.x+w > len(s.cells[0]) {
		s.x, s.wrap = 0, false
		s.feed()
	}
	s.cells[s.y][s.x] = c
	if w == 2 {
		s.cells[s.y][s.x+1] = "\x00"
	}
	s.last = c
	if s.x += w; s.x == len(s.cells[0]) {
		s.x, s.wrap = s.x-1, true
	}
}

func (s *screenful) feed() {
	if s.y == s.bottom {
		s.scroll(s.top, 1)
	} else {
		s.y = min(s.y+1, len(s.cells)-1)
	}
}

// scroll moves the lines from the one to the bottom up by n, down if n is negative.
func (s *screenful) scroll(from, n int) {
	if from > s.bottom {
		return
	}
	for ; n > 0; n-- {
		copy(s.cells[from:s.bottom+1], s.cells[from+1:s.bottom+1])
		s.cells[s.bottom] = make([]string, len(s.cells[0]))
	}
	for ; n < 0; n++ {
		copy(s.cells[from+1:s.bottom+1], s.cells[from:s.bottom])
		s.cells[from] = make([]string, len(s.cells[0]))
	}
}

func (s *screenful) control(c byte) {
	s.wrap = false
	switch c {
	case '\r':
		s.x = 0
	case '\n':
		s.feed()
	case '\b':
		s.x = max(s.x-1, 0)
	case '\t':
		s.x = min(s.x/8*8+8, len(s.cells[0])-1)
	default:
		s.strange(mark{"c0", string(rune(c))})
	}
}

func (s *screenful) simple(seq string) {
	switch seq {
	case "\x1b7":
		s.savedX, s.saved = s.x, s.y
	case "\x1b8":
		s.x, s.y = s.savedX, s.saved
	case "\x1bM":
		if s.y == s.top {
			s.scroll(s.top, -1)
		} else {
			s.y = max(s.y-1, 0)
		}
	case "\x1b=", "\x1b>", "\x1b(B":
	default:
		s.strange(mark{"esc", seq})
	}
}

// numbers are the parameters of a sequence, with the first two at least.
func numbers(seq string) []int {
	out := []int{0, 0}
	for i, f := range strings.Split(strings.Trim(seq[2:len(seq)-1], "?>=<"), ";") {
		n, _ := strconv.Atoi(f)
		if i < 2 {
			out[i] = n
		} else {
			out = append(out, n)
		}
	}
	return out
}

func (s *screenful) sequence(seq string) {
	p := numbers(seq)
	n := min(max(p[0], 1), 1000)
	if seq[len(seq)-1] != 'm' {
		s.wrap = false
	}
	if c := seq[2]; c == '?' || c == '>' || c == '=' || c == '<' || strings.ContainsAny(seq, "$ !") {
		if strings.HasPrefix(seq, "\x1b[?1049") {
			s.erase(0, 0, len(s.cells)-1, len(s.cells[0]))
		}
		return // modes and questions
	}
	rows, cols := len(s.cells), len(s.cells[0])
	switch seq[len(seq)-1] {
	case 'm', 'c', 'n', 't', 'h', 'l', 'q':
	case 'A':
		s.y = max(s.y-n, 0)
	case 'B', 'e':
		s.y = min(s.y+n, rows-1)
	case 'C', 'a':
		s.x = min(s.x+n, cols-1)
	case 'D':
		s.x = max(s.x-n, 0)
	case 'E':
		s.x, s.y = 0, min(s.y+n, rows-1)
	case 'F':
		s.x, s.y = 0, max(s.y-n, 0)
	case 'G', '`':
		s.x = min(n, cols) - 1
	case 'd':
		s.y = min(n, rows) - 1
	case 'H', 'f':
		s.y, s.x = min(n, rows)-1, min(max(p[1], 1), cols)-1
	case 'r':
		end := rows
		if p[1] > 0 {
			end = min(p[1], rows)
		}
		if n < end {
			s.top, s.bottom, s.x, s.y = n-1, end-1, 0, 0
		}
	default:
		s.edit(seq, p[0], n)
	}
}

// edit is what changes cells.
func (s *screenful) edit(seq string, how, n int) {
	rows, cols := len(s.cells), len(s.cells[0])
	row := s.cells[s.y]
	switch seq[len(seq)-1] {
	case 'J':
		switch how {
		case 0:
			s.erase(s.y, s.x, rows-1, cols)
		case 1:
			s.erase(0, 0, s.y, s.x+1)
		default:
			s.erase(0, 0, rows-1, cols)
		}
	case 'K':
		s.erase(s.y, []int{s.x, 0, 0}[min(how, 2)], s.y, []int{cols, s.x + 1, cols}[min(how, 2)])
	case 'X':
		s.erase(s.y, s.x, s.y, min(s.x+n, cols))
	case 'P':
		n = min(n, cols-s.x)
		copy(row[s.x:], row[s.x+n:])
		clear(row[cols-n:])
	case '@':
		n = min(n, cols-s.x)
		copy(row[s.x+n:], row[s.x:])
		clear(row[s.x : s.x+n])
	case 'L':
		s.scroll(s.y, -n)
	case 'M':
		s.scroll(s.y, n)
	case 'S':
		s.scroll(s.top, n)
	case 'T':
		s.scroll(s.top, -n)
	case 'b':
		for range n {
			s.put(s.last)
		}
	case 'I':
		s.x = min(s.x/8*8+8*n, cols-1)
	case 'Z':
		s.x = max((s.x+7)/8*8-8*n, 0)
	default:
		s.strange(mark{"csi", seq})
	}
}

// erase empties the cells from one place to before another.
func (s *screenful) erase(y, x, toY, toX int) {
	for ; y <= toY; y++ {
		end := len(s.cells[y])
		if y == toY {
			end = toX
		}
		clear(s.cells[y][min(x, end):end])
		x = 0
	}
}

func TestAStreamIsTakenApartStrictly(t *testing.T) {
	for in, want := range map[string]string{
		"aé\n":                "text text c0",
		"\x1b[1;2Hx":          "csi text",
		"\x1b]8;;u\x1b\\x":    "osc text",
		"\x1b]0;t\x07x":       "osc text",
		"\x1b]52;c;never":     "osc",
		"\x1bPq\x1b\\\x1b_x":  "string string",
		"\u009b31m\x9b":       "c1 text text text bad",
		"\x1bc\x1b(B\x1b#8":   "esc esc esc",
		"\x1b[3\nx":           "bad c0 text",
		"\x1b\x1b[2J\x7f\x00": "bad csi c0 c0",
	} {
		var got []string
		all, _ := marks([]byte(in), false)
		for _, m := range all {
			got = append(got, m.kind)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %s, want %s", in, s, want)
		}
	}
	s := newScreenful(3, 8)
	s.write([]byte("one\r\ntwo 日本語\x1b[1;2HX\x1b[3;1Hlast\x1b[2;1H\x1b[1P\x1b[3;3H\x1b[K\x1b[1;4Hab\x1b[2b"))
	if got := strings.Join(s.rows(), "|"); got != "oXeabbb|wo 日本|la" || s.unknown != "" {
		t.Errorf("%q, unknown %q", got, s.unknown)
	}
}

// A mutant lets everything through: whatever comes, the screen draws on.
func TestTheScreenDrawsOn(t *testing.T) {
	for _, text := range append(attacks(), "\x1b[2;9H\x1b[99999999;3r\x1b[9L日日", "\x1b[9;2r\n\n\n\x1b[99999999999999999999b") {
		s := newScreenful(5, 9)
		s.write([]byte("\x1b[5;9H" + text))
		s.write([]byte(text + "\x1b[4;1H\x1b[Kstill"))
		if rows := s.rows(); len(rows) != 5 {
			t.Errorf("%q: %d rows", text, len(rows))
		}
	}
}
