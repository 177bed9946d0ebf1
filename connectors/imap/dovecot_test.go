package imap

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// A dovecot is the real server that .ci/dovecot.sh starts. Every user name has a mailbox of its own.
type dovecot struct {
	host, port, password, ca, plain string
}

func realServer(t testing.TB) dovecot {
	t.Helper()
	f := strings.Split(os.Getenv("MINUTES_DOVECOT"), ":")
	if len(f) != 5 || os.Getenv("MINUTES_DOVECOT_PLAIN") == "" {
		t.Skip("skipped: no Dovecot here (MINUTES_DOVECOT); .ci/dovecot.sh starts one")
	}
	return dovecot{host: f[0], port: f[1], password: f[3], ca: f[4], plain: os.Getenv("MINUTES_DOVECOT_PLAIN")}
}

// config reads name's mailbox, with TLS as told.
func (d dovecot) config(t testing.TB, name, tls string) *Config {
	addr := d.plain
	if tls == "implicit" {
		addr = net.JoinHostPort(d.host, d.port)
	}
	c := config(t, addr)
	c.Username, c.TLS = name, tls
	if tls != "none" {
		c.Host, c.CAFile = d.host, d.ca
	}
	return c
}

func (d dovecot) open(t testing.TB, c *Config) *source {
	s := open(t, c, 0)
	s.env.Secret = func(context.Context, minutes.SecretRef) (minutes.Secret, error) {
		return minutes.NewSecret(d.password), nil
	}
	return s
}

// client is another mail program, one that may write.
func (d dovecot) client(t testing.TB, name string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(d.plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(name, d.password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func deliver(t testing.TB, c *imapclient.Client, folder, raw string, at time.Time, flags ...imap.Flag) {
	t.Helper()
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "\r\n")
	cmd := c.Append(folder, int64(len(raw)), &imap.AppendOptions{Time: at, Flags: flags})
	if _, err := io.WriteString(cmd, raw); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// state is everything that a reader could change: flags, \Recent and MODSEQ of all messages.
func state(t testing.TB, c *imapclient.Client, folder string) string {
	t.Helper()
	sel, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true, CondStore: true}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	msgs, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{UID: true, Flags: true, ModSeq: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprint(sel.NumMessages, sel.HighestModSeq)
	for _, m := range msgs {
		out += fmt.Sprint("; ", m.UID, m.Flags, m.ModSeq)
	}
	return out
}

// fill gives name's mailbox a morning's mail.
func (d dovecot) fill(t testing.TB, name string) *imapclient.Client {
	c := d.client(t, name)
	for n := range 12 {
		deliver(t, c, "INBOX", mailOf(n), morning().Add(-time.Duration(n)*time.Minute))
	}
	deliver(t, c, "INBOX", bigMail("big@example.com", 1<<20), morning().Add(-time.Hour), imap.FlagFlagged)
	deliver(t, c, "INBOX", mailOf(100), morning().Add(-72*time.Hour))
	deliver(t, c, "Outbound", strings.ReplaceAll(mailOf(50), "ann@example.com", name+"@example.org"), morning().Add(-time.Hour), imap.FlagSeen)
	return c
}

func TestDovecotIsReadAndLeftAsItWas(t *testing.T) {
	d := realServer(t)
	for _, tls := range []string{"implicit", "starttls", "none"} {
		t.Run(tls, func(t *testing.T) {
			name := "read-" + tls
			c := d.fill(t, name)
			before := state(t, c, "INBOX") + state(t, c, "Outbound")
			src := d.open(t, d.config(t, name, tls))
			b := src.mustFetch(t, minutes.Cursor{})
			if len(b.Items) != 14 || len(b.Rejected) > 0 {
				t.Errorf("%d items (%s), rejected %v; want 12, the big one and the sent one", len(b.Items), titles(b), b.Rejected)
			}
			if it := b.Items[0]; it.Title.String() != "Number 0" || !it.Mail.Unread {
				t.Errorf("the newest is %q, unread %v", it.Title, it.Mail.Unread)
			}
			for _, it := range b.Items {
				if it.Title.String() == "Big one" && (!it.Mail.Flagged || it.Mail.Invite == nil || len(it.Mail.Attachments) != 2) {
					t.Errorf("the big one: %+v", it.Mail)
				}
			}
			src.mustFetch(t, b.Next)
			if err := src.Probe(t.Context()); err != nil {
				t.Error(err)
			}
			if after := state(t, c, "INBOX") + state(t, c, "Outbound"); after != before {
				t.Errorf("the server's state changed:\nbefore %s\nafter  %s", before, after)
			}
		})
	}
}

func TestDovecotTellsOnlyWhatChanged(t *testing.T) {
	d := realServer(t)
	c := d.fill(t, "changes")
	src := d.open(t, d.config(t, "changes", "none"))
	first := src.mustFetch(t, minutes.Cursor{})
	cur := readCursor(first.Next.Token)
	if f := cur.Folders["INBOX"]; f.ModSeq == 0 || f.Seen != nil || cur.Sent != "Outbound" {
		t.Fatalf("CONDSTORE or the Sent folder was not used: %+v", cur)
	}
	if b := src.mustFetch(t, first.Next); len(b.Items) != 0 {
		t.Errorf("nothing changed, yet %s", titles(b))
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(imap.UIDSetNum(2), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen, imap.FlagAnswered}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	deliver(t, c, "INBOX", mailOf(200), morning())
	second := src.mustFetch(t, first.Next)
	if got := titles(second); got != "Number 1, Number 200" {
		t.Fatalf("got %s", got)
	}
	if m := second.Items[0].Mail; m.Unread || !m.Answered {
		t.Errorf("flags were not read: %+v", m)
	}
	// The folder made anew under the same name: other UIDVALIDITY, all read again, the same ids.
	if err := c.Create("Lists", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	deliver(t, c, "Lists", mailOf(300), morning())
	conf := d.config(t, "changes", "none")
	conf.Folders = []string{"Lists"}
	lists := d.open(t, conf)
	one := lists.mustFetch(t, minutes.Cursor{})
	if err := c.Delete("Lists").Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Create("Lists", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	deliver(t, c, "Lists", mailOf(300), morning())
	deliver(t, c, "Lists", mailOf(301), morning())
	two := lists.mustFetch(t, one.Next)
	if titles(two) != "Number 300, Number 301" || idOf(two, "Number 300") != idOf(one, "Number 300") {
		t.Errorf("after the folder was made anew: %s", titles(two))
	}
}

func TestDovecotRoundTrips(t *testing.T) {
	d := realServer(t)
	d.fill(t, "trips")
	look := func(from minutes.Cursor) (minutes.Batch, int) {
		addr, r := through(t, d.plain)
		c := d.config(t, "trips", "none")
		c.Port = config(t, addr).Port
		b := d.open(t, c).mustFetch(t, from)
		n, _ := r.count()
		return b, n + 1 // and the greeting
	}
	first, n := look(minutes.Cursor{})
	_, m := look(first.Next)
	t.Logf("round trips: %d for a first look, %d when nothing changed", n, m)
	if n > 6 || m > 5 {
		t.Errorf("want at most 6 and 5")
	}
}

func TestDovecotRefusals(t *testing.T) {
	d := realServer(t)
	wrong := d.open(t, d.config(t, "refused", "implicit"))
	wrong.env.Secret = func(context.Context, minutes.SecretRef) (minutes.Secret, error) {
		return minutes.NewSecret("not-the-password"), nil
	}
	if _, err := wrong.Fetch(t.Context(), minutes.Cursor{}); !errors.Is(err, minutes.ErrAuth) || minutes.Hint(err) == "" {
		t.Errorf("a wrong password: %v (%s)", err, minutes.Hint(err))
	}
	c := d.config(t, "refused", "implicit")
	c.CAFile = ""
	if _, err := d.open(t, c).Fetch(t.Context(), minutes.Cursor{}); err == nil || !strings.Contains(err.Error(), "does not trust") {
		t.Errorf("an unknown authority: %v", err)
	}
	c = d.config(t, "refused", "implicit")
	c.Host = "127.0.0.1" // the certificate is for localhost
	if _, err := d.open(t, c).Fetch(t.Context(), minutes.Cursor{}); err == nil || !strings.Contains(err.Error(), "another host") {
		t.Errorf("a certificate for another host: %v", err)
	}
	c = d.config(t, "refused", "none")
	c.Host, c.TLS, c.CAFile = d.host, "implicit", d.ca
	if _, err := d.open(t, c).Fetch(t.Context(), minutes.Cursor{}); err == nil || !strings.Contains(err.Error(), "plain IMAP") {
		t.Errorf("TLS to a plain port: %v", err)
	}
	c = d.config(t, "refused", "none")
	c.Folders = []string{"INBOX", "../../../etc"}
	b, err := d.open(t, c).Fetch(t.Context(), minutes.Cursor{})
	if err == nil || len(b.Next.Token) == 0 {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// thousand gives the bench mailbox 1,000 messages of 23 KB on average, once: short plain ones, HTML
// newsletters, and one in ten with a file.
func (d dovecot) thousand(b *testing.B) {
	c := d.client(b, "bench")
	if sel, err := c.Select("INBOX", nil).Wait(); err != nil || sel.NumMessages >= 1000 {
		return
	}
	for n := range 1000 {
		raw := mailOf(n)
		switch {
		case n%10 == 0:
			raw = bigMail(fmt.Sprintf("big%d@example.com", n), 64<<10)
		case n%3 == 0:
			raw = strings.Replace(raw, "\n\nHello", "\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>"+strings.Repeat(".x{margin:0}\n", 80)+"</style></head><body><p>Hello", 1) +
				strings.Repeat("<tr><td style=\"padding:4px\"><a href=\"https://news.example.com/a\">A headline of the day</a></td><td>and what it is about, in a sentence</td></tr>\n", 180) + "</body></html>\n"
		default:
			raw += strings.Repeat("A line of an ordinary letter, about as long as lines are in letters.\n", 20+n%40)
		}
		deliver(b, c, "INBOX", raw, morning().Add(-time.Duration(n)*time.Second))
	}
}

// floor is what the server alone takes: envelope, structure and 512 bytes of all messages, asked for
// in one packet and thrown away.
func (d dovecot) floor(b *testing.B) int {
	conn, err := net.Dial("tcp", d.plain)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "a LOGIN bench %s\r\nb EXAMINE INBOX\r\nc FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE BODY.PEEK[1]<0.512>)\r\nd LOGOUT\r\n", d.password)
	r := bufio.NewReaderSize(conn, 256<<10)
	n := 0
	for {
		line, err := r.ReadSlice('\n')
		if bytes.Contains(line, []byte(" FETCH (")) {
			n++
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) || bytes.HasPrefix(line, []byte("d OK")) {
			return n
		}
	}
}

// BenchmarkDovecot reads 1,000 messages: the server's floor, then the connector in the same run. P9
// wants envelope and snippet within 1.5 times the floor; that is "wire", which leaves the parsing out.
// "connector" is a whole Fetch: 8 KiB of each message and the text parts of the bigger ones, parsed.
func BenchmarkDovecot(b *testing.B) {
	d := realServer(b)
	d.thousand(b)
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			if n := d.floor(b); n != 1000 {
				b.Fatalf("%d messages", n)
			}
		}
	})
	conf := d.config(b, "bench", "none")
	conf.Limit, conf.Since = 1000, minutes.Duration(72*time.Hour)
	none := ""
	conf.Sent = &none
	for _, parsed := range []bool{false, true} {
		name := map[bool]string{true: "connector", false: "wire"}[parsed]
		b.Run(name, func(b *testing.B) {
			src := d.open(b, conf)
			read := 0
			if !parsed {
				src.env.Parse = func(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
					return connectors.Parsed{}, nil
				}
			}
			src.mustFetch(b, minutes.Cursor{}) // children start once a program
			for b.Loop() {
				read = len(src.mustFetch(b, minutes.Cursor{}).Items)
			}
			if parsed && read != 1000 {
				b.Fatalf("%d items", read)
			}
			b.ReportMetric(float64(read), "items")
		})
	}
	b.Run("unchanged", func(b *testing.B) {
		src := d.open(b, conf)
		first := src.mustFetch(b, minutes.Cursor{})
		for b.Loop() {
			src.mustFetch(b, first.Next)
		}
	})
}
