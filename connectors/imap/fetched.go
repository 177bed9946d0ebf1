package imap

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A fetched is one FETCH response. Its bytes are good until the next one is read.
type fetched struct {
	uid      uint32
	bits     flagBit
	flags    bool // FLAGS was there
	received time.Time
	size     int64
	leaves   []leaf // of the structure, where known
	known    bool
	sections []section
}

// A section is BODY[…]: what is "HEADER", "TEXT" or "" for a part itself. Body is nil where the server
// says NIL.
type section struct {
	path []int
	what string
	body []byte
}

// readFetch takes a response apart. It is as lenient as a bounded reader can be: items that nobody
// asked for are passed over, spaces may be more than one. What makes no sense is errProtocol.
//
// It fills f, whose slices are used again.
func readFetch(f *fetched, b []byte, literals []span) error {
	t := tokens{b: b, literals: literals}
	*f = fetched{leaves: f.leaves[:0], sections: f.sections[:0]}
	t.eat('*')
	t.space()
	t.atom() // the number
	t.space()
	t.atom() // FETCH
	t.space()
	if !t.eat('(') {
		return t.bad("no list of items")
	}
	for t.space(); !t.eat(')'); t.space() {
		name := t.atom()
		if len(name) == 0 {
			return t.bad("an item without a name")
		}
		if err := t.item(f, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *tokens) item(f *fetched, name []byte) error {
	is := func(s string) bool { return bytes.EqualFold(name, []byte(s)) }
	switch {
	case is("BODY") && t.peek() == '[':
		return t.section(f)
	case is("BODY"), is("BODYSTRUCTURE"):
		t.space()
		f.known = true
		if !t.structure(nil, &f.leaves) {
			return t.bad("a structure that is none")
		}
		return nil
	case is("UID"):
		n, ok := t.number()
		if f.uid = uint32(n); !ok || n <= 0 || n > 1<<32-1 {
			return t.bad("no UID")
		}
		return nil
	case is("FLAGS"):
		f.flags = true
		return t.flags(f)
	case is("INTERNALDATE"):
		t.space()
		s, ok := t.text()
		if !ok {
			return t.bad("no date")
		}
		f.received, _ = time.Parse("_2-Jan-2006 15:04:05 -0700", string(s)) // without one the message has its own
		return nil
	case is("RFC822.SIZE"):
		n, ok := t.number()
		if f.size = n; !ok {
			return t.bad("no size")
		}
		return nil
	}
	if t.peek() == '[' { // BINARY[1]<0>
		t.until(' ')
	}
	t.space()
	if !t.skip() {
		return t.bad("an item without a value")
	}
	return nil
}

func (t *tokens) flags(f *fetched) error {
	t.space()
	if !t.eat('(') {
		return t.bad("no flags")
	}
	for t.space(); !t.eat(')'); t.space() {
		a := t.atomUpTo("")
		if len(a) == 0 {
			return t.bad("flags that are none")
		}
		f.bits |= flagNamed(a)
	}
	return nil
}

// section reads what follows BODY: "[1.2.TEXT]<0> {5}…".
func (t *tokens) section(f *fetched) error {
	t.eat('[')
	var s section
	for c := t.peek(); c >= '0' && c <= '9' && len(s.path) < maxDepth+1; c = t.peek() {
		n := 0
		for c := t.peek(); c >= '0' && c <= '9' && n < 1e6; c = t.peek() {
			n = n*10 + int(c-'0')
			t.at++
		}
		s.path = append(s.path, n)
		t.eat('.')
	}
	what := t.atomUpTo("] ")
	switch {
	case len(what) >= 6 && bytes.EqualFold(what[:6], []byte("HEADER")):
		s.what = "HEADER"
	case bytes.EqualFold(what, []byte("TEXT")):
		s.what = "TEXT"
	default:
		s.what = strings.ToUpper(string(what))
	}
	if t.space(); t.peek() == '(' && !t.skip() {
		return t.bad("a section that is none")
	}
	if !t.eat(']') {
		return t.bad("a section without an end")
	}
	if t.eat('<') {
		t.until('>')
		t.eat('>')
	}
	t.space()
	body, ok := t.text()
	if !ok {
		return t.bad("a section without a value")
	}
	if s.body = body; body != nil {
		f.sections = append(f.sections, s)
	} else if len(s.path) == 0 {
		f.sections = append(f.sections, section{what: s.what})
	}
	return nil
}

// tokens reads a response. Its methods that fail leave it where nothing more can be read.
type tokens struct {
	b        []byte
	at       int
	literals []span
}

func (t *tokens) bad(what string) error {
	return fmt.Errorf("%w: %s in a message's answer", errProtocol, what)
}

// peek is the next byte, 0 at the end.
func (t *tokens) peek() byte {
	if t.at < len(t.b) {
		return t.b[t.at]
	}
	return 0
}

func (t *tokens) eat(c byte) bool {
	if t.peek() != c {
		return false
	}
	t.at++
	return true
}

func (t *tokens) space() {
	for t.at < len(t.b) && (t.b[t.at] == ' ' || t.b[t.at] == '\r' || t.b[t.at] == '\n') {
		t.at++
	}
}

func (t *tokens) until(c byte) {
	for t.at < len(t.b) && t.b[t.at] != c {
		t.at++
	}
}

// atom is a word, without what begins or ends a value; empty if there is none.
func (t *tokens) atom() []byte { return t.atomUpTo("[") }

func (t *tokens) atomUpTo(ends string) []byte {
	from := t.at
	for t.at < len(t.b) {
		c := t.b[t.at]
		if c <= ' ' || c == '(' || c == ')' || c == '"' || c == '{' || strings.IndexByte(ends, c) >= 0 {
			break
		}
		t.at++
	}
	return t.b[from:t.at]
}

func (t *tokens) number() (int64, bool) {
	t.space()
	n, err := strconv.ParseInt(string(t.atom()), 10, 64)
	return n, err == nil
}

// text is a string, or nil for NIL. An atom counts as one: some servers forget the quotes.
func (t *tokens) text() ([]byte, bool) {
	switch t.peek() {
	case '"':
		return t.quoted()
	case '{', '~':
		t.until('\n')
		t.at++
		if len(t.literals) == 0 || t.literals[0].at != t.at {
			return nil, false
		}
		size := t.literals[0].size
		t.literals = t.literals[1:]
		from := t.at
		t.at += size
		return t.b[from:t.at:t.at], true
	}
	a := t.atom()
	if bytes.EqualFold(a, []byte("NIL")) {
		return nil, true
	}
	return a, len(a) > 0
}

func (t *tokens) quoted() ([]byte, bool) {
	t.at++
	from := t.at
	for t.at < len(t.b) {
		switch t.b[t.at] {
		case '"':
			t.at++
			return t.b[from : t.at-1 : t.at-1], true
		case '\\':
			return t.escaped(from)
		}
		t.at++
	}
	return nil, false
}

// escaped reads on in a quoted string that has a backslash in it.
func (t *tokens) escaped(from int) ([]byte, bool) {
	out := append([]byte(nil), t.b[from:t.at]...)
	for t.at < len(t.b) {
		c := t.b[t.at]
		t.at++
		switch {
		case c == '"':
			return out, true
		case c == '\\' && t.at < len(t.b):
			c = t.b[t.at]
			t.at++
		}
		out = append(out, c)
	}
	return nil, false
}

// skip passes over one value. The scanner has bounded how deep it is.
func (t *tokens) skip() bool {
	for depth := 0; ; {
		t.space()
		switch {
		case t.eat('('):
			depth++
		case depth > 0 && t.eat(')'):
			depth--
		default:
			if t.at >= len(t.b) {
				return false
			}
			from := t.at
			if _, ok := t.text(); !ok || t.at == from {
				if c := t.peek(); c != '[' && c != ']' {
					return false
				}
				t.at++
				continue
			}
		}
		if depth == 0 {
			return true
		}
	}
}
