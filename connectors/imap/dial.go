package imap

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// dial connects and secures. What it returns speaks IMAP: a greeting can be read from it.
func (s *source) dial(ctx context.Context) (*guard, error) {
	addr := net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port))
	c, cancel := context.WithTimeout(ctx, s.connecting)
	conn, err := s.env.Dial(c, "tcp", addr)
	cancel()
	if err != nil {
		return nil, s.cannotConnect(ctx, err)
	}
	g := &guard{Conn: conn, patience: s.patience, idle: s.idle}
	stop := context.AfterFunc(ctx, func() { g.fail(ctx.Err()) })
	defer stop()
	switch s.config.TLS {
	case "implicit":
		err = s.handshake(ctx, g)
	case "starttls":
		if err = startTLS(g); err == nil {
			err = s.handshake(ctx, g)
		}
	}
	if err != nil {
		_ = conn.Close()
		return nil, s.cannotSecure(ctx, g, err)
	}
	return g, nil
}

// startTLS asks for TLS on a plain connection. The library would do it too, but it neither refuses a
// greeting that skips the sign-in nor looks at what was sent ahead of the handshake: both are how a
// man in the middle puts words into a session that he cannot read.
func startTLS(g *guard) error {
	hello, err := readLine(unread{g}, 8<<10)
	if err != nil {
		return err
	}
	switch greeting := strings.ToUpper(hello); {
	case strings.HasPrefix(greeting, "* PREAUTH"):
		return errors.New("the server claims that we are signed in already, before TLS: refused")
	case !strings.HasPrefix(greeting, "* OK"):
		return fmt.Errorf("%w: its greeting is no IMAP", errProtocol)
	}
	if _, err := g.Write([]byte("T0 STARTTLS\r\n")); err != nil {
		return err
	}
	for n := 0; ; n++ {
		line, err := readLine(unread{g}, 8<<10)
		if err != nil {
			return err
		}
		switch upper := strings.ToUpper(line); {
		case strings.HasPrefix(upper, "T0 OK"):
			return nothingAhead(g)
		case strings.HasPrefix(upper, "T0 "), n > 20:
			return errors.New("the server refuses STARTTLS")
		}
	}
}

// aheadWait is how long startTLS listens for bytes that must not be there: those that came in one
// packet with the answer are found at once, and what comes later is no TLS and fails the handshake.
const aheadWait = 5 * time.Millisecond

// nothingAhead refuses anything that came with the answer, before TLS began.
func nothingAhead(g *guard) error {
	raw := g.Conn
	unblock := time.AfterFunc(aheadWait, func() { _ = raw.SetReadDeadline(time.Unix(1, 0)) })
	defer unblock.Stop()
	var b [1]byte
	n, err := raw.Read(b[:])
	var timeout net.Error
	switch {
	case n > 0:
		return errors.New("the server sent something before the TLS handshake: refused")
	case !errors.As(err, &timeout) || !timeout.Timeout():
		return err
	}
	return raw.SetReadDeadline(time.Time{})
}

// handshake puts TLS on the connection. After STARTTLS no greeting comes, and the library waits for
// one: it reads one of ours.
func (s *source) handshake(ctx context.Context, g *guard) error {
	conf := &tls.Config{ServerName: s.config.Host, MinVersion: tls.VersionTLS12}
	if s.config.CAFile != "" {
		pem, err := os.ReadFile(s.config.CAFile)
		if err != nil {
			return minutes.WithHint(fmt.Errorf("ca_file: %w", err), "check the path in ca_file")
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return minutes.WithHint(errors.New("ca_file holds no certificate"), "put the authority's certificate in it, in PEM form")
		}
	}
	c, cancel := context.WithTimeout(ctx, s.securing)
	defer cancel()
	t := tls.Client(g.Conn, conf)
	if err := t.HandshakeContext(c); err != nil {
		return err
	}
	g.Conn = t
	g.forget()
	if s.config.TLS == "starttls" {
		g.pretend = []byte("* OK ready\r\n")
	}
	return nil
}

// loopback says whether host can be nothing but this machine.
func loopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// isTLSTrouble says that err came of the handshake, and what to do about it.
func isTLSTrouble(host string, err error) (problem, hint string) {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return "its certificate is from an authority that this machine does not trust",
			"check that host is the right name; for a private authority set ca_file to its certificate. If you are on a strange network, wait until you are not"
	case errors.As(err, &name):
		return "its certificate is for another host", "set host to the name that the provider gives for IMAP: it must match the certificate of " + host
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or this machine's clock is wrong", "check the clock here; else the server's administrator must renew the certificate"
	case errors.As(err, &invalid):
		return "its certificate is not valid", "ask the server's administrator"
	case errors.As(err, &record):
		p := "it does not speak TLS on this port"
		if bytes.HasPrefix(record.RecordHeader[:], []byte("* ")) {
			p = "it speaks plain IMAP on this port"
		} else if bytes.HasPrefix(record.RecordHeader[:], []byte("HTTP/")) {
			return "it does not speak TLS on this port: a web server answers", "if this network wants a sign-in, open a browser first; else check host and port in the config"
		}
		return p, `set port = 993 with tls = "implicit", or port = 143 with tls = "starttls"`
	}
	return "", ""
}
