package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// checkRuntime checks the models and fills what they leave out. Nothing is dialled.
func (c *Config) checkRuntime(p *problems) {
	var names []string
	for i := range c.Runtime.Models {
		m := &c.Runtime.Models[i]
		at := fmt.Sprintf("runtime.model[%d]", i)
		switch {
		case !validName(m.Name):
			p.add(c.text.line(at+".name"), "runtime.model.name", "a model needs a name", "a name is "+nameForm)
		case slices.Contains(names, m.Name) || m.Name == "extractive":
			p.add(c.text.line(at+".name"), "runtime.model.name", fmt.Sprintf("%q is taken", m.Name), "give each model a name of its own")
		}
		names = append(names, m.Name)
		c.checkModel(p, m, at)
	}
	known := append(slices.Clone(names), "extractive")
	for i, n := range c.Runtime.Order {
		oneOf(p, &c.text, fmt.Sprintf("runtime.order[%d]", i), n, known...)
	}
	for key, n := range map[string]string{"read": c.Runtime.Roles.Read, "plan": c.Runtime.Roles.Plan, "answer": c.Runtime.Roles.Answer} {
		if n != "" {
			oneOf(p, &c.text, "runtime.roles."+key, n, known...)
		}
	}
	if c.Runtime.Budget < 0 {
		p.add(c.text.line("runtime.daily_budget_usd"), "runtime.daily_budget_usd", "is less than nothing", "0 means no paid call")
	}
}

func (c *Config) checkModel(p *problems, m *Model, at string) {
	line := func(key string) int { return c.text.line(at + "." + key) }
	if m.BaseURL == "" && m.Type == "ollama" {
		m.BaseURL = "http://127.0.0.1:11434"
	}
	if oneOf(p, &c.text, at+".type", m.Type, "ollama", "openai"); m.Type != "ollama" && m.Type != "openai" {
		return
	}
	u, err := url.Parse(m.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		p.add(line("base_url"), "runtime.model.base_url", "is no web address", `write it like "http://gpu.lan:8000/v1"`)
		return
	}
	near := private(u.Hostname())
	switch m.Trust {
	case "":
		m.Trust = "public"
		if near {
			m.Trust = "private"
		}
	case "private":
		if u.Scheme == "http" && !near && public(u.Hostname()) {
			p.add(line("trust"), "runtime.model.trust", "mail and calendar would travel to a public address without encryption", `use https in base_url, or trust = "public"`)
		}
	default:
		oneOf(p, &c.text, at+".trust", m.Trust, "private", "public")
	}
	if m.Price.Input < 0 || m.Price.Output < 0 || m.Price.Hour < 0 {
		p.add(line("price"), "runtime.model.price", "is less than nothing", "write US dollars, or leave it out")
	}
}

// private says that host is this machine or a literal private address.
func private(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}

// public says that host is on the open Internet as far as its name tells: no bare name, no name that
// only a home or office network resolves. Names are not looked up here.
func public(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return !netip.MustParsePrefix("100.64.0.0/10").Contains(ip.Unmap()) // carriers' and overlay networks
	}
	if !strings.Contains(host, ".") {
		return false
	}
	for _, tld := range []string{".lan", ".local", ".internal", ".home.arpa", ".home", ".corp", ".intranet", ".localdomain"} {
		if strings.HasSuffix(host, tld) {
			return false
		}
	}
	return true
}
