package ics

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// An Address is where a calendar is: a plain text, or a table that says where that text is kept. A
// secret iCal address opens the calendar to whoever has it, so it is treated like a password, but
// public calendars need no secrecy: unlike a SecretRef, a literal may stand in any file.
type Address struct {
	Keyring string         `toml:"keyring"`
	Env     string         `toml:"env"`
	Command minutes.Argv   `toml:"command"`
	File    string         `toml:"file"`
	Literal minutes.Secret `toml:"-"`
}

// UnmarshalText takes a literal.
func (a *Address) UnmarshalText(b []byte) error {
	a.Literal = minutes.NewSecret(strings.TrimSpace(string(b)))
	return nil
}

// MarshalText says where the address is kept, and of a literal only the host.
func (a Address) MarshalText() ([]byte, error) {
	switch {
	case !a.Literal.Empty():
		if u, err := parseAddress(a.Literal.Reveal()); err == nil {
			return []byte(u.Scheme + "://" + u.Host + "/…"), nil
		}
		return []byte("[secret]"), nil
	case a.Keyring != "":
		return []byte("keyring " + a.Keyring), nil
	case a.Env != "":
		return []byte("env " + a.Env), nil
	case len(a.Command) > 0:
		return []byte("command " + a.Command[0]), nil
	case a.File != "":
		return []byte("file " + a.File), nil
	}
	return nil, nil
}

// Set says whether anything was given.
func (a Address) Set() bool { return a.ref().Set() }

func (a Address) ref() minutes.SecretRef {
	return minutes.SecretRef{Keyring: a.Keyring, Env: a.Env, Command: a.Command, File: a.File, Literal: a.Literal}
}

// file is the path of a file:// address.
func (a Address) file() (string, bool) {
	u, err := url.Parse(a.Literal.Reveal())
	if err != nil || !strings.EqualFold(u.Scheme, "file") || u.Path == "" || u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	return u.Path, true
}

func (a Address) check() error {
	ways := 0
	for _, set := range []bool{a.Keyring != "", a.Env != "", len(a.Command) > 0, a.File != "", !a.Literal.Empty()} {
		if set {
			ways++
		}
	}
	if ways > 1 {
		return &connectors.KeyError{Key: "url", Problem: "it says in more than one way where the address is", Remedy: "keep one of keyring, env, command and file"}
	}
	if a.Literal.Empty() {
		return nil
	}
	if _, err := parseAddress(a.Literal.Reveal()); err != nil {
		return &connectors.KeyError{Key: "url", Problem: err.Error(), Remedy: `write it like "https://calendar.example/secret/basic.ics"; a file or folder is a path`}
	}
	return nil
}

// resolve is the address to read, in the clear: it goes to the request and nowhere else.
func (a Address) resolve(ctx context.Context, env connectors.Env) (*url.URL, error) {
	text := a.Literal
	if text.Empty() {
		var err error
		if text, err = env.Secret(ctx, a.ref()); err != nil {
			return nil, err
		}
	}
	u, err := parseAddress(strings.TrimSpace(text.Reveal()))
	if err != nil {
		return nil, minutes.WithHint(err, "the url's secret should be the calendar's whole https address")
	}
	return u, nil
}

// parseAddress reads an http, https or webcal address. Its errors do not repeat the text.
func parseAddress(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil {
		return nil, errors.New("this is not an address")
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
	case "webcal", "webcals":
		u.Scheme = "https"
	default:
		return nil, errors.New("not an http, https or webcal address")
	}
	if u.Host == "" {
		return nil, errors.New("the address has no host")
	}
	u.Fragment = ""
	return u, nil
}

func isAddress(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && scheme != "" && !strings.EqualFold(scheme, "file")
}

// quiet is err without the address, should anything on the way have put it in: a secret iCal
// address carries its secret in the path, which errors usually may show.
func quiet(err error, u *url.URL) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	password, _ := u.User.Password()
	for _, part := range []string{u.EscapedPath(), u.Path, u.RawQuery, password} {
		if len(part) > 3 && strings.Contains(text, part) {
			return veiled{fmt.Errorf("%s: the calendar could not be read", u.Hostname()), err}
		}
	}
	return err
}

// veiled shows one error and is another.
type veiled struct{ shown, is error }

func (v veiled) Error() string { return v.shown.Error() }
func (v veiled) Unwrap() error { return v.is }
