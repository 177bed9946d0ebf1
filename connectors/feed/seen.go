package feed

import (
	"encoding/base64"
	"encoding/binary"
)

// mark is what is remembered of an entry: its name, what it said, and for one without a date when
// it was first seen.
type mark struct {
	key uint64
	sum uint32
	at  uint32 // seconds, 0 for an entry that has a date
}

const markSize = 16

// seen are the marks of one feed's entries. They travel in the cursor: what was brought and what
// was kept are one transaction.
type seen []mark

// encode packs the marks; a text, since it travels among facts and in JSON.
func (s seen) encode() string {
	b := make([]byte, 0, len(s)*markSize)
	for _, m := range s {
		b = binary.LittleEndian.AppendUint64(b, m.key)
		b = binary.LittleEndian.AppendUint32(b, m.sum)
		b = binary.LittleEndian.AppendUint32(b, m.at)
	}
	return base64.RawStdEncoding.EncodeToString(b)
}

// decodeSeen reads what encode wrote; a torn tail is forgotten.
func decodeSeen(s string) map[uint64]mark {
	b, _ := base64.RawStdEncoding.DecodeString(s)
	out := make(map[uint64]mark, len(b)/markSize)
	for ; len(b) >= markSize; b = b[markSize:] {
		m := mark{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])}
		out[m.key] = m
	}
	return out
}
