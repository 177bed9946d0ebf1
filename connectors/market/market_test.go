package market

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", name, "input.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %v %v", name, files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// service answers for all providers at the paths of the contract. A symbol GONE is not known.
func service(t testing.TB, asked *atomic.Int64) http.Handler {
	file := func(name string) []byte { return fixture(t, name) }
	fx, ecb := file("frankfurter-range"), file("ecb-ninety-days")
	yahoo, delisted := file("yahoo-closed"), file("yahoo-delisted")
	finnhub, nobody := file("finnhub-quote"), file("finnhub-unknown")
	daily, quote, none := file("alphavantage-daily"), file("alphavantage-quote"), file("alphavantage-unknown")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked != nil {
			asked.Add(1)
		}
		w.Header().Set("Content-Type", "application/json")
		gone := strings.Contains(r.URL.String(), "GONE")
		switch p := r.URL.Path; {
		case strings.HasPrefix(p, "/v1/20") && strings.HasSuffix(p, "..") && r.URL.Query().Get("base") == "EUR":
			_, _ = w.Write(fx)
		case p == "/stats/eurofxref/eurofxref-hist-90d.xml":
			_, _ = w.Write(ecb)
		case strings.HasPrefix(p, "/v8/finance/chart/") && gone:
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write(delisted)
		case strings.HasPrefix(p, "/v8/finance/chart/"):
			_, _ = w.Write(yahoo)
		case p == "/v1/quote" && r.Header.Get("X-Finnhub-Token") != connectortest.Canary:
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(w, `{"error":"Invalid API key %s"}`, connectortest.Canary)
		case p == "/v1/quote" && gone:
			_, _ = w.Write(nobody)
		case p == "/v1/quote":
			_, _ = w.Write(finnhub)
		case p == "/query" && gone:
			_, _ = w.Write(none)
		case p == "/query" && r.URL.Query().Get("function") == "GLOBAL_QUOTE":
			_, _ = w.Write(quote)
		case p == "/query":
			_, _ = w.Write(daily)
		default:
			http.NotFound(w, r)
		}
	})
}

func TestSuite(t *testing.T) {
	for _, provider := range []string{"frankfurter", "ecb", "yahoo", "finnhub", "alphavantage"} {
		t.Run(provider, func(t *testing.T) {
			connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 2, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
				return config(t, provider, fault, nil)
			}})
		})
	}
}

func config(t *testing.T, provider string, fault connectortest.Fault, asked *atomic.Int64) *Config {
	c := &Config{Provider: provider, BaseURL: connectortest.Serve(t, fault, service(t, asked))}
	good, bad := []string{"AAPL", "MSFT"}, "GONE"
	switch provider {
	case "frankfurter", "ecb":
		good, bad = []string{"EUR/USD", "GBP/USD"}, "EUR/XYZ"
	case "finnhub", "alphavantage":
		c.APIKey = minutes.SecretRef{Env: "KEY"}
	}
	if c.Symbols = good; fault == connectortest.Partial {
		c.Symbols = append(c.Symbols, bad)
	}
	return c
}

func open(t *testing.T, env connectors.Env, c *Config) minutes.Source {
	t.Helper()
	c.Fill()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	src, err := c.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }

func TestWhoIsToldToWaitWaitsForHours(t *testing.T) {
	var asked atomic.Int64
	base := connectortest.Serve(t, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte("Too Many Requests\r\n"))
	}))
	env := connectortest.Env(t, connectortest.Options{})
	for range 3 { // three runs of the program
		_, err := open(t, env, &Config{Provider: "yahoo", BaseURL: base, Symbols: []string{"AAPL", "MSFT"}}).Fetch(t.Context(), minutes.Cursor{})
		if !errors.Is(err, minutes.ErrBudget) || !strings.Contains(err.Error(), "until 25 November 11:00") || minutes.Hint(err) == "" {
			t.Errorf("got %v (%s)", err, minutes.Hint(err))
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestAlphaVantageIsAskedOnceASymbol(t *testing.T) {
	var asked atomic.Int64
	c := config(t, "alphavantage", connectortest.None, &asked)
	env := connectortest.Env(t, connectortest.Options{})
	for range 4 {
		b, err := open(t, env, c).Fetch(t.Context(), minutes.Cursor{})
		if err != nil || len(b.Items) != 2 || b.Items[0].Quote.RSI14 == 0 || b.Items[0].Quote.SMA50 == 0 {
			t.Fatalf("%v %+v", err, b.Items)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("%d requests in four fetches of two symbols, want 2", n)
	}
}

func TestTheDaysRequestsAreCounted(t *testing.T) {
	var asked atomic.Int64
	c := config(t, "alphavantage", connectortest.None, &asked)
	env := connectortest.Env(t, connectortest.Options{})
	if err := env.State.Put(t.Context(), "spent", []byte(`{"day":"2026-11-25","used":24}`)); err != nil {
		t.Fatal(err)
	}
	b, err := open(t, env, c).Fetch(t.Context(), minutes.Cursor{})
	if !errors.Is(err, minutes.ErrBudget) || len(b.Items) != 1 || len(b.Rejected) != 1 || asked.Load() != 1 {
		t.Errorf("%v, %d items, %d rejected, %d requests", err, len(b.Items), len(b.Rejected), asked.Load())
	}
}

// TestAKeyIsNeverRepeated is about answers of status 200 and 401 that hold the key.
func TestAKeyIsNeverRepeated(t *testing.T) {
	for _, name := range []string{"alphavantage-over-the-limit", "alphavantage-bad-key", "finnhub-bad-key"} {
		for _, status := range []int{200, 401, 403} {
			body := fixture(t, name)
			base := connectortest.Serve(t, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write(body)
			}))
			provider, _, _ := strings.Cut(name, "-")
			src := open(t, connectortest.Env(t, connectortest.Options{}), &Config{Provider: provider, BaseURL: base, Symbols: []string{"IBM"}, APIKey: minutes.SecretRef{Env: "K"}})
			_, err := src.Fetch(t.Context(), minutes.Cursor{})
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v %s", err, err, minutes.Hint(err)), connectortest.Canary) || minutes.Hint(err) == "" {
				t.Errorf("%s, %d: %v (%s)", name, status, err, minutes.Hint(err))
			}
			if !errors.Is(err, minutes.ErrAuth) && !errors.Is(err, minutes.ErrBudget) {
				t.Errorf("%s, %d: neither ErrAuth nor ErrBudget: %v", name, status, err)
			}
		}
	}
}

func TestCheckNamesTheKey(t *testing.T) {
	key := minutes.SecretRef{Env: "K"}
	for want, cs := range map[string][]*Config{
		"provider": {{Provider: "stooq"}},
		"base_url": {{BaseURL: "ftp://x"}},
		"symbols": {{Provider: "yahoo"}, {Symbols: []string{"AAPL"}}, {Symbols: []string{"EUR/EUR"}}, {Provider: "yahoo", Symbols: []string{"A B"}},
			{Provider: "yahoo", Symbols: []string{"../x"}}, {Provider: "ecb", Symbols: []string{}}},
		"api_key": {{Provider: "finnhub", Symbols: []string{"AAPL"}}, {Provider: "yahoo", Symbols: []string{"AAPL"}, APIKey: key}},
	} {
		for _, c := range cs {
			c.Fill()
			var ke *connectors.KeyError
			if !errors.As(c.Check(), &ke) || ke.Key != want {
				t.Errorf("%+v: want a KeyError of %s, got %v", c, want, c.Check())
			}
		}
	}
}

func TestPairsAreWrittenOneWay(t *testing.T) {
	for in, want := range map[string]string{"USD": "EUR/USD", "EURUSD": "EUR/USD", "EURUSD=X": "EUR/USD", "GBP-USD": "GBP/USD", "GBP/USD": "GBP/USD", "AAPL": "AAPL"} {
		if got := pair(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestTheQuoteToolTakesWatchedSymbolsAndNoOther(t *testing.T) {
	var asked atomic.Int64
	c := config(t, "yahoo", connectortest.None, &asked)
	src := open(t, connectortest.Env(t, connectortest.Options{}), c)
	tools := src.(minutes.Toolbox).Tools()
	if _, err := tools[0].Call(t.Context(), []byte(`{"symbol":"OTHER"}`)); err == nil || asked.Load() != 0 {
		t.Errorf("%v, %d requests", err, asked.Load())
	}
	got, err := tools[0].Call(t.Context(), []byte(`{"symbol":"`+c.Symbols[0]+`"}`))
	if err != nil || len(got.Items) != 1 || got.Items[0].Quote == nil || asked.Load() != 1 {
		t.Errorf("%+v %v, %d requests", got, err, asked.Load())
	}
}
