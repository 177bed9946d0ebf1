package imap

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// TestNoLieLosesMail has a server lie in one session and be honest in the next, at a first look and at
// a later one, with CONDSTORE and without. The session ends by the bound that is meant, with a next
// step; nothing but reading is asked of it; afterwards all mail is there, once.
func TestNoLieLosesMail(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{Private: true, Now: morning(), Profile: minutes.Profile{Addresses: []string{user}}})
	long := os.Getenv("MINUTES_E2E") != ""
	all := lies(long)
	sessions := 0
	for i, l := range all {
		t.Run(l.name, func(t *testing.T) {
			for _, modseq := range []uint64{0, 100} {
				for _, later := range []bool{false, true} {
					if l.flood != "" && (modseq > 0 || later) || !long && (modseq > 0) == later == (i%2 == 0) {
						continue
					}
					sessions++
					w := &liedTo{t: t, post: newPost(t, modseq, 3), seen: map[string]string{}, what: fmt.Sprintf("modseq %d, later %v", modseq, later)}
					c := config(t, "127.0.0.1:1")
					c.Fill()
					w.src = &source{env: env, config: *c, connecting: time.Minute, securing: time.Minute, patience: time.Minute, idle: time.Minute}
					w.tell(l, later)
				}
			}
		})
	}
	t.Logf("hostile mail: %d lies in %d sessions, 0 mails lost", len(all), sessions)
}

// liedTo is a mailbox and what came of it.
type liedTo struct {
	t    *testing.T
	what string
	post *post
	src  *source
	cur  minutes.Cursor
	seen map[string]string // ids by subject
}

func (w *liedTo) tell(l lie, later bool) {
	w.t.Helper()
	ln := listen(w.t)
	serve(w.t, ln, func(c net.Conn) { w.post.session(c, true) })
	w.src.config.Port = config(w.t, ln.Addr().String()).Port
	src := *w.src
	w.src = &src
	spy(w.t, w.src)
	if later {
		w.fetch(l, true)
		w.post.deliver(2)
	}
	w.post.lie(l.says, l.flood)
	if l.ends == silent || strings.HasPrefix(l.name, "half a line") {
		w.src.patience, w.src.idle = short, short
	}
	w.fetch(l, false)
	w.src.patience, w.src.idle = time.Minute, time.Minute
	w.post.lie(nil, "")
	w.fetch(l, true)
	for _, letter := range w.post.letters {
		if w.seen[letter.subject()] == "" {
			w.t.Errorf("%s: %s is lost: %s", w.what, letter.subject(), w.cur.Token)
		}
	}
	w.fetch(l, true)
}

// fetch is a session, honest or not.
func (w *liedTo) fetch(l lie, honest bool) {
	w.t.Helper()
	b, err := w.src.Fetch(w.t.Context(), w.cur)
	w.cur = b.Next
	told := ""
	if err != nil {
		told = err.Error() + minutes.Hint(err)
	}
	switch {
	case honest && err != nil:
		w.t.Errorf("%s: an honest session: %v", w.what, err)
	case err != nil && minutes.Hint(err) == "":
		w.t.Errorf("%s: no hint: %v", w.what, err)
	case !honest && l.ends == "-" && err != nil:
		w.t.Errorf("%s: %v", w.what, err)
	case !honest && l.ends != "-" && !strings.Contains(told, l.ends) && w.asked(l):
		w.t.Errorf("%s: want %q, got %v", w.what, l.ends, err)
	case !honest && l.ends == silent && !errors.Is(err, minutes.ErrOffline) && w.asked(l):
		w.t.Errorf("%s: not offline: %v", w.what, err)
	}
	if l.name == "no message comes" && !honest && w.what != "modseq 0, later true" && len(b.Rejected) == 0 {
		w.t.Errorf("%s: nothing is said of the messages that did not come", w.what)
	}
	for _, r := range b.Rejected {
		told += r.Item.String() + r.Reason.String() + r.Next.String()
	}
	if strings.Contains(told, connectortest.Canary) {
		w.t.Errorf("%s: the password is in %s", w.what, told)
	}
	if strings.ContainsAny(told, "\x1b\x07\x00\u202e\u200b") {
		w.t.Errorf("%s: a terminal would obey %q", w.what, told)
	}
	if len(b.Items) > 40 || len(b.Rejected) > 40 || len(b.Next.Token) > 100<<10 {
		w.t.Errorf("%s: %d items, %d rejections, a token of %d bytes", w.what, len(b.Items), len(b.Rejected), len(b.Next.Token))
	}
	here := map[string]bool{}
	for _, it := range b.Items {
		subject := it.Title.String()
		if was := w.seen[subject]; here[subject] || was != "" && was != it.ID {
			w.t.Errorf("%s: %s came twice, as %s and %s", w.what, subject, was, it.ID)
		}
		here[subject], w.seen[subject] = true, it.ID
	}
	var c cursor
	if err := json.Unmarshal(b.Next.Token, &c); len(b.Next.Token) > 0 && err != nil {
		w.t.Errorf("%s: %v", w.what, err)
	}
}

// asked says whether the lie can have been told: a later look asks for no folders, and not every
// server for a search.
func (w *liedTo) asked(l lie) bool {
	later := strings.HasSuffix(w.what, "true")
	for verb := range l.says {
		if later && (verb == "LIST" || verb == "SEARCH" && w.post.modseq == 0) {
			return false
		}
	}
	return true
}
