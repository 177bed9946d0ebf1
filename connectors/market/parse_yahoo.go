package market

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// chart is what is used of Yahoo's answer. Its chartPreviousClose is left out on purpose: it is the
// close before the range that was asked for, not yesterday's.
type chart struct {
	Chart struct {
		Result []struct {
			Meta struct {
				Currency  string   `json:"currency"`
				Symbol    string   `json:"symbol"`
				LongName  string   `json:"longName"`
				ShortName string   `json:"shortName"`
				Price     *float64 `json:"regularMarketPrice"`
				Time      int64    `json:"regularMarketTime"`
				Zone      string   `json:"exchangeTimezoneName"`
				Offset    int      `json:"gmtoffset"`
				PriceHint *int     `json:"priceHint"`
				Previous  *float64 `json:"previousClose"` // only of intraday charts
				Periods   struct {
					Regular struct {
						Start int64 `json:"start"`
						End   int64 `json:"end"`
					} `json:"regular"`
				} `json:"currentTradingPeriod"`
			} `json:"meta"`
			Timestamp  []int64 `json:"timestamp"`
			Indicators struct {
				Quote []struct {
					Close []*float64 `json:"close"`
				} `json:"quote"`
			} `json:"indicators"`
		} `json:"result"`
		Error *struct {
			Code        string `json:"code"`
			Description string `json:"description"`
		} `json:"error"`
	} `json:"chart"`
}

// parseYahoo reads a daily chart. Its bars may be null; its last one is the session under way.
func parseYahoo(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := args.read(doc); err != nil {
		return connectors.Parsed{}, err
	}
	var c chart
	if err := decode(doc.Data, &c); err != nil {
		return connectors.Parsed{}, err
	}
	if e := c.Chart.Error; e != nil {
		return connectors.Parsed{}, minutes.WithHint(said{fmt.Sprintf("%q", minutes.CleanLine(e.Description).Cut(150))}, "look the symbol up at finance.yahoo.com: it may be delisted, renamed or wrongly spelt")
	}
	if len(c.Chart.Result) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer holds no chart"), "try again later; if it stays, check base_url")
	}
	r := c.Chart.Result[0]
	m := r.Meta
	at := zone(m.Zone, offset(m.Offset))
	f := figures{symbol: args.Symbols[0], name: m.LongName, provider: "yahoo", decimals: 2,
		url: "https://finance.yahoo.com/quote/" + url.PathEscape(args.Symbols[0])}
	if f.name == "" {
		f.name = m.ShortName
	}
	if m.PriceHint != nil {
		f.decimals = *m.PriceHint
	}
	code, cents := currency(m.Currency)
	f.currency = code
	var closes []*float64
	if len(r.Indicators.Quote) > 0 {
		closes = r.Indicators.Quote[0].Close
	}
	var last closing
	var lastAt time.Time
	for i, ts := range r.Timestamp {
		if i >= len(closes) || closes[i] == nil || ts <= 0 || ts > 1<<35 {
			continue
		}
		last, lastAt = closing{time.Unix(ts, 0).In(at).Format(time.DateOnly), *closes[i] / cents}, time.Unix(ts, 0)
		f.closes = append(f.closes, last)
	}
	f.price, f.asOf = last.Price, lastAt
	if m.Price != nil && m.Time > 0 && m.Time < 1<<35 {
		f.price, f.asOf = *m.Price/cents, time.Unix(m.Time, 0)
	}
	f.day = f.asOf.In(at).Format(time.DateOnly)
	if m.Previous != nil {
		f.previous = *m.Previous / cents
	}
	open, end := m.Periods.Regular.Start, m.Periods.Regular.End
	now := args.Now.Unix()
	f.closed = now < open || now >= end || f.asOf.Unix() < open
	if open == 0 || end == 0 {
		f.closed = args.Now.Sub(f.asOf) > 30*time.Minute
	}
	return one(args.item(f))
}

// one is a Parsed of what item gave.
func one(it minutes.Item, _ []closing, err error) (connectors.Parsed, error) {
	if err != nil {
		return connectors.Parsed{}, err
	}
	return connectors.Parsed{Items: []minutes.Item{it}}, nil
}

// currency is a code as ISO has it, and by what prices are divided: pence stay pence, as London
// quotes them; cents of the rand and agorot, which have no code, become their whole.
func currency(code string) (string, float64) {
	switch code {
	case "GBp", "GBX":
		return "GBX", 1
	case "ZAc", "ZAC":
		return "ZAR", 100
	case "ILA":
		return "ILS", 100
	}
	if isCurrency(strings.ToUpper(code)) {
		return strings.ToUpper(code), 1
	}
	return "", 1
}

func offset(seconds int) *time.Location {
	if seconds < -18*3600 || seconds > 18*3600 {
		seconds = 0
	}
	return time.FixedZone("", seconds)
}
