package ics

import (
	"bytes"
	"testing"
)

// FuzzMemo reads any token: what cannot be one costs a full answer, and what can keeps its body or has
// none.
func FuzzMemo(f *testing.F) {
	m := memo{Address: "a", ETag: `"1"`, Made: "m", Seen: []sighting{{"event:a", 1, 2}}}
	m.keep([]byte(good))
	f.Add(m.token())
	f.Add([]byte("nonsense"))
	f.Add([]byte("\xfc\x3f\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, token []byte) {
		m := recall(token)
		if again := recall(m.token()); !bytes.Equal(again.body(), m.body()) || len(again.Seen) != len(m.Seen) {
			t.Errorf("%+v became %+v", m, again)
		}
	})
}
