package verify

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A token is one checkable thing in a text. Where it can be read in several ways, all are in it:
// two tokens agree if they share a reading.
type token struct {
	kind string // link, date, time, number, code
	raw  string
	days []int     // days since 1970, of date
	mins []int     // minutes of the day, of time
	vals []float64 // of number
	unit string    // %, a currency, minute, hour, day, week or ""
	from string    // of a date in evidence: "sent" or "event" if a fact of those says it
	term string    // of a date in a claim: "due" after by, before and due, "sent" after asked and wrote
}

type patterns struct{ link, date, clock, number, count *regexp.Regexp }

const (
	months = `jan(?:uary|uar|vier)?|jänner|feb(?:ruary|ruar)?|février|mar(?:ch|zo)?|märz|mars|apr(?:il)?|avril|may|mai|mayo|june?|juni|juin|junio|july?|juli|juillet|julio|aug(?:ust)?|août|agosto|sep(?:t(?:ember|iembre)?)?|septembre|oct(?:ober|ubre|obre)?|oktober|okt|nov(?:ember|embre|iembre)?|dec(?:ember)?|dez(?:ember)?|décembre|diciembre|enero|febrero|abril|januari|februari|maart|mei|augustus`
	days   = `mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|zondag|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag`
	near   = `today|tonight|tomorrow|yesterday|heute|morgen|gestern|aujourd'hui|demain|hier|hoy|mañana|ayer|vandaag|this morning|this afternoon|this evening|eod|end of day|close of business|cob`
)

// compile is called once a process.
func compile() patterns {
	return patterns{
		link: regexp.MustCompile(`(?i)https?://[^\s<>"“”]+|www\.[^\s<>"“”]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[a-z][\w-]*(?:\.[\w-]+)*\.[a-z]{2,}\b`),
		date: regexp.MustCompile(`(?i)\b\d{4}-\d{2}-\d{2}\b` +
			`|(?:\b(?:` + days + `),? )?(?:the )?\b\d{1,2}(?:st|nd|rd|th|\.|er)? (?:of |de )?(?:` + months + `)\b\.?(?:,? \d{4}\b)?` +
			`|(?:\b(?:` + days + `),? )?\b(?:` + months + `)\.? \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4}\b)?` +
			`|\b\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?|\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b` +
			`|\b(?:` + days + `)\b|\b(?:` + near + `)\b|mañana`),
		clock: regexp.MustCompile(`(?i)\b\d{1,2}[:.]\d{2}(?::\d{2})?\s*(?:am|pm|a\.m\.|p\.m\.|uhr)?\b|\b\d{1,2}h\d{2}\b|\b\d{1,2}\s*(?:am|pm|a\.m\.|p\.m\.|uhr|h)\b|\b(?:noon|midday|lunchtime|mittag|midi|mediodía|midnight|minuit)\b`),
		number: regexp.MustCompile(`(?i)([€$£¥]\s?|\b(?:eur|usd|gbp|chf|jpy|gbx|aud|cad)\s)?([+\-−]?\d(?:[\d.,'’\x{a0}\x{202f}]*\d)?)` +
			`(\s?(?:million|millionen|millions|billion|milliarden|bn|mn)\b|k\b)?(\s?(?:%|percent|per cent|prozent|percentage points)|\s?[€$£¥](?:\s|$|[.,;:!?)])|\s(?:eur|euros?|usd|gbp|pounds?|dollars?|chf|jpy|gbx|aud|cad|cents?)\b|[- ](?:minutes?|mins?|hours?|days?|weeks?|stunden|tage|minuten)\b)?`),
		count: regexp.MustCompile(`(?i)\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b([- ](?:minutes?|hours?|days?|weeks?)\b)?`),
	}
}

// scan finds the tokens of text. loose reads what people write ("by 3", "10.30") in every way it
// may be meant: right for evidence, not for claims.
func scan(text string, ref time.Time, loose bool) []token {
	p := compiled()
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(text)
	var out []token
	take := func(re *regexp.Regexp, read func(raw string, at []int) (token, bool), keep bool) {
		b := []byte(text)
		for _, at := range re.FindAllStringSubmatchIndex(text, -1) {
			t, ok := read(text[at[0]:at[1]], at)
			if !ok {
				continue
			}
			t.raw = strings.TrimSpace(text[at[0]:at[1]])
			out = append(out, t)
			if !keep {
				for i := at[0]; i < at[1]; i++ {
					if b[i] != ' ' {
						b[i] = '\x01'
					}
				}
			}
		}
		text = string(b)
	}
	take(p.link, func(raw string, _ []int) (token, bool) { return token{kind: "link"}, strings.ContainsAny(raw, "./@") }, false)
	take(p.date, func(raw string, at []int) (token, bool) {
		if dottedHour(raw, text[:at[0]]) || loose && dayEnd(raw) && dayAfter().MatchString(text[at[1]:]) {
			return token{}, false
		}
		t, ok := readDate(raw, ref, loose)
		t.term = termBefore(text[:at[0]])
		return t, ok
	}, false)
	take(p.clock, func(raw string, _ []int) (token, bool) { return readClock(raw, loose) }, loose)
	undated := text
	out = append(out, codes(&text, loose)...)
	take(p.number, func(_ string, at []int) (token, bool) {
		group := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return text[at[2*i]:at[2*i+1]]
		}
		return readNumber(group(1), group(2), group(3), group(4), loose)
	}, false)
	take(p.count, func(_ string, at []int) (token, bool) {
		t := token{kind: "number", vals: []float64{float64(wordNumber(text[at[2]:at[3]]))}}
		if at[4] >= 0 {
			t.unit = unit(text[at[4]:at[5]])
		}
		return t, true
	}, false)
	if loose {
		out = append(out, bareHours(undated)...)
	}
	return out
}

// dayEnd holds for "end of day" and its like: alone it is the writer's day, before another day's
// name that day's.
func dayEnd(raw string) bool {
	return slices.Contains([]string{"eod", "end of day", "close of business", "cob"}, strings.ToLower(raw))
}

var dayAfter = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^,? (?:on |of )?(?:(?:next |this )?(?:` + days + `)|tomorrow|\d{1,2}[ ./]|(?:` + months + `) \d)`)
})

// dottedHour tells "at 10.15." at the end of a sentence from the tenth of a month.
func dottedHour(raw, before string) bool {
	f := strings.Fields(strings.ToLower(before[max(0, len(before)-12):]))
	return len(f) > 0 && strings.Count(raw, ".") == 2 && strings.HasSuffix(raw, ".") && slices.Contains([]string{"at", "by", "before", "around", "um"}, f[len(f)-1])
}

// termBefore says what the words before a date make of it.
func termBefore(before string) string {
	f := strings.Fields(strings.ToLower(before[max(0, len(before)-40):]))
	for i := len(f) - 1; i >= 0 && i >= len(f)-3; i-- {
		switch strings.Trim(f[i], "(,;:") {
		case "by", "before", "due", "until":
			return "due"
		case "asked", "wrote":
			return "sent"
		case "on", "at", "the", "you", "me", "us", "noon", "am", "pm", "\x01\x01\x01\x01\x01", "\x01\x01", "\x01":
		default:
			if !strings.ContainsAny(f[i], "0123456789:") {
				return ""
			}
		}
	}
	return ""
}

func wordNumber(w string) int {
	return 2 + slices.Index([]string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}, strings.ToLower(w))
}

// codes are words of letters and digits (eu-2, K82, JFE-1042): they must occur as they stand.
func codes(text *string, loose bool) []token {
	var out []token
	b := []byte(*text)
	for _, at := range fieldsAt(*text) {
		w := (*text)[at[0]:at[1]]
		digit, letter := strings.ContainsAny(w, "0123456789"), false
		for _, r := range w {
			letter = letter || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		}
		if !digit || !letter || strings.ContainsRune(w, '\x01') {
			continue
		}
		low := strings.ToLower(w)
		if numberLike(low) {
			continue
		}
		out = append(out, token{kind: "code", raw: w})
		if !loose {
			for i := at[0]; i < at[1]; i++ {
				b[i] = '\x01'
			}
		}
	}
	*text = string(b)
	return out
}

// numberLike holds for 15th, 40k, 3pm, 30-minute and 2m: numbers with their unit stuck on.
func numberLike(w string) bool {
	rest := strings.TrimLeft(w, "0123456789.,+-")
	switch rest {
	case "k", "st", "nd", "rd", "th", "am", "pm", "h", "m", "bn", "mn", "min", "mins", "s", "ms", "gb", "mb", "kb", "%",
		"minute", "minutes", "hour", "day", "days", "week", "year", "month", "page", "eur", "usd", "cm", "km", "kg":
		return rest != w
	}
	return false
}

func fieldsAt(s string) [][2]int {
	var out [][2]int
	start := -1
	for i, r := range s + " " {
		in := r == '-' || r == '_' || r == '/' || r == '.' || r == ',' || r > ' ' && !strings.ContainsRune("\"“”'‘’()[]{}<>:;!?…", r)
		switch {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			w := strings.TrimRight(s[start:i], ".,-/")
			lead := len(w) - len(strings.TrimLeft(w, ".,-/"))
			if len(w) > lead {
				out = append(out, [2]int{start + lead, start + len(w)})
			}
			start = -1
		}
	}
	return out
}

func readNumber(before, digits, scale, after string, loose bool) (token, bool) {
	t := token{kind: "number"}
	digits = strings.TrimLeft(strings.ReplaceAll(digits, "−", "-"), "+-")
	for _, v := range readings(digits, loose) {
		switch s := strings.ToLower(strings.TrimSpace(scale)); s {
		case "":
		case "k":
			v *= 1e3
		case "million", "millionen", "millions", "mn":
			v *= 1e6
		default:
			v *= 1e9
		}
		t.vals = append(t.vals, v)
	}
	t.unit = unit(after)
	if t.unit == "" {
		t.unit = unit(before)
	}
	return t, len(t.vals) > 0
}

// readings are the values a figure may have: 1,200 is twelve hundred, 41,90 is not.
func readings(s string, loose bool) []float64 {
	s = strings.NewReplacer("'", "", "’", "", " ", "").Replace(s)
	parse := func(s string) []float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(v, 0) {
			return nil
		}
		return []float64{v}
	}
	english, other := parse(strings.ReplaceAll(s, ",", "")), parse(strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", "."))
	comma, dot := strings.LastIndex(s, ","), strings.LastIndex(s, ".")
	switch {
	case loose:
		return append(english, other...)
	case comma > dot && (dot >= 0 || len(s)-comma != 4):
		return other
	}
	return english
}

func unit(s string) string {
	switch u := strings.ToLower(strings.Trim(s, " -.,;:!?)")); u {
	case "":
		return ""
	case "%", "percent", "per cent", "prozent", "percentage points":
		return "%"
	case "€", "eur", "euro", "euros":
		return "EUR"
	case "$", "usd", "dollar", "dollars", "aud", "cad":
		return "USD"
	case "£", "gbp", "pound", "pounds":
		return "GBP"
	case "¥", "jpy":
		return "JPY"
	case "minute", "minutes", "min", "mins", "minuten":
		return "minute"
	case "hour", "hours", "stunden":
		return "hour"
	case "day", "days", "tage":
		return "day"
	case "week", "weeks":
		return "week"
	default:
		return u
	}
}
