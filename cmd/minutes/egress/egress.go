// Package egress is the broker: every HTTP client and every connection of the program comes from it,
// so that one place decides what may be reached and records what left for where.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// ErrBlocked is wrapped in the error of a connection that the rules forbid. The hint says what would
// allow it. Nothing was sent.
var ErrBlocked = errors.New("not allowed")

// Options of a Broker. The zero value works: it records nothing and trusts the system's authorities.
type Options struct {
	Ledger  minutes.Ledger
	Run     string           // names the run in the ledger
	Now     func() time.Time // nil is the real clock
	MaxBody int64            // of a body, after decompression; 0 means 32 MiB
	// Limits are how long each step of a connection may take; zero fields mean the rule.
	Limits minutes.Deadlines

	// For tests: a resolver that lies, authorities of their own.
	Resolver *net.Resolver
	Roots    *x509.CertPool
}

// The limits of a connection. They are apart because one limit over all would cut a healthy
// download, or let a dead server use up the time of the whole.
const (
	idleTimeout = 90 * time.Second
	ledgerWait  = 250 * time.Millisecond // a busy ledger may not hold a request up for longer
	ledgerEnd   = 5 * time.Second        // nor the end of the program

	maxHeader    = 256 << 10 // of a response
	maxBody      = 32 << 20
	maxRedirects = 4
)

// userAgent is sent where a client has no name of its own, and not Go's.
const userAgent = "minutes/1 (+https://github.com/dailyminutes/minutes)"

// A Broker hands out clients. Safe for concurrent use.
type Broker struct {
	o      Options
	late   sync.WaitGroup // records that are being written
	mu     sync.Mutex
	ours   []*http.Transport // every one that was made, to close
	public *http.Transport   // shared by all sources, for hosts that no config names
	blocks []block
	open   bool // for the positive control of the tests: no address is refused
}

// New makes a broker.
func New(o Options) *Broker {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxBody == 0 {
		o.MaxBody = maxBody
	}
	o.Limits = o.Limits.Filled()
	b := &Broker{o: o, blocks: blocks()}
	b.public = b.transport(names{})
	return b
}

// For makes what one source connects with: a client for the web, and a dialer for mail. named are the hosts
// ("nas.lan", "127.0.0.1:8080") that the source's own table in the config names: with their port they may
// be loopback or private and use any port (see names.home). All else must be a public address and port 80
// or 443. class is what its requests carry.
func (b *Broker) For(source string, class minutes.Class, named []string) (*http.Client, func(ctx context.Context, network, addr string) (net.Conn, error)) {
	web := newNames(named, "80", "443")
	d := &door{broker: b, source: source, class: class, named: web, own: b.transport(web)}
	mail := *d
	mail.named = newNames(named, "143", "993")
	return &http.Client{Transport: d, CheckRedirect: redirect}, mail.dial
}

// Close lets go of idle connections and waits for the ledger, which is to be open until then.
func (b *Broker) Close() {
	b.mu.Lock()
	for _, t := range b.ours {
		t.CloseIdleConnections()
	}
	b.mu.Unlock()
	written := make(chan struct{})
	go func() { b.late.Wait(); close(written) }()
	select {
	case <-written:
	case <-time.After(ledgerEnd):
	}
}

// transport never uses a proxy: the variables that name one would let whoever sets them read all.
// The named hosts of a source have a transport, and so a pool of connections, of their own: else a
// source could use a connection to a private host that only another one may reach.
func (b *Broker) transport(n names) *http.Transport {
	t := &http.Transport{
		Proxy: nil,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return b.connect(ctx, network, addr, n)
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: b.o.Roots},
		TLSHandshakeTimeout:    b.o.Limits.TLS,
		ResponseHeaderTimeout:  b.o.Limits.Headers,
		MaxResponseHeaderBytes: maxHeader,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    6,
		MaxIdleConns:           100,
		ForceAttemptHTTP2:      true, // a transport with its own dialer speaks only HTTP/1.1 otherwise
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ours = append(b.ours, t)
	return t
}

// door is the way out of one source.
type door struct {
	broker *Broker
	source string
	class  minutes.Class
	named  names
	own    *http.Transport
	far    *http.Transport // of a model, for hosts that are not named; nil: all sources share one
}

// RoundTrip checks the request, records it and sends it. It runs for every redirect again.
func (d *door) RoundTrip(req *http.Request) (*http.Response, error) {
	host, err := Host(req.URL)
	if err != nil {
		return nil, closing(req, err)
	}
	// What is named may be at home. A redirect from elsewhere may not lead there: one feed of a table would
	// else choose what the program asks of another's server.
	port, named, away := portOf(req.URL), d.named, strayed(req)
	if away {
		named = names{}
	}
	if err := d.broker.refuse(host, port, named); err != nil {
		if away && d.named.has(host, port) {
			err = blocked(host, "a redirect from another host leads there", "write the address that it redirects to in the config")
		}
		return nil, closing(req, err)
	}
	t := d.broker.public
	if d.far != nil {
		t = d.far
	}
	if named.has(host, port) {
		t = d.own
	}
	if _, named := req.Header["User-Agent"]; !named {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", userAgent)
	}
	d.record(req.Context(), host)
	res, err := t.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Body = &capped{ReadCloser: res.Body, left: d.broker.o.MaxBody, host: host}
	return res, nil
}

// closing keeps the promise of a RoundTripper to close the body of a request it does not send.
func closing(req *http.Request, err error) error {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return err
}

// CloseIdleConnections serves http.Client.
func (d *door) CloseIdleConnections() { d.own.CloseIdleConnections() }

// dial is for protocols other than HTTP.
func (d *door) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	name, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, blocked("", "the address has no host and port", "write it like imap.example.org:993")
	}
	host, err := canonical(name)
	if err != nil {
		return nil, err
	}
	if err := d.broker.refuse(host, port, d.named); err != nil {
		return nil, err
	}
	d.record(ctx, host)
	return d.broker.connect(ctx, network, addr, d.named)
}

// record tells the ledger before a name is looked up or anything is sent: what then fails is in it as well,
// what the rules refuse before is not. A ledger that is slow costs the request at most ledgerWait: the
// record is then written late, at the latest when the broker is closed.
func (d *door) record(ctx context.Context, host string) {
	l := d.broker.o.Ledger
	if l == nil {
		return
	}
	dep := minutes.Departure{At: d.broker.o.Now(), Run: d.broker.o.Run, Source: d.source, Host: host, Class: d.classOf(ctx)}
	done := make(chan struct{})
	d.broker.late.Go(func() {
		defer close(done)
		_ = l.Record(context.WithoutCancel(ctx), dep) // the ledger tries again by itself
	})
	timer := time.NewTimer(ledgerWait)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}
