package market

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// arguments are what every parser of this folder is told.
type arguments struct {
	Source  string
	Private bool
	Now     time.Time
	Zone    string // the user's: times in texts are in it
	Symbols []string
	Closes  []closing // kept from earlier, where the service sends none
}

// closing is a session's last price.
type closing struct {
	Day   string  `json:"day"` // 2006-01-02, the market's
	Price float64 `json:"price"`
}

// figures are what a provider says of a symbol, before it is believed.
type figures struct {
	symbol, name, currency, provider, url string
	price                                 float64
	asOf                                  time.Time
	day                                   string    // of asOf, at the market
	closes                                []closing // of sessions before day; others are passed over
	previous                              float64   // where closes hold none
	closed                                bool
	decimals                              int
}

const (
	// shown is how many closes travel with an item, kept how many are remembered.
	shown = 60
	kept  = 130
	// jump is how far a price may be from the close before it: beyond it, it is a split that was
	// not told, pence taken for pounds, or a mistake.
	jump = 10
)

// item believes the figures or says what is impossible about them.
func (args arguments) item(f figures) (minutes.Item, []closing, error) {
	before := sessions(f.closes, f.day)
	previous := f.previous
	if n := len(before); n > 0 && !stale(before[n-1].Day, f.asOf, 14) {
		previous = before[n-1].Price
	}
	if err := f.believable(previous, args.Now); err != nil {
		return minutes.Item{}, nil, minutes.WithHint(err, "look the symbol up at the provider: it may be delisted, renamed or wrongly spelt")
	}
	f.decimals = min(max(f.decimals, 0), 8)
	all := slices.Concat(before, []closing{{f.day, f.price}})
	var series []float64
	for _, c := range all {
		series = append(series, round(c.Price, f.decimals+2))
	}
	q := minutes.Quote{
		Symbol: f.symbol, Name: minutes.CleanLine(f.name).Cut(80), Price: round(f.price, f.decimals+2), PreviousClose: round(previous, f.decimals+2),
		Change: round(f.price-previous, f.decimals+2), ChangePercent: round(100*(f.price-previous)/previous, 4), Currency: f.currency,
		AsOf: f.asOf.In(args.zone()), RSI14: round(rsi(series, 14), 2), SMA50: round(sma(series, 50), f.decimals+2),
		Closes: series[max(0, len(series)-shown):], Closed: f.closed, Decimals: f.decimals, Provider: f.provider,
	}
	return minutes.Item{
		ID: "quote:" + args.Source + ":" + f.symbol, Kind: minutes.KindQuote, Source: args.Source, Private: args.Private,
		Title: title(q), Excerpt: excerpt(q), URL: minutes.WebURL(f.url), At: q.AsOf, Quote: &q,
	}, all[max(0, len(all)-kept):], nil
}

// believable says what is impossible about a price.
func (f figures) believable(previous float64, now time.Time) error {
	positive := func(v float64) bool { return v > 0 && !math.IsInf(v, 0) }
	switch {
	case !isCurrency(f.currency):
		return errors.New("the price has no currency")
	case !positive(f.price):
		return fmt.Errorf("the price %v is impossible", f.price)
	case f.asOf.IsZero() || f.asOf.Year() < 1970:
		return errors.New("the price has no time")
	case f.asOf.After(now.Add(36 * time.Hour)):
		return fmt.Errorf("the price is of the future: %s", minutes.Stamp(f.asOf))
	case !positive(previous):
		return errors.New("there is no previous close to compare with")
	case f.price/previous > jump || previous/f.price > jump:
		return fmt.Errorf("the price %.6g is more than %d times off the previous close %.6g", f.price, jump, previous)
	}
	return nil
}

// stale says whether day is more than so many days before t.
func stale(day string, t time.Time, days int) bool {
	d, err := time.Parse(time.DateOnly, day)
	return err != nil || t.Sub(d) > time.Duration(days+1)*24*time.Hour
}

// sessions are the possible closes before day, in order, one a day: of two the later is told last.
func sessions(closes []closing, day string) []closing {
	byDay := map[string]closing{}
	for _, c := range closes {
		if c.Day < day && c.Price > 0 && !math.IsInf(c.Price, 0) {
			byDay[c.Day] = c
		}
	}
	var out []closing
	for _, c := range byDay {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b closing) int { return strings.Compare(a.Day, b.Day) })
	return out
}

func title(q minutes.Quote) minutes.Safe {
	name := q.Symbol
	if !q.Name.Empty() && q.Name.String() != q.Symbol {
		name = fmt.Sprintf("%s (%s)", q.Name.Cut(50), q.Symbol)
	}
	return minutes.CleanLine(fmt.Sprintf("%s: %s %s, %+.2f %%", name, minutes.Amount(q.Price, q.Decimals), q.Currency, q.ChangePercent))
}

func excerpt(q minutes.Quote) minutes.Safe {
	way := "unchanged from"
	switch {
	case q.Change > 0:
		way = fmt.Sprintf("up %s (%+.2f %%) from", minutes.Amount(q.Change, q.Decimals), q.ChangePercent)
	case q.Change < 0:
		way = fmt.Sprintf("down %s (%+.2f %%) from", minutes.Amount(-q.Change, q.Decimals), q.ChangePercent)
	}
	s := fmt.Sprintf("%s %s, %s the previous close of %s, as of %s.", minutes.Amount(q.Price, q.Decimals), q.Currency, way,
		minutes.Amount(q.PreviousClose, q.Decimals), minutes.Stamp(q.AsOf))
	if q.Closed {
		s += " The market is closed."
	}
	return minutes.CleanLine(s)
}

func (args arguments) zone() *time.Location { return zone(args.Zone, args.Now.Location()) }

// zone is a zone by name, or else one that is near enough.
func zone(name string, otherwise *time.Location) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return loc
	}
	return otherwise
}

// round cuts the noise of binary fractions.
func round(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	if r := math.Round(v*p) / p; !math.IsInf(r, 0) && !math.IsNaN(r) {
		return r
	}
	return v
}

// said is an error in a service's own meaning, beside which the status of its answer says little.
type said struct{ text string }

func (e said) Error() string { return saying + e.text }

const saying = "the service says: "

// explained recognises said after it came out of the jail as text.
func explained(err error) bool { return strings.HasPrefix(err.Error(), saying) }

const (
	refusedKey = "the key is not accepted"
	overused   = "the limit of requests is reached"
)

// known gives the service's own refusals in answers of status 200 the errors a caller acts on.
func known(err error) error {
	switch {
	case err == nil || !explained(err):
		return err
	case strings.HasSuffix(err.Error(), refusedKey):
		return minutes.WithHint(fmt.Errorf("%w: %w", minutes.ErrAuth, err), minutes.Hint(err))
	case strings.HasSuffix(err.Error(), overused):
		return minutes.WithHint(fmt.Errorf("%w: %w", minutes.ErrBudget, err), minutes.Hint(err))
	}
	return err
}

// decode reads JSON, and says what came instead.
func decode(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err == nil {
		return nil
	}
	switch data = bytes.TrimSpace(data); {
	case len(data) == 0:
		return minutes.WithHint(errors.New("the answer is empty"), "try again later")
	case data[0] == '<':
		return webPage()
	case bytes.HasPrefix(data, []byte("Too Many Requests")):
		return minutes.WithHint(said{overused}, "wait some hours")
	}
	return minutes.WithHint(errors.New("the answer is not the JSON it should be"), "try again later; if it stays, check base_url")
}

func webPage() error {
	return minutes.WithHint(errors.New("a web page came instead of prices"), "this network may want a sign-in: open a browser; else check base_url")
}

func (args *arguments) read(doc connectors.Document) error {
	if err := json.Unmarshal(doc.Args, args); err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	if len(args.Symbols) == 0 {
		return errors.New("arguments: no symbol")
	}
	return nil
}
