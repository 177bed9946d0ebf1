package market

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// history is how far back closes are asked for: SMA(50) needs 50 sessions, and RSI(14) comes
// close to what a chart shows only with some lead.
const history = 90 * 24 * time.Hour

// rates reads one document for all pairs. Both services have the euro as base, so any pair can be
// made of it.
func (s *source) rates(ctx context.Context) ([]minutes.Item, []minutes.Rejection, error) {
	address := s.config.BaseURL + "/stats/eurofxref/eurofxref-hist-90d.xml"
	if s.provider.name == "frankfurter" {
		q := url.Values{"base": {"EUR"}, "symbols": {currencies(s.config.Symbols)}}
		address = s.config.BaseURL + "/v1/" + s.env.Now().UTC().Add(-history).Format(time.DateOnly) + "..?" + q.Encode()
	}
	got, err := s.ask(ctx, connectors.Request{URL: address}, s.config.Symbols)
	if err != nil {
		return nil, nil, err
	}
	if len(got.Rejected) > 0 {
		r := got.Rejected[0]
		err = minutes.WithHint(fmt.Errorf("%s: %s", r.Item, r.Reason), r.Next.String())
	}
	return s.local(got.Items), got.Rejected, err
}

// each reads one document a symbol, one after the other and not too fast. What would fail for the
// next symbol as well ends it.
func (s *source) each(ctx context.Context) (items []minutes.Item, rejected []minutes.Rejection, failed error) {
	if err := s.paused(ctx); err != nil {
		return nil, nil, err
	}
	key, err := s.key(ctx)
	if err != nil {
		return nil, nil, err
	}
	for i, symbol := range s.config.Symbols {
		it, err := s.symbol(ctx, symbol, key, i > 0)
		if err == nil {
			items = append(items, it)
			continue
		}
		if ctx.Err() != nil {
			return items, rejected, fmt.Errorf("%s: %w", symbol, err)
		}
		if failed == nil {
			failed = fmt.Errorf("%s: %w", symbol, err)
		}
		rejected = append(rejected, reject(s.env.Name, symbol, err))
		if errors.Is(err, minutes.ErrAuth) || errors.Is(err, minutes.ErrOffline) || errors.Is(err, minutes.ErrBudget) {
			for _, rest := range s.config.Symbols[i+1:] {
				rejected = append(rejected, reject(s.env.Name, rest, err))
			}
			break
		}
	}
	return items, rejected, failed
}

func (s *source) key(ctx context.Context) (minutes.Secret, error) {
	if !s.provider.key {
		return minutes.Secret{}, nil
	}
	return s.env.Secret(ctx, s.config.APIKey)
}

// remembered is what State keeps of a symbol under "symbol:NAME".
type remembered struct {
	Fetched time.Time     `json:"fetched"`
	Item    *minutes.Item `json:"item,omitempty"`
	Closes  []closing     `json:"closes,omitempty"`
}

// symbol is one symbol's item: the last one while it is fresh, else a new one.
func (s *source) symbol(ctx context.Context, symbol string, key minutes.Secret, wait bool) (minutes.Item, error) {
	var was remembered
	if err := s.recall(ctx, "symbol:"+symbol, &was); err != nil {
		return minutes.Item{}, err
	}
	if age := s.env.Now().Sub(was.Fetched); was.Item != nil && was.Item.Quote != nil && age >= 0 && age < s.provider.fresh {
		it := *was.Item
		it.Source, it.Private = s.env.Name, s.env.Private
		return s.local([]minutes.Item{it})[0], nil
	}
	if wait && !ownMachine(s.config.BaseURL) {
		if err := s.pause(ctx, s.provider.gap); err != nil {
			return minutes.Item{}, err
		}
	}
	req, err := s.request(ctx, symbol, key, was)
	if err != nil {
		return minutes.Item{}, err
	}
	got, err := s.ask(ctx, req, []string{symbol}, was.Closes...)
	if err != nil {
		return minutes.Item{}, err
	}
	if len(got.Items) != 1 {
		return minutes.Item{}, minutes.WithHint(errors.New("the answer holds no price"), "check the symbol")
	}
	it := s.local(got.Items)[0]
	now := remembered{Fetched: s.env.Now()}
	if s.provider.fresh > 0 {
		now.Item = &it
	}
	if s.provider.key { // these give no history in an answer, or give it at a price
		if err := json.Unmarshal([]byte(got.Facts["closes"]), &now.Closes); err != nil {
			return minutes.Item{}, err
		}
	}
	return it, s.remember(ctx, "symbol:"+symbol, now)
}

// request is what is asked for a symbol. Keys travel in a header where the service allows it.
func (s *source) request(ctx context.Context, symbol string, key minutes.Secret, was remembered) (connectors.Request, error) {
	switch s.provider.name {
	case "finnhub":
		return connectors.Request{URL: s.config.BaseURL + "/v1/quote?" + url.Values{"symbol": {symbol}}.Encode(),
			Header: map[string]string{"X-Finnhub-Token": key.Reveal()}}, nil
	case "alphavantage":
		if err := s.spend(ctx); err != nil {
			return connectors.Request{}, err
		}
		// The long answer once, and again after a gap; else the short one goes on from what is kept.
		q := url.Values{"function": {"GLOBAL_QUOTE"}, "symbol": {symbol}, "apikey": {key.Reveal()}}
		if n := len(was.Closes); n < 20 || stale(was.Closes[n-1].Day, s.env.Now(), 4) {
			q.Set("function", "TIME_SERIES_DAILY")
		}
		return connectors.Request{URL: s.config.BaseURL + "/query?" + q.Encode()}, nil
	}
	q := url.Values{"interval": {"1d"}, "range": {"6mo"}, "includePrePost": {"false"}}
	return connectors.Request{URL: s.config.BaseURL + "/v8/finance/chart/" + url.PathEscape(symbol) + "?" + q.Encode()}, nil
}

// ask gets an answer and parses it; a refusal's body, which explains it, is parsed too.
func (s *source) ask(ctx context.Context, req connectors.Request, symbols []string, closes ...closing) (connectors.Parsed, error) {
	args, err := json.Marshal(arguments{Source: s.env.Name, Private: s.env.Private, Now: s.env.Now(), Zone: s.env.Zone.String(),
		Symbols: symbols, Closes: closes})
	if err != nil {
		return connectors.Parsed{}, err
	}
	parser := "market." + s.provider.name
	res, err := s.get(ctx, req)
	if status := (*connectors.StatusError)(nil); errors.As(err, &status) {
		return connectors.Parsed{}, s.refusal(ctx, err, status, connectors.Document{Parser: parser, Data: status.Body, Args: args})
	}
	if err != nil {
		return connectors.Parsed{}, err
	}
	got, err := s.env.Parse(ctx, connectors.Document{Parser: parser, Data: res.Body, Args: args})
	return got, known(err)
}

// refusal is what an answer that is no success means. Who asks too much is left alone for hours.
func (s *source) refusal(ctx context.Context, err error, status *connectors.StatusError, body connectors.Document) error {
	if status.Code == 429 && !s.provider.fx {
		return s.rest(ctx, max(status.RetryAfter, 4*time.Hour))
	}
	if _, why := s.env.Parse(ctx, body); why != nil && explained(why) {
		return minutes.WithHint(fmt.Errorf("%w: %w", err, why), minutes.Hint(why))
	}
	return err
}

// local gives times the user's zone by name, which the jail's frames do not carry.
func (s *source) local(items []minutes.Item) []minutes.Item {
	for i := range items {
		items[i].At = items[i].At.In(s.env.Zone)
		items[i].Quote.AsOf = items[i].At
	}
	return items
}

func reject(source, symbol string, err error) minutes.Rejection {
	next := minutes.Hint(err)
	if next == "" {
		next = "try again later"
	}
	return minutes.Rejection{Source: source, Item: minutes.CleanLine(symbol), Reason: minutes.CleanLine(err.Error()).Cut(300), Next: minutes.CleanLine(next)}
}

// ownMachine says that base is a server on this machine, which nobody's limits protect.
func ownMachine(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
