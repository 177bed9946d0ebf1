// Package verify checks in code, without a model, that a brief says only what its evidence says:
// every number, time, date, amount, link and name of a claim must occur, normalised, in the words
// that it cites, and those words in the item.
package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Claim says why c is not supported, or nil. items are all that the brief may speak of.
func Claim(c minutes.Claim, items map[string]minutes.Item, m minutes.Morning) error {
	text := c.Text.String()
	switch {
	case c.Text.Empty():
		return errors.New("it says nothing")
	case c.Empty:
		return empty(c)
	case len(c.Items) == 0 || len(c.Evidence) == 0:
		return errors.New("it cites nothing")
	}
	var cited []minutes.Item
	for _, id := range c.Items {
		it, ok := items[id]
		if !ok {
			return fmt.Errorf("it cites %s, which is not there", id)
		}
		cited = append(cited, it.In(m.Zone))
	}
	s := newSupport(cited, m)
	for _, e := range c.Evidence {
		i := slices.Index(c.Items, e.Item)
		if i < 0 {
			return fmt.Errorf("it rests on %s without citing it", e.Item)
		}
		if err := s.quote(cited[i], e.Quote.String()); err != nil {
			return err
		}
	}
	if v := vague(text); v != "" && !strings.Contains(s.text, v) {
		return fmt.Errorf("%q says nothing", v)
	}
	if err := s.verbatim(text, cited[0].Article != nil && c.Engine == minutes.EngineExtract); err != nil {
		return err
	}
	if err := s.placed(text, cited); err != nil {
		return err
	}
	if err := counted(text, len(cited)); err != nil {
		return err
	}
	return s.check(text)
}

// empty allows the plain sentences of a slot with nothing to say, and no others: an unsupported
// claim does not pass by calling itself empty.
func empty(c minutes.Claim) error {
	if len(c.Items) > 0 || len(c.Evidence) > 0 {
		return errors.New("an empty slot cites nothing")
	}
	switch c.Text.String() {
	case "No urgent mail today", "No events today", "No market news today",
		"Mail could not be read today", "Calendar could not be read today", "Markets could not be read today":
		return nil
	}
	return fmt.Errorf("%q is no empty slot", c.Text)
}

// vague is the first phrase of text that says nothing to a reader who acts on it, or "".
func vague(text string) string {
	t := " " + strings.Join(words(fold(text)), " ") + " "
	for _, p := range []string{"various", "several", "some emails", "some mails", "some updates", "and more", "a number of",
		"multiple updates", "important updates", "stay tuned", "among others", "etc", "lots of", "numerous", "a variety of",
		"miscellaneous", "and so on", "many things", "other things", "a few things", "recent developments", "and others"} {
		if strings.Contains(t, " "+p+" ") {
			return p
		}
	}
	return ""
}

// support is what the cited items and quotes say, as tokens.
type support struct {
	m       minutes.Morning
	text    string // all of it, folded
	quotes  []string
	mail    bool // a mail is cited
	words   map[string]bool
	toks    []token
	rounded []float64 // percentages of price facts: a claim may round these
	moves   []move
	derived map[string]map[int]bool // unit → what follows from the items' times and counts
	urls    []string
}

func newSupport(cited []minutes.Item, m minutes.Morning) *support {
	s := &support{m: m, words: map[string]bool{}, derived: derive(cited, m)}
	for _, it := range cited {
		s.closed(it)
	}
	return s
}

// closed adds what an item's closed fields say whatever is quoted: who wrote it, where and with
// whom it is, what it costs. Long or loose fields (when a mail was sent, the hours of a forecast)
// count only when quoted, or they would support any figure.
func (s *support) closed(it minutes.Item) {
	s.urls = append(s.urls, it.URL)
	s.addWords(it.Author.String())
	s.addWords(strings.Join(append(slices.Clone(s.m.Profile.Interests), s.m.Profile.Name), " "))
	if it.Story != nil {
		s.addWords("Hacker News")
		s.urls = append(s.urls, it.Story.DiscussionURL)
	}
	for line := range strings.Lines(it.Facts().String()) {
		name, _, _ := strings.Cut(line, ":")
		loose := it.Forecast != nil && name != "place" && name != "today" && name != "now" || it.Mail != nil && name == "sent" ||
			it.Story != nil && name == "points per hour"
		if !loose {
			s.add(strings.TrimSpace(line), it, true)
		}
	}
	if it.Quote != nil {
		s.add(it.Quote.Name.String(), it, true)
		s.rounded = append(s.rounded, it.Quote.ChangePercent)
		s.moves = append(s.moves, move{it.Quote.ChangePercent, []string{it.Quote.Name.Line().String(), it.Quote.Symbol}})
	}
}

func (s *support) addWords(text string) {
	s.text += " " + fold(text)
	for _, w := range words(fold(text)) {
		s.words[w] = true
	}
}

// add takes what text says as support. exact is for the fixed form of facts, where 10:30 is never
// an evening's.
func (s *support) add(text string, it minutes.Item, exact bool) {
	s.addWords(text)
	s.quotes = append(s.quotes, text)
	ref := it.At
	if it.Event != nil || it.Quote != nil || it.Forecast != nil || ref.IsZero() {
		ref = s.m.Now
	}
	toks := scan(text, ref.In(s.m.Zone), !exact)
	for i := range toks {
		switch {
		case exact && (strings.HasPrefix(text, "sent:") || strings.HasPrefix(text, "published:")):
			toks[i].from = "sent"
		case exact && it.Event != nil:
			toks[i].from = "event"
		}
	}
	s.mail = s.mail || it.Mail != nil
	s.toks = append(s.toks, toks...)
	if !exact {
		for _, clause := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;!?\n", r) }) {
			s.toks = append(s.toks, implied(clause, ref.In(s.m.Zone))...)
		}
	}
}

// quote adds one piece of evidence, or says that the item does not say it.
func (s *support) quote(it minutes.Item, q string) error {
	if len(words(fold(q))) == 0 {
		return fmt.Errorf("an empty quote of %s", it.ID)
	}
	facts := it.Facts().String()
	for _, own := range []string{it.Title.String(), it.Author.String(), it.Body.String(), it.Excerpt.String()} {
		if occurs(own, q) {
			s.add(q, it, false)
			return nil
		}
	}
	if it.Mail != nil && it.Mail.Invite != nil {
		facts += "\n" + minutes.Item{Event: it.Mail.Invite}.Facts().String()
	}
	if it.Quote != nil {
		facts += "\n" + it.Quote.Name.String()
	}
	if occurs(facts, q) {
		s.add(q, it, true)
		return nil
	}
	return fmt.Errorf("%s does not say %q", it.ID, minutes.CleanLine(q).Cut(80))
}

// unquoted is text without what stands in “quotation marks”, which must stand so in what is cited:
// inside them a writer's "tomorrow" is the writer's.
func (s *support) unquoted(text string) (string, error) {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "“")
		out.WriteString(before)
		if !ok {
			return out.String(), nil
		}
		span, after, closed := strings.Cut(rest, "”")
		if !closed {
			return "", errors.New("a quotation does not end")
		}
		if q := strings.TrimSuffix(strings.TrimSpace(span), "…"); len(words(q)) > 0 && !slices.ContainsFunc(s.quotes, func(e string) bool { return occurs(bare(e), bare(q)) }) {
			return "", fmt.Errorf("nothing cited says “%s”", q)
		}
		out.WriteString(" \x02”")
		text = after
	}
}

// bare is s without quotation marks and apostrophes, which change when a quotation is quoted.
func bare(s string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(fold(s)) }

// check holds every token of a claim's text against the support.
func (s *support) check(text string) error {
	text, err := s.unquoted(text)
	if err != nil {
		return err
	}
	for _, t := range scan(text, s.m.Now, false) {
		if !s.supports(t) {
			return fmt.Errorf("nothing cited supports %q", t.raw)
		}
	}
	if err := s.figures(text); err != nil {
		return err
	}
	if err := s.direction(text); err != nil {
		return err
	}
	if err := s.owned(text); err != nil {
		return err
	}
	return s.names(text)
}
