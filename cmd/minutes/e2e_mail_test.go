package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// A mailbox is an account on a real server: the Dovecot that .ci/e2e.sh starts, where there is one,
// else the library's server in memory.
type mailbox struct {
	*imapclient.Client        // of another mail program, one that may write
	config             string // how the program is to reach it
	sent               string
	real               bool
}

func newMailbox(t testing.TB, user string) *mailbox {
	t.Helper()
	plain, password := os.Getenv("MINUTES_DOVECOT_PLAIN"), "S3CRET-of-memory"
	m := &mailbox{sent: "Sent"}
	if f := strings.Split(os.Getenv("MINUTES_DOVECOT"), ":"); len(f) == 5 && plain != "" {
		user = fmt.Sprintf("%s-%d", user, time.Now().UnixNano()) // a mailbox of its own for every run
		password, m.sent, m.real = f[3], "Outbound", true
		m.config = fmt.Sprintf("host = %q\nport = %s\nca_file = %q\n", f[0], f[1], f[4])
	} else {
		plain = memoryServer(t, user, password)
		host, port, _ := net.SplitHostPort(plain)
		m.config = fmt.Sprintf("host = %q\nport = %s\ntls = \"none\"\n", host, port)
	}
	m.config += fmt.Sprintf("username = %q\npassword = %q\n", user, password)
	m.Client = dialMail(t, plain, user, password)
	return m
}

// dialMail signs another mail program in.
func dialMail(t testing.TB, addr, user, password string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(user, password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func memoryServer(t testing.TB, name, password string) string {
	t.Helper()
	user := imapmemserver.NewUser(name, password)
	for box, use := range map[string][]imap.MailboxAttr{"INBOX": nil, "Sent": {imap.MailboxAttrSent}} {
		if err := user.Create(box, &imap.CreateOptions{SpecialUse: use}); err != nil {
			t.Fatal(err)
		}
	}
	store := imapmemserver.New()
	store.AddUser(user)
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return store.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapSpecialUse: {}},
		InsecureAuth: true,
		Logger:       log.New(io.Discard, "", 0),
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return l.Addr().String()
}

// deliver puts a message into a folder, with line ends as mail has them.
func (m *mailbox) deliver(folder, raw string, at time.Time, flags ...imap.Flag) error {
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "\r\n")
	cmd := m.Append(folder, int64(len(raw)), &imap.AppendOptions{Time: at, Flags: flags})
	if _, err := io.WriteString(cmd, raw); err != nil {
		return err
	}
	if err := cmd.Close(); err != nil {
		return err
	}
	_, err := cmd.Wait()
	return err
}

func (m *mailbox) mustDeliver(t testing.TB, folder, raw string, at time.Time, flags ...imap.Flag) {
	t.Helper()
	if err := m.deliver(folder, raw, at, flags...); err != nil {
		t.Fatal(err)
	}
}

// state is all that a reader could change in a folder: flags, \Recent, and MODSEQ where the server
// has it.
func (m *mailbox) state(t testing.TB, folder string) string {
	t.Helper()
	status, err := m.Status(folder, &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true, NumUnseen: true, HighestModSeq: m.real}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprint(*status.NumMessages, status.UIDNext, status.UIDValidity, *status.NumUnseen, status.HighestModSeq)
	if _, err := m.Select(folder, &imap.SelectOptions{ReadOnly: true, CondStore: m.real}).Wait(); err != nil {
		t.Fatal(err)
	}
	msgs, err := m.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{UID: true, Flags: true, ModSeq: m.real}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, msg := range msgs {
		slices.Sort(msg.Flags) // a server lists them in no order
		out += fmt.Sprint("\n", msg.UID, msg.Flags, msg.ModSeq)
	}
	return out
}

// table is the mailbox in a config.
func (m *mailbox) table(name, more string) string {
	return fmt.Sprintf("\n[[connectors.imap]]\nname = %q\n%s%s\n", name, m.config, more)
}
