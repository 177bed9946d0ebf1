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

// pack makes of what encode wrote what a cursor keeps: bytes, and no room for the times that nearly
// all entries do not have.
func pack(s string) []byte {
	b, _ := base64.RawStdEncoding.DecodeString(s)
	out := make([]byte, 0, len(b)*13/markSize)
	for ; len(b) >= markSize; b = b[markSize:] {
		out = append(out, b[:12]...)
		out = binary.AppendUvarint(out, uint64(binary.LittleEndian.Uint32(b[12:])))
	}
	return out
}

// unpack undoes pack; a torn tail is forgotten.
func unpack(b []byte) string {
	var s seen
	for len(b) > 12 {
		at, n := binary.Uvarint(b[12:])
		if n <= 0 || at > 1<<32-1 {
			break
		}
		s = append(s, mark{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:]), uint32(at)})
		b = b[12+n:]
	}
	return s.encode()
}
