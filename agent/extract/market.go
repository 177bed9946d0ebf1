package extract

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
)

// stirring is the change in percent from which a price is news.
const stirring = 0.5

// marketInOne is the market slot: what moved most, against what did not; else the first business
// headline.
func (d *desk) marketInOne() minutes.Claim {
	qs := d.quotes()
	var c minutes.Claim
	if len(qs) > 0 {
		c = d.quotesInOne(qs)
		c.Section = "market"
		return c
	}
	for _, s := range d.kind(minutes.KindArticle) {
		if business(s.Article.Category) {
			c = claim(minutes.EngineExtract, headline(s), s.ID, s.Title.String())
			c.Section = "business"
			return c
		}
	}
	return c
}

func business(category string) bool {
	switch strings.ToLower(category) {
	case "market", "markets", "business", "finance", "economy":
		return true
	}
	return false
}

// quotes are the watch list, what moved most first.
func (d *desk) quotes() []minutes.Scored {
	qs := slices.Clone(d.kind(minutes.KindQuote))
	slices.SortStableFunc(qs, func(a, b minutes.Scored) int {
		return cmp.Compare(math.Abs(b.Quote.ChangePercent), math.Abs(a.Quote.ChangePercent))
	})
	return qs
}

func (d *desk) quotesInOne(qs []minutes.Scored) minutes.Claim {
	var quotes []string
	for _, s := range qs {
		quotes = append(quotes, s.ID, factLine(s.Item, "price"), s.ID, factLine(s.Item, "change"))
	}
	top := qs[0]
	quotes = append(quotes, top.ID, factLine(top.Item, "as of"))
	day := on(d.dayName(top.Quote.AsOf))
	if n := d.daysOff(top.Quote.AsOf); n < -1 && n > -7 {
		day = top.Quote.AsOf.Format("on Monday")
	}
	closed := ""
	if top.Quote.Closed {
		closed = "Markets are closed; "
		quotes = append(quotes, top.ID, factLine(top.Item, "market"))
	}
	text := ""
	switch {
	case math.Abs(top.Quote.ChangePercent) < stirring && len(qs) == 1:
		text = symbol(top) + " stands at " + price(top.Quote) + ", little changed"
		if figure(top.Quote) != "0.0" {
			text += " (" + percent(top.Quote) + ")"
		}
	case math.Abs(top.Quote.ChangePercent) < stirring:
		text = "Little moved " + day + ": " + moves(qs[:min(3, len(qs))])
	default:
		text = symbol(top) + " " + verb(top.Quote) + " to " + price(top.Quote) + " " + day
		switch {
		case len(qs) > 2:
			text += ", the most of your " + numeral(len(qs)) + "; " + moves(qs[1:min(3, len(qs))])
		case len(qs) == 2:
			text += "; " + moves(qs[1:])
		}
	}
	if closed != "" && strings.HasPrefix(text, "Little") {
		text = lower(text)
	}
	return claim(minutes.EngineComputed, closed+text+".", quotes...)
}

func moves(qs []minutes.Scored) string {
	var parts []string
	for _, s := range qs {
		parts = append(parts, symbol(s)+" "+percent(s.Quote))
	}
	return enumerate(parts)
}

func symbol(s minutes.Scored) string {
	if !s.Quote.Name.Empty() {
		return s.Quote.Name.Line().Cut(28).String()
	}
	return s.Quote.Symbol
}

func verb(q *minutes.Quote) string {
	if q.ChangePercent < 0 {
		return "fell " + figure(q) + " %"
	}
	return "rose " + figure(q) + " %"
}

func figure(q *minutes.Quote) string {
	return strconv.FormatFloat(math.Abs(q.ChangePercent), 'f', 1, 64)
}

func percent(q *minutes.Quote) string {
	sign := "+"
	if q.ChangePercent < 0 {
		sign = "−"
	}
	if figure(q) == "0.0" {
		sign = "±"
	}
	return sign + figure(q) + " %"
}

// price is a figure with its currency as people write it; a rate has none.
func price(q *minutes.Quote) string {
	n := minutes.Amount(q.Price, q.Decimals)
	if rate(q) || index(q) {
		return n
	}
	switch q.Currency {
	case "EUR":
		return "€" + n
	case "USD":
		return "$" + n
	case "GBP":
		return "£" + n
	case "JPY":
		return "¥" + n
	case "GBX":
		return n + "p"
	}
	return fmt.Sprintf("%s %s", q.Currency, n)
}

// rate holds for an exchange rate, which is no price in a currency.
func rate(q *minutes.Quote) bool {
	return q.Decimals >= 3 || strings.Contains(q.Symbol, "/") || strings.Contains(q.Name.String(), "/") || strings.HasSuffix(q.Symbol, "=X")
}

// index holds for what has points and no price.
func index(q *minutes.Quote) bool {
	name := strings.ToUpper(q.Name.String())
	return strings.HasPrefix(q.Symbol, "^") || slices.ContainsFunc([]string{"DAX", "CAC 40", "S&P 500", "FTSE 100", "NASDAQ COMPOSITE", "NIKKEI 225",
		"EURO STOXX 50", "DOW JONES INDUSTRIAL AVERAGE", "SMI", "IBEX 35", "AEX", "MDAX"}, func(i string) bool { return name == i })
}

// namesOf are the words by which a text would name what a quote is of.
func namesOf(q *minutes.Quote) []string {
	if rate(q) {
		return nil
	}
	var out []string
	base, _, _ := strings.Cut(strings.TrimLeft(q.Symbol, "^"), ".")
	if len(base) >= 3 && base == strings.ToUpper(base) {
		out = append(out, base)
	}
	if n := q.Name.Line().String(); len(n) >= 3 {
		out = append(out, n)
		for _, w := range strings.Fields(n) { // "Koninklijke BAM" is called BAM
			if len(w) >= 3 && w == strings.ToUpper(w) && strings.ContainsAny(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				out = append(out, w)
			}
		}
	}
	return out
}

// mentions says whether text names one of names: whole words in the case they have.
func mentions(text string, names []string) string {
	fields := " " + strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,.;:!?()“”\"'’\n\t/", r) }), " ") + " "
	for _, n := range names {
		if strings.Contains(fields, " "+n+" ") {
			return n
		}
	}
	return ""
}
