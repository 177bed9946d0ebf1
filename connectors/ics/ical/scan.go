package ical

import "bytes"

// maxLine is what is kept of one unfolded line: a longer one is an attachment or an attack, and
// its beginning is enough to show.
const maxLine = 1 << 20

// A Scanner walks the content lines of a file that Decode has been over. Lines share memory with
// the file; only folded ones are copied, and only when Split asks for them.
type Scanner struct {
	data  []byte
	pos   int
	line  []byte // the logical line as it stands in the file, folds and all
	name  int    // length of the name at its front
	folds bool
	no    int // line number in the file, from 1
	next  int
	arena []byte
}

// NewScanner starts at the beginning of data.
func NewScanner(data []byte) *Scanner { return &Scanner{data: data, next: 1} }

// Next moves to the next line that has a name and a value. Others (empty, without a colon) are
// passed over.
func (s *Scanner) Next() bool {
	for s.pos < len(s.data) {
		s.read()
		if s.name = delimiter(s.line); s.name > 0 {
			if s.folds && bytes.IndexByte(s.line[:s.name], '\n') >= 0 {
				s.unfold() // a name that is folded itself
				s.name = max(delimiter(s.line), 0)
			}
			return true
		}
	}
	return false
}

// delimiter is where the name of a line ends, or -1. No name is longer than 256 bytes.
func delimiter(line []byte) int {
	for i, c := range line[:min(len(line), 256)] {
		if c == ':' || c == ';' {
			return i
		}
	}
	return -1
}

// read takes one logical line: a line and those after it that begin with a blank.
func (s *Scanner) read() {
	start := s.pos
	s.no, s.folds = s.next, false
	for {
		i := bytes.IndexByte(s.data[s.pos:], '\n')
		s.next++
		if i < 0 {
			s.line, s.pos = trimCR(s.data[start:]), len(s.data)
			return
		}
		end := s.pos + i
		s.pos = end + 1
		if s.pos == len(s.data) || s.data[s.pos] != ' ' && s.data[s.pos] != '\t' {
			s.line = trimCR(s.data[start:end])
			return
		}
		s.folds = true
	}
}

func trimCR(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		return b[:n-1]
	}
	return b
}

// Name is the name of the line's property, as written.
func (s *Scanner) Name() []byte { return trim(s.line[:s.name]) }

// Line is the number in the file of the line, from 1.
func (s *Scanner) Line() int { return s.no }

// Rest is what follows the name, unfolded: it begins with a colon or a semicolon. It stays valid.
func (s *Scanner) Rest() []byte {
	if s.folds {
		s.unfold()
	}
	return s.line[min(s.name, len(s.line)):]
}

// unfold copies the line without its folds into memory that stays.
func (s *Scanner) unfold() {
	in := s.line
	s.folds = false
	need := min(len(in), maxLine)
	if cap(s.arena)-len(s.arena) < need {
		s.arena = make([]byte, 0, max(need, 64<<10))
	}
	from := len(s.arena)
	for len(in) > 0 && len(s.arena)-from < maxLine {
		piece := in
		if i := bytes.IndexByte(in, '\n'); i >= 0 {
			piece, in = trimCR(in[:i]), in[min(i+2, len(in)):]
		} else {
			in = nil
		}
		piece = piece[:min(len(piece), need-(len(s.arena)-from))]
		s.arena = append(s.arena, piece...)
	}
	s.line = s.arena[from:len(s.arena):len(s.arena)]
}

// Split parts what follows a name into parameters and value at the first colon outside quotes.
// Where quotes do not close, it is the first colon at all.
func Split(rest []byte) (params, value []byte) {
	if len(rest) == 0 {
		return nil, nil
	}
	if rest[0] == ':' {
		return nil, rest[1:]
	}
	quoted := false
	for i, c := range rest {
		switch c {
		case '"':
			quoted = !quoted
		case ':':
			if !quoted {
				return rest[1:i], rest[i+1:]
			}
		}
	}
	if i := bytes.IndexByte(rest, ':'); i > 0 {
		return rest[1:i], rest[i+1:]
	}
	return nil, nil
}

// SplitTime is Split for values that are times. They hold no colon, so that a parameter may, even
// without quotes: TZID=(UTC+01:00) Berlin.
func SplitTime(rest []byte) (params, value []byte) {
	params, value = Split(rest)
	i := bytes.LastIndexByte(value, ':')
	if i < 0 || len(value) > 4 && value[4] == '-' && isDigit(value[0]) {
		return params, value
	}
	at := len(rest) - len(value) + i
	return rest[1:at], rest[at+1:]
}

// SplitAddress is Split for people: the value is what follows the colon before mailto:, whatever
// colons a name without quotes holds.
func SplitAddress(rest []byte) (params, value []byte) {
	for at := 0; ; {
		i := bytes.IndexByte(rest[at:], ':')
		if i < 0 {
			break
		}
		at += i + 1
		if len(rest)-at > 7 && bytes.EqualFold(rest[at:at+7], []byte("mailto:")) {
			// A quoted parameter (SENT-BY="mailto:…") ends with a quote before any colon.
			if j := bytes.IndexByte(rest[at:], '"'); j < 0 || bytes.IndexByte(rest[at+j:], ':') < 0 {
				return rest[min(1, at-1) : at-1], rest[at:]
			}
		}
	}
	return Split(rest)
}

// Param is the value of the first parameter called name (upper case) without its quotes, or nil.
// A value may hold semicolons without quotes, as long as no "x=" follows them.
func Param(params []byte, name string) []byte {
	for len(params) > 0 {
		end := paramEnd(params)
		p := params[:end]
		params = params[min(end+1, len(params)):]
		i := bytes.IndexByte(p, '=')
		if i < 0 || len(trim(p[:i])) != len(name) || !bytes.EqualFold(trim(p[:i]), []byte(name)) {
			continue
		}
		v := trim(p[i+1:])
		if len(v) > 1 && v[0] == '"' && bytes.IndexByte(v[1:], '"') == len(v)-2 {
			return v[1 : len(v)-1]
		}
		if bytes.IndexByte(v, '"') >= 0 {
			v = bytes.ReplaceAll(v, []byte{'"'}, nil)
		}
		return v
	}
	return nil
}

// paramEnd is where the first of params ends.
func paramEnd(params []byte) int {
	quoted := false
	for i, c := range params {
		switch c {
		case '"':
			quoted = !quoted
		case ';':
			if !quoted && named(params[i+1:]) {
				return i
			}
		}
	}
	if quoted { // a quote that does not close: the semicolons are what they look like
		if i := bytes.IndexByte(params, ';'); i >= 0 {
			return i
		}
	}
	return len(params)
}

// named says whether a parameter begins here: a name and "=".
func named(b []byte) bool {
	for i, c := range trim(b) {
		switch {
		case c == '=':
			return i > 0
		case c == ' ', c == '-', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', isDigit(c):
		default:
			return false
		}
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// trim drops blanks at both ends; bytes.TrimSpace would also know Unicode's, and is slower.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
