package feed

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decode makes UTF-8 of b and takes its XML declaration away, which would say otherwise. The
// order is that of RFC 7303: byte order mark, HTTP, declaration, UTF-8; what is no UTF-8 then is
// read as windows-1252, byte by byte, so that one bad byte does not spoil the others.
func decode(b []byte, contentType string) string {
	enc, b := marked(b)
	if enc == nil {
		enc = labelled(b, contentType)
	}
	if enc != nil {
		if out, err := enc.NewDecoder().Bytes(b); err == nil {
			b = out
		}
	}
	return undeclared(valid(b))
}

// marked knows an encoding by its mark, or by the zeros beside a first "<" or "{".
func marked(b []byte) (encoding.Encoding, []byte) {
	le16, be16 := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	le32, be32 := utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	for _, m := range []struct {
		mark string
		enc  encoding.Encoding
	}{
		{"\xff\xfe\x00\x00", le32}, {"\x00\x00\xfe\xff", be32}, {"\xff\xfe", le16}, {"\xfe\xff", be16}, {"\xef\xbb\xbf", unicode.UTF8},
	} {
		if rest, ok := bytes.CutPrefix(b, []byte(m.mark)); ok {
			return m.enc, rest
		}
	}
	if len(b) < 4 {
		return nil, b
	}
	first := func(c byte) bool { return c == '<' || c == '{' }
	switch {
	case first(b[0]) && b[1] == 0 && b[2] == 0 && b[3] == 0:
		return le32, b
	case b[0] == 0 && b[1] == 0 && b[2] == 0 && first(b[3]):
		return be32, b
	case first(b[0]) && b[1] == 0:
		return le16, b
	case b[0] == 0 && first(b[1]):
		return be16, b
	}
	return nil, b
}

// labelled is the encoding that the server or the declaration names; nil is UTF-8, or none.
// Servers that say latin-1 of everything are not believed over bytes that are UTF-8.
func labelled(b []byte, contentType string) encoding.Encoding {
	for _, label := range []string{httpCharset(contentType), declared(b)} {
		if label == "" {
			continue
		}
		enc, name := charset.Lookup(label)
		if enc == nil || name == "utf-8" || strings.HasPrefix(name, "utf-16") {
			// In UTF-16 the declaration could not have been read as it was.
			if enc != nil {
				return nil
			}
			continue
		}
		if name == "windows-1252" && utf8.Valid(b) {
			return nil
		}
		return enc
	}
	return nil
}

func httpCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}

// declared is the encoding that an XML declaration names.
func declared(b []byte) string {
	head := b[:min(len(b), 512)]
	i := bytes.Index(head, []byte("<?xml"))
	if i < 0 {
		return ""
	}
	head = head[i:]
	if i = bytes.Index(head, []byte("?>")); i < 0 {
		return ""
	}
	_, rest, ok := bytes.Cut(head[:i], []byte("encoding"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	label, _, _ := bytes.Cut(rest[1:], rest[:1])
	return string(label)
}

// valid reads bytes that are no UTF-8 as windows-1252.
func valid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	out.Grow(len(b) + len(b)/8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(b[0])
		}
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String()
}

// undeclared is s without its XML declaration and what stands before it.
func undeclared(s string) string {
	i := strings.Index(s[:min(len(s), 512)], "<?xml ")
	if i < 0 {
		return s
	}
	if j := strings.Index(s[i:], "?>"); j >= 0 && j < 512 {
		return s[i+j+2:]
	}
	return s
}
