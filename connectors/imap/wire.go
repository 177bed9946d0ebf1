package imap

import (
	"bytes"
	"fmt"
)

const (
	wireBuffer = 64 << 10
	// maxFetch bounds one FETCH response as far as it is kept: a structure and what was asked for.
	maxFetch = 8 << 20
	// maxFetches bounds how many there are: of small ones the time is more than the bytes.
	maxFetches = 200_000
	// What the library reads is bounded more closely: it keeps it all, and some of it takes it long.
	maxSaid     = 16 << 20
	maxSaidLine = 1 << 20
)

// A span is where a literal stands in what was kept of a response; of a longer one the rest is dropped.
type span struct{ at, size int }

// A wire sorts the server's stream: FETCH responses, which are nearly all of it, and what SEARCH found
// go to their own readers, whole; the library gets the rest. It would read them token by token, at many
// times the cost.
type wire struct {
	buf      []byte
	at, end  int // what is not yet sorted
	pass     int // of it, how much the library may have
	said     int // of all that was sorted, how much the library had
	keeping  response
	fetches  int
	kept     []byte // the response under way that it does not get
	literals []span
	read     fetched
	deliver  func(*fetched)     // called from the library's reading goroutine; nil drops them
	found    func([]byte) error // the same for what SEARCH found
	pause    func()             // called before it waits for the server
}

// A response is what the server's stream is sorted by.
type response int

const (
	other response = iota // the library's
	fetchResponse
	searchResponse
)

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
		if err := g.why(); err != nil {
			return 0, err // over: what is still here came after what was refused
		}
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
	begun := w.end > 0 || !g.scan.fresh()
	n, err := g.wait(begun, func() (int, error) { return g.Conn.Read(w.buf[w.end:]) })
	if w.end += n; n > 0 {
		return nil // what ended the stream will be said again
	}
	return err
}

// sort looks at a line or at a piece of a literal.
func (g *guard) sort() error {
	w := &g.wire
	if g.scan.fresh() {
		is, sure := responseOf(w.buf[w.at:w.end])
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
	if w.keeping == other {
		if w.said += n; w.said > maxSaid || g.scan.line > maxSaidLine {
			return fmt.Errorf("%w: more than %d MiB of what nobody asked for", errProtocol, min(w.said, maxSaid)>>20)
		}
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
	err = w.hand()
	w.kept, w.literals = w.kept[:0], w.literals[:0]
	return err
}

// hand gives a whole response to its reader.
func (w *wire) hand() error {
	if w.keeping == searchResponse {
		if w.found == nil {
			return nil
		}
		return w.found(w.kept)
	}
	if w.fetches++; w.fetches > maxFetches {
		return fmt.Errorf("%w: more than %d answers about messages", errFlood, maxFetches)
	}
	err := readFetch(&w.read, w.kept, w.literals)
	if err == nil && w.deliver != nil {
		w.deliver(&w.read)
	}
	return err
}

// responseOf says what begins here: "* 12 FETCH …", "* SEARCH …" or another. sure is false where more
// of it must be seen.
func responseOf(b []byte) (is response, sure bool) {
	if len(b) < 2 {
		return other, len(b) == 1 && b[0] != '*'
	}
	if b[0] != '*' || b[1] != ' ' {
		return other, true
	}
	i := 2
	for i < len(b) && i < 14 && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	if i > 2 || i == len(b) {
		return begins(b[i:], fetchResponse, " FETCH ")
	}
	for _, word := range []string{"SEARCH ", "SEARCH\r", "SEARCH\n", "ESEARCH "} {
		if is, sure := begins(b[i:], searchResponse, word); is != other || !sure {
			return is, sure
		}
	}
	return other, true
}

func begins(b []byte, is response, word string) (response, bool) {
	n := min(len(b), len(word))
	if !bytes.EqualFold(b[:n], []byte(word)[:n]) {
		return other, true
	}
	if n < len(word) {
		return other, false
	}
	return is, true
}
