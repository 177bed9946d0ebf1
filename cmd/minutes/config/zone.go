package config

import (
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a zone database
)

// local finds the machine's zone as Go has it, its IANA name, and where that was found. The name is
// "UTC" or "Local" where nothing names it.
func (w world) local() (loc *time.Location, name, from string) {
	if tz := w.getenv("TZ"); tz != "" {
		name := zoneInPath(strings.TrimPrefix(tz, ":"))
		if loc, err := time.LoadLocation(name); err == nil && name != "" {
			return loc, name, "TZ"
		}
	}
	// The link itself first: what it leads to may be a link again, and the name the user chose is better.
	for _, follow := range []func(string) (string, error){os.Readlink, filepath.EvalSymlinks} {
		target, err := follow(w.localtime)
		if err != nil {
			continue
		}
		target = filepath.ToSlash(target)
		name := zoneInPath(target)
		if loc, err := time.LoadLocation(name); err == nil && name != target {
			return loc, name, w.localtime
		}
	}
	if b, err := os.ReadFile(w.timezone); err == nil && len(b) < 100 {
		name := strings.TrimSpace(string(b))
		if loc, err := time.LoadLocation(name); err == nil && name != "" {
			return loc, name, w.timezone
		}
	}
	return time.Local, time.Local.String(), "this machine's clock"
}

// zoneInPath takes the name out of /usr/share/zoneinfo/Europe/Berlin; other texts stay.
func zoneInPath(p string) string {
	if _, name, ok := strings.Cut(p, "zoneinfo/"); ok {
		return strings.TrimPrefix(strings.TrimPrefix(name, "posix/"), "right/")
	}
	return p
}

func (w world) zoneName() string {
	_, name, _ := w.local()
	return name
}

// checkZone sets Zone and ZoneName.
func (c *Config) checkZone(p *problems, w world) {
	if c.Timezone == "auto" || c.Timezone == "" {
		c.Zone, c.ZoneName, c.zoneFrom = w.local()
		return
	}
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "Local" {
		p.add(c.text.line("timezone"), "timezone", "there is no such zone", `write "auto" or an IANA name like "Europe/Berlin"`)
		loc = time.UTC
	}
	c.Zone, c.ZoneName = loc, c.Timezone
}
