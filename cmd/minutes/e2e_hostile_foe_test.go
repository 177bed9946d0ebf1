package main

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/cmd/minutes/demo"
)

// A foe is a mail server that lies until it repents, from when on it is an honest one behind the same
// address. By command it says something else than an honest server would, and floods after FETCH.
type foe struct {
	name, tls string
	says      map[string]string // TAG stands for the tag; CLOSE at its end hangs up
	flood     string
	before    string // said on the plain connection, where tls is starttls
	ends      string // words of the error that is meant to end it
	slow      bool   // by a deadline

	honest   string // the address of the server behind it
	cert     tls.Certificate
	repented atomic.Bool
	mu       sync.Mutex
	heard    []string // commands
	bare     strings.Builder
}

const hostilePassword = "S3CRET-of-memory"

// mails is how many messages are behind every foe.
const mails = 3

// raise starts foes, each with mail of its own behind it, and gives the tables of a config.
func raise(t testing.TB, foes []*foe, w *demo.World, ca func(string) string) (config string) {
	web := httptest.NewTLSServer(nil) // for its certificate, which is good for 127.0.0.1
	t.Cleanup(web.Close)
	file := ca(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})))
	for _, f := range foes {
		f.honest, f.cert = memoryServer(t, "sam", hostilePassword), web.TLS.Certificates[0]
		fillMemory(t, f, w)
		host, port, _ := net.SplitHostPort(serveTCP(t, f.serve))
		config += fmt.Sprintf("\n[[connectors.imap]]\nname = %q\nhost = %q\nport = %s\nusername = \"sam\"\npassword = %q\ntls = %q\nca_file = %q\nsince = \"7d\"\n",
			f.name, host, port, hostilePassword, f.tls, file)
	}
	return config
}

func fillMemory(t testing.TB, f *foe, w *demo.World) {
	m := &mailbox{Client: dialMail(t, f.honest, "sam", hostilePassword)}
	for n := range mails {
		m.mustDeliver(t, "INBOX", fmt.Sprintf("From: Ann <ann@example.com>\nTo: sam@example.org\nSubject: %s %d\nMessage-ID: <%s-%d@example.com>\n\nA letter.\n",
			f.name, n, f.name, n), w.Now.Add(-time.Duration(n+1)*time.Hour))
	}
}

func (f *foe) serve(c net.Conn) {
	c = noted{c, f}
	if f.tls == "starttls" && !f.startTLS(c) || f.tls != "none" && f.says["TLS"] == "silent" && !f.repented.Load() {
		_, _ = io.Copy(io.Discard, c)
		return
	}
	if f.tls != "none" {
		c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{f.cert}})
	}
	if f.repented.Load() {
		f.passOn(c)
		return
	}
	if f.tls != "starttls" {
		f.say(c, "GREETING", "*")
	}
	f.talk(c)
}

// noted keeps what the client says on the plain connection.
type noted struct {
	net.Conn
	f *foe
}

func (n noted) Read(b []byte) (int, error) {
	k, err := n.Conn.Read(b)
	n.f.mu.Lock()
	defer n.f.mu.Unlock()
	n.f.bare.Write(b[:k])
	return k, err
}

// startTLS is the plain half; false where it stays plain, and goes on so with a client that lets it.
func (f *foe) startTLS(c net.Conn) bool {
	before := f.before
	if f.repented.Load() || before == "" {
		before = "* OK hello\r\n"
	}
	_, _ = io.WriteString(c, before)
	line, err := bufio.NewReader(io.LimitReader(c, int64(len("T0 STARTTLS\r\n")))).ReadString('\n')
	if err != nil || line != "T0 STARTTLS\r\n" {
		return false
	}
	if f.repented.Load() || f.before == "" {
		_, err = io.WriteString(c, "T0 OK go\r\n")
		return err == nil
	}
	f.talk(c)
	return false
}

// talk answers as a server would, but for the lies.
func (f *foe) talk(c net.Conn) {
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		f.hear(line)
		word := strings.Fields(line)
		if len(word) < 2 {
			return
		}
		verb := strings.ToUpper(word[1])
		if verb == "UID" && len(word) > 2 {
			verb = strings.ToUpper(word[2])
		}
		if !f.say(c, verb, word[0]) {
			return
		}
	}
}

func (f *foe) hear(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, strings.TrimSpace(line))
}

func (f *foe) say(c net.Conn, verb, tag string) bool {
	text, lies := f.says[verb]
	if !lies {
		text = map[string]string{
			"GREETING": "* OK [CAPABILITY IMAP4rev1] hello\r\n", "LOGIN": "TAG OK [CAPABILITY IMAP4rev1] in\r\n",
			"EXAMINE": "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nTAG OK done\r\n", "SEARCH": "* SEARCH 1 2 3\r\nTAG OK done\r\n",
		}[verb]
		if text == "" {
			text = "TAG OK done\r\n"
		}
	}
	text, closes := strings.CutSuffix(strings.ReplaceAll(text, "TAG", tag), "CLOSE")
	_, err := io.WriteString(c, text)
	for sent := 0; verb == "FETCH" && f.flood != "" && err == nil && sent < 400<<20; sent += len(f.flood) {
		_, err = io.WriteString(c, f.flood)
	}
	if closes || err != nil {
		_ = c.Close()
		return false
	}
	return true
}

// passOn is the honest server.
func (f *foe) passOn(c net.Conn) {
	up, err := net.Dial("tcp", f.honest)
	if err != nil {
		return
	}
	defer up.Close()
	from := bufio.NewReader(up)
	if f.tls == "starttls" {
		_, _ = from.ReadString('\n') // the client had its greeting
	}
	go func() {
		in := bufio.NewReader(c)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				_ = up.Close()
				return
			}
			f.hear(line)
			_, _ = io.WriteString(up, line)
		}
	}()
	_, _ = io.Copy(c, from)
	_ = c.Close()
}

// findings are what a foe learned or was told that it should not have been.
func (f *foe) findings() (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tls != "none" && strings.Contains(f.bare.String(), hostilePassword) {
		out = append(out, f.name+": the password came before TLS")
	}
	may := regexp.MustCompile(`^T\d+ (CAPABILITY$|NOOP$|LOGOUT$|LOGIN |LIST |EXAMINE |UID SEARCH |UID FETCH )`)
	for _, line := range f.heard {
		if !may.MatchString(line) || strings.Contains(line, "BODY[") {
			out = append(out, fmt.Sprintf("%s: was told %.100q", f.name, line))
		}
	}
	return out
}
