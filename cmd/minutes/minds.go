package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/egress"
	"github.com/dailyminutes/minutes/runtime/loop"
	"github.com/dailyminutes/minutes/runtime/ollama"
	"github.com/dailyminutes/minutes/runtime/openai"
	"github.com/dailyminutes/minutes/runtime/router"
)

const (
	usualOllama = "http://127.0.0.1:11434"
	detectTime  = time.Second // to see whether one is there
	// manySlots is how many readers are asked at once of a server that batches them.
	manySlots = 64
)

// A mind is one model of the config with what was put around it.
type mind struct {
	config.Model
	provider *late
	breaker  *router.Breaker
	meter    *router.Meter
	guarded  router.Guarded
}

// think gives the agent its models: those of the config, or an Ollama that answers on its usual port, else
// none. It costs nothing where there are none; no model is asked anything yet.
func (p *program) think(ctx context.Context) error {
	if p.minds != nil {
		return nil
	}
	var err error
	if p.Key, err = installKey(ctx, p.db); err != nil || p.shell.demo != nil {
		return err
	}
	models := p.cfg.Runtime.Models
	if len(models) == 0 && p.cfg.Runtime.Order == nil {
		models = p.detect(ctx)
	}
	budget := &router.Budget{Limit: p.cfg.Runtime.Budget, Spent: p.db.Spending(p.Settings.Zone), Warn: func(spent, limit float64) {
		p.Log.Warn("budget", "spent", spent, "limit", limit)
		if !p.screen { // whose terminal nobody else writes on
			fmt.Fprintf(p.shell.err, "minutes: models have cost $%.2f of today's $%.2f\n", spent, limit)
		}
	}}
	p.minds = []mind{}
	for _, m := range models {
		p.minds = append(p.minds, p.mind(m, budget))
	}
	p.Settings.Prose, p.Settings.Unwatched, p.Readings = "", !isTerminal(p.shell.err), p.db
	if p.cfg.Brief.Prose == "woven" {
		p.Settings.Prose = "woven"
	}
	roles := p.cfg.Runtime.Roles
	p.Models = agent.Models{Read: p.chain(roles.Read), Plan: p.chain(roles.Plan), Answer: p.chain(roles.Answer)}
	if p.Models.Read == nil {
		return nil
	}
	var names []string
	for i, name := range p.order(roles.Read) {
		m := p.minds[slices.IndexFunc(p.minds, func(m mind) bool { return m.Name == name })]
		names = append(names, m.Name+"="+m.Model.Model)
		if i == 0 && m.Type == "openai" {
			p.Models.Slots = manySlots
		}
	}
	p.Models.Name = strings.Join(names, " ")
	return nil
}

// order is the names of the models that are tried for a role: its own first, then the config's order.
func (p *program) order(role string) []string {
	var names []string
	add := func(name string) {
		known := slices.ContainsFunc(p.minds, func(m mind) bool { return m.Name == name })
		if known && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if add(role); role == "extractive" {
		return nil
	}
	order := p.cfg.Runtime.Order
	if order == nil {
		for _, m := range p.minds {
			order = append(order, m.Name)
		}
	}
	for _, name := range order {
		if name == "extractive" {
			break // always last: what stands behind it is never asked
		}
		add(name)
	}
	return names
}

// chain is the models of a role in their order, nil where there is none.
func (p *program) chain(role string) minutes.Model {
	var chain []router.Guarded
	for _, name := range p.order(role) {
		i := slices.IndexFunc(p.minds, func(m mind) bool { return m.Name == name })
		chain = append(chain, p.minds[i].guarded)
	}
	if len(chain) == 0 {
		return nil
	}
	return router.Order(chain...)
}

// mind puts around a model what every one has. From the outside: who may see the prompt, what was
// answered before, the day's money, further tries, the breaker, the count, patience.
func (p *program) mind(c config.Model, budget *router.Budget) mind {
	here := loopback(c.BaseURL)
	patience := router.Remote()
	if here {
		patience = router.Local()
	}
	if p.patience != nil {
		patience = *p.patience
	}
	price := router.Price{Input: c.Price.Input, Output: c.Price.Output, Hour: c.Price.Hour}
	m := mind{Model: c, breaker: router.NewBreaker(), meter: &router.Meter{}, provider: &late{connect: func(ctx context.Context) (provider, error) { return p.connect(ctx, c) }}}
	var model minutes.Model = router.Wait(patience, loop.Cut(m.provider))
	// Each try counts for the breaker: sixty readers of a server that fails would else try four times each.
	model = router.Retry(m.breaker.Around(m.meter.Count(price, model)))
	model = budget.Around(price, model)
	model = router.Cache(c.Name+"="+c.Model, p.db.Answers(), model)
	m.guarded = router.Guard(c.Name, router.Trust{Private: c.Trust == "private", Local: here}, model, nil)
	return m
}

// A provider is what a server's protocol is spoken by.
type provider interface {
	minutes.Model
	minutes.ModelProber
}

// connect makes the client of one model's server. Its key is looked up now, at the moment of use.
func (p *program) connect(ctx context.Context, c config.Model) (provider, error) {
	var key minutes.Secret
	if c.APIKey.Set() {
		var err error
		if key, err = p.secrets(c.Name)(ctx, c.APIKey); err != nil {
			return nil, &minutes.ModelError{Model: c.Name, Err: fmt.Errorf("its key: %w", err)}
		}
	}
	client := p.ways.ForModel("model "+c.Name, serverOf(c.BaseURL))
	if c.Type == "ollama" {
		return ollama.New(ollama.Options{Client: client, Base: c.BaseURL, Name: c.Model, Key: key})
	}
	return openai.New(openai.Options{Client: client, Base: c.BaseURL, Name: c.Model, Key: key})
}

// late is a model whose client is made when it is first asked, and again where that failed. The ledger is
// told what each of its prompts carries.
type late struct {
	connect func(ctx context.Context) (provider, error)
	mu      sync.Mutex
	made    provider
}

func (l *late) get(ctx context.Context) (provider, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made != nil {
		return l.made, nil
	}
	made, err := l.connect(ctx)
	if err == nil {
		l.made = made
	}
	return made, err
}

// Generate asks the model.
func (l *late) Generate(ctx context.Context, pr minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	m, err := l.get(ctx)
	if err != nil {
		return minutes.Answer{}, err
	}
	return m.Generate(egress.WithClass(ctx, pr.Label().Class), pr, emit)
}

// Status asks the server how the model stands. Nothing of the user's is in the question.
func (l *late) Status(ctx context.Context) (minutes.ModelStatus, error) {
	m, err := l.get(ctx)
	if err != nil {
		return minutes.ModelStatus{}, err
	}
	return m.Status(egress.WithClass(ctx, minutes.Public))
}

// detect finds an Ollama on its usual port and takes the first of its models that runs on this machine
// and writes. One that does not answer at once is not there.
func (p *program) detect(ctx context.Context) []config.Model {
	ctx, cancel := context.WithTimeout(ctx, detectTime)
	defer cancel()
	// Asking whether somebody is there tells nobody anything, and is in no ledger.
	ways := egress.New(egress.Options{Now: p.now})
	defer ways.Close()
	client := ways.ForModel("model ollama", serverOf(usualOllama))
	defer client.CloseIdleConnections()
	listed, err := ollama.Models(ctx, client, usualOllama)
	if err != nil {
		return nil
	}
	for _, l := range listed {
		if l.Remote == "" && !l.Embeds {
			return []config.Model{{Name: "ollama", Type: "ollama", BaseURL: usualOllama, Model: l.Name, Trust: "private"}}
		}
	}
	return nil
}

func serverOf(base string) []string {
	u, err := url.Parse(base)
	if err != nil {
		return nil
	}
	return []string{u.Host}
}

// loopback says that an address is of this machine.
func loopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}

// question is asked of a model to see whether it answers, and in form. It tells nothing of anybody.
func question() minutes.Prompt {
	system := minutes.Label{Class: minutes.Public, Origin: minutes.FromSystem}
	return minutes.Prompt{System: minutes.Text{Safe: minutes.Clean("Answer with one JSON object."), Label: system},
		User:   minutes.Text{Safe: minutes.Clean("Name three colours."), Label: system},
		Schema: []byte(`{"type":"object","additionalProperties":false,"required":["colours"],"properties":{"colours":{"type":"array","items":{"type":"string","maxLength":20},"minItems":1,"maxItems":3}}}`), MaxTokens: 120}
}

// try is one answer of the server itself, with its times.
func (m mind) try(ctx context.Context) (string, error) {
	meter := &router.Meter{}
	answer, err := meter.Count(router.Price{}, router.Wait(router.Local(), loop.Cut(m.provider))).Generate(ctx, question(), nil)
	if err != nil {
		return "", err
	}
	form := "in form"
	var into struct{ Colours []string }
	if json.Unmarshal([]byte(answer.Text.String()), &into) != nil || len(into.Colours) == 0 {
		form = "not in the form that was asked for: readings will be few"
	}
	u := answer.Usage
	return fmt.Sprintf("answers, %s; first token after %.0f ms, %.0f tokens a second (%d read, %d of them cached, %d written)",
		form, u.TTFTMS, u.TokensPerSecond, u.PromptTokens, u.CachedTokens, u.CompletionTokens), nil
}
