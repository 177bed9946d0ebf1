package extract

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dailyminutes/minutes"
)

// maxLifted bounds how much of a mail is looked at: what matters stands at its head.
const maxLifted = 6000

// sentences are the sentences of a mail's own text, as they stand, without greeting and
// signature. Each occurs in the text but for its white space.
func sentences(it minutes.Item) []string {
	text := it.Body.String()
	if it.Body.Empty() {
		text = it.Excerpt.String()
	}
	if len(text) > maxLifted {
		text = strings.ToValidUTF8(text[:maxLifted], "")
	}
	var out []string
	for _, p := range paragraphs(text) {
		if len(out) > 0 && signsOff().MatchString(p) {
			break
		}
		for _, s := range split(p) {
			if s = ungreeted(s); s != "" && !signsOff().MatchString(s) && !pleasantry().MatchString(s) && !signature(s, it) {
				out = append(out, s)
			}
		}
	}
	return out
}

// paragraphs are the blocks between empty lines; a line that ends short before another that begins
// anew is one by itself. Quoted lines are dropped.
func paragraphs(text string) []string {
	var out []string
	var cur []string
	flush := func() {
		if len(cur) > 0 {
			out = append(out, strings.Join(cur, " "))
			cur = nil
		}
	}
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
			flush()
			continue
		case strings.HasPrefix(l, ">"):
			continue
		case len(cur) > 0 && (len(cur[len(cur)-1]) < 40 || listItem(l)):
			flush()
		}
		cur = append(cur, strings.Join(strings.Fields(l), " "))
	}
	flush()
	return out
}

func listItem(l string) bool {
	return strings.HasPrefix(l, "- ") || strings.HasPrefix(l, "* ") || strings.HasPrefix(l, "• ")
}

// split cuts a paragraph at the ends of sentences: not after abbreviations, initials, numbers or
// before a small letter.
func split(p string) []string {
	var out []string
	r := []rune(p)
	start := 0
	for i := 0; i < len(r); i++ {
		if !strings.ContainsRune(".!?", r[i]) {
			continue
		}
		end := i + 1
		for end < len(r) && strings.ContainsRune(".!?”\")'", r[end]) {
			end++
		}
		if end < len(r) && r[end] != ' ' {
			continue
		}
		next := end
		for next < len(r) && (r[next] == ' ' || strings.ContainsRune("“\"'(¿¡", r[next])) {
			next++
		}
		if next < len(r) && unicode.IsLower(r[next]) && (r[i] != '?' || next == end) || r[i] == '.' && next < len(r) && (abbreviated(string(r[start:i])) || ordinal(r[start:i], r[next:])) {
			continue
		}
		out = append(out, strings.TrimSpace(string(r[start:end])))
		start, i = end, end-1
	}
	if s := strings.TrimSpace(string(r[start:])); s != "" {
		out = append(out, s)
	}
	return out
}

// ordinal holds for "6. Oktober".
func ordinal(before, after []rune) bool {
	if len(before) == 0 || !unicode.IsDigit(before[len(before)-1]) {
		return false
	}
	w, _, _ := strings.Cut(strings.ToLower(string(after[:min(len(after), 12)])), " ")
	return slices.Contains([]string{"januar", "jänner", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"}, strings.Trim(w, ",.;)"))
}

func abbreviated(before string) bool {
	f := strings.Fields(before)
	if len(f) == 0 {
		return false
	}
	w := strings.ToLower(strings.TrimLeft(f[len(f)-1], "(“\""))
	if r := []rune(w); len(r) == 1 && unicode.IsLetter(r[0]) && w != "i" {
		return true
	}
	return slices.Contains([]string{"mr", "mrs", "ms", "dr", "prof", "st", "vs", "approx", "no", "nr", "inc", "ltd", "co", "jan", "feb", "mar",
		"apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "e.g", "i.e", "z.b", "bzw", "ca", "usw", "etc", "fig", "v"}, w)
}

var greeting = lazy(`^(?:(?i:hi|hello|hey|dear|good morning|good afternoon|good evening|morning|hallo|guten (?:tag|morgen)|lieber?|sehr geehrte[rs]?|moin|servus|grüß gott|bonjour|bonsoir|chère?|cher|salut|hola|buenos días|estimad[oa]s?|querid[oa]|lieve|beste|dag)(?:[ ,]+(?:\p{Lu}[\p{L}.'’-]*|all|team|there|both|everyone|passenger|customer|author|owner|professor|esteemed|beloved|and)){0,5}|(?i:all|counsel|team|madame|monsieur))\s*(?:[,:!]|[–—-] )+\s*`)

// ungreeted takes the greeting off a sentence, and the reader's own name or another's that it is
// addressed to: whom it is for is asked of the whole, see addressed.
func ungreeted(s string) string {
	for range 2 {
		if at := greeting().FindStringIndex(s); at != nil {
			s = strings.TrimSpace(s[at[1]:])
		}
	}
	if at := dearAnyone().FindStringIndex(s); at != nil {
		s = strings.TrimSpace(s[at[1]:])
	}
	if greetingOnly().MatchString(s) {
		return ""
	}
	if g := greetedAsk().FindStringSubmatch(s); g != nil {
		return g[1]
	}
	return s
}

// dearAnyone greets whom no name is known of: "Dear colleagues,".
var dearAnyone = lazy(`(?i)^(?:dear|beste|geachte|liebe[rs]?|sehr geehrte[rs]?|chère?s?|chers|estimad[oa]s?|querid[oa]s?|hello|hi|to) \p{L}+(?: \p{L}+){0,2}[,!] |^(?:lieverd|schat|schatz|liebes|chérie?|all|everyone|everybody|folks|team)[,!] `)

// greetedAsk is a greeting that runs on: "hi mum can you pick me up".
var greetedAsk = lazy(`(?i)^(?:hi|hey|hello)(?: (?:mum|mom|dad|there|all|you|love))? ((?:can|could|would|will|do|did|are|is|have|please)\b.+)$`)

var greetingOnly = lazy(`(?i)^(?:hi|hello|hey|dear|hallo|lieber?|bonjour|hola|sehr geehrte[rs]?|good morning|morning)(?:\s+\p{Lu}[\p{L}.'’-]*){0,4}[.!,]?$`)

var signsOff = lazy(`(?i)^(?:many thanks|thanks(?: a lot| again| in advance| and best regards)?|thank you(?: very much| in advance)?|best|best wishes|best regards|kind regards|warm regards|regards|cheers|sincerely|yours(?: sincerely| truly)?|love|take care|viele grüße|liebe grüße|beste grüße|mit freundlichen grüßen|mfg|lg|vg|danke|cordialement|bien à vous|merci d'avance|saludos|un saludo|gracias|groetjes|groeten|met vriendelijke groet)\b[,.!]?(?:\s+\p{Lu}[\p{L}.]*){0,3}[,.!]?$|^-- ?$|^sent from my `)

var pleasantry = lazy(`(?i)^(?:(?:i )?hope (?:you|this|all)\b.*|how are you\b.*|thanks for (?:the|your) (?:call|mail|email|message|note|time)\b.*|thank you for (?:your )?(?:call|mail|email|message|time|shopping)\b.*|nice to meet you\b.*|wir hoffen\b.*|we apologi[sz]e\.?|greetings for the day!?|no rush\b.*)$`)

// signature holds for a line that is the writer's name or part of it.
func signature(s string, it minutes.Item) bool {
	name := " " + fold(it.Author.String()) + " "
	f := fold(s)
	return f == "" || strings.Contains(name, " "+f+" ") && count(s) <= 3
}

// addressed tells to whom a sentence turns by name: "Bruno, could you" is not for Claire. It
// returns the sentence without the name, and false if it is another's.
func (p people) addressed(s string) (string, bool) {
	name, rest, ok := strings.Cut(s, ",")
	if !ok || strings.TrimSpace(rest) == "" || count(name) > 3 {
		return s, true
	}
	words := wordsOf(name)
	if len(words) == 0 {
		return s, true
	}
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(p.first, w) }) {
		return strings.TrimSpace(rest), true
	}
	for _, w := range strings.Fields(name) {
		if r := []rune(w)[0]; !unicode.IsUpper(r) && w != "and" {
			return s, true
		}
	}
	if len(words) <= 3 && asksYou().MatchString(strings.TrimSpace(rest)) && !filler(words[0]) {
		return s, false
	}
	return s, true
}

var asksYou = lazy(`(?i)^(?:could|can|would|will|please|do|did|are|have)\b`)

func filler(w string) bool {
	return slices.Contains([]string{"also", "so", "and", "then", "now", "first", "second", "finally", "mum", "dad", "sorry", "ok", "okay", "well",
		"yes", "no", "great", "thanks", "again", "unfortunately", "however", "otherwise", "today", "tomorrow", "if", "when", "as"}, w)
}
