// Package market reads prices: reference exchange rates without a key from Frankfurter or the ECB,
// shares from Yahoo's chart, Finnhub or Alpha Vantage. No figure is called real time.
package market

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

//go:embed sample.toml
var sample string

// Spec describes the connector.
func Spec() connectors.Spec {
	return connectors.Spec{
		Kind: "market", About: "Prices and exchange rates, with their change since the previous close.", Sample: sample,
		Private: true, // a watch list says what somebody owns
		New:     func() connectors.Config { return &Config{} },
		Parsers: map[string]connectors.Parser{
			"market.frankfurter": parseFrankfurter, "market.ecb": parseECB, "market.yahoo": parseYahoo,
			"market.finnhub": parseFinnhub, "market.alphavantage": parseAlphaVantage,
		},
	}
}

// Config is a [[connectors.market]] table.
type Config struct {
	connectors.Common
	Provider string            `toml:"provider"`
	BaseURL  string            `toml:"base_url"`
	Symbols  []string          `toml:"symbols"`
	APIKey   minutes.SecretRef `toml:"api_key"`
}

// a provider is what differs before the first request.
type provider struct {
	name, base string
	fx         bool          // symbols are pairs of currencies
	key        bool          // needs api_key
	most       int           // symbols that fit its limits and a source's half minute
	gap        time.Duration // between requests
	fresh      time.Duration // for so long an answer is not asked for again
}

func providers() []provider {
	return []provider{
		{name: "frankfurter", base: "https://api.frankfurter.dev", fx: true, most: 50},
		{name: "ecb", base: "https://www.ecb.europa.eu", fx: true, most: 50},
		{name: "yahoo", base: "https://query1.finance.yahoo.com", most: 25, gap: time.Second, fresh: time.Minute},
		{name: "finnhub", base: "https://finnhub.io/api", key: true, most: 50, gap: 50 * time.Millisecond},
		// 25 requests a day and one a second, so no price is asked for twice in a morning.
		{name: "alphavantage", base: "https://www.alphavantage.co", key: true, most: 20, gap: 1200 * time.Millisecond, fresh: 3 * time.Hour},
	}
}

func providerOf(name string) (provider, bool) {
	all := providers()
	i := slices.IndexFunc(all, func(p provider) bool { return p.name == name })
	if i < 0 {
		return provider{}, false
	}
	return all[i], true
}

// Fill sets the defaults. Without symbols the keyless providers give the euro in dollars and pounds.
func (c *Config) Fill() {
	if c.Name == "" {
		c.Name = "market"
	}
	if c.Provider == "" {
		c.Provider = "frankfurter"
	}
	p, _ := providerOf(c.Provider)
	if c.BaseURL == "" {
		c.BaseURL = p.base
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.Symbols == nil && p.fx {
		c.Symbols = []string{"EUR/USD", "EUR/GBP"}
	}
	var symbols []string
	for _, s := range c.Symbols {
		s = strings.ToUpper(strings.TrimSpace(s))
		if p.fx {
			s = pair(s)
		}
		if !slices.Contains(symbols, s) {
			symbols = append(symbols, s)
		}
	}
	c.Symbols = symbols
}

// pair writes a pair of currencies one way: EURUSD, EUR/USD, EURUSD=X and USD alone are EUR/USD.
func pair(s string) string {
	letters := strings.NewReplacer("/", "", "-", "", "_", "", "=X", "").Replace(s)
	switch len(letters) {
	case 3:
		return "EUR/" + letters
	case 6:
		return letters[:3] + "/" + letters[3:]
	}
	return s
}

// Check finds what is wrong without touching the network.
func (c *Config) Check() error {
	bad := func(key, problem, remedy string) error {
		return &connectors.KeyError{Key: key, Problem: problem, Remedy: remedy}
	}
	p, known := providerOf(c.Provider)
	switch {
	case !known:
		return bad("provider", fmt.Sprintf("%q is not known", c.Provider), "choose frankfurter, ecb, yahoo, finnhub or alphavantage")
	case minutes.WebURL(c.BaseURL) == "":
		return bad("base_url", "not an http or https address", fmt.Sprintf("leave it out, or write it like %q", p.base))
	case len(c.Symbols) == 0:
		return bad("symbols", "there are none", `name some, like ["AAPL", "SAP.DE"]`)
	case len(c.Symbols) > p.most:
		return bad("symbols", fmt.Sprintf("%d are too many for %s", len(c.Symbols), p.name), fmt.Sprintf("keep at most %d", p.most))
	case p.key && !c.APIKey.Set():
		return bad("api_key", p.name+" needs a key", `get a free one and write api_key = { env = "…" }`)
	case !p.key && c.APIKey.Set():
		return bad("api_key", p.name+" needs no key", "remove it")
	}
	for _, s := range c.Symbols {
		if p.fx && !isPair(s) {
			return bad("symbols", fmt.Sprintf("%q is no pair of currencies", s), `write it like "EUR/USD", or choose another provider for shares`)
		}
		if !p.fx && !isSymbol(s) {
			return bad("symbols", fmt.Sprintf("%q is no symbol", s), `write it as the provider does, like "AAPL" or "^GSPC"`)
		}
	}
	return nil
}

func isPair(s string) bool {
	a, b, ok := strings.Cut(s, "/")
	return ok && isCurrency(a) && isCurrency(b) && a != b
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func isSymbol(s string) bool {
	return len(s) > 0 && len(s) <= 32 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.^=-_:") == ""
}

// Open makes the source. It touches no network.
func (c *Config) Open(env connectors.Env) (minutes.Source, error) {
	p, _ := providerOf(c.Provider)
	web := env.Web()
	if !p.fx {
		web.Tries = 1 // these count requests, and turn away who insists
	}
	return &source{env: env, config: *c, provider: p, get: web.Get}, nil
}

type source struct {
	env      connectors.Env
	config   Config
	provider provider
	get      func(context.Context, connectors.Request) (connectors.Response, error)
}

// Name is the source's.
func (s *source) Name() string { return s.env.Name }

// Fetch brings one item a symbol. A symbol that fails costs itself: it is rejected, and the error
// says how many were.
func (s *source) Fetch(ctx context.Context, _ minutes.Cursor) (minutes.Batch, error) {
	b := minutes.Batch{Next: minutes.Cursor{At: s.env.Now()}}
	var err error
	if s.provider.fx {
		b.Items, b.Rejected, err = s.rates(ctx)
	} else {
		b.Items, b.Rejected, err = s.each(ctx)
	}
	switch {
	case err != nil && len(b.Items) == 0:
		return minutes.Batch{}, fmt.Errorf("market: %w", err)
	case err != nil:
		err = fmt.Errorf("market: %d of %d symbols failed: %w", len(s.config.Symbols)-len(b.Items), len(s.config.Symbols), err)
	}
	b.Full = err == nil && len(b.Rejected) == 0
	return b, err
}
