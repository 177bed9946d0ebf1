package imap

import (
	"strings"
	"unicode/utf8"
)

// decodeWords reads a header text: RFC 2047 words, also inside quotes, with spaces in them or cut in
// the middle of a character, and raw 8-bit bytes. charset is the body's, for the raw bytes.
//
// The standard library's WordDecoder decodes each word by itself, which breaks a character whose
// bytes are shared by two words; here neighbours of one charset are joined as bytes first.
func decodeWords(s, charset string) string {
	if !strings.Contains(s, "=?") {
		return rawText(s, charset)
	}
	var out strings.Builder
	var held []byte // decoded bytes of words not yet turned into text
	heldCharset := ""
	after := false // a word stands before
	flush := func() {
		if len(held) > 0 {
			out.WriteString(decodeCharset(heldCharset, held))
			held = held[:0]
		}
	}
	for {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, ok := cutWord(s[i:])
		if !ok {
			flush()
			out.WriteString(rawText(s[:i+2], charset))
			s, after = s[i+2:], false
			continue
		}
		if before := s[:i]; !after || strings.TrimSpace(before) != "" {
			flush()
			out.WriteString(rawText(before, charset))
		}
		if len(held) > 0 && !strings.EqualFold(heldCharset, w.charset) {
			flush()
		}
		heldCharset, after = w.charset, true
		held = append(held, w.data...)
		s = s[i+w.size:]
	}
	flush()
	out.WriteString(rawText(s, charset))
	return out.String()
}

// rawText is text outside encoded words: ASCII, UTF-8 (RFC 6532) or the body's charset.
func rawText(s, charset string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x1b$") {
		return s
	}
	return decodeCharset(charset, []byte(s))
}

type word struct {
	charset string
	data    []byte
	size    int // of the word in the header
}

// cutWord reads one "=?charset?q?text?=" at the start of s.
func cutWord(s string) (word, bool) {
	parts := strings.SplitN(s[2:min(len(s), 2048)], "?", 3)
	if len(parts) != 3 || parts[0] == "" || len(parts[0]) > 60 || len(parts[1]) != 1 {
		return word{}, false
	}
	end := strings.Index(parts[2], "?=")
	if end < 0 {
		return word{}, false
	}
	charset, _, _ := strings.Cut(parts[0], "*") // RFC 2231 language
	text := parts[2][:end]
	w := word{charset: charset, size: 2 + len(parts[0]) + 3 + end + 2}
	switch parts[1] {
	case "q", "Q":
		w.data = decodeQ(text)
	case "b", "B":
		w.data = decodeBase64([]byte(text))
	default:
		return word{}, false
	}
	return w, true
}

func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			out = append(out, ' ')
		case s[i] == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}
