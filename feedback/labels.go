package feedback

import (
	"net/url"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// How many labels an item has at most: a long title or a list of fifty guests teaches no more
// than a short one.
const (
	maxLabels = 24
	maxWords  = 8
	maxTags   = 5
	maxGuests = 6
)

// Labels are what an item is known by: from:ada@example.org, domain:example.org, source:work,
// list:…, feed:…, site:lwn.net, tag:go, word:postgres, with:bob@example.org. They are kept with each
// judgement, so that the log teaches after the item is gone; two items share a taste where they
// share a label, never a part of one.
func Labels(it minutes.Item) []string {
	var ls labels
	switch {
	case it.Mail != nil:
		ls.person("from:", it.Mail.From.Email)
		ls.add("list:", it.Mail.ListID)
	case it.Event != nil:
		ls.person("from:", it.Event.Organizer.Email)
		for _, a := range it.Event.Attendees[:min(len(it.Event.Attendees), maxGuests)] {
			ls.add("with:", a.Email)
		}
	case it.Article != nil:
		ls.add("feed:", it.Article.Feed.String())
		ls.add("tag:", it.Article.Category)
	case it.Quote != nil:
		ls.add("symbol:", it.Quote.Symbol)
	}
	ls.add("source:", it.Source)
	if it.Mail == nil && it.Event == nil {
		ls.add("site:", site(it.URL))
	}
	for _, t := range it.Tags[:min(len(it.Tags), maxTags)] {
		ls.add("tag:", t)
	}
	n := 0
	for _, w := range split(nil, fold(it.Title.String())) {
		if n < maxWords && significant(w) && ls.add("word:", w) {
			n++
		}
	}
	return ls
}

type labels []string

// add takes a label that is not yet there and says whether it did.
func (ls *labels) add(kind, value string) bool {
	value = strings.Join(strings.Fields(fold(value)), " ")
	l := kind + value
	if value == "" || len(*ls) >= maxLabels || slices.Contains(*ls, l) {
		return false
	}
	*ls = append(*ls, l)
	return true
}

// person adds an address and its domain, unless half the world has mail there.
func (ls *labels) person(kind, email string) {
	ls.add(kind, email)
	_, domain, _ := strings.Cut(email, "@")
	switch domain {
	case "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com", "aol.com", "gmx.de",
		"gmx.net", "gmx.com", "web.de", "proton.me", "protonmail.com", "mail.com", "fastmail.com", "orange.fr", "free.fr",
		"yahoo.fr", "hotmail.fr":
	default:
		ls.add("domain:", domain)
	}
}

// site is the host of a link without www.
func site(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// broad holds for labels that many items share: a thumb for one story is no verdict on all of its
// source.
func broad(label string) bool {
	return strings.HasPrefix(label, "source:") || strings.HasPrefix(label, "domain:") || strings.HasPrefix(label, "site:")
}

// significant leaves out words that stand in every title, and numbers.
func significant(w string) bool {
	if len(w) < 3 && w != "go" && w != "ai" && w != "c#" && w != "r" || strings.Trim(w, "0123456789") == "" {
		return false
	}
	return !stopWord(w)
}

func stopWord(w string) bool {
	switch w {
	case "the", "and", "for", "with", "from", "that", "this", "these", "those", "are", "was", "were", "has", "have", "had",
		"been", "will", "would", "can",
		"could", "should", "may", "might", "must", "not", "but", "all", "any", "our", "your", "you", "his", "her", "its",
		"their", "they", "them", "she", "him",
		"who", "what", "when", "where", "why", "how", "which", "into", "onto", "over", "under", "about", "after", "before",
		"between", "than", "then", "there",
		"here", "out", "off", "now", "new", "more", "most", "some", "such", "only", "own", "same", "too", "very", "just", "does",
		"did", "doing", "don", "isn",
		"get", "gets", "got", "make", "makes", "made", "use", "using", "used", "one", "two", "first", "last", "next", "via",
		"per", "yet", "also", "because",
		"ask", "show", "tell", "launch", "fwd", "update", "updates", "released", "release", "introducing", "announcing", "today",
		"tomorrow", "week", "day",
		"year", "time", "please", "hello", "thanks", "meeting", "call", "video", "pdf", "www", "http", "https", "com":
		return true // English
	case "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines", "und", "oder", "aber",
		"mit", "von", "vom", "zum", "zur",
		"fur", "auf", "aus", "bei", "nach", "uber", "unter", "vor", "ist", "sind", "war", "wird", "werden", "wurde", "hat",
		"haben", "nicht", "auch", "als",
		"wie", "wer", "wenn", "dass", "sich", "sie", "wir", "ihr", "ich", "noch", "nur", "neue", "neuer", "neues", "heute",
		"morgen", "durch", "gegen":
		return true // German
	case "les", "une", "est", "sont", "aux", "par", "pour", "dans", "sur", "avec", "sans", "que", "qui", "quoi", "dont",
		"mais", "pas", "plus", "ses",
		"son", "leur", "leurs", "nos", "vos", "mes", "tes", "cette", "ces", "elle", "ils", "nous", "vous", "etre", "avoir",
		"fait", "comme", "tout", "tous":
		return true // French
	case "los", "las", "del", "una", "unos", "unas", "por", "para", "con", "sin", "sobre", "entre", "hasta", "desde", "pero",
		"mas", "muy", "como",
		"cuando", "donde", "quien", "este", "esta", "estos", "estas", "ese", "esa", "hay", "ser", "estar", "fue", "sus", "nuevo",
		"nueva", "todo", "todos":
		return true // Spanish
	}
	return false
}
