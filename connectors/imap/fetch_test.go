package imap

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// distance is how late a relay passes on what the server says: long enough that all that the client
// sends without waiting is sent by then, as it would be on a real network.
const distance = 10 * time.Millisecond

// through puts a relay before addr and gives its address.
func through(t *testing.T, addr string) (string, *relay) {
	t.Helper()
	r := &relay{}
	l := listen(t)
	serve(t, l, func(client net.Conn) {
		server, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer server.Close()
		done := make(chan struct{})
		pump := func(who byte, dst io.Writer, src net.Conn) {
			b := make([]byte, 64<<10)
			for {
				n, err := src.Read(b)
				if n > 0 {
					if who == 's' {
						time.Sleep(distance)
					}
					r.note(who, b[:n])
					if _, err := dst.Write(b[:n]); err != nil {
						return
					}
				}
				if err != nil {
					return
				}
			}
		}
		go func() { pump('s', client, server); _ = client.Close(); close(done) }()
		pump('c', server, client)
		_ = server.Close()
		<-done
	})
	return l.Addr().String(), r
}

func flagsOf(t *testing.T, s *mailServer, folder string) string {
	t.Helper()
	c := s.client(t)
	if _, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		t.Fatal(err)
	}
	msgs, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{Flags: true, UID: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	if len(msgs) == 0 {
		t.Fatal("the server tells of no messages in " + folder)
	}
	var out []string
	for _, m := range msgs {
		out = append(out, fmt.Sprint(m.UID, m.Flags))
	}
	return strings.Join(out, "; ")
}

func TestNoFlagChangesOnTheServer(t *testing.T) {
	s := newMailServer(t, "INBOX", "Sent")
	for n := range 5 {
		s.put("INBOX", mailOf(n), morning().Add(-time.Hour))
	}
	s.put("INBOX", bigMail("big@example.com", 200<<10), morning().Add(-time.Hour), imap.FlagFlagged)
	s.put("Sent", mailOf(9), morning().Add(-time.Hour), imap.FlagSeen)
	before := flagsOf(t, s, "INBOX") + flagsOf(t, s, "Sent")
	addr, r := through(t, s.addr)
	src := open(t, config(t, addr), 0)
	b := src.mustFetch(t, minutes.Cursor{})
	src.mustFetch(t, b.Next)
	if after := flagsOf(t, s, "INBOX") + flagsOf(t, s, "Sent"); after != before {
		t.Errorf("flags before %s, after %s", before, after)
	}
	_, sent := r.count()
	for _, verb := range []string{"SELECT", "STORE", "COPY", "MOVE", "EXPUNGE", "APPEND", "CLOSE", "DELETE", "CREATE", "RENAME", "BODY["} {
		if strings.Contains(sent, " "+verb) {
			t.Errorf("%s was sent: %s", verb, sent)
		}
	}
	if !strings.Contains(sent, "EXAMINE") || !strings.Contains(sent, "BODY.PEEK[") {
		t.Errorf("neither EXAMINE nor BODY.PEEK: the relay saw nothing: %s", sent)
	}
}

// bigMail is a mail whose text comes late: a long HTML part, a plain stub, a file and an invitation.
func bigMail(id string, filler int) string {
	return "From: Ann Example <ann@example.com>\nTo: " + user + "\nSubject: Big one\nMessage-ID: <" + id + ">\nDate: " + morning().Add(-time.Hour).Format(time.RFC1123Z) +
		"\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: image/png; name=chart.png\nContent-Transfer-Encoding: base64\n\n" +
		strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAABsAAAAbCAMAAAC6CgRnAAADAFBMVEX\n", filler/57) +
		"\n--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nstub\n--a\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" +
		"<html><body><p>The figures for the third quarter are in, see the chart =E2=80=93 please comment by Thursday.</p>" + strings.Repeat("<!-- filler -->", 200) + "</body></html>\n--a--\n" +
		"--m\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"figures.pdf\"\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("JVBERi0xLjQKJcOkw7zDtsOf\n", filler/25) +
		"\n--m\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:big@example.com\nSUMMARY:Figures\nDTSTART:20261126T090000Z\nDTEND:20261126T100000Z\nEND:VEVENT\nEND:VCALENDAR\n--m--\n"
}

func TestOfABigMessageOnlyWhatIsNeededIsRead(t *testing.T) {
	s := newMailServer(t, "INBOX")
	s.put("INBOX", bigMail("big@example.com", 2<<20), morning().Add(-time.Hour))
	got := &counter{}
	addr := got.before(t, s.addr)
	b := open(t, config(t, addr), 0).mustFetch(t, minutes.Cursor{})
	if len(b.Items) != 1 {
		t.Fatalf("%d items, rejected %v", len(b.Items), b.Rejected)
	}
	it := b.Items[0]
	if !strings.Contains(it.Body.String(), "please comment by Thursday") {
		t.Errorf("the text was not found: %q", it.Body)
	}
	if fmt.Sprint(it.Mail.Attachments) != "[chart.png figures.pdf]" {
		t.Errorf("attachments %v", it.Mail.Attachments)
	}
	if it.Mail.Invite == nil || it.Mail.Invite.UID != "big@example.com" {
		t.Errorf("invite %+v", it.Mail.Invite)
	}
	if it.Mail.Truncated {
		t.Error("its text was read to the end, yet it says it was cut")
	}
	if n := got.bytes(); n > 64<<10 {
		t.Errorf("%d bytes were read of a message of 4 MiB", n)
	}
}

func TestALongTextIsCutAndSaysSo(t *testing.T) {
	s := newMailServer(t, "INBOX")
	s.put("INBOX", mailOf(1)+strings.Repeat("More words on this line than anyone reads.\n", 20_000), morning().Add(-time.Hour))
	it := open(t, config(t, s.addr), 0).mustFetch(t, minutes.Cursor{}).Items[0]
	if !it.Mail.Truncated || len(it.Body.String()) > maxBody || !strings.HasPrefix(it.Body.String(), "Hello Sam") {
		t.Errorf("truncated %v, %d bytes, begins %.20q", it.Mail.Truncated, len(it.Body.String()), it.Body)
	}
}

func TestNewestFirstUpToTheLimit(t *testing.T) {
	s := newMailServer(t, "INBOX")
	for n := 9; n >= 0; n-- { // number 0 is the newest
		s.put("INBOX", mailOf(n), morning().Add(-time.Duration(n)*time.Minute))
	}
	c := config(t, s.addr)
	c.Limit = 3
	b := open(t, c, 0).mustFetch(t, minutes.Cursor{})
	if got := titles(b); got != "Number 0, Number 1, Number 2" {
		t.Errorf("got %s", got)
	}
}

func TestTheWindowReachesBackToTheLastSuccess(t *testing.T) {
	s := newMailServer(t, "INBOX")
	s.put("INBOX", mailOf(1), morning().Add(-35*time.Hour))
	s.put("INBOX", mailOf(2), morning().Add(-37*time.Hour))
	s.put("INBOX", mailOf(3), morning().Add(-10*24*time.Hour))
	src := open(t, config(t, s.addr), 0)
	for last, want := range map[time.Duration]int{0: 1, time.Hour: 1, 9 * 24 * time.Hour: 2, 11 * 24 * time.Hour: 3} {
		from := minutes.Cursor{}
		if last > 0 {
			from.At = morning().Add(-last)
		}
		if b := src.mustFetch(t, from); len(b.Items) != want {
			t.Errorf("last success %v ago: %d items, want %d", last, len(b.Items), want)
		}
	}
}

func TestOnlyWhatIsNewOrChangedComesAgain(t *testing.T) {
	s := newMailServer(t, "INBOX", "Sent")
	s.put("INBOX", mailOf(1), morning().Add(-time.Hour))
	s.put("INBOX", mailOf(2), morning().Add(-2*time.Hour))
	src := open(t, config(t, s.addr), 0)
	first := src.mustFetch(t, minutes.Cursor{})
	if !first.Items[0].Mail.Unread {
		t.Fatal("it was unread")
	}
	s.put("INBOX", mailOf(3), morning())
	s.put("Sent", mailOf(4), morning())
	s.flag(t, "INBOX", 1, imap.FlagSeen, imap.FlagAnswered)
	second := src.mustFetch(t, first.Next)
	if got := titles(second); got != "Number 1, Number 3, Number 4" {
		t.Fatalf("got %s", got)
	}
	if m := second.Items[0].Mail; m.Unread || !m.Answered || second.Items[0].ID != idOf(first, "Number 1") {
		t.Errorf("the flags were not updated: %+v", m)
	}
	if third := src.mustFetch(t, second.Next); len(third.Items) != 0 {
		t.Errorf("nothing happened, yet %s", titles(third))
	}
}

func idOf(b minutes.Batch, title string) string {
	for _, it := range b.Items {
		if it.Title.String() == title {
			return it.ID
		}
	}
	return ""
}

// client is another mail program, one that may write.
func (s *mailServer) client(t *testing.T) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(s.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(user, connectortest.Canary).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// flag sets flags as another mail program would.
func (s *mailServer) flag(t *testing.T, folder string, uid imap.UID, flags ...imap.Flag) {
	t.Helper()
	c := s.client(t)
	if _, err := c.Select(folder, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(imap.UIDSetNum(uid), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: flags}, nil).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAChangedUIDVALIDITYIsReadAnewUnderTheSameIDs(t *testing.T) {
	s := newMailServer(t, "INBOX")
	s.put("INBOX", mailOf(1), morning().Add(-time.Hour))
	src := open(t, config(t, s.addr), 0)
	first := src.mustFetch(t, minutes.Cursor{})
	var c cursor
	if err := json.Unmarshal(first.Next.Token, &c); err != nil {
		t.Fatal(err)
	}
	f := c.Folders["INBOX"]
	f.Validity, f.Low, f.Next = f.Validity+1, 900, 901 // as if the server had numbered otherwise then
	c.Folders["INBOX"] = f
	token, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	again := src.mustFetch(t, minutes.Cursor{At: first.Next.At, Token: token})
	if len(again.Items) != 1 || again.Items[0].ID != first.Items[0].ID {
		t.Errorf("got %s %v, want the same item", titles(again), again.Items)
	}
}

func TestAMailInTwoFoldersIsOneItem(t *testing.T) {
	s := newMailServer(t, "INBOX", "Sent")
	s.put("Sent", mailOf(1), morning().Add(-time.Hour), imap.FlagSeen)
	s.put("INBOX", mailOf(1), morning().Add(-time.Hour))
	b := open(t, config(t, s.addr), 0).mustFetch(t, minutes.Cursor{})
	if len(b.Items) != 1 || b.Items[0].Mail.Folder != "INBOX" || !b.Items[0].Mail.Unread {
		t.Errorf("want the inbox's copy alone: %+v", b.Items)
	}
}

func TestTheSentFolderIsFoundByName(t *testing.T) {
	s := newMailServer(t, "INBOX", "Gesendete Elemente")
	s.put("Gesendete Elemente", strings.ReplaceAll(mailOf(1), "ann@example.com", user), morning().Add(-time.Hour))
	b := open(t, config(t, s.addr), 0).mustFetch(t, minutes.Cursor{})
	if len(b.Items) != 1 || !b.Items[0].Mail.FromMe || fmt.Sprint(b.Items[0].Tags) != "[sent]" {
		t.Errorf("%+v", b.Items)
	}
	c := config(t, s.addr)
	none := ""
	c.Sent = &none
	if b := open(t, c, 0).mustFetch(t, minutes.Cursor{}); len(b.Items) != 0 {
		t.Errorf("sent = \"\" leaves it alone, yet %s", titles(b))
	}
}

// TestTheSentFolderIsFoundByItsMark uses a script: the in-memory server forgets special uses.
func TestTheSentFolderIsFoundByItsMark(t *testing.T) {
	l := listen(t)
	examined := make(chan string, 8)
	serve(t, l, func(c net.Conn) {
		scriptLines(c, map[string]string{
			"LIST":    "* LIST () \"/\" Sent\r\n* LIST (\\Noselect \\Sent) \"/\" Gone\r\n* LIST (\\HasNoChildren \\Sent) \"/\" \"Raus damit\"\r\nTAG OK done\r\n",
			"EXAMINE": "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\nTAG OK done\r\n", "SEARCH": "* SEARCH\r\nTAG OK done\r\n",
		}, func(line string) {
			if strings.Contains(line, "EXAMINE") {
				examined <- line
			}
		})
	})
	b := open(t, config(t, l.Addr().String()), 0).mustFetch(t, minutes.Cursor{})
	<-examined
	if line := <-examined; !strings.Contains(line, `"Raus damit"`) {
		t.Errorf("opened %s", line)
	}
	if c := readCursor(b.Next.Token); c.Sent != "Raus damit" {
		t.Errorf("not remembered: %+v", c)
	}
}

// TestRoundTrips counts how often the client waits. The in-memory server tells no capabilities when
// it signs in, which costs one wait more than Dovecot does (see dovecot_test.go).
func TestRoundTrips(t *testing.T) {
	s := newMailServer(t, "INBOX", "Sent")
	for n := range 300 {
		s.put("INBOX", mailOf(n), morning().Add(-time.Hour))
	}
	s.put("INBOX", bigMail("big@example.com", 100<<10), morning().Add(-time.Hour))
	s.put("Sent", mailOf(1000), morning().Add(-time.Hour))
	c := config(t, s.addr)
	c.Limit = 400
	v := func(from minutes.Cursor) (minutes.Batch, int) {
		addr, r := through(t, s.addr)
		c2 := *c
		c2.Port = config(t, addr).Port
		b := open(t, &c2, 0).mustFetch(t, from)
		n, _ := r.count()
		return b, n + 1 // and the greeting, for which nothing is sent
	}
	first, n := v(minutes.Cursor{})
	if len(first.Items) != 302 || n > 6 {
		t.Errorf("first look: %d items in %d round trips, want 302 in at most 6", len(first.Items), n)
	}
	_, m := v(first.Next)
	if m > 5 {
		t.Errorf("nothing changed: %d round trips, want at most 5", m)
	}
	t.Logf("round trips: %d for a first look, %d when nothing changed", n, m)
}

func TestCancelEndsAWaitAtOnce(t *testing.T) {
	l := listen(t)
	asked := make(chan struct{}, 8)
	serve(t, l, func(c net.Conn) {
		script(c, nil, func(verb, _ string) bool {
			if verb == "EXAMINE" {
				asked <- struct{}{}
			}
			return verb == "EXAMINE" // never answered
		})
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	_, err := open(t, config(t, l.Addr().String()), time.Hour).Fetch(ctx, minutes.Cursor{})
	if err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("got %v", err)
	}
}
