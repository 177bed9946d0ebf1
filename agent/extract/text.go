package extract

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

func fold(s string) string { return strings.Join(wordsOf(s), " ") }

// wordsOf are the words of s in lower case, without punctuation.
func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '&'
	})
}

// hasWords says whether the words of phrase stand in s, whole and in a row.
func hasWords(s, phrase string) bool {
	p := fold(phrase)
	return p != "" && strings.Contains(" "+fold(s)+" ", " "+p+" ")
}

// topical are the words that say what s is about: no short ones, none that any title could have.
func topical(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range wordsOf(s) {
		if len([]rune(w)) < 4 || common(w) {
			continue
		}
		out[stem(w)] = true
	}
	return out
}

func stem(w string) string {
	for _, end := range []string{"ies", "es", "s"} {
		if strings.HasSuffix(w, end) && len(w)-len(end) >= 4 {
			return strings.TrimSuffix(w, end)
		}
	}
	return w
}

func common(w string) bool {
	switch w {
	case "about", "after", "again", "before", "meeting", "meet", "call", "review", "with", "from", "your", "this", "that", "today", "tomorrow",
		"week", "weekly", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "sync", "chat", "lunch", "update",
		"draft", "question", "notes", "team", "please", "quick", "have", "will", "what", "when", "where", "more", "some", "into", "been", "papers",
		"morning", "date", "time", "para", "pour", "avec", "dans", "eine", "einen", "über", "reminder", "room", "work":
		return true
	}
	return false
}

func shared(a, b map[string]bool) []string {
	var out []string
	for w := range a {
		if b[w] {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return out
}

func count(text string) int { return len(strings.Fields(text)) }

// upper and lower change the first letter alone.
func upper(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func lower(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	r[0] = unicode.ToLower(r[0])
	return string(r)
}

// stop ends a sentence that has no end of its own.
func stop(s string) string {
	s = strings.TrimSpace(s)
	said := strings.TrimSuffix(s, "”") // an end inside the quotation marks is an end
	if s == "" || strings.HasSuffix(s, "…") || strings.HasSuffix(said, ".") || strings.HasSuffix(said, "!") || strings.HasSuffix(said, "?") {
		return s
	}
	return s + "."
}

// quoted sets s in quotation marks, those inside it turned to single ones.
func quoted(s string) string {
	return "“" + strings.NewReplacer("“", "‘", "”", "’", `"`, "'").Replace(strings.TrimSpace(s)) + "”"
}

// enumerate joins names as a sentence does.
func enumerate(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func numeral(n int) string {
	if n >= 2 && n <= 12 {
		return []string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}[n-2]
	}
	return itoa(n)
}
