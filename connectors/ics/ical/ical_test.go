package ical_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dailyminutes/minutes/connectors/ics/ical"
)

func lines(data string) (out []string) {
	for s := ical.NewScanner(ical.Decode([]byte(data))); s.Next(); {
		out = append(out, string(s.Name())+"|"+string(s.Rest()))
	}
	return out
}

func TestLinesAreUnfoldedWhateverTheirEnds(t *testing.T) {
	want := []string{"SUMMARY|:Käse und Brot", "UID|;X=1:u"}
	folded := "\ufeffSUMMARY:K\xc3\n \xa4se u\n\tnd Brot\n\nno name here\n:nothing\nUI\n D;X=1:u"
	for name, data := range map[string]string{
		"LF": folded, "CRLF": strings.ReplaceAll(folded, "\n", "\r\n"), "CR": strings.ReplaceAll(folded, "\n", "\r"),
		"CRCRLF": strings.ReplaceAll(folded, "\n", "\r\r\n"), "final newline": folded + "\n",
	} {
		if got := lines(data); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestUTF16IsReadWithAndWithoutItsMark(t *testing.T) {
	var le, be []byte
	for _, u := range utf16.Encode([]rune("SUMMARY:Frühstück 🥐\r\nUID:u")) {
		le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
	}
	want := []string{"SUMMARY|:Frühstück 🥐", "UID|:u"}
	for name, data := range map[string]string{"LE": string(le), "BE": string(be), "LE, mark": "\xff\xfe" + string(le), "BE, mark": "\xfe\xff" + string(be)} {
		if got := lines(data); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestBytesThatAreNotUTF8AreReadAsWindows1252(t *testing.T) {
	for in, want := range map[string]string{
		"Caf\xe9": "Café", "\x80 5 \x96 \x85": "€ 5 – …", "Grüße, sch\xc3": "Grüße, sch\ufffd", "plain": "plain",
	} {
		if got := ical.String([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParametersSurviveStrayColonsAndQuotes(t *testing.T) {
	for _, c := range []struct{ kind, rest, param, want, value string }{
		{"", `;TZID="a:b;c":v:w`, "TZID", "a:b;c", "v:w"},
		{"", `;X="open:v`, "X", `open`, "v"},
		{"", `;LANGUAGE=en;ALTREP="http://x":Meet: 9`, "LANGUAGE", "en", "Meet: 9"},
		{"", `; VALUE = DURATION:PT48H`, "VALUE", "DURATION", "PT48H"},
		{"time", `;TZID=(UTC+01:00) Amsterdam, Berlin:20261125T090000`, "TZID", "(UTC+01:00) Amsterdam, Berlin", "20261125T090000"},
		{"time", `;TZID="a"b:20260101T000000`, "TZID", "ab", "20260101T000000"},
		{"time", `:2026-11-25T09:00:00`, "TZID", "", "2026-11-25T09:00:00"},
		{"time", `;TZID=`, "TZID", "", ""},
		{"who", `;CN=Dr: No; MD;PARTSTAT=ACCEPTED:mailto:a@b.c`, "CN", "Dr: No; MD", "mailto:a@b.c"},
		{"who", `;CN="X, Y";SENT-BY="mailto:s@b.c":MAILTO:a@b.c`, "CN", "X, Y", "MAILTO:a@b.c"},
		{"who", `;SENT-BY="mailto:s@b.c":invalid:nomail`, "SENT-BY", "mailto:s@b.c", "invalid:nomail"},
		{"who", `:mailto:a@b.c`, "CN", "", "mailto:a@b.c"},
		{"who", `;CN=Sam:/o=ExchangeLabs/cn=sam`, "CN", "Sam", "/o=ExchangeLabs/cn=sam"},
	} {
		split := map[string]func([]byte) ([]byte, []byte){"": ical.Split, "time": ical.SplitTime, "who": ical.SplitAddress}[c.kind]
		params, value := split([]byte(c.rest))
		if got := string(ical.Param(params, c.param)); got != c.want || string(value) != c.value {
			t.Errorf("%s: %s=%q value %q, want %q and %q", c.rest, c.param, got, value, c.want, c.value)
		}
	}
}

func TestTimesAreReadAsWritten(t *testing.T) {
	for in, want := range map[string]ical.Time{
		"20261125":             {Year: 2026, Month: 11, Day: 25, Date: true},
		"20261125Z":            {Year: 2026, Month: 11, Day: 25, Date: true},
		`20261125T0905"`:       {Year: 2026, Month: 11, Day: 25, Hour: 9, Minute: 5},
		"2026-11-25":           {Year: 2026, Month: 11, Day: 25, Date: true},
		"20261125T090507":      {Year: 2026, Month: 11, Day: 25, Hour: 9, Minute: 5, Second: 7},
		"20261125T0905":        {Year: 2026, Month: 11, Day: 25, Hour: 9, Minute: 5},
		" 20261125t090507z ":   {Year: 2026, Month: 11, Day: 25, Hour: 9, Minute: 5, Second: 7, UTC: true},
		"2026-11-25T09:05:07Z": {Year: 2026, Month: 11, Day: 25, Hour: 9, Minute: 5, Second: 7, UTC: true},
		"20261125T240000":      {Year: 2026, Month: 11, Day: 25, Hour: 24},
		"20261231T235960":      {Year: 2026, Month: 12, Day: 31, Hour: 23, Minute: 59, Second: 59},
	} {
		if got, err := ical.ParseTime([]byte(in)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "2026", "20261325", "20261132", "00001125", "20261125T", "20261125T25", "20261125T250000",
		"20261125T240001", "202611225T200210Z", "20261125X090000", "2026112aT090000"} {
		if got, err := ical.ParseTime([]byte(in)); err == nil {
			t.Errorf("%q was read as %+v", in, got)
		}
	}
}

func TestDurationsKeepDaysApartFromSeconds(t *testing.T) {
	for in, want := range map[string]ical.Duration{
		"P1W": {Days: 7}, "P15DT5H0M20S": {Days: 15, Seconds: 18020}, "-PT15M": {Seconds: -900}, "+P1D": {Days: 1},
		"PT1W1D2H3M4S": {Days: 8, Seconds: 7384}, "pt90m": {Seconds: 5400}, "PT0S": {},
	} {
		if got, err := ical.ParseDuration([]byte(in)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "P", "PT", "P1", "1D", "PD", "P1X", "P99999999999999999999W", "P999999999W"} {
		if got, err := ical.ParseDuration([]byte(in)); err == nil {
			t.Errorf("%q was read as %+v", in, got)
		}
	}
}

func TestOffsetsHaveASignAndMayHaveSeconds(t *testing.T) {
	for in, want := range map[string]int{"+0100": 3600, "-0330": -12600, "+023015": 9015, "+01:00": 3600, "-0000": 0} {
		if got, err := ical.ParseOffset([]byte(in)); err != nil || got != want {
			t.Errorf("%s: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "0100", "+1", "+2500", "+01000000", "ab"} {
		if got, err := ical.ParseOffset([]byte(in)); err == nil {
			t.Errorf("%q was read as %d", in, got)
		}
	}
}

func TestTextLosesItsEscapesAndKeepsOtherBackslashes(t *testing.T) {
	if got := ical.Text([]byte(`a\, b\; c\\n \n\N d\q \"x\" \`)); got != "a, b; c\\n \n\n d\\q \"x\" \\" {
		t.Errorf("%q", got)
	}
	if got := ical.List([]byte(`A,B\, C, ,D\`)); !reflect.DeepEqual(got, []string{"A", "B, C", `D\`}) {
		t.Errorf("%q", got)
	}
	if got := ical.ParamText([]byte(`G^'day^^ ^nMate ^x`)); got != "G\"day^ \nMate ^x" {
		t.Errorf("%q", got)
	}
}

func TestALongLineIsCutAndCostsNoMoreThanItself(t *testing.T) {
	s := ical.NewScanner(ical.Decode([]byte("DESCRIPTION:" + strings.Repeat("\n A", 2<<20) + "\nUID:u\n")))
	if !s.Next() || len(s.Rest()) > 1<<20 || len(s.Rest()) < 1<<19 {
		t.Errorf("the line holds %d bytes", len(s.Rest()))
	}
	if !s.Next() || string(s.Rest()) != ":u" {
		t.Error("the line after it is lost")
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("BEGIN:VEVENT\r\nDTSTART;TZID=\"a\":2026\r\n 1125T090000\r\nATTENDEE;CN=a:b;X=\"y:mailto:c\r\nEND:VEVENT"))
	f.Add([]byte("\xff\xfeB\x00E\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for s := ical.NewScanner(ical.Decode(data)); s.Next(); {
			if bytes.ContainsAny(s.Name(), ":;") {
				t.Fatalf("name %q", s.Name())
			}
			rest := s.Rest()
			for _, split := range []func([]byte) ([]byte, []byte){ical.Split, ical.SplitTime, ical.SplitAddress} {
				p, v := split(rest)
				if len(p)+len(v) > len(rest) {
					t.Fatalf("%q was split into %q and %q", rest, p, v)
				}
				ical.Param(p, "TZID")
				_, _ = ical.ParseTime(v)
				_, _ = ical.ParseDuration(v)
				_, _ = ical.ParseOffset(v)
				ical.List(v)
				if s := ical.Text(v) + ical.ParamText(p); !utf8.ValidString(s) {
					t.Fatalf("%q is not UTF-8", s)
				}
			}
		}
	})
}
