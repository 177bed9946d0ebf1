package market

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// TestRSIIsThePublishedOne holds the worked example of Wilder's RSI(14) that StockCharts publishes.
func TestRSIIsThePublishedOne(t *testing.T) {
	closes := []float64{44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.6140,
		46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783,
		44.2181, 44.5672, 43.4205, 42.6628, 43.1314}
	want := []float64{70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46, 37.30, 33.08, 37.77}
	for i, w := range want {
		if got := rsi(closes[:15+i], 14); math.Abs(got-w) > 0.01 {
			t.Errorf("after %d closes %.2f, published is %.2f", 15+i, got, w)
		}
	}
	if rsi(closes[:14], 14) != 0 {
		t.Error("fourteen closes have thirteen changes: too few")
	}
	for want, series := range map[float64][]float64{100: {1, 2, 3, 4}, 50: {2, 2, 2, 2}} {
		if got := rsi(series, 3); got != want {
			t.Errorf("%v: %v, want %v", series, got, want)
		}
	}
}

// TestSMAIsThePublishedOne holds the worked example of a five-day mean that StockCharts publishes.
func TestSMAIsThePublishedOne(t *testing.T) {
	closes := []float64{11, 12, 13, 14, 15, 16, 17}
	for n, want := range map[int]float64{5: 13, 6: 14, 7: 15} {
		if got := sma(closes[:n], 5); got != want {
			t.Errorf("%v: %v, want %v", closes[:n], got, want)
		}
	}
	if sma(closes, 50) != 0 {
		t.Error("seven closes have no mean of fifty")
	}
}

func TestEasterAndTheClosingDays(t *testing.T) {
	for year, want := range map[int]string{2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28", 2038: "2038-04-25", 2285: "2285-03-22"} {
		if got := easterSunday(year).Format(time.DateOnly); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
	for day, want := range map[string]bool{"2026-04-03": true, "2026-04-06": true, "2026-04-07": false, "2026-05-01": true, "2026-12-25": true,
		"2026-11-28": true, "2026-11-25": false, "2026-01-01": true} {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if holiday(d) != want {
			t.Errorf("%s: %v", day, !want)
		}
	}
}

// parsed runs a fixture and gives its quotes.
func parsed(t *testing.T, name, parser string, now string, symbols ...string) []minutes.Quote {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	args, _ := json.Marshal(arguments{Source: "test", Now: at, Zone: "Europe/Berlin", Symbols: symbols})
	got, err := Spec().Parsers[parser](t.Context(), connectors.Document{Data: fixture(t, name), Args: args})
	if err != nil {
		t.Fatal(err)
	}
	var out []minutes.Quote
	for _, it := range got.Items {
		out = append(out, *it.Quote)
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-4*math.Max(1, math.Abs(b)) }

func TestRatesAreInverseAndCross(t *testing.T) {
	q := parsed(t, "frankfurter-range", "market.frankfurter", "2026-11-25T07:00:00+01:00", "EUR/USD", "USD/EUR", "EUR/GBP", "GBP/USD")
	usd, inverse, gbp, cross := q[0], q[1], q[2], q[3]
	if !near(inverse.Price, 1/usd.Price) || !near(inverse.PreviousClose, 1/usd.PreviousClose) || inverse.Currency != "EUR" {
		t.Errorf("1/%v is not %v %s", usd.Price, inverse.Price, inverse.Currency)
	}
	if !near(cross.Price, usd.Price/gbp.Price) || cross.Currency != "USD" {
		t.Errorf("%v / %v is not %v %s", usd.Price, gbp.Price, cross.Price, cross.Currency)
	}
	if usd.AsOf.Format(time.RFC3339) != "2026-11-24T16:00:00+01:00" || usd.Closed {
		t.Errorf("as of %v, closed %v", usd.AsOf, usd.Closed)
	}
	both := parsed(t, "ecb-ninety-days", "market.ecb", "2026-11-25T07:00:00+01:00", "EUR/USD")[0]
	if both.Price != usd.Price || both.RSI14 != usd.RSI14 || both.SMA50 != usd.SMA50 || both.SMA50 == 0 {
		t.Errorf("the same rates from the ECB: %v, from Frankfurter %v", both, usd)
	}
}

func TestTheChangeIsAgainstYesterdaysClose(t *testing.T) {
	closed := parsed(t, "yahoo-closed", "market.yahoo", "2026-11-25T07:00:00+01:00", "EXMP")[0]
	n := len(closed.Closes)
	if closed.PreviousClose != closed.Closes[n-2] || !near(closed.Closes[n-1], closed.Price) || !closed.Closed {
		t.Errorf("closed: %+v", closed)
	}
	// While the session runs the last bar is live: the close before it counts, and it is Tuesday's.
	open := parsed(t, "yahoo-open", "market.yahoo", "2026-11-25T17:00:30+01:00", "EXMP")[0]
	if !near(open.PreviousClose, closed.Price) || open.Closed || math.Abs(open.ChangePercent-1) > 0.01 {
		t.Errorf("open: %+v", open)
	}
	if nulls := parsed(t, "yahoo-nulls", "market.yahoo", "2026-11-25T07:00:00+01:00", "EXMP")[0]; !near(nulls.PreviousClose, closed.Closes[n-3]) {
		t.Errorf("a null close: previous %v, want the one before it, %v", nulls.PreviousClose, closed.Closes[n-3])
	}
	if pence := parsed(t, "yahoo-pence", "market.yahoo", "2026-11-25T07:00:00+01:00", "EXMP.L")[0]; pence.Currency != "GBX" || !near(pence.PreviousClose, 2*closed.PreviousClose) {
		t.Errorf("pence: %v %s", pence.PreviousClose, pence.Currency)
	}
}

func TestCorpus(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{Private: true})
	items, clear := 0, 0
	try := func(name, parser string, data []byte, now time.Time) {
		args, _ := json.Marshal(arguments{Source: "test", Private: true, Now: now, Zone: "Europe/Berlin", Symbols: []string{symbolOf(name)}})
		got, err := env.Parse(t.Context(), connectors.Document{Parser: parser, Data: data, Args: args})
		switch {
		case errors.Is(err, connectors.ErrKilled) || err != nil && strings.Contains(err.Error(), "gave up"):
			t.Errorf("%s by %s: %v", name, parser, err)
		case err != nil && minutes.Hint(err) == "":
			t.Errorf("%s by %s: no hint: %v", name, parser, err)
		case err != nil:
			clear++
		}
		for _, it := range got.Items {
			items++
			if bad := connectortest.CheckItem(env, it); bad != "" {
				t.Errorf("%s: %s", name, bad)
			}
			t.Logf("%s: %s | %s", name, it.Title, it.Excerpt)
		}
	}
	for _, path := range connectortest.Corpus(t, "market") {
		data, name := body(connectortest.Read(t, path)), filepath.Base(path)
		for parser := range Spec().Parsers {
			try(name, parser, data, momentOf(data))
		}
		// Charts of a year long past hold the price of the day they were recorded: without it the
		// last bar is the price.
		try(name, "market.yahoo", bytes.ReplaceAll(data, []byte("regularMarketTime"), []byte("passedOver")), momentOf(data))
	}
	t.Logf("%d quotes, %d clear errors", items, clear)
	if items < 8 {
		t.Errorf("only %d quotes", items)
	}
}

// body is what the service sent, where a recording holds the request too.
func body(data []byte) []byte {
	var cassette struct {
		Response struct {
			JSON json.RawMessage `json:"bodyJson"`
			Text string          `json:"bodyText"`
		} `json:"response"`
	}
	_ = json.Unmarshal(data, &cassette)
	switch {
	case cassette.Response.JSON != nil:
		return cassette.Response.JSON
	case cassette.Response.Text != "":
		return []byte(cassette.Response.Text)
	}
	return data
}

// symbolOf is what a recording can be asked for.
func symbolOf(name string) string {
	if strings.Contains(name, "frankfurter") || strings.Contains(name, "central_bank") {
		return "EUR/USD"
	}
	return "AAPL"
}

// momentOf is a moment just after a recording.
func momentOf(data []byte) time.Time {
	latest := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, key := range []string{`"regularMarketTime": `, `"regularMarketTime":`} {
		if _, rest, ok := strings.Cut(string(data), key); ok {
			var n int64
			if err := json.NewDecoder(strings.NewReader(rest)).Decode(&n); err == nil && n > 0 {
				return time.Unix(n+60, 0)
			}
		}
	}
	for i := range len(data) - 9 {
		if d, err := time.Parse(time.DateOnly, string(data[i:i+10])); err == nil && d.After(latest) && d.Year() < 2027 {
			latest = d
		}
	}
	return latest.Add(24 * time.Hour)
}

func TestJSONSuiteCrashesNothing(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{})
	n := 0
	for _, path := range connectortest.Corpus(t, "more/json") {
		data := connectortest.Read(t, path)
		for parser := range Spec().Parsers {
			n++
			args, _ := json.Marshal(arguments{Source: "test", Now: env.Now(), Symbols: []string{"EUR/USD"}})
			_, err := env.Parse(t.Context(), connectors.Document{Parser: parser, Data: data, Args: args})
			if err == nil || errors.Is(err, connectors.ErrKilled) || strings.Contains(err.Error(), "gave up") {
				t.Errorf("%s by %s: %v", filepath.Base(path), parser, err)
			}
		}
	}
	t.Logf("%d documents", n)
}

// fuzz holds of every parser whatever it reads: what comes out is believable.
func fuzz(f *testing.F, parser, symbol string, fixtures ...string) {
	for _, name := range fixtures {
		f.Add(fixture(f, name))
	}
	env := connectortest.Env(f, connectortest.Options{Private: true})
	args, _ := json.Marshal(arguments{Source: "test", Private: true, Now: env.Now(), Zone: "Europe/Berlin", Symbols: []string{symbol}})
	parse := Spec().Parsers[parser]
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(context.Background(), connectors.Document{Data: data, Args: args})
		if err != nil && minutes.Hint(err) == "" {
			t.Errorf("no hint: %v", err)
		}
		for _, it := range got.Items {
			if bad := connectortest.CheckItem(env, it); bad != "" {
				t.Error(bad)
			}
			if q := it.Quote; !(q.Price >= 0) || !(q.RSI14 >= 0 && q.RSI14 <= 100) || len(q.Closes) > shown || q.Currency == "" {
				t.Errorf("%+v", q)
			}
		}
	})
}

func FuzzFrankfurter(f *testing.F) {
	fuzz(f, "market.frankfurter", "EUR/USD", "frankfurter-range", "frankfurter-rows", "frankfurter-other-base")
}
func FuzzECB(f *testing.F) { fuzz(f, "market.ecb", "EUR/USD", "ecb-ninety-days", "ecb-breaks-off") }
func FuzzYahoo(f *testing.F) {
	fuzz(f, "market.yahoo", "EXMP", "yahoo-closed", "yahoo-nulls", "yahoo-delisted")
}
func FuzzFinnhub(f *testing.F) { fuzz(f, "market.finnhub", "AAPL", "finnhub-quote", "finnhub-unknown") }
func FuzzAlphaVantage(f *testing.F) {
	fuzz(f, "market.alphavantage", "IBM", "alphavantage-quote", "alphavantage-daily")
}
