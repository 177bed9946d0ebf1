package market

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// table is how much of each currency one unit of the base buys, by day.
type table struct {
	base string
	days map[string]map[string]float64
}

// maxDays bounds a table; 90 days are asked for.
const maxDays = 1000

func (t *table) add(day, currency string, rate float64) {
	if _, err := time.Parse(time.DateOnly, day); err != nil || !isCurrency(currency) || !(rate > 0 && rate < 1e12) {
		return
	}
	if t.days == nil {
		t.days = map[string]map[string]float64{}
	}
	if t.days[day] == nil {
		if len(t.days) >= maxDays {
			return
		}
		t.days[day] = map[string]float64{}
	}
	t.days[day][currency] = rate
}

// rate is how much of b one a buys on a day, 0 if that is not known.
func (t *table) rate(day, a, b string) float64 {
	of := func(c string) float64 {
		if c == t.base {
			return 1
		}
		return t.days[day][c]
	}
	if of(a) == 0 {
		return 0
	}
	return of(b) / of(a)
}

// parseFrankfurter reads a range of days, one day, or the rows of version 2.
func parseFrankfurter(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := args.read(doc); err != nil {
		return connectors.Parsed{}, err
	}
	t := &table{}
	var err error
	if data := bytes.TrimSpace(doc.Data); len(data) > 0 && data[0] == '[' {
		err = t.rows(data)
	} else {
		err = t.object(data)
	}
	if err != nil {
		return connectors.Parsed{}, err
	}
	return args.rates(t, "frankfurter", "https://frankfurter.dev/")
}

func (t *table) rows(data []byte) error {
	var rows []struct {
		Date, Base, Quote string
		Rate              float64
	}
	if err := decode(data, &rows); err != nil {
		return err
	}
	for _, r := range rows {
		if t.base == "" {
			t.base = r.Base
		}
		if r.Base == t.base {
			t.add(r.Date, r.Quote, r.Rate)
		}
	}
	return nil
}

func (t *table) object(data []byte) error {
	var answer struct {
		Amount  float64                    `json:"amount"`
		Base    string                     `json:"base"`
		Date    string                     `json:"date"`
		Rates   map[string]json.RawMessage `json:"rates"`
		Message string                     `json:"message"`
	}
	if err := decode(data, &answer); err != nil {
		return err
	}
	if answer.Message != "" {
		return minutes.WithHint(said{fmt.Sprintf("%q", minutes.CleanLine(answer.Message).Cut(100))}, "check the currencies in symbols")
	}
	if t.base = answer.Base; t.base == "" {
		t.base = "EUR"
	}
	if answer.Amount <= 0 {
		answer.Amount = 1
	}
	for k, raw := range answer.Rates {
		var rate float64
		var day map[string]float64
		if json.Unmarshal(raw, &rate) == nil {
			t.add(answer.Date, k, rate/answer.Amount)
		} else if json.Unmarshal(raw, &day) == nil {
			for c, rate := range day {
				t.add(k, c, rate/answer.Amount)
			}
		}
	}
	return nil
}

// parseECB reads the bank's own file: Cube in Cube in Cube, attributes alone.
func parseECB(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := args.read(doc); err != nil {
		return connectors.Parsed{}, err
	}
	if data := bytes.ToLower(bytes.TrimSpace(doc.Data[:min(len(doc.Data), 256)])); bytes.HasPrefix(data, []byte("<!doctype html")) || bytes.HasPrefix(data, []byte("<html")) {
		return connectors.Parsed{}, webPage()
	}
	t := &table{base: "EUR"}
	dec := xml.NewDecoder(bytes.NewReader(doc.Data))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // only ASCII is read of it
	day, depth := "", 0
	for {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return connectors.Parsed{}, minutes.WithHint(errors.New("the answer is not the XML it should be"), "try again later; if it stays, check base_url")
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if depth++; depth > 20 {
				return connectors.Parsed{}, minutes.WithHint(errors.New("the answer nests too deeply"), "check base_url")
			}
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
			}
			if attr["time"] != "" {
				day = attr["time"]
			}
			if rate, err := strconv.ParseFloat(attr["rate"], 64); err == nil {
				t.add(day, attr["currency"], rate)
			}
		case xml.EndElement:
			depth--
		}
	}
	if depth != 0 && len(t.days) > 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer breaks off"), "try again later")
	}
	return args.rates(t, "ecb", "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html")
}

// rates makes an item of each pair; one whose currency is not there is rejected.
func (args arguments) rates(t *table, provider, url string) (connectors.Parsed, error) {
	if len(t.days) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer holds no rates"), "check base_url, and the currencies in symbols")
	}
	days := slices.Sorted(maps.Keys(t.days))
	var out connectors.Parsed
	for _, symbol := range args.Symbols {
		it, err := args.pair(t, days, symbol, provider, url)
		if err != nil {
			out.Rejected = append(out.Rejected, reject(args.Source, symbol, err))
			continue
		}
		out.Items = append(out.Items, it)
	}
	if len(out.Items) == 0 {
		r := out.Rejected[0]
		return connectors.Parsed{}, minutes.WithHint(fmt.Errorf("%s: %s", r.Item, r.Reason), r.Next.String())
	}
	return out, nil
}

func (args arguments) pair(t *table, days []string, symbol, provider, url string) (minutes.Item, error) {
	a, b, _ := strings.Cut(symbol, "/")
	f := figures{symbol: symbol, currency: b, provider: provider, url: url}
	for _, day := range days {
		if r := t.rate(day, a, b); r > 0 {
			f.price, f.day = r, day
			f.closes = append(f.closes, closing{day, r})
		}
	}
	if f.price == 0 {
		return minutes.Item{}, minutes.WithHint(errors.New("there is no reference rate for it"), "the ECB publishes about 30 currencies: choose among them, or use another provider")
	}
	// Reference rates are set at about 16:00 in Frankfurt, on days on which its payment system runs.
	frankfurt := zone("Europe/Berlin", time.FixedZone("CET", 3600))
	f.asOf, _ = time.ParseInLocation("2006-01-02 15:04", f.day+" 16:00", frankfurt)
	now := args.Now.In(frankfurt)
	if now.Sub(f.asOf) > 10*24*time.Hour {
		return minutes.Item{}, minutes.WithHint(fmt.Errorf("its last rate is of %s", f.day), "it is no longer published, or the service is behind: try ecb or frankfurter, whichever this is not")
	}
	f.closed = holiday(now)
	switch {
	case f.price >= 50:
		f.decimals = 2
	case f.price >= 10:
		f.decimals = 3
	case f.price >= 0.1:
		f.decimals = 4
	default:
		f.decimals = 6
	}
	it, _, err := args.item(f)
	return it, err
}

// holiday says whether no rates are set on t's day: weekends and the closing days of the euro's
// payment system.
func holiday(t time.Time) bool {
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		return true
	}
	switch t.Format("01-02") {
	case "01-01", "05-01", "12-25", "12-26":
		return true
	}
	easter := easterSunday(t.Year())
	day := t.Format(time.DateOnly)
	return day == easter.AddDate(0, 0, -2).Format(time.DateOnly) || day == easter.AddDate(0, 0, 1).Format(time.DateOnly)
}

// easterSunday is Gauss's rule in the form of Meeus, Jones and Butcher.
func easterSunday(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}

// currencies are all that the pairs name, but the base.
func currencies(pairs []string) string {
	var out []string
	for _, p := range pairs {
		for _, c := range strings.Split(p, "/") {
			if c != "EUR" && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return strings.Join(out, ",")
}
