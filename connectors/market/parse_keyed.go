package market

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// parseFinnhub reads a quote: c is the price, pc the close before, t its time. The free plan sends
// no history and no currency: closes are gathered from day to day, the currency is the exchange's.
func parseFinnhub(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := args.read(doc); err != nil {
		return connectors.Parsed{}, err
	}
	var q struct {
		C     *float64 `json:"c"`
		PC    float64  `json:"pc"`
		T     int64    `json:"t"`
		Error string   `json:"error"`
	}
	if err := decode(doc.Data, &q); err != nil {
		return connectors.Parsed{}, err
	}
	symbol := args.Symbols[0]
	switch {
	case strings.Contains(q.Error, "access"):
		return connectors.Parsed{}, minutes.WithHint(said{"this key may not read it"}, "the free plan has shares of the US only: use another provider for it")
	case strings.Contains(q.Error, "limit"):
		return connectors.Parsed{}, minutes.WithHint(said{overused}, "wait a minute")
	case q.Error != "": // its words may hold the key
		return connectors.Parsed{}, minutes.WithHint(said{refusedKey}, "check api_key")
	case q.C == nil:
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer holds no price"), "try again later; if it stays, check base_url")
	case *q.C == 0 && q.T == 0:
		return connectors.Parsed{}, minutes.WithHint(fmt.Errorf("%s is not known", symbol), "look the symbol up at finnhub.io")
	}
	f := figures{symbol: symbol, price: *q.C, previous: q.PC, provider: "finnhub", decimals: 2, url: "https://finnhub.io/", currency: exchangeCurrency(symbol)}
	if q.T > 0 && q.T < 1<<35 {
		f.asOf = time.Unix(q.T, 0)
	}
	f.closed = args.Now.Sub(f.asOf) > 30*time.Minute
	f.day = f.asOf.In(zone("America/New_York", time.FixedZone("", -5*3600))).Format(time.DateOnly)
	f.closes = mended(args.Closes, f.day, q.PC)
	return withCloses(args.item(f))
}

// parseAlphaVantage reads the short answer and the long one. All figures are text, and refusals
// come with status 200; their words hold the key, so none of them are passed on.
func parseAlphaVantage(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := args.read(doc); err != nil {
		return connectors.Parsed{}, err
	}
	var a struct {
		Quote       map[string]string            `json:"Global Quote"`
		Meta        map[string]string            `json:"Meta Data"`
		Daily       map[string]map[string]string `json:"Time Series (Daily)"`
		Error       string                       `json:"Error Message"`
		Note        string                       `json:"Note"`
		Information string                       `json:"Information"`
	}
	if err := decode(doc.Data, &a); err != nil {
		return connectors.Parsed{}, err
	}
	if err := refusedAlpha(a.Error, a.Note+a.Information); err != nil {
		return connectors.Parsed{}, err
	}
	symbol := args.Symbols[0]
	f := figures{symbol: symbol, provider: "alphavantage", decimals: 2, url: "https://www.alphavantage.co/", currency: exchangeCurrency(symbol), closes: args.Closes}
	switch {
	case len(a.Daily) > 0:
		f.closes = nil
		for day, row := range a.Daily {
			if _, err := time.Parse(time.DateOnly, day); err == nil && len(f.closes) < 10_000 {
				f.closes = append(f.closes, closing{day, number(row["4. close"])})
			}
		}
		if all := sessions(f.closes, "9999"); len(all) > 0 {
			f.day, f.price = all[len(all)-1].Day, all[len(all)-1].Price
		}
	case len(a.Quote) > 0:
		f.price, f.previous, f.day = number(a.Quote["05. price"]), number(a.Quote["08. previous close"]), a.Quote["07. latest trading day"]
		f.closes = mended(args.Closes, f.day, f.previous)
	case a.Quote != nil:
		return connectors.Parsed{}, minutes.WithHint(fmt.Errorf("%s is not known", symbol), "look the symbol up at alphavantage.co")
	default:
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer holds no price"), "try again later; if it stays, check base_url")
	}
	newYork := zone("America/New_York", time.FixedZone("", -5*3600))
	f.asOf, _ = time.ParseInLocation("2006-01-02 15:04", f.day+" 16:00", newYork)
	now := args.Now.In(newYork)
	f.closed = true // the free plan has prices after the session; only during it is that not so
	if f.day == now.Format(time.DateOnly) && now.Before(f.asOf) {
		f.asOf, f.closed = now, false
	}
	return withCloses(args.item(f))
}

func refusedAlpha(wrong, limit string) error {
	switch {
	case strings.Contains(strings.ToLower(wrong), "apikey"):
		return minutes.WithHint(said{refusedKey}, "check api_key")
	case wrong != "":
		return minutes.WithHint(said{"the symbol or the request is not valid"}, "look the symbol up at alphavantage.co")
	case strings.Contains(limit, "premium endpoint"):
		return minutes.WithHint(said{"this is for paying users"}, "use another provider for it")
	case limit != "":
		return minutes.WithHint(said{overused}, "wait for tomorrow, or name fewer symbols: a free key has 25 requests a day")
	}
	return nil
}

// withCloses is a Parsed of what item gave, the closes among its facts.
func withCloses(it minutes.Item, closes []closing, err error) (connectors.Parsed, error) {
	if err != nil {
		return connectors.Parsed{}, err
	}
	b, err := json.Marshal(closes)
	if err != nil {
		return connectors.Parsed{}, err
	}
	return connectors.Parsed{Items: []minutes.Item{it}, Facts: map[string]string{"closes": string(b)}}, nil
}

// mended puts the close before day, as the service tells it, into what was kept: that may have been
// taken before the session's end, or days ago.
func mended(kept []closing, day string, previous float64) []closing {
	before := sessions(kept, day)
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || !(previous > 0) {
		return before
	}
	if n := len(before); n > 0 && !stale(before[n-1].Day, t, 4) {
		before[n-1].Price = previous
		return before
	}
	t = t.AddDate(0, 0, -1)
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, -1)
	}
	return append(before, closing{t.Format(time.DateOnly), previous})
}

func number(s string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// exchangeCurrency is what the exchange of a symbol's suffix trades in, "" where that is not known:
// a price without a currency is refused, for a wrong one misleads.
func exchangeCurrency(symbol string) string {
	if _, p, ok := strings.Cut(symbol, ":"); ok { // BINANCE:BTCUSDT, OANDA:EUR_USD
		for _, c := range []string{"USDT", "USDC", "USD", "EUR", "GBP", "JPY", "CHF"} {
			if strings.HasSuffix(p, c) {
				return c[:3]
			}
		}
		return ""
	}
	i := strings.LastIndexByte(symbol, '.')
	if i < 0 || len(symbol)-i == 2 && symbol[i+1] <= 'B' { // BRK.A and BRK.B are classes of shares
		return "USD"
	}
	return map[string]string{
		"US": "USD", "L": "GBX", "LON": "GBX", "TO": "CAD", "V": "CAD", "TRT": "CAD", "TRV": "CAD", "DE": "EUR", "F": "EUR", "DEX": "EUR", "FRK": "EUR",
		"PA": "EUR", "PAR": "EUR", "AS": "EUR", "AMS": "EUR", "BR": "EUR", "MI": "EUR", "MC": "EUR", "VI": "EUR", "HE": "EUR", "LS": "EUR", "IR": "EUR",
		"SW": "CHF", "ST": "SEK", "OL": "NOK", "CO": "DKK", "WA": "PLN", "T": "JPY", "HK": "HKD", "SS": "CNY", "SZ": "CNY", "SHH": "CNY", "SHZ": "CNY",
		"KS": "KRW", "KQ": "KRW", "TW": "TWD", "NS": "INR", "BO": "INR", "BSE": "INR", "AX": "AUD", "NZ": "NZD", "SA": "BRL", "SAO": "BRL", "MX": "MXN",
	}[symbol[i+1:]]
}
