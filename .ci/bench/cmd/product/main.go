// Command product times parts of the program in one process, beside the references of this folder.
//
//	product imap ADDR USER PASSWORD     first look and a second one, with the round trips
//	product keep DIR                    10,000 items into a fresh store in one batch, 7 repeats
//	product jail                        what the jail adds to a feed, a mail, a calendar
//	product stream                      what a model's stream costs the client, an event and the first token
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"bench/internal/words"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/all"
	"github.com/dailyminutes/minutes/connectors/imap"
	"github.com/dailyminutes/minutes/connectors/jail"
	"github.com/dailyminutes/minutes/rag/sqlite"
)

func main() {
	jail.Child(all.Parsers())
	log.SetFlags(0)
	alone := map[string]func(){"jail": cost, "stream": stream, "serve": serve}
	if len(os.Args) == 2 && alone[os.Args[1]] != nil {
		alone[os.Args[1]]()
		return
	}
	if len(os.Args) < 3 {
		log.Fatal("usage: product imap|keep|jail|stream …")
	}
	switch os.Args[1] {
	case "imap":
		look(os.Args[2], os.Args[3], os.Args[4])
	case "keep":
		keep(os.Args[2])
	default:
		log.Fatalf("unknown part %q", os.Args[1])
	}
}

// turns counts how often the client stopped to wait for the server after writing.
type turns struct {
	net.Conn
	wrote *atomic.Bool
	n     *atomic.Int64
}

func (t turns) Write(b []byte) (int, error) { t.wrote.Store(true); return t.Conn.Write(b) }
func (t turns) Read(b []byte) (int, error) {
	if t.wrote.Swap(false) {
		t.n.Add(1)
	}
	return t.Conn.Read(b)
}

func look(addr, user, password string) {
	host, port, err := net.SplitHostPort(addr)
	must(err)
	p := 0
	fmt.Sscan(port, &p)
	none := ""
	cfg := &imap.Config{Host: host, Port: p, TLS: "none", Username: user, Limit: 1000, Sent: &none,
		Since: minutes.Duration(400 * 24 * time.Hour), Password: minutes.SecretRef{Env: "PW"}}
	cfg.Name = "bench"
	cfg.Fill()
	must(cfg.Check())
	var n atomic.Int64
	pool := &jail.Pool{}
	defer pool.Close()
	src, err := cfg.Open(connectors.Env{Name: "bench", Private: true, Zone: time.UTC, Now: func() time.Time { return time.Date(2026, 1, 1, 7, 0, 0, 0, time.UTC) },
		Log: slog.New(slog.DiscardHandler), State: state{}, Client: http.DefaultClient,
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			return turns{c, new(atomic.Bool), &n}, err
		},
		Secret: func(context.Context, minutes.SecretRef) (minutes.Secret, error) {
			return minutes.NewSecret(password), nil
		},
		Parse: pool.Parse,
	})
	must(err)
	start := time.Now()
	b, err := src.Fetch(context.Background(), minutes.Cursor{})
	must(err)
	first, took := n.Swap(0), time.Since(start)
	fmt.Printf("first: %d items, %d round trips, %v\n", len(b.Items), first, took.Round(100*time.Microsecond))
	if len(os.Args) > 5 { // the first look alone, for timing the process
		return
	}
	start = time.Now()
	b, err = src.Fetch(context.Background(), b.Next)
	must(err)
	fmt.Printf("again: %d items, %d round trips, %v\n", len(b.Items), n.Load(), time.Since(start).Round(100*time.Microsecond))
}

type state struct{}

func (state) Get(context.Context, string) ([]byte, error) { return nil, nil }
func (state) Put(context.Context, string, []byte) error   { return nil }

func keep(dir string) {
	src := words.New(9)
	items := make([]minutes.Item, 10000)
	for i := range items {
		items[i] = minutes.Item{ID: fmt.Sprintf("feed:%05d", i), Kind: minutes.KindArticle, Source: "feeds", Title: minutes.Clean(src.Words(8)),
			Body: minutes.Clean(src.Words(60)), At: time.Unix(int64(1767200000+i), 0), Article: &minutes.Article{}}
	}
	var took []float64
	for i := range 7 {
		path := filepath.Join(dir, fmt.Sprintf("keep-%d", i), "minutes.db")
		must(os.RemoveAll(filepath.Dir(path)))
		db, err := sqlite.Open(context.Background(), path, sqlite.Options{Now: time.Now})
		must(err)
		start := time.Now()
		_, err = db.Keep(context.Background(), "feeds", minutes.Batch{Items: items})
		must(err)
		took = append(took, float64(time.Since(start).Microseconds())/1000)
		must(db.Close())
		must(os.RemoveAll(filepath.Dir(path)))
	}
	slices.Sort(took)
	fmt.Printf("store    10,000 items, one batch (with full text)              ms min/med/max %8.2f /%8.2f /%8.2f\n", took[0], took[3], took[6])
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
