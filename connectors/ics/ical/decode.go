// Package ical reads the text of iCalendar (RFC 5545, 6868) as the world writes it: lines folded in
// the middle of a letter, parameters with stray quotes and colons, four encodings, three line
// ends. It copies nothing that it need not, gives no meaning to what it reads, and has no error
// for a whole file: what is no line of a calendar is passed over.
package ical

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// Decode makes one form of a file's bytes: no byte order mark, UTF-16 turned into UTF-8, lone CR
// into LF. Bytes that are not UTF-8 stay: a fold may split a letter, so only String can tell.
// The result shares memory with data where it can.
func Decode(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		data = wide(data[2:], 0)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		data = wide(data[2:], 1)
	case len(data) > 3 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0:
		data = wide(data, 0)
	case len(data) > 3 && data[0] == 0 && data[1] != 0 && data[2] == 0 && data[3] != 0:
		data = wide(data, 1)
	}
	if bytes.Count(data, []byte{'\r'}) != bytes.Count(data, []byte("\r\n")) {
		data = bytes.ReplaceAll(data, []byte("\r\r\n"), []byte("\r\n"))
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte{'\n'})
		data = bytes.ReplaceAll(data, []byte{'\r'}, []byte{'\n'})
	}
	return data
}

// wide reads UTF-16. low is the place of a unit's low byte: 0 for little endian, 1 for big.
func wide(b []byte, low int) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i+low]) | uint16(b[2*i+1-low])<<8
	}
	return []byte(string(utf16.Decode(units)))
}

// String is a value's text in UTF-8. Bytes that are not UTF-8 are read as Windows-1252, the
// superset of Latin-1 that old programs write, unless most of the letters are UTF-8 and a few are
// damaged.
func String(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	good, bad := 0, 0
	for s := b; len(s) > 0; {
		r, n := utf8.DecodeRune(s)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		s = s[n:]
	}
	if good >= bad {
		return string(bytes.ToValidUTF8(b, []byte("\uFFFD")))
	}
	out := make([]byte, 0, len(b)+bad)
	for _, c := range b {
		out = utf8.AppendRune(out, western(c))
	}
	return string(out)
}

// western is Windows-1252: Latin-1 but for 0x80 to 0x9f.
func western(c byte) rune {
	if c < 0x80 || c > 0x9f {
		return rune(c)
	}
	const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	i := c - 0x80
	for _, r := range high {
		if i == 0 {
			return r
		}
		i--
	}
	return utf8.RuneError
}
