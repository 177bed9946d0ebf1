package rag

import (
	"hash/fnv"
	"net/url"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// A telling is what an item says, read for comparing.
type telling struct {
	at      time.Time
	from    string   // the feed: one feed does not tell a story twice
	urls    []string // canonical; a page's, and its discussion's
	page    bool     // the first address is of a page and not of a whole site
	private bool
	local   bool
	title   title
	item    minutes.Item
	grams   map[uint64]bool // of the text, made when it is first asked for
}

func read(it minutes.Item) *telling {
	t := &telling{at: it.At, private: it.Private, local: it.LocalOnly, item: it}
	site := map[string]bool{}
	u := Canonical(it.URL)
	if u != "" {
		t.urls = append(t.urls, u)
		t.page = isPage(u)
		addSite(site, u)
	}
	if it.Story != nil {
		if d := Canonical(it.Story.DiscussionURL); d != "" && d != u {
			t.urls = append(t.urls, d)
		}
	}
	if it.Article != nil {
		t.from = it.Article.FeedURL
		words := strings.Fields(fold(it.Article.Feed.String()))
		for _, w := range words {
			site[w] = true
		}
		site[strings.Join(words, "")] = true
	}
	t.title = readTitle(words(), it.Title.String(), site)
	return t
}

// isPage says that an address is of more than a site's front page, which stays while stories pass.
func isPage(canonical string) bool {
	u, err := url.Parse(canonical)
	return err == nil && (len(u.Path) > 1 || u.RawQuery != "")
}

// addSite adds what a site may be called: theverge for theverge.com.
func addSite(site map[string]bool, canonical string) {
	u, err := url.Parse(canonical)
	if err != nil {
		return
	}
	site[u.Host] = true
	for _, p := range strings.Split(u.Host, ".") {
		site[p] = true
	}
}

// How alike is alike. The figures were set on the table of pairs in the tests, which prints what
// they find and what they miss.
const (
	minShared   = 3    // words of the titles
	fewShared   = 2    // where the texts agree
	minJaccard  = 0.6  // of the words both have to the words either has
	minContain  = 0.8  // of the shorter title's words in the longer
	longEnough  = 5    // words, for containment to count
	weakJaccard = 0.15 // of titles, where the texts agree
	minGrams    = 30   // runs of words, for texts to be compared
	sameText    = 0.5  // of the shorter text's runs in the longer
)

// alike says whether two items tell the same story. It is symmetric.
func alike(a, b *telling) bool {
	if a.private != b.private || a.local != b.local {
		return false
	}
	if d := a.at.Sub(b.at); d > apart || d < -apart {
		return false
	}
	if sameAddress(a, b) {
		return true
	}
	if a.from != "" && a.from == b.from {
		return false
	}
	return alikeTitles(a, b)
}

// sameAddress: the same page is the same story whatever it is called; a front page is not.
func sameAddress(a, b *telling) bool {
	for i, u := range a.urls {
		for j, v := range b.urls {
			if u != v {
				continue
			}
			front := i == 0 && !a.page || j == 0 && !b.page
			if !front || a.title.text != "" && a.title.text == b.title.text && !a.title.generic && len(a.title.words) >= minShared {
				return true
			}
		}
	}
	return false
}

func alikeTitles(a, b *telling) bool {
	x, y := &a.title, &b.title
	if x.generic || y.generic {
		return false
	}
	shared := inBoth(x.sorted, y.sorted)
	if shared < fewShared {
		return false
	}
	shorter := min(len(x.words), len(y.words))
	jaccard := float64(shared) / float64(len(x.words)+len(y.words)-shared)
	contained := float64(shared) / float64(shorter)
	if jaccard < weakJaccard && contained < minContain && x.text != y.text {
		return false // by far the most pairs end here, so the costlier looks come after
	}
	if contradict(x, y) {
		return false
	}
	switch {
	case x.text == y.text:
		return shared >= minShared
	case otherNames(x, y):
		return false
	case swapped(x, y, shared):
		// fall to the texts
	case shared >= minShared && (jaccard >= minJaccard || contained >= minContain && shorter >= longEnough):
		return true
	}
	return jaccard >= weakJaccard && a.sharedText(b) >= sameText
}

// contradict: different numbers or opposite directions are different news, however alike the
// words. Numbers that only one of them gives are detail.
func contradict(x, y *title) bool {
	if onlyIn(x.numbers, y.numbers) && onlyIn(y.numbers, x.numbers) {
		return true
	}
	for axis, end := range x.ways {
		if other, ok := y.ways[axis]; ok && other != end {
			return true
		}
	}
	return false
}

// otherNames: each names someone or something that the other does not know.
func otherNames(x, y *title) bool {
	return onlyIn(x.names, y.words) && onlyIn(y.names, x.words)
}

// swapped: one word stands where the other has another one, and no number says that both mean the
// same thing. Notes on linear algebra are not notes on abstract algebra.
func swapped(x, y *title, shared int) bool {
	if len(x.words)-shared != 1 || len(y.words)-shared != 1 {
		return false
	}
	for n := range x.numbers {
		if y.numbers[n] {
			return false
		}
	}
	return true
}

// inBoth counts what two sorted lists share.
func inBoth(a, b []string) int {
	n := 0
	for len(a) > 0 && len(b) > 0 {
		switch c := strings.Compare(a[0], b[0]); {
		case c < 0:
			a = a[1:]
		case c > 0:
			b = b[1:]
		default:
			n++
			a, b = a[1:], b[1:]
		}
	}
	return n
}

// onlyIn says whether a has something that b has not.
func onlyIn(a, b map[string]bool) bool {
	for k := range a {
		if !b[k] {
			return true
		}
	}
	return false
}

// sharedText is the share of the shorter text's runs of four words that the longer has too: a
// report of an agency is printed by many under titles of their own.
func (t *telling) sharedText(o *telling) float64 {
	a, b := t.runs(), o.runs()
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < minGrams {
		return 0
	}
	shared := 0
	for g := range a {
		if b[g] {
			shared++
		}
	}
	return float64(shared) / float64(len(a))
}

// readWords bounds what is read of a text: the beginning tells.
const readWords = 400

func (t *telling) runs() map[uint64]bool {
	if t.grams != nil {
		return t.grams
	}
	t.grams = map[uint64]bool{}
	text := t.item.Body
	if text.Empty() {
		text = t.item.Excerpt
	}
	s := text.String()
	if len(s) > readWords*16 {
		s = s[:readWords*16]
	}
	ws := strings.FieldsFunc(fold(s), func(r rune) bool { return !inWord(r) })
	ws = ws[:min(len(ws), readWords)]
	for i := 0; i+4 <= len(ws); i++ {
		h := fnv.New64a()
		for _, w := range ws[i : i+4] {
			_, _ = h.Write([]byte(w))
			_, _ = h.Write([]byte{0})
		}
		t.grams[h.Sum64()] = true
	}
	return t.grams
}
