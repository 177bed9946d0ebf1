// Package imap reads mail from any IMAP server, and only reads: mailboxes are opened with EXAMINE,
// bodies fetched with BODY.PEEK, so that no flag changes on the server. One session reads the
// folders and the Sent folder in few round trips; every message is parsed in the jail.
package imap

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
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
		Kind: "imap", About: "Mail from any IMAP server, read-only.", Sample: sample, Private: true,
		New:     func() connectors.Config { return &Config{} },
		Parsers: map[string]connectors.Parser{parserName: parse},
	}
}

// Config is a [[connectors.imap]] table.
type Config struct {
	connectors.Common
	Host     string            `toml:"host"`
	Port     int               `toml:"port"`
	TLS      string            `toml:"tls"`     // implicit, starttls or none (loopback only)
	CAFile   string            `toml:"ca_file"` // PEM of a private authority; "" trusts the system's
	Username string            `toml:"username"`
	Password minutes.SecretRef `toml:"password"`
	Auth     string            `toml:"auth"` // password; xoauth2 is not there yet
	Folders  []string          `toml:"folders"`
	Since    minutes.Duration  `toml:"since"` // at least this far back
	Limit    int               `toml:"limit"` // messages a folder and fetch, the newest
	Sent     *string           `toml:"sent"`  // "auto", a name, or "" to leave it alone
}

// Fill sets the defaults.
func (c *Config) Fill() {
	if c.Name == "" {
		c.Name = "imap"
	}
	if c.TLS == "" {
		c.TLS = "implicit"
	}
	if c.Port == 0 {
		c.Port = 143
		if c.TLS == "implicit" {
			c.Port = 993
		}
	}
	if c.Auth == "" {
		c.Auth = "password"
	}
	if len(c.Folders) == 0 {
		c.Folders = []string{"INBOX"}
	}
	if c.Since == 0 {
		c.Since = minutes.Duration(36 * time.Hour)
	}
	if c.Limit == 0 {
		c.Limit = 200
	}
	if c.Sent == nil {
		auto := "auto"
		c.Sent = &auto
	}
}

// Check finds what is wrong without touching the network.
func (c *Config) Check() error {
	wrong := func(key, problem, remedy string) error {
		return &connectors.KeyError{Key: key, Problem: problem, Remedy: remedy}
	}
	switch {
	case c.Host == "":
		return wrong("host", "there is no mail server", `set it to your provider's IMAP host, like "imap.example.org"`)
	case strings.ContainsAny(c.Host, "/: \t") && !loopback(c.Host):
		return wrong("host", "not a host name", `write the name alone, without a scheme or port; the port has a key of its own`)
	case c.Port < 1 || c.Port > 65535:
		return wrong("port", fmt.Sprintf("%d is no port", c.Port), "leave it out for 993")
	case c.TLS != "implicit" && c.TLS != "starttls" && c.TLS != "none":
		return wrong("tls", fmt.Sprintf("%q is not known", c.TLS), `write "implicit" (port 993), "starttls" (port 143) or, to this machine only, "none"`)
	case c.TLS == "none" && !loopback(c.Host):
		return wrong("tls", "without TLS the password would travel readable", `write "implicit" or "starttls"; "none" is for localhost`)
	case c.Auth == "xoauth2":
		return wrong("auth", "xoauth2 is not supported yet", "use an app password (see the connector's README) and leave auth out")
	case c.Auth != "password":
		return wrong("auth", fmt.Sprintf("%q is not known", c.Auth), `leave it out or write "password"`)
	case c.Username == "":
		return wrong("username", "it is missing", "set it to what you sign in to your mail with, mostly the whole address")
	case !c.Password.Set():
		return wrong("password", "it is missing", `say where it is: password = { keyring = "…" }, { env = "…" }, { command = "…" } or { file = "…" }`)
	case c.Limit < 1 || c.Limit > 5000:
		return wrong("limit", fmt.Sprintf("%d is out of range", c.Limit), "choose 1 to 5000")
	case time.Duration(c.Since) < 0 || time.Duration(c.Since) > 3650*24*time.Hour:
		return wrong("since", "it is out of range", "choose up to ten years: 36h, 7d")
	case len(c.Folders) > 50:
		return wrong("folders", "there are more than 50", "name the ones that you read each morning")
	}
	return c.checkFolders()
}

func (c *Config) checkFolders() error {
	for _, f := range c.Folders {
		if f == "" || len(f) > 1000 || strings.ContainsAny(f, "\r\n\x00*%") {
			return &connectors.KeyError{Key: "folders", Problem: fmt.Sprintf("%q is no folder's name", f), Remedy: `name folders as the server does, like "INBOX" or "Lists/go"`}
		}
	}
	if c.Sent != nil && (len(*c.Sent) > 1000 || strings.ContainsAny(*c.Sent, "\r\n\x00*%")) {
		return &connectors.KeyError{Key: "sent", Problem: "it is no folder's name", Remedy: `write "auto", a folder's name, or "" to leave sent mail alone`}
	}
	return nil
}

// Open makes the source. It touches no network.
func (c *Config) Open(env connectors.Env) (minutes.Source, error) {
	limits := env.Limits.Filled()
	return &source{env: env, config: *c, connecting: limits.Connect, securing: limits.TLS, patience: limits.Headers, idle: limits.Idle, pause: limits.Pause}, nil
}

type source struct {
	env    connectors.Env
	config Config
	// How long a connection may take to come about, and TLS, and an answer, and what is left of one.
	connecting, securing, patience, idle time.Duration
	pause                                time.Duration // before another try
}

// Name is the name in the config, by way of Env.
func (s *source) Name() string { return s.env.Name }

// Fetch reads what is new or changed: at the first look what came within the window, afterwards all
// since the last success, the newest messages of each folder up to the limit. A folder that fails
// costs itself; its place in the cursor stays where it was.
func (s *source) Fetch(ctx context.Context, from minutes.Cursor) (minutes.Batch, error) {
	cur := readCursor(from.Token)
	b, in, err := s.look(ctx, from, cur)
	if in && !cur.Plain && errors.Is(err, errProtocol) && !errors.Is(err, errFlood) && ctx.Err() == nil {
		// Some servers send a BODYSTRUCTURE or a LIST that cannot be read. The mail can be had without
		// them, but for the names of late attachments, so ask again and remember.
		cur.Plain, cur.Sent = true, readCursor(b.Next.Token).Sent
		if again, _, err2 := s.look(ctx, from, cur); err2 == nil || len(again.Items) > len(b.Items) {
			s.env.Log.Warn("imap: reading without structures and lists", "why", err)
			return again, err2
		}
	}
	return b, err
}

// Probe signs in, opens the first folder and leaves.
func (s *source) Probe(ctx context.Context) error {
	v, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	box := &mailbox{name: s.config.Folders[0]}
	v.examine(box)
	if _, err := box.sel.Wait(); err != nil {
		return v.why("folder "+box.name, err)
	}
	return nil
}

// cursor is this source's part of a minutes.Cursor.
type cursor struct {
	Version int               `json:"v"`
	Sent    string            `json:"sent,omitempty"`  // the Sent folder, once found
	Plain   bool              `json:"plain,omitempty"` // this server's structures or lists cannot be read
	Folders map[string]folder `json:"folders"`
}

// folder is how far a mailbox has been read. Low is the oldest UID still looked at for changes of
// flags. Seen are the flags of the UIDs from Low, for servers without CONDSTORE. Left are the messages
// that could not be read, with the reason.
type folder struct {
	Validity uint32             `json:"validity"`
	Next     uint32             `json:"next"`
	Low      uint32             `json:"low"`
	ModSeq   uint64             `json:"modseq,omitempty"`
	Seen     map[uint32]flagBit `json:"seen,omitempty"`
	Left     map[uint32]string  `json:"left,omitempty"`
}

// cursorVersion changes when a token can no longer be read as before: it then asks for a first look.
const cursorVersion = 1

func readCursor(token []byte) cursor {
	var c cursor
	if len(token) == 0 || json.Unmarshal(token, &c) != nil || c.Version != cursorVersion {
		c = cursor{}
	}
	c.Version = cursorVersion
	if c.Folders == nil {
		c.Folders = map[string]folder{}
	}
	return c
}
