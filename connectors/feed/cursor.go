package feed

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"

	"github.com/dailyminutes/minutes"
)

// cursorVersion is a token's first byte, and changes with what follows it: an older one then counts
// as none. A token that begins with a brace was JSON.
const cursorVersion = 4

// cursor is this source's part of a minutes.Cursor.
type cursor struct {
	config string // what the items were made with; another makes them anew
	feeds  map[string]place
}

// place is how far one feed was read: what makes the next GET conditional, the body's hash for
// servers that answer 200 all the same, what its entries said, and which of them were left out: they
// are left out as long as the body is the same.
type place struct {
	etag, last      string
	sum, seen, left []byte // seen is packed, left JSON
}

func (p place) empty() bool {
	return p.etag == "" && p.last == "" && len(p.sum) == 0 && len(p.seen) == 0 && len(p.left) == 0
}

// setAside remembers rejections in a place.
func setAside(rejected []minutes.Rejection) []byte {
	if len(rejected) == 0 {
		return nil
	}
	b, err := json.Marshal(rejected)
	if err != nil {
		return nil // strings: it cannot fail, and costs a line of `minutes sources`
	}
	return b
}

// leftOut is what setAside remembered.
func (p place) leftOut() []minutes.Rejection {
	var rejected []minutes.Rejection
	if len(p.left) == 0 || json.Unmarshal(p.left, &rejected) != nil {
		return nil
	}
	return rejected
}

// encode makes a token: of the same places the same bytes. In most runs nearly all feeds are as they
// were, and their marks, which are nearly all of it, are copied as they came.
func (c cursor) encode() []byte {
	size := 64 + len(c.config)
	for k, p := range c.feeds {
		size += len(k) + len(p.etag) + len(p.last) + len(p.sum) + len(p.seen) + len(p.left) + 20
	}
	b := append(make([]byte, 0, size), cursorVersion)
	put := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	put(c.config)
	for _, k := range slices.Sorted(maps.Keys(c.feeds)) {
		p := c.feeds[k]
		put(k)
		put(p.etag)
		put(p.last)
		put(string(p.sum))
		b = append(binary.AppendUvarint(b, uint64(len(p.seen))), p.seen...)
		b = append(binary.AppendUvarint(b, uint64(len(p.left))), p.left...)
	}
	return b
}

// decodeCursor reads what encode wrote; what cannot be read costs one full fetch. Its slices are the
// token's.
func decodeCursor(b []byte) cursor {
	if len(b) == 0 || b[0] != cursorVersion {
		return cursor{}
	}
	b = b[1:]
	ok := true
	take := func() []byte {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			b, ok = nil, false
			return nil
		}
		field := b[k : k+int(n) : k+int(n)]
		b = b[k+int(n):]
		return field
	}
	c := cursor{config: string(take()), feeds: map[string]place{}}
	for len(b) > 0 {
		k := string(take())
		c.feeds[k] = place{etag: string(take()), last: string(take()), sum: take(), seen: take(), left: take()}
	}
	if !ok {
		return cursor{}
	}
	return c
}
