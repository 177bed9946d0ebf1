package weather

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

type placeArgs struct{ Place string }

// found is one result of the geocoder; empty fields are left out by it.
type found struct {
	Name      string   `json:"name"`
	Latitude  *float64 `json:"latitude"`
	Longitude *float64 `json:"longitude"`
	Code      string   `json:"country_code"`
	Country   string   `json:"country"`
	Admin1    string   `json:"admin1"`
	Admin2    string   `json:"admin2"`
	Admin3    string   `json:"admin3"`
	Admin4    string   `json:"admin4"`
}

// parsePlaces chooses among the geocoder's results. The facts are name, country, latitude and
// longitude. No match is an answer without results, not an error of the service.
func parsePlaces(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args placeArgs
	if err := json.Unmarshal(doc.Args, &args); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	var answer struct {
		Results []found `json:"results"`
		ID      *int64  `json:"id"` // the bare object that /get gives
		found
		refused
		Took *float64 `json:"generationtime_ms"`
	}
	if err := decode(doc.Data, &answer); err != nil {
		return connectors.Parsed{}, err
	}
	if err := answer.err(); err != nil {
		return connectors.Parsed{}, err
	}
	if answer.ID != nil {
		answer.Results = append(answer.Results, answer.found)
	}
	if answer.Results == nil && answer.Took == nil {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer is not a geocoder's"), "check geocoding_base_url, or set latitude and longitude")
	}
	hints := hintsOf(args.Place)
	for _, f := range answer.Results {
		if f.good() && f.matches(hints) {
			return connectors.Parsed{Facts: map[string]string{
				"name": minutes.CleanLine(f.Name).Cut(80).String(), "country": strings.ToUpper(minutes.CleanLine(f.Code).Cut(2).String()),
				"latitude": strconv.FormatFloat(*f.Latitude, 'f', -1, 64), "longitude": strconv.FormatFloat(*f.Longitude, 'f', -1, 64),
			}}, nil
		}
	}
	return connectors.Parsed{}, noMatch(args.Place, answer.Results)
}

// noMatch names the place and, where the name exists elsewhere, the places it could be.
func noMatch(asked string, others []found) error {
	var names []string
	for _, f := range others {
		if f.good() && len(names) < 5 {
			names = append(names, f.String())
		}
	}
	err := fmt.Errorf("no place %q is known", asked)
	if len(names) > 0 {
		return minutes.WithHint(err, "write place as one of: "+strings.Join(names, "; ")+"; or set latitude and longitude")
	}
	return minutes.WithHint(err, "check the spelling of place, write it in English, or set latitude and longitude")
}

func (f found) good() bool {
	return f.Name != "" && f.Latitude != nil && f.Longitude != nil && *f.Latitude >= -90 && *f.Latitude <= 90 &&
		*f.Longitude >= -180 && *f.Longitude <= 180
}

// String is the place as a config could name it.
func (f found) String() string {
	parts := []string{f.Name}
	for _, p := range []string{f.Admin1, f.Country} {
		if p != "" && p != f.Name {
			parts = append(parts, p)
		}
	}
	return minutes.CleanLine(strings.Join(parts, ", ")).Cut(80).String()
}

// matches says whether every hint, in one of its readings, names something that the place lies in.
func (f found) matches(hints [][]string) bool {
	in := []string{fold(f.Admin1), fold(f.Admin2), fold(f.Admin3), fold(f.Admin4), fold(f.Country), fold(f.Code), fold(f.Name)}
	for _, readings := range hints {
		if !slices.ContainsFunc(in, func(name string) bool {
			return name != "" && (slices.Contains(readings, name) || slices.Contains(readings, strings.TrimPrefix(name, "the ")))
		}) {
			return false
		}
	}
	return true
}

// hintsOf are the parts of "Springfield, IL, USA" after the first, each as it is written and, where
// it is short for something, in full: DE is Germany as well as Delaware.
func hintsOf(place string) [][]string {
	var out [][]string
	parts := strings.Split(place, ",")
	for _, p := range parts[1:] {
		h := fold(p)
		if h == "" {
			continue
		}
		readings := []string{h}
		if full := abbreviation(h); full != "" {
			readings = append(readings, full)
		}
		out = append(out, readings)
	}
	return out
}

// fold makes two spellings of one name equal: case, spaces, dots, the commonest accents.
func fold(s string) string {
	s = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "é", "e", "è", "e", "ê", "e", "ë", "e",
		"í", "i", "ì", "i", "î", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u",
		"ñ", "n", "ç", "c", "ß", "ss", ".", "").Replace(strings.ToLower(s))
	return strings.Join(strings.Fields(s), " ")
}

// abbreviation is the full name of what people shorten: states of the US, provinces of Canada and
// of Australia, a few countries. Two-letter country codes are matched as they are, so a state wins
// over a country of the same letters: "Paris, CA" is not asked for as often as "Pasadena, CA".
func abbreviation(s string) string {
	const table = `al alabama|ak alaska|az arizona|ar arkansas|ca california|co colorado|ct connecticut|de delaware|` +
		`dc district of columbia|fl florida|ga georgia|hi hawaii|id idaho|il illinois|in indiana|ia iowa|ks kansas|ky kentucky|` +
		`la louisiana|me maine|md maryland|ma massachusetts|mi michigan|mn minnesota|ms mississippi|mo missouri|mt montana|` +
		`ne nebraska|nv nevada|nh new hampshire|nj new jersey|nm new mexico|ny new york|nc north carolina|nd north dakota|oh ohio|` +
		`ok oklahoma|or oregon|pa pennsylvania|ri rhode island|sc south carolina|sd south dakota|tn tennessee|tx texas|ut utah|` +
		`vt vermont|va virginia|wa washington|wv west virginia|wi wisconsin|wy wyoming|pr puerto rico|` +
		`ab alberta|bc british columbia|mb manitoba|nb new brunswick|ns nova scotia|on ontario|pe prince edward island|qc quebec|` +
		`sk saskatchewan|nsw new south wales|qld queensland|vic victoria|tas tasmania|` +
		`usa united states|us united states|america united states|uk united kingdom|great britain united kingdom|` +
		`holland netherlands|uae united arab emirates|czech republic czechia`
	for _, entry := range strings.Split(table, "|") {
		if full, ok := strings.CutPrefix(entry, s+" "); ok && s != "" && s != "great" && s != "czech" {
			return full
		}
	}
	return ""
}
