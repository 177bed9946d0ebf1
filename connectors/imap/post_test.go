package imap

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A post is a mail server that is honest but for what says holds: by command, what it answers instead.
// In it TAG stands for the command's tag, HONEST for the honest answer; at CLOSE it hangs up.
type post struct {
	t testing.TB

	mu             sync.Mutex
	validity, next uint32
	modseq         uint64 // 0: a server without CONDSTORE
	letters        []letter
	says           map[string]string
	flood          string // said for ever after the answer to FETCH
}

type letter struct {
	uid    uint32
	modseq uint64
	flags  string
}

func (l letter) subject() string { return fmt.Sprintf("Letter %d", l.uid) }

func newPost(t testing.TB, modseq uint64, letters int) *post {
	p := &post{t: t, validity: 7, next: 1, modseq: modseq}
	p.deliver(letters)
	return p
}

func (p *post) deliver(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range n {
		if p.modseq > 0 {
			p.modseq++
		}
		p.letters = append(p.letters, letter{p.next, p.modseq, ""})
		p.next++
	}
}

// lie has it say what is not so; nil makes it honest.
func (p *post) lie(says map[string]string, flood string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.says, p.flood = says, flood
}

func (p *post) caps() string {
	if p.modseq > 0 {
		return "IMAP4rev1 CONDSTORE"
	}
	return "IMAP4rev1"
}

// session serves one client. greet says that the greeting is still due.
func (p *post) session(c net.Conn, greet bool) {
	in := bufio.NewReader(c)
	if greet && !p.answer(c, "GREETING", "*", "") {
		return
	}
	for {
		line, err := command(c, in)
		if err != nil {
			return
		}
		if bad := readOnly(line); bad != "" {
			p.t.Errorf("the client says %s", bad)
		}
		f := strings.Fields(line)
		if len(f) < 2 {
			return
		}
		verb := strings.ToUpper(f[1])
		if verb == "UID" && len(f) > 2 {
			verb = strings.ToUpper(f[2])
		}
		if !p.answer(c, verb, f[0], line) {
			return
		}
	}
}

// command reads a line and what its literals hold.
func command(c io.Writer, in *bufio.Reader) (string, error) {
	size := regexp.MustCompile(`\{(\d+)(\+?)\}\r\n$`)
	var all strings.Builder
	for {
		line, err := in.ReadString('\n')
		all.WriteString(line)
		m := size.FindStringSubmatch(line)
		if err != nil || m == nil {
			return strings.TrimRight(all.String(), "\r\n"), err
		}
		n, _ := strconv.Atoi(m[1])
		if m[2] == "" {
			_, _ = io.WriteString(c, "+ go ahead\r\n")
		}
		if _, err := io.CopyN(&all, in, int64(n)); err != nil {
			return "", err
		}
	}
}

// answer says whether the session goes on.
func (p *post) answer(c net.Conn, verb, tag, line string) bool {
	p.mu.Lock()
	text, lies := p.says[verb]
	honest, flood := p.honest(verb, line), p.flood
	p.mu.Unlock()
	if !lies {
		text = honest
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "HONEST", honest), "TAG", tag)
	text, closes := strings.CutSuffix(text, "CLOSE")
	if _, err := io.WriteString(c, text); err != nil || closes {
		return false
	}
	for verb == "FETCH" && flood != "" {
		if _, err := io.WriteString(c, flood); err != nil {
			return false
		}
	}
	return verb != "LOGOUT"
}

// honest is the right answer.
func (p *post) honest(verb, line string) string {
	const done = "TAG OK done\r\n"
	switch verb {
	case "GREETING":
		return "* OK [CAPABILITY " + p.caps() + "] ready\r\n"
	case "LOGIN":
		return "TAG OK [CAPABILITY " + p.caps() + "] in\r\n"
	case "CAPABILITY":
		return "* CAPABILITY " + p.caps() + "\r\n" + done
	case "EXAMINE":
		out := fmt.Sprintf("* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT %d] x\r\n", len(p.letters), p.validity, p.next)
		if p.modseq > 0 {
			out += fmt.Sprintf("* OK [HIGHESTMODSEQ %d] x\r\n", p.modseq)
		}
		return out + done
	case "SEARCH":
		return p.search(line) + done
	case "FETCH":
		return p.fetch(line) + done
	case "LOGOUT":
		return "* BYE\r\n" + done
	}
	return done
}

func (p *post) search(line string) string {
	low, since := uint64(1), uint64(0)
	if m := regexp.MustCompile(`UID (\d+):\*`).FindStringSubmatch(line); m != nil {
		low, _ = strconv.ParseUint(m[1], 10, 32)
	}
	if m := regexp.MustCompile(`MODSEQ (\d+)`).FindStringSubmatch(line); m != nil {
		since, _ = strconv.ParseUint(m[1], 10, 64)
	}
	out := "* SEARCH"
	for _, l := range p.letters {
		if uint64(l.uid) >= low && l.modseq >= since {
			out += fmt.Sprint(" ", l.uid)
		}
	}
	return out + "\r\n"
}

func (p *post) fetch(line string) string {
	set := strings.Fields(line)[3]
	out := ""
	for n, l := range p.letters {
		switch {
		case !inSet(set, l.uid):
		case strings.Contains(line, "BODY.PEEK[TEXT]"):
			out += l.whole(n + 1)
		case strings.Contains(line, "BODY.PEEK["):
		default:
			out += fmt.Sprintf("* %d FETCH (UID %d FLAGS (%s))\r\n", n+1, l.uid, l.flags)
		}
	}
	return out
}

func inSet(set string, uid uint32) bool {
	for r := range strings.SplitSeq(set, ",") {
		from, to, many := strings.Cut(r, ":")
		a, _ := strconv.ParseUint(from, 10, 32)
		b := a
		if many {
			b = 1 << 32
			if to != "*" {
				b, _ = strconv.ParseUint(to, 10, 32)
			}
		}
		if uint64(uid) >= a && uint64(uid) <= b {
			return true
		}
	}
	return false
}

func (l letter) whole(n int) string { return l.with(n, fmt.Sprintf("RFC822.SIZE %d", 200), "") }

// with is the letter's answer with some of it said otherwise.
func (l letter) with(n int, items, structure string) string {
	head := fmt.Sprintf("From: Ann <ann@example.com>\r\nSubject: %s\r\nMessage-ID: <%d@example.com>\r\nDate: Wed, 25 Nov 2026 06:00:00 +0000\r\n\r\n", l.subject(), l.uid)
	return fmt.Sprintf("* %d FETCH (UID %d FLAGS (%s) INTERNALDATE \"25-Nov-2026 06:00:00 +0000\" %s %s BODY[HEADER.FIELDS (SUBJECT)] {%d}\r\n%s BODY[TEXT]<0> {7}\r\nHello.\n)\r\n",
		n, l.uid, l.flags, items, structure, len(head), head)
}

// readOnly says what of a command is more than reading.
func readOnly(line string) string {
	line, _, _ = strings.Cut(line, "\r\n") // a literal may hold anything
	may := regexp.MustCompile(`(?i)^T\d+ (CAPABILITY$|STARTTLS$|NOOP$|LOGOUT$|LOGIN |LIST |EXAMINE |UID SEARCH |UID FETCH )`)
	writes := regexp.MustCompile(`(?i) UID FETCH .*(BODY\[|RFC822(\.TEXT)?[ )])`)
	if !may.MatchString(line) || writes.MatchString(line) {
		return fmt.Sprintf("%.200q", line)
	}
	return ""
}
