package imap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// What a server may send. The library's parser has no bounds of its own worth the name: 40 MiB of
// "(" overflow its stack, and on silence it waits for ever.
const (
	maxNesting  = 64       // of parentheses
	maxLiteral  = 32 << 20 // one literal; what is kept of it is less
	maxLine     = 4 << 20  // a response without its literals
	maxStatus   = 32 << 10 // a line of text for people, and a few numbers that take the library long
	maxResponse = 128 << 20
)

// errProtocol says that what the server sent is no IMAP, or more of it than anyone needs.
var errProtocol = errors.New("the server's answer cannot be read")

// errFlood says so too, and that asking once more would bring the same.
var errFlood = fmt.Errorf("%w: it does not end", errProtocol)

// errSilence says that the server let a wait run out.
var errSilence = errors.New("the server does not answer")

// A guard is a connection that reads every byte before the library does: it counts them, bounds
// nesting and literals, gives every wait a deadline, and keeps what the server says to people
// (ALERT, BYE), which the library drops.
type guard struct {
	net.Conn
	patience time.Duration // how long an answer may take to begin, and a write
	idle     time.Duration // how long what is left of an answer may take to go on
	pretend  []byte        // read before the connection: a greeting after STARTTLS

	scan scanner
	wire wire

	mu    sync.Mutex
	cause error // the first thing that went wrong here
	said  []string
	bye   string
}

// unread reads a connection before TLS: nothing behind what is asked for, since that belongs to the
// handshake.
type unread struct{ *guard }

func (u unread) Read(b []byte) (int, error) {
	n, err := u.wait(false, func() (int, error) { return u.Conn.Read(b) })
	for rest := b[:n]; len(rest) > 0; {
		k, _, bad := u.scan.look(rest, u.hear)
		if bad != nil {
			u.fail(bad)
			return 0, bad
		}
		rest = rest[k:]
	}
	return n, err
}

// Write sends to the server.
func (g *guard) Write(b []byte) (int, error) {
	return g.wait(false, func() (int, error) { return g.Conn.Write(b) })
}

// wait runs one read or write under the deadline; begun says that a part of the answer has come. A timer
// closes the connection rather than SetDeadline, which would need the wall clock.
func (g *guard) wait(begun bool, f func() (int, error)) (int, error) {
	limit, end := g.patience, fmt.Errorf("%w within %s", errSilence, g.patience)
	if begun {
		limit, end = g.idle, fmt.Errorf("%w any more: nothing came for %s", errSilence, g.idle)
	}
	t := time.AfterFunc(limit, func() { g.fail(end) })
	n, err := f()
	t.Stop()
	return n, err
}

// fail notes why the connection ends and ends it.
func (g *guard) fail(err error) {
	g.mu.Lock()
	if g.cause == nil {
		g.cause = err
	}
	g.mu.Unlock()
	_ = g.Close()
}

func (g *guard) why() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cause
}

// hear keeps what a status line says to people.
func (g *guard) hear(line string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	upper := strings.ToUpper(line)
	if _, text, ok := strings.Cut(line, "] "); ok && strings.Contains(upper, "[ALERT]") && len(g.said) < 3 {
		g.said = append(g.said, text)
	}
	if strings.HasPrefix(upper, "* BYE") {
		g.bye = strings.TrimSpace(line[len("* BYE"):])
	}
}

// alerts are what the server wants its user to read, raw.
func (g *guard) alerts() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.said...)
}

// forget drops what was heard so far: before TLS anyone may have said it.
func (g *guard) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.scan, g.said, g.bye = scanner{}, nil, ""
}

func (g *guard) farewell() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.bye
}

// The library sets deadlines of its own, none of them while it waits for an answer; the guard's hold.

// SetDeadline does nothing.
func (*guard) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (*guard) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (*guard) SetWriteDeadline(time.Time) error { return nil }

// A scanner follows the server's stream as closely as its bounds need: lines, literals, quoted
// strings, parentheses. Status lines ("* OK …", "a1 NO …", "+ …") are text, in which none of these
// means anything. Where it and the library could read a stream differently it ends the connection.
type scanner struct {
	total   int64
	literal int64 // bytes of a literal still to come
	line    int   // bytes of this response so far
	depth   int
	quoted  bool
	escaped bool
	head    []byte // the line's start, while it may matter
	words   int
	status  bool
	digits  int64 // of a literal's size
	brace   int   // 0; 1 inside "{123"; 2 after "}"
}

// maxHead is how much of a status line is kept: an ALERT is a sentence or two.
const maxHead = 1024

// fresh says that a response begins.
func (s *scanner) fresh() bool { return s.line == 0 && s.literal == 0 }

// look takes a piece of a literal, or bytes up to a line's end. n is how many it took; ended says that
// a response ended with them.
func (s *scanner) look(b []byte, hear func(string)) (n int, ended bool, err error) {
	if s.literal > 0 {
		n = int(min(s.literal, int64(len(b))))
		s.literal -= int64(n)
		return n, false, s.count(n)
	}
	line, whole := b, false
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		line, whole = b[:i], true
	}
	n = len(line)
	if whole {
		n++
	}
	if err := s.count(n); err != nil {
		return n, false, err
	}
	if s.line += n; s.line > maxLine {
		return n, false, fmt.Errorf("%w: a response of more than %d MiB", errProtocol, maxLine>>20)
	}
	if s.status && s.line > maxStatus {
		return n, false, fmt.Errorf("%w: a status of more than %d KiB", errProtocol, maxStatus>>10)
	}
	first := s.line == n
	for i, c := range line {
		if s.words >= 2 && !s.status && s.brace == 0 && s.dull(c) {
			continue
		}
		if err := s.step(c, first && i == 0); err != nil {
			return n, false, err
		}
	}
	if !whole {
		return n, false, nil
	}
	if err := s.endLine(hear); err != nil {
		return n, false, err
	}
	return n, s.fresh(), nil
}

func (s *scanner) count(n int) error {
	if s.total += int64(n); s.total > maxResponse {
		return fmt.Errorf("%w: more than %d MiB", errFlood, maxResponse>>20)
	}
	return nil
}

// dull says that c changes nothing: most of a line is letters, in quotes or out of them.
func (s *scanner) dull(c byte) bool {
	if s.quoted {
		return !s.escaped && c != '"' && c != '\\'
	}
	return c >= '*' && c < '{' || c == ' '
}

// step takes one byte of a line; first is the response's first.
func (s *scanner) step(c byte, first bool) error {
	if len(s.head) < maxHead && (s.status || s.words < 2) {
		s.head = append(s.head, c)
	}
	if s.words < 2 && !s.status && (c == ' ' || c == '+' && first) {
		s.words++
		s.status = c == '+' || s.words == 2 && statusLine(s.head)
	}
	if s.status {
		return nil
	}
	switch {
	case s.quoted:
		switch {
		case s.escaped:
			s.escaped = false
		case c == '\\':
			s.escaped = true
		case c == '"':
			s.quoted = false
		}
		return nil
	case c == '"':
		s.quoted = true
	case c == '(':
		if s.depth++; s.depth > maxNesting {
			return fmt.Errorf("%w: lists nested more than %d deep", errProtocol, maxNesting)
		}
	case c == ')':
		s.depth = max(0, s.depth-1)
	}
	switch {
	case c == '{':
		s.brace, s.digits = 1, 0
	case s.brace == 1 && c >= '0' && c <= '9':
		if s.digits = s.digits*10 + int64(c-'0'); s.digits > maxLiteral {
			return fmt.Errorf("%w: a literal of more than %d MiB", errProtocol, maxLiteral>>20)
		}
	case s.brace == 1 && c == '}':
		s.brace = 2
	case s.brace == 2 && (c == '\r' || c == ' '):
	default:
		s.brace = 0
	}
	return nil
}

// endLine ends a line: a literal follows, or a new response.
func (s *scanner) endLine(hear func(string)) error {
	if s.quoted {
		return fmt.Errorf("%w: a line ends inside a quoted string", errProtocol)
	}
	if s.brace == 2 && !s.status {
		s.literal, s.brace = s.digits, 0
		return nil // an empty one: the line goes on
	}
	if !s.status && statusLine(append(s.head, ' ')) {
		s.status = true // "* BYE" without a text
	}
	if s.status && len(s.head) > 0 {
		hear(string(bytes.TrimRight(s.head, "\r")))
	}
	*s = scanner{total: s.total, head: s.head[:0]}
	return nil
}

// statusLine says whether head, which ends with a space, begins a line of text for people.
func statusLine(head []byte) bool {
	f := bytes.Fields(head)
	if len(f) < 2 {
		return false
	}
	switch strings.ToUpper(string(f[1])) {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// readLine reads one line from conn, a byte at a time so that nothing behind it is read too: what
// comes after STARTTLS's answer belongs to the handshake.
func readLine(r io.Reader, limit int) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < limit {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, b[0])
	}
	return "", fmt.Errorf("%w: a line without end", errProtocol)
}
