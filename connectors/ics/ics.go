// Package ics reads calendars from iCalendar files, folders of them and addresses: the occurrences
// of yesterday to five weeks ahead, each an item of its own. Reading, time zones and recurrence are
// our own, since the libraries for them lose meetings (see README.md).
package ics

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

//go:embed sample.toml
var sample string

// The window begins with yesterday, so that what happened can still be spoken of this morning, and
// reaches over the month ahead with some days to spare: "next week" and "in a month" can be
// answered, and a calendar that cannot be reached for weeks still has its next meetings kept.
const (
	daysBack  = 1
	daysAhead = 35
)

// Spec describes the connector to connectors/all.
func Spec() connectors.Spec {
	return connectors.Spec{
		Kind: "ics", About: "A calendar: an .ics file, a folder of them, or an address (iCal, webcal).", Sample: sample,
		Private: true,
		New:     func() connectors.Config { return &Config{} },
		Parsers: map[string]connectors.Parser{"ics": parse},
	}
}

// Config is a [[connectors.ics]] table. Exactly one of Path and URL is set.
type Config struct {
	connectors.Common
	Path string  `toml:"path"`
	URL  Address `toml:"url"`
}

// Fill sets the defaults.
func (c *Config) Fill() {
	if c.Name == "" {
		c.Name = "calendar"
	}
	// file:// is a path by another name.
	if p, ok := c.URL.file(); ok && c.Path == "" {
		c.Path, c.URL = p, Address{}
	}
}

// Check finds what is wrong without touching the network or the disk.
func (c *Config) Check() error {
	switch {
	case c.Path == "" && !c.URL.Set():
		return &connectors.KeyError{Key: "path", Problem: "there is no calendar", Remedy: "set path to a file or folder, or url to an address"}
	case c.Path != "" && c.URL.Set():
		return &connectors.KeyError{Key: "url", Problem: "path is set too", Remedy: "keep one of them; a second calendar has a table of its own"}
	case c.Path != "" && isAddress(c.Path):
		return &connectors.KeyError{Key: "path", Problem: "this is an address", Remedy: "write it as url"}
	case c.URL.Set():
		return c.URL.check()
	}
	return nil
}

// Local says that the calendar is files of this machine.
func (c *Config) Local() bool { return c.Path != "" }

// Open makes the source. It touches neither network nor disk.
func (c *Config) Open(env connectors.Env) (minutes.Source, error) {
	return &source{env: env, config: *c, get: env.Web().Get}, nil
}

type source struct {
	env    connectors.Env
	config Config
	get    func(context.Context, connectors.Request) (connectors.Response, error)
}

// Name is the name in the config, by way of Env.
func (s *source) Name() string { return s.env.Name }

// A document is one calendar file, read but not parsed.
type document struct {
	label string // for people; holds no secret
	data  []byte
	err   error // why it could not be read: it costs itself
}

// Fetch reads the calendar and expands it. The window moves from day to day, so this happens once a
// day even when nothing has changed at the source: what an address answered last is kept in the cursor.
// Later on that day, the same calendar brings nothing.
func (s *source) Fetch(ctx context.Context, from minutes.Cursor) (minutes.Batch, error) {
	now := s.env.Now().In(s.env.Zone)
	w := window{from: midnight(now, -daysBack), to: midnight(now, daysAhead+1)}
	last := recall(from.Token)
	var docs []document
	var err error
	if s.config.Path != "" {
		docs, err = s.files(ctx)
	} else {
		docs, err = s.download(ctx, &last)
	}
	if err != nil {
		return minutes.Batch{}, fmt.Errorf("ics: %w", err)
	}
	args := s.arguments(docs, w)
	mark := fingerprint(docs, args)
	if mark != "" && mark == last.Made {
		return minutes.Batch{Next: minutes.Cursor{At: s.env.Now(), Token: last.token()}}, nil
	}
	c, err := s.parse(ctx, docs, args)
	if err != nil {
		return minutes.Batch{}, fmt.Errorf("ics: %w", err)
	}
	b := minutes.Batch{Items: c.items, Rejected: c.rejected, From: w.from, To: w.to, Full: c.whole && len(c.rejected) == 0}
	b.Gone = last.update(c, w)
	if last.Made = ""; b.Full {
		last.Made = mark
	}
	if !c.whole {
		last.forget() // the next answer is wanted, changed or not
	}
	b.Next = minutes.Cursor{At: s.env.Now(), Token: last.token()}
	return b, nil
}

// A window is the time that is looked at, [from, to).
type window struct{ from, to time.Time }

// midnight is the beginning of the day so many days from now.
func midnight(now time.Time, days int) time.Time {
	return minutes.DayStart(now, days)
}

// hinted gives the jail's own errors a next step; the parser's have theirs.
func hinted(err error) error {
	if minutes.Hint(err) != "" || errors.Is(err, context.Canceled) {
		return err
	}
	return minutes.WithHint(err, "export a shorter time from the calendar program, or leave this calendar out")
}
