package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dailyminutes/minutes"
)

// A wire stands between the program and a mail server, and breaks or bends what the server says.
type wire struct {
	at    string
	limit atomic.Int64 // bytes of a session that come through; 0: all
	bend  atomic.Pointer[func([]byte) []byte]
}

func newWire(t testing.TB, good string) *wire {
	w := &wire{}
	w.at = serveTCP(t, func(c net.Conn) {
		up, err := net.Dial("tcp", good)
		if err != nil {
			return
		}
		defer up.Close()
		go func() { _, _ = io.Copy(up, c) }()
		left := w.limit.Load()
		buf := make([]byte, 32<<10)
		for {
			n, err := up.Read(buf)
			said := buf[:n]
			if bend := w.bend.Load(); bend != nil {
				said = (*bend)(said)
			}
			if limit := w.limit.Load(); limit > 0 {
				said = said[:min(int64(len(said)), left)]
				left -= int64(len(said))
			}
			if _, e := c.Write(said); e != nil || err != nil || w.limit.Load() > 0 && left == 0 {
				return
			}
		}
	})
	return w
}

// mailOnly is the demo's world with nothing but its mail, read over a wire.
func mailOnly(t testing.TB) (*box, *wire) {
	w, config := startDemo(t)
	_, mail := addresses(t, config)
	wire := newWire(t, mail)
	head, _, _ := strings.Cut(config, "[[connectors.")
	return newBox(t, head+table("imap", "mail", wire.at), w.Now), wire
}

// TestE2EAConnectionThatBreaksAnywhereLosesNothing cuts a session after so many bytes, at many
// places, into a memory that is empty and one that is not: the next whole session brings the rest.
func TestE2EAConnectionThatBreaksAnywhereLosesNothing(t *testing.T) {
	t.Parallel()
	whole, wire := mailOnly(t)
	whole.must(0, "preload")
	want := ids(whole.kept())
	if len(want) < 15 {
		t.Fatalf("%d mails", len(want))
	}
	cuts, step := 4, int64(9000)
	if long() {
		cuts, step = 60, 600
	}
	partial := 0
	for i := range cuts {
		wire.limit.Store(int64(i)*step + 37)
		b := newBox(t, "", whole.now)
		b.conf = whole.conf
		r := b.run("preload")
		if r.code != 3 && r.code != 0 {
			t.Fatalf("cut after %d bytes: exit %d\n%s", wire.limit.Load(), r.code, tail(r.err, 2000))
		}
		if n := len(b.kept()); n > 0 && n < len(want) {
			partial++
		}
		wire.limit.Store(0)
		b.must(0, "preload")
		if got := ids(b.kept()); !slices.Equal(got, want) {
			t.Errorf("cut after %d bytes, then whole: %d mails, want %d\nnot wanted: %s\nmissing: %s", int64(i)*step+37, len(got), len(want),
				strangers(b.kept(), want), strangers(whole.kept(), got))
		}
	}
	t.Logf("cut: %d places, %d of them with a part of the mail", cuts, partial)
}

// TestE2EAServerThatLiesAboutUIDVALIDITY makes the mailbox anew at every session: all is read
// again, nothing is twice, nothing is lost.
func TestE2EAServerThatLiesAboutUIDVALIDITY(t *testing.T) {
	t.Parallel()
	b, wire := mailOnly(t)
	b.must(0, "preload")
	want := ids(b.kept())
	for i, lie := range []string{"[UIDVALIDITY 99]", "[UIDVALIDITY 4294967295]", "[UIDVALIDITY 0]", "[UIDVALIDITY -1]", "[UIDVALIDITY x]", "[ALERT] "} {
		bend := func(said []byte) []byte {
			for {
				at := bytes.Index(said, []byte("[UIDVALIDITY "))
				if at < 0 || bytes.HasPrefix(said[at:], []byte(lie)) {
					return said
				}
				end := bytes.IndexByte(said[at:], ']')
				if end < 0 {
					return said
				}
				said = bytes.Replace(said, said[at:at+end+1], []byte(lie), 1)
			}
		}
		wire.bend.Store(&bend)
		r := b.run("preload")
		st := b.sources()["mail"]
		if r.code != 0 && (r.code != 3 || st.Error.Empty() || st.Hint.Empty()) {
			t.Errorf("%s: exit %d, error %q, hint %q", lie, r.code, st.Error, st.Hint)
		}
		if got := ids(b.kept()); !slices.Equal(got, want) {
			t.Errorf("lie %d, %s: %d mails, want %d", i, lie, len(got), len(want))
		}
		t.Logf("%s: exit %d %s", lie, r.code, st.Error)
	}
	wire.bend.Store(nil)
	b.must(0, "preload")
	if got := ids(b.kept()); !slices.Equal(got, want) {
		t.Errorf("afterwards: %d mails, want %d", len(got), len(want))
	}
}

// strangers are the items that are not among the wanted ids.
func strangers(items []minutes.Item, want []string) string {
	var out []string
	for _, it := range items {
		if !slices.Contains(want, it.ID) {
			out = append(out, fmt.Sprintf("%s %q (message id %q)", it.ID, it.Title, it.Mail.MessageID))
		}
	}
	return strings.Join(out, "; ")
}
