package imap

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

// TestSuite is the suite that every connector passes.
func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 3, Options: connectortest.Options{Now: morning()},
		Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
			switch fault {
			case connectortest.None, connectortest.Partial, connectortest.Refused:
				s := newMailServer(t, "INBOX", "Sent")
				s.put("INBOX", mailOf(1), morning().Add(-time.Hour))
				s.put("INBOX", mailOf(2), morning().Add(-2*time.Hour))
				s.put("Sent", strings.ReplaceAll(mailOf(3), "ann@example.com", user), morning().Add(-3*time.Hour))
				c := config(t, s.addr)
				if fault == connectortest.Refused {
					c.Username = "nobody"
				}
				if fault == connectortest.Partial {
					c.Folders = []string{"INBOX", "Not there"}
				}
				return c
			case connectortest.Missing:
				s := newMailServer(t, "INBOX")
				c := config(t, s.addr)
				c.Folders = []string{"Not there"}
				return c
			}
			return config(t, faulty(t, fault))
		}})
}

// faulty is a server that signs in as it should, then fails in the given way within the answers that
// matter. For Down nobody listens.
func faulty(t *testing.T, fault connectortest.Fault) string {
	l := listen(t)
	addr := l.Addr().String()
	if fault == connectortest.Down {
		_ = l.Close()
		return addr
	}
	fetch := "* 1 FETCH (UID 1 FLAGS () INTERNALDATE \"25-Nov-2026 06:00:00 +0000\" RFC822.SIZE 40 BODY[HEADER.FIELDS (FROM SUBJECT)] {30}\r\nFrom: a@b.c\r\nSubject: half\r\n\r\n"
	serve(t, l, func(c net.Conn) {
		switch fault {
		case connectortest.Stall:
			_, _ = io.Copy(io.Discard, c)
			return
		case connectortest.Garbage, connectortest.HTML, connectortest.Empty:
			_, _ = c.Write(connectortest.Spoiled(fault, nil))
			return
		}
		script(c, map[string]string{
			"EXAMINE": "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\nTAG OK done\r\n", "SEARCH": "* SEARCH 1\r\nTAG OK done\r\n",
			"LIST": "TAG OK done\r\n"}, func(verb, tag string) bool {
			switch {
			case fault == connectortest.Limited && verb == "LOGIN":
				_, _ = io.WriteString(c, tag+" NO [UNAVAILABLE] Too many simultaneous connections\r\n")
			case fault == connectortest.Broken && verb == "EXAMINE":
				_, _ = io.WriteString(c, tag+" NO [SERVERBUG] Internal error\r\n")
			case verb != "FETCH":
				return false
			case fault == connectortest.Bomb:
				_, _ = io.WriteString(c, "* 1 FETCH (UID 1 BODYSTRUCTURE "+strings.Repeat("(", 1<<20))
			case fault == connectortest.Huge:
				for line := "* 1 FETCH (UID 1 FLAGS (" + strings.Repeat("x ", 30_000) + "))\r\n"; ; {
					if _, err := io.WriteString(c, line); err != nil {
						return true
					}
				}
			default: // Reset, Truncated
				_, _ = io.WriteString(c, fetch)
				_ = c.Close()
			}
			return true
		})
	})
	return addr
}
