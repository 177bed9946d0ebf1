package imap

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// decodeCharset turns b into UTF-8. A charset that is unknown, unnamed or contradicted by the
// bytes is read as UTF-8 where that is valid and as windows-1252 otherwise, so it always answers.
func decodeCharset(name string, b []byte) string {
	name = charsetName(name)
	switch name {
	case "", "us-ascii", "ascii", "utf-8", "unknown-8bit", "x-unknown", "8bit", "7bit", "binary", "default", "none":
		return guess(b)
	case "utf-7", "unicode-1-1-utf-7":
		return decodeUTF7(b)
	case "windows-1252":
		if ascii(b) {
			return string(b)
		}
		return windows1252(b)
	}
	if !bytes.ContainsRune(b, 0x1b) && ascii(b) && !strings.HasPrefix(name, "utf-") && name != "hz-gb-2312" {
		return string(b) // every other charset here is ASCII in its lower half
	}
	r, err := charset.Reader(name, bytes.NewReader(b))
	if err != nil {
		return guess(b)
	}
	out, err := io.ReadAll(r)
	if err != nil && len(out) == 0 {
		return guess(b)
	}
	return string(out)
}

// charsetName tidies the names that real mail gives and maps the misspelt ones. Latin-1 is read as
// its superset windows-1252, as every browser does.
func charsetName(s string) string {
	s = strings.ToLower(strings.Trim(s, " \t\"';,"))
	switch s {
	case "utf8", "utf-8-sig", "utf_8", "x-utf-8", "unicode-1-1-utf-8", "utf8mb4", "utf-8;":
		return "utf-8"
	case "latin1", "latin-1", "iso-8859-1", "iso8859-1", "iso_8859-1", "iso8859_1", "iso-8859-1-windows-3.1-latin-1",
		"cp1252", "cp-1252", "windows1252", "ansi", "x-ansi", "win-1252", "iso 8859-1", "8859_1", "ansi_x3.4-1968":
		return "windows-1252"
	case "ks_c_5601-1987", "ks_c_5601", "ks_c_5601-1989", "ksc5601", "cp949", "ms949", "x-windows-949", "euckr":
		return "euc-kr"
	case "gb2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "ms936", "gb18030", "x-euc-cn", "euc-cn":
		return "gb18030" // a superset of the others
	case "cp932", "ms932", "x-sjis", "sjis", "shift-jis", "windows-31j", "ms_kanji":
		return "shift_jis"
	case "iso-2022-jp-ms", "cp50220", "cp50221", "iso-2022-jp-1", "iso-2022-jp-2":
		return "iso-2022-jp"
	case "cp950", "big5-hkscs", "x-x-big5":
		return "big5"
	case "koi8r":
		return "koi8-r"
	case "iso-8859-8-i", "iso-8859-8-e", "logical":
		return "iso-8859-8"
	case "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp-1250", "cp-1251":
		return "windows-" + s[len(s)-4:]
	case "windows1250", "windows1251", "windows1254", "win-1250", "win-1251":
		return "windows-" + s[len(s)-4:]
	case "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9":
		return "iso-8859-" + s[len(s)-1:]
	case "iso8859-15", "latin-9", "latin9":
		return "iso-8859-15"
	}
	return s
}

// guess reads b as UTF-8 if it is (a character cut at the end apart), else as windows-1252.
func guess(b []byte) string {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if utf8.Valid(b) {
		return string(b)
	}
	if cut := cutRune(b); utf8.Valid(cut) {
		return string(cut)
	}
	// A long text with a bad byte or two is UTF-8 still; Latin text has no valid multibyte at all.
	good, bad := 0, 0
	for i := 0; i < len(b) && i < 1<<16; {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	if good > 4*bad {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return windows1252(b)
}

// cutRune drops an unfinished character at the end.
func cutRune(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

func windows1252(b []byte) string {
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// decodeUTF7 reads RFC 2152, which golang.org/x/text does not know. Bad runs stay as they are.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		i := bytes.IndexByte(b, '+')
		if i < 0 {
			out.Write(b)
			break
		}
		out.Write(b[:i])
		b = b[i+1:]
		end := 0
		for end < len(b) && b[end] != '-' && base64Value(b[end]) >= 0 {
			end++
		}
		run, rest := b[:end], b[end:]
		if len(rest) > 0 && rest[0] == '-' {
			rest = rest[1:]
		}
		raw, err := base64.RawStdEncoding.DecodeString(string(run))
		switch {
		case end == 0:
			out.WriteByte('+')
		case err != nil && len(raw) < 2:
			out.WriteByte('+')
			out.Write(run)
		default:
			units := make([]uint16, len(raw)/2)
			for k := range units {
				units[k] = uint16(raw[2*k])<<8 | uint16(raw[2*k+1])
			}
			out.WriteString(string(utf16.Decode(units)))
		}
		b = rest
	}
	return strings.ToValidUTF8(out.String(), "\uFFFD")
}
