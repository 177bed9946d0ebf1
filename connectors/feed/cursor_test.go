package feed

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestACursorComesBackAsItWas, whatever servers say in their validators, and is the same bytes again.
func TestACursorComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		marks := func() []byte {
			var s seen
			for range rapid.IntRange(0, 5).Draw(t, "entries") {
				s = append(s, mark{rapid.Uint64().Draw(t, "key"), rapid.Uint32().Draw(t, "sum"), rapid.Uint32().Draw(t, "at")})
			}
			if got := unpack(pack(s.encode())); got != s.encode() {
				t.Fatalf("%v came back as %s", s, got)
			}
			return pack(s.encode())
		}
		c := cursor{config: rapid.String().Draw(t, "config"), feeds: map[string]place{}}
		for range rapid.IntRange(0, 5).Draw(t, "feeds") {
			c.feeds[rapid.String().Draw(t, "name")] = place{etag: rapid.String().Draw(t, "etag"), last: rapid.String().Draw(t, "last"),
				sum: rapid.SliceOf(rapid.Byte()).Draw(t, "sum"), seen: marks(), left: rapid.SliceOf(rapid.Byte()).Draw(t, "left")}
		}
		token := c.encode()
		got := decodeCursor(token)
		if got.config != c.config || len(got.feeds) != len(c.feeds) || !bytes.Equal(got.encode(), token) {
			t.Fatalf("%+v came back as %+v", c, got)
		}
		for k, p := range c.feeds {
			if q := got.feeds[k]; q.etag != p.etag || q.last != p.last || !bytes.Equal(q.sum, p.sum) || !bytes.Equal(q.seen, p.seen) || !bytes.Equal(q.left, p.left) {
				t.Fatalf("%q: %+v came back as %+v", k, p, q)
			}
		}
	})
}

// FuzzCursor reads any token: what cannot be one is none, and what can is understood.
func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"Version":1}`))
	f.Add(cursor{config: "x", feeds: map[string]place{"a": {etag: `"1"`, sum: []byte{1}, seen: make([]byte, 13)}, "b": {}}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		c := decodeCursor(b)
		for _, p := range c.feeds {
			_ = decodeSeen(unpack(p.seen))
			_ = p.leftOut()
		}
		if again := decodeCursor(c.encode()); len(c.feeds) > 0 && !reflect.DeepEqual(again, c) {
			t.Errorf("%+v became %+v", c, again)
		}
	})
}
