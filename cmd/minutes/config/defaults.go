package config

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed default.toml
var defaultText string

// Defaults is the config, as TOML, that is in force where there is no file. Place and currencies are
// guessed from the IANA name of the time zone; a zone that names no town has no weather.
func Defaults(zone string) string {
	place := placeOf(zone)
	var symbols []string
	for _, s := range pairsOf(zone) {
		symbols = append(symbols, `"`+s+`"`)
	}
	out := strings.NewReplacer("@PLACE@", place, "@SYMBOLS@", strings.Join(symbols, ", ")).Replace(defaultText)
	if place == "" {
		out = dropTables(out, func(kind string) bool { return kind == "weather" })
	}
	return out
}

// keepKnown drops the default tables of kinds that this program was not built with.
func keepKnown(data []byte, kinds []Kind) []byte {
	return []byte(dropTables(string(data), func(kind string) bool {
		for _, k := range kinds {
			if k.Name == kind {
				return false
			}
		}
		return true
	}))
}

// dropTables removes [[connectors.KIND]] tables. It is for texts of our own, where each begins at a
// line's start and ends before the next.
func dropTables(text string, drop func(kind string) bool) string {
	const head = "[[connectors."
	parts := strings.Split(text, "\n"+head)
	out := parts[0]
	for _, p := range parts[1:] {
		if kind, _, _ := strings.Cut(p, "]]"); !drop(kind) {
			out += "\n" + head + p
		}
	}
	return out
}

// placeOf is the town of an IANA zone, or "".
func placeOf(zone string) string {
	switch zone {
	case "GB", "GB-Eire":
		return "London"
	case "Eire":
		return "Dublin"
	case "Japan":
		return "Tokyo"
	case "ROK":
		return "Seoul"
	case "PRC":
		return "Shanghai"
	case "Turkey":
		return "Istanbul"
	case "Israel":
		return "Jerusalem"
	case "Poland":
		return "Warsaw"
	case "Portugal":
		return "Lisbon"
	case "Singapore":
		return "Singapore"
	case "Hongkong":
		return "Hong Kong"
	case "Iceland":
		return "Reykjavik"
	case "US/Eastern":
		return "New York"
	case "US/Central":
		return "Chicago"
	case "US/Mountain":
		return "Denver"
	case "US/Pacific":
		return "Los Angeles"
	}
	area, town, ok := strings.Cut(zone, "/")
	switch area {
	case "Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific", "Antarctica", "Arctic":
	default:
		ok = false
	}
	if !ok {
		return ""
	}
	if i := strings.LastIndexByte(town, '/'); i >= 0 {
		town = town[i+1:]
	}
	if strings.Trim(town, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") != "" {
		return "" // no zone of the database; it goes into a text of TOML
	}
	return strings.ReplaceAll(town, "_", " ")
}

// pairsOf are the exchange rates that a person in a zone meets: their own money and the big ones,
// each pair written the way round that markets write it. The European Central Bank quotes all.
func pairsOf(zone string) []string {
	order := []string{"EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF", "JPY"}
	rank := func(c string) int {
		if i := slices.Index(order, c); i >= 0 {
			return i
		}
		return len(order)
	}
	own := currencyOf(zone)
	var out []string
	for _, big := range []string{"EUR", "USD", "GBP", "JPY"} {
		switch {
		case big == own || len(out) == 3:
		case rank(own) < rank(big):
			out = append(out, own+"/"+big)
		default:
			out = append(out, big+"/"+own)
		}
	}
	return out
}

func currencyOf(zone string) string {
	switch zone {
	case "Europe/London", "GB", "Europe/Belfast", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man":
		return "GBP"
	case "Europe/Zurich", "Europe/Busingen", "Europe/Vaduz":
		return "CHF"
	case "Europe/Stockholm":
		return "SEK"
	case "Europe/Oslo", "Arctic/Longyearbyen":
		return "NOK"
	case "Europe/Copenhagen":
		return "DKK"
	case "Europe/Warsaw", "Poland":
		return "PLN"
	case "Europe/Prague":
		return "CZK"
	case "Europe/Budapest":
		return "HUF"
	case "Europe/Bucharest":
		return "RON"
	case "Europe/Istanbul", "Turkey", "Asia/Istanbul":
		return "TRY"
	case "Atlantic/Reykjavik", "Iceland":
		return "ISK"
	case "Asia/Tokyo", "Japan":
		return "JPY"
	case "Asia/Shanghai", "PRC":
		return "CNY"
	case "Asia/Hong_Kong", "Hongkong":
		return "HKD"
	case "Asia/Singapore", "Singapore":
		return "SGD"
	case "Asia/Kolkata", "Asia/Calcutta":
		return "INR"
	case "Asia/Seoul", "ROK":
		return "KRW"
	case "Asia/Jakarta":
		return "IDR"
	case "Asia/Bangkok":
		return "THB"
	case "Asia/Manila":
		return "PHP"
	case "Asia/Kuala_Lumpur":
		return "MYR"
	case "Asia/Jerusalem", "Israel":
		return "ILS"
	case "Africa/Johannesburg":
		return "ZAR"
	case "America/Sao_Paulo":
		return "BRL"
	case "America/Mexico_City":
		return "MXN"
	case "America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Halifax", "America/Regina", "America/St_Johns":
		return "CAD"
	case "Pacific/Auckland", "NZ":
		return "NZD"
	}
	switch area, _, _ := strings.Cut(zone, "/"); area {
	case "Australia":
		return "AUD"
	case "America", "US", "Pacific":
		return "USD"
	}
	return "EUR"
}
