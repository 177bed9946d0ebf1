package config

import (
	"fmt"
	"net/mail"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/robfig/cron/v3"
)

// check finds what is wrong with values that have the right kind.
func (c *Config) check(p *problems, private bool, w world) {
	c.checkZone(p, w)
	c.checkBrief(p)
	for i, a := range c.Profile.Addresses {
		if m, err := mail.ParseAddress(a); err != nil || m.Address != strings.TrimSpace(a) {
			p.add(c.text.line(fmt.Sprintf("profile.addresses[%d]", i)), "profile.addresses", "is no mail address", `write it like "sam@example.org"`)
		}
	}
	for i, s := range c.Schedule.Preload {
		line := c.text.line(fmt.Sprintf("schedule.preload[%d]", i))
		if _, err := cron.ParseStandard(s); err != nil {
			p.add(line, "schedule.preload", "is no cron expression", `write minute, hour, day, month and weekday, like "0 6 * * 1-5"`)
		}
	}
	oneOf(p, &c.text, "screen.theme", c.Screen.Theme, "auto", "light", "dark")
	if h := c.Hooks.OnReady; h.Webhook != "" && minutes.WebURL(h.Webhook) == "" {
		p.add(c.text.line("hooks.on_ready.webhook"), "hooks.on_ready.webhook", "is no web address", "write it with https://")
	}
	c.checkRuntime(p)
	c.checkSecrets(p, private)
}

func (c *Config) checkBrief(p *problems) {
	b := c.Brief
	line := c.text.line
	if b.Words < 50 || b.Words > 5000 {
		p.add(line("brief.words"), "brief.words", "must lie between 50 and 5000", "600 words take two and a half minutes to read")
	}
	if b.Hours != 12 && b.Hours != 24 {
		p.add(line("brief.hours"), "brief.hours", "must be 24 or 12", `24 writes "15:00", 12 writes "3:00 PM"`)
	}
	oneOf(p, &c.text, "brief.prose", b.Prose, "assembled", "woven")
	if !regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$`).MatchString(b.Language) {
		p.add(line("brief.language"), "brief.language", "is no language", `write a code like "en"`)
	}
	atLeast := func(key string, d, least minutes.Duration) {
		if d < least {
			p.add(line(key), key, "is too short", "at least "+least.String())
		}
	}
	atLeast("brief.expires", b.Expires, minutes.Duration(time.Minute))
	atLeast("keep.items", c.Keep.Items, minutes.Duration(24*time.Hour))
	atLeast("keep.briefs", c.Keep.Briefs, minutes.Duration(24*time.Hour))
}

// oneOf says that a value must be one of a few words.
func oneOf(p *problems, x *index, key, value string, words ...string) {
	if slices.Contains(words, value) {
		return
	}
	remedy := "it is one of " + strings.Join(words, ", ")
	if n := nearest(value, words); n != "" {
		remedy = fmt.Sprintf("did you mean %q?", n)
	}
	p.add(x.line(key), strip(key), fmt.Sprintf("%q is not known", minutes.CleanLine(value).Cut(40)), remedy)
}

const nameForm = "1 to 32 of a-z, 0-9, - and _"

func validName(s string) bool {
	return len(s) >= 1 && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// name gives each connector its name: its own, or its kind when it is the only one without.
func (c *Config) name(p *problems) {
	taken := map[string]int{}
	unnamed := map[string]int{}
	for i := range c.Connectors {
		con := &c.Connectors[i]
		f := reflect.ValueOf(con.Value).Elem().FieldByName("Name")
		line, key := c.lineIn(i, "name"), "connectors."+con.Kind+".name"
		if f.String() == "" {
			if before, dup := unnamed[con.Kind]; dup {
				p.add(con.Line, key, fmt.Sprintf("line %d is without a name too", before), "give each a name of its own")
				continue
			}
			unnamed[con.Kind] = con.Line
			f.SetString(con.Kind)
		}
		name := f.String()
		if !validName(name) {
			p.add(line, key, fmt.Sprintf("%q will not do as a name", minutes.CleanLine(name).Cut(40)), "a name is "+nameForm)
		} else if before, dup := taken[name]; dup {
			p.add(line, key, fmt.Sprintf("%q is the name of the source in line %d too", name, before), "give each a name of its own")
		}
		taken[name] = con.Line
	}
}

// path is where the i-th connector stands in the file: connectors.imap[0].
func (c *Config) path(i int) string {
	n := 0
	for _, other := range c.Connectors[:i] {
		if other.Kind == c.Connectors[i].Kind {
			n++
		}
	}
	return fmt.Sprintf("connectors.%s[%d]", c.Connectors[i].Kind, n)
}

func (c *Config) lineIn(i int, key string) int { return c.text.line(c.path(i) + "." + key) }

// checkConnector fills one table's defaults and lets it check itself.
func (c *Config) checkConnector(i int, con Connector, p *problems) {
	for _, e := range p.list { // what could not be read is not there: no second complaint about it
		if strings.HasPrefix(e.Key, "connectors."+con.Kind+".") && c.within(i, e.Line) {
			return
		}
	}
	if f, ok := con.Value.(interface{ Fill() }); ok {
		f.Fill()
	}
	ck, ok := con.Value.(interface{ Check() error })
	if !ok {
		return
	}
	err := ck.Check()
	if err == nil {
		return
	}
	if key, problem, remedy, ok := explain(err); ok {
		p.add(c.lineIn(i, key), "connectors."+con.Kind+"."+key, problem, remedy)
		return
	}
	p.add(con.Line, "connectors."+con.Kind, err.Error(), minutes.Hint(err))
}

// within says whether a line belongs to the i-th connector.
func (c *Config) within(i, line int) bool {
	end := 1 << 30
	if i+1 < len(c.Connectors) {
		end = c.Connectors[i+1].Line
	}
	return line >= c.Connectors[i].Line && line < end
}
