// Package demo is a bundled world: one person's morning, served in-process over the real protocols
// on loopback (IMAP, HTTP for feeds, Hacker News, weather and markets, an .ics over http), for the
// real connectors to read. It touches no account, no config and no network.
package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the world is in Hamburg, also on a machine without zones

	"github.com/dailyminutes/minutes"
)

//go:embed world
var world embed.FS

// A World is running until Close. Config is the path of a config that points at it; Dir is an
// empty data folder; Now is the moment it stands still at.
type World struct {
	Now    time.Time
	Config string
	Dir    string
	web    string // where it is served this time
	close  []func()
}

// Zone is where the demo's person lives.
const Zone = "Europe/Berlin"

// now is a Tuesday morning, before work.
func now() (time.Time, error) {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return time.Time{}, err
	}
	return time.Date(2026, 3, 10, 7, 0, 0, 0, zone), nil
}

// Start serves the world on loopback ports of the system's choosing.
func Start(ctx context.Context) (*World, error) {
	t, err := now()
	if err != nil {
		return nil, err
	}
	w := &World{Now: t}
	dir, err := os.MkdirTemp("", "minutes-demo-")
	if err != nil {
		return nil, err
	}
	w.close = append(w.close, func() { _ = os.RemoveAll(dir) })
	w.Dir = filepath.Join(dir, "data")
	mail, err := w.serveMail(ctx)
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("demo mail server: %w", err)
	}
	web, err := w.serveWeb(ctx)
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("demo web server: %w", err)
	}
	w.web = web
	w.Config = filepath.Join(dir, "config.toml")
	if err := os.WriteFile(w.Config, []byte(config(web, mail)), 0o600); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Same is the brief as it would be whatever port the system chose: the demo prints the same every time.
func (w *World) Same(b minutes.Brief) minutes.Brief {
	b.Sections = slices.Clone(b.Sections)
	for i, s := range b.Sections {
		items := slices.Clone(s.Items)
		for j, it := range items {
			if it.Article != nil {
				a := *it.Article
				a.FeedURL = strings.Replace(a.FeedURL, w.web, "http://demo.example", 1)
				items[j].Article = &a
			}
		}
		b.Sections[i].Items = items
	}
	return b
}

// Close ends the servers and removes the folder.
func (w *World) Close() {
	for i := len(w.close) - 1; i >= 0; i-- {
		w.close[i]()
	}
	w.close = nil
}

// config is the demo person's, pointed at the loopback servers.
func config(web, mail string) string {
	host, port, _ := net.SplitHostPort(mail)
	return strings.NewReplacer("{web}", web, "{host}", host, "{port}", port).Replace(`# Sam's config, pointed at the demo's own servers.
timezone = "Europe/Berlin"
[profile]
name = "Sam Rivera"
addresses = ["sam@fernweh.example"]
interests = ["databases", "SQLite", "AI safety", "maps"]
important = ["miriam.okafor@fernweh.example"]
muted = ["crypto"]
[brief]
words = 600
[[connectors.imap]]
name = "mail"
host = "{host}"
port = {port}
tls = "none"
username = "sam"
password = "demo"
since = "7d"
[[connectors.ics]]
name = "calendar"
url = "{web}/calendar.ics"
[[connectors.hackernews]]
name = "hackernews"
base_url = "{web}/hn/v0"
search_base_url = "{web}/hn/search"
limit = 20
[[connectors.feed]]
name = "reading"
urls = ["{web}/feeds/papercuts.xml", "{web}/feeds/types.json"]
category = "tech"
[[connectors.feed]]
name = "news"
urls = ["{web}/feeds/kurier.xml", "{web}/feeds/handelszeit.xml"]
category = "news"
[[connectors.feed]]
name = "hotel-wifi"
urls = ["{web}/feeds/broken.xml"]
category = "news"
[[connectors.weather]]
name = "weather"
base_url = "{web}/weather"
geocoding_base_url = "{web}/geocoding"
place = "Hamburg"
[[connectors.market]]
name = "shares"
provider = "yahoo"
base_url = "{web}/yahoo"
symbols = ["SAP.DE", "ENR.DE", "VOD.L"]
[[connectors.market]]
name = "rates"
provider = "frankfurter"
base_url = "{web}/frankfurter"
symbols = ["EUR/USD", "EUR/GBP"]
[runtime]
order = []
`)
}

// serveWeb serves everything that speaks HTTP and returns its base URL.
func (w *World) serveWeb(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /calendar.ics", file("world/calendar.ics", "text/calendar; charset=utf-8"))
	mux.HandleFunc("GET /feeds/papercuts.xml", file("world/feeds/papercuts.xml", "application/rss+xml"))
	mux.HandleFunc("GET /feeds/handelszeit.xml", file("world/feeds/handelszeit.xml", "application/xml"))
	mux.HandleFunc("GET /feeds/kurier.xml", file("world/feeds/kurier.xml", "application/atom+xml"))
	mux.HandleFunc("GET /feeds/types.json", file("world/feeds/types.json", "application/feed+json"))
	mux.HandleFunc("GET /feeds/broken.xml", file("world/feeds/broken.html", "text/html"))
	if err := serveHN(mux); err != nil {
		return "", err
	}
	w.serveWeather(mux)
	w.serveMarket(mux)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "demo:", minutes.CleanLine(err.Error()))
		}
	}()
	w.close = append(w.close, func() { _ = srv.Close() })
	return "http://" + l.Addr().String(), nil
}

// file serves one embedded file with an ETag, as a good server does.
func file(name, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, err := world.ReadFile(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		etag := fmt.Sprintf(`"demo-%d"`, len(b))
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", contentType)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(b)
	}
}
