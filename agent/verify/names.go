package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// fold makes texts comparable: lower case, one kind of quote, dash and space.
func fold(s string) string {
	s = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'", "–", "-", "—", "-", "−", "-",
		"\u00a0", " ", "\u202f", " ", "…", "...").Replace(s)
	return strings.Join(strings.Fields(strings.ToLower(s)), " ")
}

// words are the words of folded text, without the punctuation about them.
func words(s string) []string {
	out := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '&'
	})
	for i := range out {
		out[i] = strings.Trim(out[i], "'")
	}
	return slices.DeleteFunc(out, func(w string) bool { return w == "" })
}

// occurs says whether q stands in text, whole words, however either is set.
func occurs(text, q string) bool {
	text, q = fold(text), strings.Trim(fold(q), " \"")
	for from := 0; q != ""; {
		i := strings.Index(text[from:], q)
		if i < 0 {
			return false
		}
		i += from
		if boundary(text, i, q[0]) && boundaryAfter(text, i+len(q), q) {
			return true
		}
		from = i + 1
	}
	return false
}

func boundary(text string, i int, first byte) bool {
	return i == 0 || !wordByte(text[i-1]) || !wordByte(first)
}

func boundaryAfter(text string, i int, q string) bool {
	return i >= len(text) || !wordByte(text[i]) || !wordByte(q[len(q)-1])
}

// wordByte treats all of UTF-8 beyond ASCII as letters: enough to keep a quote from ending in the
// middle of one.
func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80
}

// names refuses a capitalised word that nothing cited knows. At the start of a sentence, where
// anything is capitalised, ordinary words pass.
func (s *support) names(text string) error {
	starts := true
	for _, f := range strings.Fields(text) {
		opened := strings.HasPrefix(f, "“") || strings.HasPrefix(f, `"`) || strings.HasPrefix(f, "‘") || strings.HasPrefix(f, "(")
		for _, w := range strings.FieldsFunc(f, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' && r != '&'
		}) {
			if !s.knows(w, starts || opened) {
				return fmt.Errorf("nothing cited names %q", w)
			}
			opened = false
			starts = false
		}
		starts = strings.HasSuffix(f, ".") || strings.HasSuffix(f, "!") || strings.HasSuffix(f, "?") || strings.HasSuffix(f, ":") ||
			strings.HasSuffix(f, "”") || strings.HasSuffix(f, ";")
	}
	return nil
}

func (s *support) knows(w string, starts bool) bool {
	low := strings.TrimSuffix(strings.Trim(fold(w), "'"), "'s")
	if strings.ContainsFunc(w, caseless) {
		return strings.Contains(s.text, low)
	}
	at := strings.IndexFunc(w, unicode.IsUpper)
	if at < 0 {
		return true
	}
	starts = starts && at == 0
	if s.words[low] || s.words[low+"'s"] || s.words[low+"s"] || low == "i" || weekday(low) >= 0 {
		return true
	}
	if n := monthNumber(low); n > 0 && s.inMonth(n) {
		return true
	}
	if strings.ContainsAny(low, "0123456789") { // a token of another kind
		return true
	}
	return starts && opener(low)
}

// caseless holds for letters of scripts that do not capitalise names, nor always part words: any of them
// may be in one.
func caseless(r rune) bool {
	return r > 0x7f && unicode.In(r, unicode.Lo, unicode.Lm) && r != 'ª' && r != 'º'
}

// figures refuses a figure in other digits than 0 to 9 (９, ٣, Ⅻ, ½) that nothing cited has: the tokens
// are read in these alone.
func (s *support) figures(text string) error {
	for _, f := range strings.Fields(fold(text)) {
		at := strings.IndexFunc(f, otherDigit)
		if at >= 0 && !strings.Contains(s.text, strings.Trim(f, ".,;:!?()\"'")) {
			return fmt.Errorf("nothing cited supports %q", f)
		}
	}
	return nil
}

func otherDigit(r rune) bool { return r > 0x7f && unicode.IsNumber(r) }

func (s *support) inMonth(month int) bool {
	return slices.ContainsFunc(s.toks, func(t token) bool {
		return slices.ContainsFunc(t.days, func(d int) bool { return int(time.Unix(int64(d)*86400, 0).UTC().Month()) == month })
	})
}

// opener holds for ordinary words that sentences of a brief begin with. A name is none of them.
func opener(w string) bool {
	switch w {
	case "a", "an", "the", "this", "that", "these", "those", "all", "both", "each", "every", "no", "nothing", "none", "one", "two", "three",
		"four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "first", "last", "next", "other", "more", "most", "only",
		"you", "your", "yours", "it", "its", "he", "she", "they", "we", "my", "our", "their", "his", "her", "who", "what", "when", "where", "why", "how",
		"in", "on", "at", "by", "for", "from", "to", "of", "off", "up", "with", "within", "without", "before", "after", "until", "since", "during", "between",
		"about", "against", "among", "as", "and", "or", "but", "so", "if", "while", "because", "then", "than", "also", "still", "yet", "not", "now",
		"is", "are", "was", "were", "be", "has", "have", "had", "do", "does", "did", "can", "could", "will", "would", "should", "may", "must",
		"there", "here", "today", "tomorrow", "yesterday", "tonight", "new", "old", "due", "overdue", "open", "free", "away", "back",
		"answer", "reply", "send", "read", "sign", "return", "review", "approve", "confirm", "decide", "tell", "call", "write", "check", "pay",
		"bring", "give", "ask", "get", "prepare", "take", "leave", "expect", "note", "see", "look", "accept", "decline", "waiting", "wait",
		"mail", "mails", "message", "meeting", "meetings", "event", "events", "invitation", "calendar", "market", "markets", "news", "weather",
		"rain", "storm", "wind", "sun", "dry", "cold", "hot", "warm", "alert", "warning", "clash", "conflict", "overlap", "deadline",
		"later", "earlier", "little", "nearly", "suspicious", "snow", "thunderstorms", "early", "late", "soon", "morning", "afternoon", "evening", "night", "noon", "monday", "tuesday", "wednesday",
		"thursday", "friday", "saturday", "sunday", "reported", "promised", "moved", "closed", "cancelled", "reminder", "attached",
		"possible", "likely", "unread", "nobody", "someone", "everything", "related", "worth", "top", "mine", "let", "please",
		"outside", "indoors", "travel", "umbrella", "otherwise", "elsewhere", "unknown", "unanswered", "thanks", "busy", "quiet", "price", "prices":
		return true
	}
	return false
}
