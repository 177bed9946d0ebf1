package imap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/dailyminutes/minutes"
)

// short is the patience of tests that wait for it to run out.
const short = 50 * time.Millisecond

// against answers with what a Fetch from a scripted server gives; special answers in its own way.
func against(t *testing.T, wait time.Duration, special func(c net.Conn, verb, tag string) bool) (minutes.Batch, error) {
	t.Helper()
	l := listen(t)
	serve(t, l, func(c net.Conn) {
		script(c, map[string]string{
			"EXAMINE": "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nTAG OK done\r\n", "SEARCH": "* SEARCH 1 2 3\r\nTAG OK done\r\n",
		}, func(verb, tag string) bool { return special(c, verb, tag) })
	})
	return open(t, config(t, l.Addr().String()), wait).Fetch(t.Context(), minutes.Cursor{})
}

func say(c net.Conn, s string) bool {
	_, _ = io.WriteString(c, s)
	return true
}

func message1(uid, subject string) string {
	head := "Subject: " + subject + "\r\nMessage-ID: <" + uid + "@x>\r\n\r\n"
	return "* " + uid + " FETCH (UID " + uid + " FLAGS () INTERNALDATE \"25-Nov-2026 06:00:00 +0000\" RFC822.SIZE 40 BODY[HEADER.FIELDS (SUBJECT)] {" +
		strconv.Itoa(len(head)) + "}\r\n" + head + " BODY[TEXT]<0> {2}\r\nhi)\r\n"
}

func TestSilenceEndsAtEveryStage(t *testing.T) {
	for _, stage := range []string{"GREETING", "LOGIN", "LIST", "EXAMINE", "SEARCH", "FETCH"} {
		t.Run(stage, func(t *testing.T) {
			var err error
			if stage == "GREETING" {
				l := listen(t)
				serve(t, l, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
				_, err = open(t, config(t, l.Addr().String()), short).Fetch(t.Context(), minutes.Cursor{})
			} else {
				_, err = against(t, short, func(_ net.Conn, verb, _ string) bool { return verb == stage })
			}
			if !errors.Is(err, minutes.ErrOffline) || !strings.Contains(err.Error(), errSilence.Error()) || minutes.Hint(err) == "" {
				t.Errorf("got %v (%s)", err, minutes.Hint(err))
			}
		})
	}
}

// TestLiesCostTheFetchAndNothingMore has servers that say what is not so. Each gives items or an
// error, in bounded time and memory.
func TestLiesCostTheFetchAndNothingMore(t *testing.T) {
	for name, c := range map[string]struct {
		verb, answer string
		broken       bool // the answer is no IMAP at all
	}{
		"deep list":             {"FETCH", "* 1 FETCH (UID 1 BODYSTRUCTURE " + strings.Repeat("(", 1<<20), true},
		"deep unknown value":    {"FETCH", "* 1 FETCH (UID 1 BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 " + strings.Repeat("(", 900), true},
		"huge literal":          {"FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {99999999999}\r\nabc", true},
		"line without end":      {"EXAMINE", "* " + strings.Repeat("A", maxLine+10), true},
		"quote over lines":      {"FETCH", "* 1 FETCH (UID 1 ENVELOPE (\"a\r\n{9000}\r\n" + strings.Repeat("(", 9000), true},
		"every UID there is":    {"SEARCH", "* ESEARCH (TAG \"TAG\") UID ALL 1:4294967295\r\nTAG OK done\r\n", false},
		"unknown tag":           {"SEARCH", "T999 OK done\r\n", true},
		"more than asked":       {"FETCH", message1("1", "one") + message1("77", "other") + message1("1", "one again") + "TAG OK done\r\n", false},
		"continuation":          {"EXAMINE", "+ go ahead\r\n", true},
		"message without UID":   {"FETCH", "* 1 FETCH (FLAGS ())\r\nTAG OK done\r\n", false},
		"negative numbers":      {"EXAMINE", "* -1 EXISTS\r\nTAG OK done\r\n", true},
		"zero UIDVALIDITY":      {"EXAMINE", "* OK [UIDVALIDITY 0] x\r\nTAG OK done\r\n", false},
		"flags out of the blue": {"FETCH", "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n" + message1("1", "late") + "TAG OK done\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := against(t, 2*time.Second, func(conn net.Conn, verb, tag string) bool {
				return verb == c.verb && say(conn, strings.ReplaceAll(c.answer, "TAG", tag))
			})
			if c.broken && (!errors.Is(err, errProtocol) || minutes.Hint(err) == "") {
				t.Errorf("want %v, got %v", errProtocol, err)
			}
			if !c.broken && err != nil && minutes.Hint(err) == "" {
				t.Errorf("no hint: %v", err)
			}
			if len(b.Items) > 3 {
				t.Errorf("%d items of 3 messages", len(b.Items))
			}
		})
	}
}

// TestAFlagChangeInBetweenLosesNoMail is the server that tells of a changed flag before the message:
// that is not the message, which follows.
func TestAFlagChangeInBetweenLosesNoMail(t *testing.T) {
	b, err := against(t, 0, func(c net.Conn, verb, tag string) bool {
		return verb == "FETCH" && say(c, "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"+message1("1", "late")+message1("2", "other")+tag+" OK done\r\n")
	})
	if err != nil || len(b.Items) != 2 {
		t.Fatalf("%d items, %v", len(b.Items), err)
	}
	if f := readCursor(b.Next.Token).Folders["INBOX"]; len(f.Seen) != 2 || f.Low != 1 {
		t.Errorf("what came is not what is remembered: %+v", f)
	}
}

// TestAnswersInAnyOrder is a server that works on pipelined commands at once, as Dovecot does, and one
// that mixes their answers to have the client wait for ever.
func TestAnswersInAnyOrder(t *testing.T) {
	structure := `BODYSTRUCTURE (("TEXT" "HTML" ("CHARSET" "utf-8") NIL NIL "7BIT" 90000 900)("TEXT" "CALENDAR" NIL NIL NIL "7BIT" 20 1) "MIXED")`
	fetches := 0
	var tags []string
	b, err := against(t, time.Second, func(c net.Conn, verb, tag string) bool {
		if verb != "FETCH" {
			return false
		}
		if fetches++; fetches == 1 {
			head := "Subject: S\r\nMessage-ID: <1@x>\r\n\r\n"
			return say(c, "* 1 FETCH (UID 1 "+structure+" BODY[HEADER.FIELDS (SUBJECT)] {"+strconv.Itoa(len(head))+"}\r\n"+head+" BODY[TEXT]<0> {"+"8192}\r\n"+strings.Repeat("x", 8192)+")\r\n"+tag+" OK done\r\n")
		}
		if tags = append(tags, tag); len(tags) < 2 {
			return true
		}
		return say(c, "* 1 FETCH (UID 1 BODY[2]<0> {2}\r\nno)\r\n* 1 FETCH (UID 1 BODY[1]<0> {12}\r\n<p>Words</p>)\r\n"+tags[1]+" OK done\r\n"+tags[0]+" OK done\r\n")
	})
	if err != nil || len(b.Items) != 1 || b.Items[0].Body.String() != "Words" {
		t.Errorf("%v %+v", err, b.Items)
	}
}

func TestABYEIsTold(t *testing.T) {
	_, err := against(t, 0, func(c net.Conn, verb, _ string) bool {
		if verb == "EXAMINE" {
			say(c, "* BYE Too many connections, \x1b[31mcome back later\r\n")
			_ = c.Close()
			return true
		}
		return false
	})
	if !errors.Is(err, minutes.ErrOffline) || !strings.Contains(err.Error(), "Too many connections, [31mcome back later") || !strings.Contains(minutes.Hint(err), "other mail programs") {
		t.Errorf("got %v (%s)", err, minutes.Hint(err))
	}
}

func TestAnAlertIsShownAsItIs(t *testing.T) {
	b, err := against(t, 0, func(c net.Conn, verb, tag string) bool {
		return verb == "LOGIN" && say(c, "* OK [ALERT] Maintenance (\"tonight\" at 22:00 {5}\r\n"+tag+" OK [CAPABILITY IMAP4rev1] in\r\n") ||
			verb == "FETCH" && say(c, message1("1", "one")+message1("2", "two")+message1("3", "three")+tag+" OK done\r\n")
	})
	if err != nil || len(b.Items) != 3 {
		t.Fatalf("%v %v", err, b.Items)
	}
	if len(b.Rejected) != 1 || b.Rejected[0].Reason.String() != `Maintenance ("tonight" at 22:00 {5}` {
		t.Errorf("%+v", b.Rejected)
	}
}

func TestRefusedSignInsSayWhatToDo(t *testing.T) {
	for host, want := range map[string]string{"imap.gmail.com": "app password", "imap.mail.me.com": "app-specific", "imap.fastmail.com": "Fastmail",
		"outlook.office365.com": "xoauth2", "imap.example.org": "username and password", "notgmail.com": "username and password"} {
		v := &visit{source: &source{config: Config{Host: host}}, ctx: t.Context(), g: &guard{}, secret: minutes.NewSecret("hunter22")}
		err := v.why("login", &imap.Error{Type: "NO", Code: "AUTHENTICATIONFAILED", Text: "Invalid credentials for hunter22"})
		if !errors.Is(err, minutes.ErrAuth) || !strings.Contains(minutes.Hint(err), want) {
			t.Errorf("%s: %v (%s)", host, err, minutes.Hint(err))
		}
		if strings.Contains(err.Error(), "hunter22") {
			t.Errorf("the password is in %v", err)
		}
	}
}

func TestServerCodesSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		code imap.ResponseCode
		text string
		kind error
		hint string
	}{
		{"UNAVAILABLE", "Temporary failure", minutes.ErrOffline, "few minutes"},
		{"THROTTLED", "Slow down", minutes.ErrOffline, "few minutes"},
		{"", "Too many simultaneous connections. (Failure)", minutes.ErrOffline, "other mail programs"},
		{"OVERQUOTA", "Account exceeded bandwidth limits", nil, "make room"},
		{"", "LOGIN failed", minutes.ErrAuth, "username"},
		{"PRIVACYREQUIRED", "plaintext not allowed", minutes.ErrAuth, "starttls"},
	} {
		v := &visit{source: &source{config: Config{Host: "imap.example.org"}}, ctx: t.Context(), g: &guard{}}
		err := v.why("login", &imap.Error{Type: "NO", Code: c.code, Text: c.text})
		if c.kind != nil && !errors.Is(err, c.kind) || !strings.Contains(minutes.Hint(err), c.hint) {
			t.Errorf("%s %s: %v (%s)", c.code, c.text, err, minutes.Hint(err))
		}
	}
}

// FuzzScanner feeds the scanner whole and byte by byte: it must find the same, and never more than its bounds.
func FuzzScanner(f *testing.F) {
	f.Add([]byte("* 1 FETCH (UID 1 BODY[TEXT] {3}\r\n((( FLAGS (\\Seen))\r\n"))
	f.Add([]byte("* OK [ALERT] (\"{3}\r\n* BYE\r\n+ {9}\r\n* 2 FETCH (X \"a\\\"(\" {0}\r\n)\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var whole, single scanner
		var heard1, heard2 bytes.Buffer
		var err1, err2 error
		for n, rest := 0, b; len(rest) > 0 && err1 == nil; rest = rest[n:] {
			n, _, err1 = whole.look(rest, func(s string) { heard1.WriteString(s) })
		}
		for i := 0; i < len(b) && err2 == nil; i++ {
			_, _, err2 = single.look(b[i:i+1], func(s string) { heard2.WriteString(s) })
		}
		if (err1 == nil) != (err2 == nil) || heard1.String() != heard2.String() {
			t.Errorf("at once %v %q, singly %v %q", err1, heard1.String(), err2, heard2.String())
		}
		if whole.depth > maxNesting+1 || whole.literal > maxLiteral {
			t.Errorf("out of bounds: %+v", whole)
		}
	})
}
