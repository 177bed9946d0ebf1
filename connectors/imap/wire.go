package imap

import (
	"bytes"
	"fmt"
)

const (
	wireBuffer = 64 << 10
	// maxFetch bounds one FETCH response as far as it is kept: a structure and what was asked for.
	maxFetch = 8 << 20
)

// A span is where a literal stands in what was kept of a response; of a longer one the rest is dropped.
type span struct{ at, size int }

// A wire sorts the server's stream: FETCH responses, which are nearly all of it, go to their own
// reader, whole; the library gets the rest. It would read them token by token, at many times the cost.
type wire struct {
	buf      []byte
	at, end  int // what is not yet sorted
	pass     int // of it, how much the library may have
	keeping  bool
	kept     []byte // the FETCH response under way
	literals []span
	read     fetched
	deliver  func(*fetched) // called from the library's reading goroutine; nil drops them
	pause    func()         // called before it waits for the server
}

// Read answers with what the server sent, once it has been looked at: at most one response at a time,
// so that the library has understood all that came before when the next one is sorted.
func (g *guard) Read(b []byte) (int, error) {
	if len(g.pretend) > 0 {
		n := copy(b, g.pretend)
		g.pretend = g.pretend[n:]
		return n, nil
	}
	w := &g.wire
	for w.pass == 0 {
		if w.at == w.end {
			if err := g.more(); err != nil {
				return 0, err
			}
		}
		if err := g.sort(); err != nil {
			g.fail(err)
			return 0, err
		}
	}
	n := copy(b, w.buf[w.at:w.at+w.pass])
	w.at, w.pass = w.at+n, w.pass-n
	return n, nil
}

// more reads from the server behind what is not yet sorted.
func (g *guard) more() error {
	w := &g.wire
	if w.buf == nil {
		w.buf = make([]byte, wireBuffer)
	}
	w.end = copy(w.buf, w.buf[w.at:w.end])
	w.at = 0
	if w.pause != nil {
		w.pause()
	}
	n, err := g.wait(func() (int, error) { return g.Conn.Read(w.buf[w.end:]) })
	if w.end += n; n > 0 {
		return nil // what ended the stream will be said again
	}
	return err
}

// sort looks at a line or at a piece of a literal.
func (g *guard) sort() error {
	w := &g.wire
	if g.scan.fresh() {
		is, sure := isFetch(w.buf[w.at:w.end])
		if !sure {
			return g.more()
		}
		w.keeping = is
	}
	literal := g.scan.literal > 0
	n, ended, err := g.scan.look(w.buf[w.at:w.end], g.hear)
	if err != nil {
		return err
	}
	if !w.keeping {
		w.pass = n
		return nil
	}
	chunk := w.buf[w.at : w.at+n]
	w.at += n
	if literal {
		last := &w.literals[len(w.literals)-1]
		chunk = chunk[:min(len(chunk), maxKept-last.size)]
		last.size += len(chunk)
	}
	if w.kept = append(w.kept, chunk...); len(w.kept) > maxFetch {
		return fmt.Errorf("%w: more of one message than was asked for", errProtocol)
	}
	if !literal && !ended && chunk[len(chunk)-1] == '\n' {
		w.literals = append(w.literals, span{at: len(w.kept)})
	}
	if !ended {
		return nil
	}
	if err = readFetch(&w.read, w.kept, w.literals); err == nil && w.deliver != nil {
		w.deliver(&w.read)
	}
	w.kept, w.literals = w.kept[:0], w.literals[:0]
	return err
}

// isFetch says whether a response is "* 12 FETCH …". sure is false where more of it must be seen.
func isFetch(b []byte) (is, sure bool) {
	if len(b) < 2 {
		return false, len(b) == 1 && b[0] != '*'
	}
	if b[0] != '*' || b[1] != ' ' {
		return false, true
	}
	i := 2
	for i < len(b) && i < 14 && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	const word = " FETCH "
	rest := b[i:]
	if len(rest) < len(word) {
		return false, i == 2 && len(rest) > 0 || !bytes.EqualFold(rest, []byte(word)[:len(rest)])
	}
	return i > 2 && bytes.EqualFold(rest[:len(word)], []byte(word)), true
}
