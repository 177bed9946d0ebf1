package imap

import (
	"bytes"
	"errors"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// TestRecordedServersAreUnderstood replays what Gmail, Exchange, Domino, iCloud, Yahoo, QQ and others
// once answered, each where such an answer belongs. None may hang or crash the client: it reads on,
// or says what is wrong. What a server sends that is odd but plain (a NIL delimiter, an EXISTS ahead
// of time, a structure that is no structure) must not cost the mail.
func TestRecordedServersAreUnderstood(t *testing.T) {
	uid := regexp.MustCompile(`\(UID (\d+)|UID (\d+)[ )]`)
	good, told := 0, 0
	for _, path := range connectortest.Corpus(t, "mail/imap") {
		name := filepath.Base(path)
		text := connectortest.Read(t, path)
		if !strings.HasPrefix(name, "mailkit__") || bytes.HasPrefix(text, []byte("+")) {
			continue // a script of both sides, or half of a dialogue
		}
		if !bytes.Contains(text, []byte("\r\n")) {
			text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		}
		answer := strings.ReplaceAll(string(text), "A########", "TAG")
		answers := map[string]string{
			"EXAMINE":    "* 9 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 100000] x\r\nTAG OK done\r\n",
			"SEARCH":     "* SEARCH 1\r\nTAG OK done\r\n",
			"CAPABILITY": "* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
		}
		verb := where(answer)
		if verb == "FETCH" {
			uids := ""
			for _, m := range uid.FindAllStringSubmatch(answer, 500) {
				uids += " " + m[1] + m[2]
			}
			answers["SEARCH"] = "* SEARCH" + uids + "\r\nTAG OK done\r\n"
		}
		if !strings.Contains(answer, "\nTAG") && !strings.HasPrefix(answer, "TAG") {
			answer += "TAG OK done\r\n"
		}
		answers[verb] = answer
		t.Run(name, func(t *testing.T) {
			l := listen(t)
			serve(t, l, func(c net.Conn) { script(c, answers, nil) })
			b, err := open(t, config(t, l.Addr().String()), 500*time.Millisecond).Fetch(t.Context(), minutes.Cursor{})
			if err != nil {
				told++
				if minutes.Hint(err) == "" {
					t.Errorf("no hint: %v", err)
				}
				if errors.Is(err, errSilence) {
					t.Errorf("stuck: %v", err)
				}
				t.Logf("%s as %s: %v", name, verb, err)
				return
			}
			good++
			if len(b.Next.Token) == 0 {
				t.Error("no cursor")
			}
		})
	}
	t.Logf("%d recorded answers read, %d refused with a reason", good, told)
}

// where is the command that an answer belongs to.
func where(answer string) string {
	has := func(s string) bool { return strings.Contains(answer, s) }
	switch {
	case has(" FETCH ("):
		return "FETCH"
	case has("* LIST "):
		return "LIST"
	case has("UIDVALIDITY"):
		return "EXAMINE"
	case has("* SEARCH"), has("* ESEARCH"):
		return "SEARCH"
	}
	return "LOGIN"
}
