// Package config alone reads the user's config: strictly, with every problem named by its line, its
// key and its remedy. It knows the connectors only as kinds that hand it an empty table.
package config

import (
	"time"

	"github.com/dailyminutes/minutes"
)

// A Config is what is in force: the file's values, and defaults where the file says nothing.
type Config struct {
	Path       string // of the file; "" when there is none and the defaults are in force
	Timezone   string
	Zone       *time.Location
	ZoneName   string // IANA where it could be found, else "UTC" or "Local"
	Profile    Profile
	Brief      Brief
	Keep       Keep
	Schedule   Schedule
	Screen     Screen
	Hooks      Hooks
	MCP        MCP
	Runtime    Runtime
	Connectors []Connector // in the order of the file

	zoneFrom string // where "auto" found the zone
	doc      document
	text     index
}

// Profile is the person, as written.
type Profile struct {
	Name      string   `toml:"name"`
	Addresses []string `toml:"addresses"`
	Interests []string `toml:"interests"`
	Important []string `toml:"important"`
	Muted     []string `toml:"muted"`
}

// Brief shapes what is printed.
type Brief struct {
	Words    int              `toml:"words"`
	Expires  minutes.Duration `toml:"expires"`
	Language string           `toml:"language"`
	Prose    string           `toml:"prose"` // assembled or woven
	Hours    int              `toml:"hours"` // 24 or 12
}

// Keep says how long things are kept.
type Keep struct {
	Items  minutes.Duration `toml:"items"`
	Briefs minutes.Duration `toml:"briefs"`
}

// Schedule is when the daemon and the installed timer run.
type Schedule struct {
	Preload Strings `toml:"preload"` // cron expressions
}

// Screen is the screen's taste.
type Screen struct {
	Theme    string                  `toml:"theme"` // auto, light, dark
	Keys     map[string]Strings      `toml:"keys"`  // action to keys
	Commands map[string]minutes.Argv `toml:"commands"`
	Plain    bool                    `toml:"plain"`
}

// Hooks run when a brief is ready. They get counts only, unless Private is set.
type Hooks struct {
	OnReady OnReady `toml:"on_ready"`
	Private bool    `toml:"private"`
}

// OnReady names who is told. A plain string is the command.
type OnReady struct {
	Command minutes.Argv `toml:"command"`
	Ntfy    string       `toml:"ntfy"`
	Webhook string       `toml:"webhook"`
	Mail    string       `toml:"mail"`
}

// UnmarshalText takes a command.
func (o *OnReady) UnmarshalText(b []byte) error { return o.Command.UnmarshalText(b) }

// MCP configures `minutes mcp serve`. Clients are those that may use private tools.
type MCP struct {
	HTTP    string   `toml:"http"`
	Clients []string `toml:"clients"`
}

// Runtime is the models. A nil Order is the order of the file; an empty one means no model.
type Runtime struct {
	Roles  Roles    `toml:"roles"`
	Order  []string `toml:"order"`
	Budget float64  `toml:"daily_budget_usd"`
	Models []Model  `toml:"model"`
}

// Roles name the model for a kind of work; "" leaves it to the order.
type Roles struct {
	Read   string `toml:"read"`
	Plan   string `toml:"plan"`
	Answer string `toml:"answer"`
}

// A Model is one [[runtime.model]]. Trust is filled: private or public.
type Model struct {
	Name       string            `toml:"name"`
	Type       string            `toml:"type"` // ollama or openai
	BaseURL    string            `toml:"base_url"`
	Model      string            `toml:"model"`
	EmbedModel string            `toml:"embed_model"`
	APIKey     minutes.SecretRef `toml:"api_key"`
	Trust      string            `toml:"trust"`
	Price      Price             `toml:"price"`
}

// Price is in US dollars: per million tokens, and per hour of the host.
type Price struct {
	Input  float64 `toml:"input"`
	Output float64 `toml:"output"`
	Hour   float64 `toml:"hour"`
}

// A Connector is one [[connectors.KIND]] table. Value is what the kind's New returned, decoded,
// filled and checked. Its name is set.
type Connector struct {
	Kind  string
	Value any
	Line  int // 0 for a default
}

// Strings is a list of texts, or one text.
type Strings []string

// UnmarshalText takes one text.
func (s *Strings) UnmarshalText(b []byte) error { *s = Strings{string(b)}; return nil }

// document is the file as it decodes: the connectors come as a struct that is made from the kinds.
type document struct {
	Timezone string   `toml:"timezone"`
	Profile  Profile  `toml:"profile"`
	Brief    Brief    `toml:"brief"`
	Keep     Keep     `toml:"keep"`
	Schedule Schedule `toml:"schedule"`
	Screen   Screen   `toml:"screen"`
	Hooks    Hooks    `toml:"hooks"`
	MCP      MCP      `toml:"mcp"`
	Runtime  Runtime  `toml:"runtime"`
}

// fill sets the defaults before the file is decoded over them.
func (d *document) fill() {
	const day = minutes.Duration(24 * time.Hour)
	d.Timezone = "auto"
	d.Brief = Brief{Words: 600, Expires: minutes.Duration(time.Hour), Language: "en", Prose: "assembled", Hours: 24}
	d.Keep = Keep{Items: 90 * day, Briefs: 730 * day}
	d.Schedule.Preload = Strings{"0 6 * * 1-5"}
	d.Screen.Theme = "auto"
}
