package minutes

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Duration is a time.Duration written as in Go plus d for days and y for 365 of them: "36h", "90d",
// "1d12h", "2y".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	s := string(b)
	var days time.Duration
	for _, unit := range []struct {
		letter string
		days   float64
	}{{"y", 365}, {"d", 1}} {
		n, rest, ok := strings.Cut(s, unit.letter)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(n, 64)
		if err != nil || !(f >= 0 && f*unit.days <= 36500) {
			return fmt.Errorf("%q is not a duration: write it like 90m, 36h or 7d", string(b))
		}
		days += time.Duration(f * unit.days * 24 * float64(time.Hour))
		if s = rest; s == "" {
			*d = Duration(days)
			return nil
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 || days+v < 0 { // more than fits
		return fmt.Errorf("%q is not a duration: write it like 90m, 36h or 7d", string(b))
	}
	*d = Duration(days + v)
	return nil
}

// MarshalText writes whole days as d, else as Go does, without zero parts.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String is what MarshalText writes.
func (d Duration) String() string {
	v := time.Duration(d)
	if v != 0 && v%(24*time.Hour) == 0 {
		return strconv.Itoa(int(v/(24*time.Hour))) + "d"
	}
	s := v.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// A SecretRef says where a credential is, not what it is. Exactly one field is set. Literal is a
// plain string in the config, taken only from a file that its owner alone can read.
type SecretRef struct {
	Keyring string `toml:"keyring"`
	Env     string `toml:"env"`
	Command Argv   `toml:"command"`
	File    string `toml:"file"`
	Literal Secret `toml:"-"`
}

// UnmarshalText takes a literal.
func (r *SecretRef) UnmarshalText(b []byte) error { r.Literal = NewSecret(string(b)); return nil }

// Set says whether anything was given.
func (r SecretRef) Set() bool {
	return r.Keyring != "" || r.Env != "" || len(r.Command) > 0 || r.File != "" || !r.Literal.Empty()
}

// Argv is a command: an array, or a string split as a shell would and run without one.
type Argv []string

// UnmarshalText splits a string: spaces part words, quotes and backslashes keep them together.
// Nothing is expanded.
func (a *Argv) UnmarshalText(b []byte) error {
	var out []string
	var word strings.Builder
	var quote rune
	in, escaped := false, false
	for _, r := range string(b) {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, in = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, in = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if in {
				out = append(out, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteRune(r)
			in = true
		}
	}
	if quote != 0 || escaped {
		return errors.New("a quote in the command is not closed")
	}
	if in {
		out = append(out, word.String())
	}
	*a = out
	return nil
}

// WebURL is s if it is an http or https address with a host and without a password in it, else
// "". Item.URL holds nothing else, so what is opened or linked was never a file or a command.
func WebURL(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 2048 {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	return Clean(u.String()).Line().String()
}
