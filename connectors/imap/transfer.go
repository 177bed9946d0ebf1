package imap

import (
	"bytes"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding. It never fails: junk is skipped, a broken end
// ends the data, and a name it does not know leaves the bytes as they are.
func decodeTransfer(encoding string, b []byte) []byte {
	encoding, _, _ = strings.Cut(encoding, ";")
	switch strings.ToLower(strings.Trim(encoding, " \t\"'.")) {
	case "base64":
		if notBase64(b) {
			return b
		}
		return decodeBase64(b)
	case "quoted-printable", "quotedprintable", "quoted printable":
		return decodeQuoted(b)
	case "x-uuencode", "uuencode", "x-uue", "uue":
		if _, body, ok := cutUU(b); ok {
			return body
		}
	}
	return b
}

// base64Value is the six bits of c, or -1.
func base64Value(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return -1
}

// decodeBase64 reads whatever letters of the alphabet there are; padding ends a group, not the data,
// since some gateways join encoded pieces.
func decodeBase64(b []byte) []byte {
	out := make([]byte, 0, len(b)*3/4)
	acc, bits := 0, 0
	for _, c := range b {
		if c == '=' {
			acc, bits = 0, 0
			continue
		}
		v := base64Value(c)
		if v < 0 {
			continue
		}
		acc, bits = acc<<6|v, bits+6
		if bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
			acc &= 1<<bits - 1
		}
	}
	return out
}

// notBase64 says that a body declared base64 is plain text: it has words in it.
func notBase64(b []byte) bool {
	b = b[:min(len(b), 400)]
	odd := 0
	for _, c := range b {
		if base64Value(c) < 0 && c != '=' && c != '\r' && c != '\n' {
			odd++
		}
	}
	return odd > len(b)/20 && odd > 3
}

// decodeQuoted reads quoted-printable: hex in either case, a bare "=" for itself, soft breaks with
// spaces behind them.
func decodeQuoted(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '=')
		if i < 0 {
			return append(out, b...)
		}
		out = append(out, b[:i]...)
		b = b[i+1:]
		if len(b) >= 2 && unhex(b[0]) >= 0 && unhex(b[1]) >= 0 {
			out = append(out, byte(unhex(b[0])<<4|unhex(b[1])))
			b = b[2:]
			continue
		}
		j := 0
		for j < len(b) && (b[j] == ' ' || b[j] == '\t') {
			j++
		}
		switch {
		case j == len(b):
			return out // a soft break at the very end
		case b[j] == '\n':
			b = b[j+1:]
		case b[j] == '\r':
			b = bytes.TrimPrefix(b[j+1:], []byte("\n"))
		default:
			out = append(out, '=')
		}
	}
	return out
}

// cutUU finds a uuencoded file ("begin 644 name" … "end") and decodes it. Name is raw.
func cutUU(b []byte) (name string, data []byte, ok bool) {
	i := bytes.Index(b, []byte("begin "))
	if i < 0 || i > 0 && b[i-1] != '\n' {
		return "", nil, false
	}
	line, rest := cutLine(b[i:])
	mode, name, ok := strings.Cut(string(line[len("begin "):]), " ")
	if !ok || len(mode) < 3 || strings.Trim(mode, "01234567") != "" {
		return "", nil, false
	}
	for len(rest) > 0 {
		line, rest = cutLine(rest)
		if bytes.Equal(line, []byte("end")) {
			break
		}
		data = append(data, decodeUULine(line)...)
	}
	return name, data, true
}

func decodeUULine(line []byte) []byte {
	if len(line) == 0 {
		return nil
	}
	n := int(line[0]-' ') & 63
	out := make([]byte, 0, n+3)
	for g := line[1:]; len(g) >= 4 && len(out) < n; g = g[4:] {
		v := int(g[0]-' ')&63<<18 | int(g[1]-' ')&63<<12 | int(g[2]-' ')&63<<6 | int(g[3]-' ')&63
		out = append(out, byte(v>>16), byte(v>>8), byte(v))
	}
	return out[:min(n, len(out))]
}
