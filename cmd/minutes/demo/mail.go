package demo

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// serveMail fills an IMAP server in memory with the world's mailboxes and returns its address.
func (w *World) serveMail(ctx context.Context) (string, error) {
	user := imapmemserver.NewUser("sam", "demo")
	for box, use := range map[string][]imap.MailboxAttr{"INBOX": nil, "Sent": {imap.MailboxAttrSent}} {
		if err := user.Create(box, &imap.CreateOptions{SpecialUse: use}); err != nil {
			return "", err
		}
		if err := fill(user, box, "world/"+strings.ToLower(box)); err != nil {
			return "", err
		}
	}
	store := imapmemserver.New()
	store.AddUser(user)
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return store.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapSpecialUse: {}},
		InsecureAuth: true, // loopback only
		Logger:       log.New(io.Discard, "", 0),
	})
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = srv.Serve(l) }()
	w.close = append(w.close, func() { _ = srv.Close() })
	return l.Addr().String(), nil
}

// fill appends a folder's messages, oldest first, as they would have arrived. The header
// X-Demo-Flags holds the flags of a message.
func fill(user *imapmemserver.User, box, folder string) error {
	entries, err := world.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		b, err := world.ReadFile(folder + "/" + e.Name())
		if err != nil {
			return err
		}
		b = bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
		m, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			return err
		}
		at, err := m.Header.Date()
		if err != nil {
			return err
		}
		var flags []imap.Flag
		for _, f := range strings.Fields(m.Header.Get("X-Demo-Flags")) {
			flags = append(flags, imap.Flag(f))
		}
		if box == "Sent" {
			flags = append(flags, imap.FlagSeen)
		}
		if _, err := user.Append(box, literal{bytes.NewReader(b)}, &imap.AppendOptions{Flags: flags, Time: at.Add(2 * time.Second)}); err != nil {
			return err
		}
	}
	return nil
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }
