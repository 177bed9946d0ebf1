package ics

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"io"
	"strings"

	"github.com/dailyminutes/minutes"
)

// A memo is what a source remembers from one fetch to the next. It is the cursor's token, so it is
// kept with the items it speaks of, and a crash loses both or neither. The body is in it because
// the window moves while the calendar stands still: "not modified" must be expandable too.
type memo struct {
	Address  string // sum of the URL
	ETag     string
	Modified string
	Sum      string // of the body
	Packed   []byte // the body, compressed
	Made     string // fingerprint of what the items were made from, where all of it could be read
	// Seen are the items brought, by id: how what began before the window is known to be gone, and
	// what is gone while another event cannot be read. A list, since gob writes maps in any order
	// and the same state should be the same token.
	Seen []sighting
}

// A sighting is an item that was brought, with its start and end.
type sighting struct {
	ID         string
	Start, End int64
}

// maxMemo caps what is read back: a calendar, and its ids.
const maxMemo = 4 * maxBytes

// recall reads a token. One that cannot be read costs one full answer.
func recall(token []byte) memo {
	var m memo
	if len(token) > 0 && gob.NewDecoder(io.LimitReader(bytes.NewReader(token), maxMemo)).Decode(&m) != nil {
		m = memo{}
	}
	return m
}

func (m *memo) token() []byte {
	var b bytes.Buffer
	if gob.NewEncoder(&b).Encode(m) != nil {
		return nil
	}
	return b.Bytes()
}

// keep remembers the body, packed anew only when it is another one.
func (m *memo) keep(body []byte) {
	if id := sum(body); m.Sum != id || m.Packed == nil {
		m.Sum, m.Packed = id, pack(body)
	}
}

func (m *memo) body() []byte {
	if m.Packed == nil {
		return nil
	}
	r, err := gzip.NewReader(bytes.NewReader(m.Packed))
	if err != nil {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil || sum(b) != m.Sum {
		return nil
	}
	return b
}

// forget makes the next request unconditional.
func (m *memo) forget() { m.ETag, m.Modified, m.Sum, m.Packed = "", "", "", nil }

func pack(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil
	}
	if _, err := w.Write(body); err != nil || w.Close() != nil {
		return nil
	}
	return b.Bytes()
}

// update notes what is here now and returns the ids that were here before and are gone: those in
// the window, unless their event was lost for a fault of its own or a part was not read at all.
func (m *memo) update(c collection, w window) (gone []string) {
	here := make(map[string]bool, len(c.items))
	now := make([]sighting, 0, len(c.items))
	for _, it := range c.items {
		here[it.ID] = true
		now = append(now, sighting{it.ID, it.Event.Start.Unix(), it.Event.End.Unix()})
	}
	for _, s := range m.Seen {
		over := s.End <= w.from.Unix() && s.Start < w.from.Unix()
		switch {
		case here[s.ID] || over || s.Start >= w.to.Unix():
		case !c.whole || c.lost[identOf(s.ID)]:
			now = append(now, s) // not known to be gone
		default:
			gone = append(gone, s.ID)
		}
	}
	m.Seen = now
	return gone
}

// identOf is the part of an id that the occurrences of an event share.
func identOf(id string) string {
	id, _, _ = strings.Cut(id, "-")
	return id
}

// A collection is what all documents held together.
type collection struct {
	items    []minutes.Item
	rejected []minutes.Rejection
	whole    bool            // every document was read to its end
	lost     map[string]bool // identities of events that could not be read
}
