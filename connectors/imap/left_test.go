package imap

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// spoilt is a source on a post whose letters can be made to stop the parser.
func spoilt(t *testing.T, modseq uint64, letters int) (*source, *post, map[string]bool) {
	t.Helper()
	p := newPost(t, modseq, letters)
	ln := listen(t)
	serve(t, ln, func(c net.Conn) { p.session(c, true) })
	src := open(t, config(t, ln.Addr().String()), 0)
	bad := map[string]bool{}
	parse := src.env.Parse
	src.env.Parse = func(ctx context.Context, doc connectors.Document) (connectors.Parsed, error) {
		for _, m := range regexp.MustCompile(`Subject: (.+)\r\n`).FindAllSubmatch(doc.Data, -1) {
			if bad[string(m[1])] {
				return connectors.Parsed{}, connectors.ErrKilled
			}
		}
		return parse(ctx, doc)
	}
	return src, p, bad
}

// rejected is what a batch leaves out.
func rejected(b minutes.Batch) string {
	var out []string
	for _, r := range b.Rejected {
		out = append(out, r.Item.String())
	}
	return strings.Join(out, ", ")
}

// A mail that could not be read was told in the run that found it, and never again.
func TestARejectedMailStaysSaidUntilItIsGoneOrRead(t *testing.T) {
	for _, modseq := range []uint64{0, 100} {
		for _, ends := range []string{"gone", "read"} {
			t.Run(fmt.Sprintf("modseq %d, %s", modseq, ends), func(t *testing.T) {
				src, post, bad := spoilt(t, modseq, 3)
				bad["Letter 2"] = true
				const two = "message 2 in INBOX"
				first := src.mustFetch(t, minutes.Cursor{})
				post.deliver(1)
				second := src.mustFetch(t, first.Next)
				third := src.mustFetch(t, second.Next)
				for i, b := range []minutes.Batch{first, second, third} {
					if items := []int{2, 1, 0}[i]; rejected(b) != two || len(b.Items) != items || b.Rejected[0] != first.Rejected[0] {
						t.Errorf("look %d: %d items, left out %v", i, len(b.Items), b.Rejected)
					}
				}
				post.lie(map[string]string{"EXAMINE": "TAG NO not now\r\n"}, "")
				if down, err := src.Fetch(t.Context(), third.Next); err == nil || rejected(down) != two || !bytes.Equal(down.Next.Token, third.Next.Token) {
					t.Errorf("a folder that fails: %v, left out %q, %s", err, rejected(down), down.Next.Token)
				}
				post.lie(map[string]string{"LOGIN": "TAG NO not you\r\n"}, "")
				if down, err := src.Fetch(t.Context(), third.Next); err == nil || rejected(down) != two || !bytes.Equal(down.Next.Token, third.Next.Token) {
					t.Errorf("a server that lets nobody in: %v, left out %q, %s", err, rejected(down), down.Next.Token)
				}
				post.lie(nil, "")
				post.mu.Lock()
				if ends == "gone" {
					post.letters = slices.Delete(post.letters, 1, 2)
				} else { // its flags change, and so it is read again
					post.letters[1].flags = `\Seen`
					if post.modseq > 0 {
						post.modseq++
						post.letters[1].modseq = post.modseq
					}
					delete(bad, "Letter 2")
				}
				post.mu.Unlock()
				last := src.mustFetch(t, third.Next)
				if want := map[string]string{"read": "Letter 2"}[ends]; titles(last) != want || rejected(last) != "" || bytes.Contains(last.Next.Token, []byte("left")) {
					t.Errorf("%q, left out %q, %s", titles(last), rejected(last), last.Next.Token)
				}
			})
		}
	}
}

// A server's every mail may be one that cannot be read: the token stays small.
func TestOnlyTheNewestRejectedMailsAreRemembered(t *testing.T) {
	src, _, bad := spoilt(t, 0, 60)
	for n := range 61 {
		bad[fmt.Sprintf("Letter %d", n)] = true
	}
	first := src.mustFetch(t, minutes.Cursor{})
	second := src.mustFetch(t, first.Next)
	var c cursor
	if err := json.Unmarshal(second.Next.Token, &c); err != nil {
		t.Fatal(err)
	}
	if len(first.Rejected) != 60 || len(second.Rejected) != maxLeft || second.Rejected[0].Item.String() != "message 60 in INBOX" || len(c.Folders["INBOX"].Left) != maxLeft {
		t.Errorf("%d, then %d rejected, %s", len(first.Rejected), len(second.Rejected), second.Next.Token)
	}
}

// A folder that fails leaves the source with what the others brought, if only that there is nothing new.
func TestAFolderThatAnswersMakesTheSourcePartial(t *testing.T) {
	s := newMailServer(t, "INBOX")
	s.put("INBOX", mailOf(1), morning())
	c := config(t, s.addr)
	c.Folders = []string{"INBOX", "Nowhere"}
	src := open(t, c, 0)
	first, err := src.Fetch(t.Context(), minutes.Cursor{})
	if err == nil || !first.Part || len(first.Items) != 1 {
		t.Fatalf("%v, part %v, %d items", err, first.Part, len(first.Items))
	}
	if again, err := src.Fetch(t.Context(), first.Next); err == nil || !again.Part || len(again.Items) != 0 {
		t.Errorf("%v, part %v, %d items", err, again.Part, len(again.Items))
	}
	src.config.Folders = []string{"Nowhere", "Elsewhere"}
	none := ""
	src.config.Sent = &none
	if b, err := src.Fetch(t.Context(), minutes.Cursor{}); err == nil || b.Part {
		t.Errorf("%v, part %v, and no folder answered", err, b.Part)
	}
}

// FuzzCursor reads any bytes as a token: what is made of them is written and read as the same again, and
// what it reminds of is clean.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "{}", `{"v":2,"folders":{}}`, `{"v":1,"sent":"Sent","plain":true,"folders":{"INBOX":{"validity":7,"next":4,"low":1,"seen":{"1":3}}}}`,
		`{"v":1,"folders":{"a\u001b[2J":{"validity":7,"modseq":9,"left":{"3":"it is\u001b empty"}}}}`, `{"v":1,"folders":null}`, `[1]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, token []byte) {
		c := readCursor(token)
		once, err := json.Marshal(c)
		if err != nil || c.Folders == nil || c.Version != cursorVersion {
			t.Fatalf("%v %+v", err, c)
		}
		if twice, _ := json.Marshal(readCursor(once)); !bytes.Equal(once, twice) {
			t.Errorf("%s, then %s", once, twice)
		}
		for _, r := range (&source{}).reminded(minutes.Cursor{}, c).Rejected {
			if r.Item != minutes.CleanLine(r.Item.String()) || r.Reason != minutes.CleanLine(r.Reason.String()) || r.Next.Empty() {
				t.Errorf("%+v", r)
			}
		}
	})
}
