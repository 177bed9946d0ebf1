package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/egress"
	"github.com/dailyminutes/minutes/cmd/minutes/secret"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/all"
	"github.com/dailyminutes/minutes/connectors/jail"
	"github.com/dailyminutes/minutes/feedback"
	"github.com/dailyminutes/minutes/rag"
	"github.com/dailyminutes/minutes/rag/sqlite"
	"github.com/dailyminutes/minutes/runtime/router"
)

// program is everything opened and wired, for one command.
type program struct {
	*agent.Agent
	cfg   *config.Config
	db    *sqlite.DB
	pool  *jail.Pool
	ways  *egress.Broker
	log   io.Closer
	now   func() time.Time
	shell *shell

	secrets func(source string) func(context.Context, minutes.SecretRef) (minutes.Secret, error)
	minds   []mind // nil until think
	screen  bool   // it has the terminal
	// patience, if not nil, is with every model in the place of the usual.
	patience *router.Patience
}

// open reads the config, opens the database and wires the agent. It touches no network.
func open(ctx context.Context, sh *shell) (*program, error) {
	now, err := sh.clock()
	if err != nil {
		return nil, err
	}
	cfg, err := loadConfig(sh)
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, sh.memory(), sqlite.Options{Now: now, Tell: sh.tell})
	if err != nil {
		return nil, err
	}
	known := literals(cfg)
	log, logFile := openLog(sh, known)
	p := &program{cfg: cfg, db: db, pool: &jail.Pool{}, log: logFile, now: now, shell: sh}
	p.Agent = &agent.Agent{
		Library: db, Archive: db, Journal: db, Loops: db, Runs: db, Health: db, Upkeep: db, Finder: db,
		Feedback: ranker{}, Merge: rag.Merge, Now: now, Log: log, Settings: settings(cfg),
	}
	p.Settings.Deadline = sh.ways.Limits.Source
	if err := p.openSources(log, known); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *program) Close() {
	p.pool.Close()
	if p.ways != nil {
		p.ways.Close()
	}
	_ = p.db.Close()
	if p.log != nil {
		_ = p.log.Close()
	}
}

func settings(c *config.Config) agent.Settings {
	return agent.Settings{
		Zone: c.Zone, ZoneName: c.ZoneName, Words: c.Brief.Words, Hours: c.Brief.Hours, Expires: time.Duration(c.Brief.Expires),
		Version: version, KeepItems: time.Duration(c.Keep.Items), KeepBriefs: time.Duration(c.Keep.Briefs),
		Profile: minutes.Profile{Name: c.Profile.Name, Addresses: lower(c.Profile.Addresses), Interests: c.Profile.Interests,
			Important: lower(c.Profile.Important), Muted: lower(c.Profile.Muted)},
	}
}

func lower(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = strings.ToLower(strings.TrimSpace(s))
	}
	return out
}

// openSources makes a source of every connector in the config.
func (p *program) openSources(log *slog.Logger, known *secret.Known) error {
	ways := p.shell.ways
	ways.Ledger, ways.Now, ways.Run = p.db, p.now, p.now().UTC().Format(time.RFC3339)
	broker := egress.New(ways)
	p.ways = broker
	environment := p.shell.environment(p.cfg)
	p.secrets = func(source string) func(context.Context, minutes.SecretRef) (minutes.Secret, error) {
		return secret.Resolver(secret.Options{Dir: secretsDir(p.cfg), Source: source, Getenv: environment, Known: known, Log: log})
	}
	specs := map[string]connectors.Spec{}
	for _, s := range all.Specs() {
		specs[s.Kind] = s
	}
	for _, c := range p.cfg.Connectors {
		cfg, base := c.Value.(connectors.Config), c.Value.(connectors.Config).Base()
		private := specs[c.Kind].Private
		if base.Private != nil {
			private = *base.Private
		}
		class := minutes.Public
		if private {
			class = minutes.Private
		}
		client, dial := broker.For(base.Name, class, namedHosts(cfg))
		src, err := cfg.Open(connectors.Env{
			Name: base.Name, Private: private, Profile: p.Settings.Profile, Zone: p.Settings.Zone, Now: p.now,
			Log: log.With("source", base.Name), State: p.db.State(base.Name), Client: client, Dial: dial,
			Secret: p.secrets(base.Name), Parse: p.pool.Parse, Limits: ways.Limits,
		})
		var key *connectors.KeyError
		if errors.As(err, &key) {
			return usagef("[[connectors.%s]] %q: %w", c.Kind, base.Name, err)
		} else if err != nil {
			return fmt.Errorf("%s %q: %w", c.Kind, base.Name, err)
		}
		local, ok := cfg.(connectors.Local)
		p.Sources = append(p.Sources, agent.Configured{Source: quiet(src, known.Hide), Kind: c.Kind, Off: !base.On(), Private: private, LocalOnly: base.LocalOnly,
			Local: ok && local.Local()})
	}
	return nil
}

// namedHosts are the hosts that the user's own table names: what may be loopback or private. It
// reads every string of the table that is an address, and the pair of host and port.
func namedHosts(cfg connectors.Config) []string {
	var hosts []string
	var host, port string
	var walk func(v reflect.Value, key string)
	walk = func(v reflect.Value, key string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), key)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), key)
			}
		case reflect.Struct:
			if s, ok := v.Interface().(minutes.Secret); ok {
				walk(reflect.ValueOf(s.Reveal()), key)
				return
			}
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					walk(v.Field(i), strings.Split(f.Tag.Get("toml"), ",")[0])
				}
			}
		case reflect.String:
			s := v.String()
			if u, err := url.Parse(s); err == nil && u.Host != "" {
				hosts = append(hosts, u.Host)
			}
			if key == "host" {
				host = s
			}
		case reflect.Int:
			if key == "port" {
				port = strconv.FormatInt(v.Int(), 10)
			}
		}
	}
	walk(reflect.ValueOf(cfg), "")
	if host != "" && port != "" {
		host += ":" + port
	}
	if host != "" {
		hosts = append(hosts, host)
	}
	return hosts
}

func (sh *shell) dataDir() string {
	switch {
	case sh.demo != nil:
		return sh.demo.dir
	case sh.data != "":
		return absolute(sh.data)
	}
	return absolute(config.DataDir())
}

// absolute is the path as another working directory would have to write it.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func loadConfig(sh *shell) (*config.Config, error) {
	path := sh.config
	if sh.demo != nil {
		path = sh.demo.config
	}
	return config.Load(path, kinds())
}

// kinds hands the connectors' tables to the config, which knows none of them.
func kinds() []config.Kind {
	var out []config.Kind
	for _, s := range all.Specs() {
		out = append(out, config.Kind{Name: s.Kind, Sample: s.Sample, New: func() any { return s.New() }})
	}
	return out
}

// ranker hands the pure functions of feedback to the agent.
type ranker struct{}

func (ranker) Rank(m minutes.Morning, groups []minutes.Group, log []minutes.Judgement) []minutes.Scored {
	return feedback.Rank(m, groups, log)
}
func (ranker) Labels(it minutes.Item) []string { return feedback.Labels(it) }
func (ranker) Undo(log []minutes.Judgement) (minutes.Judgement, bool) {
	return feedback.Undo(log)
}
