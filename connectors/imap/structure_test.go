package imap

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// A mail that goes out as filename*=utf-8” comes back so in Dovecot's BODYSTRUCTURE, and was an
// unnamed file.
func TestNamesAreReadAsRFC2231WritesThem(t *testing.T) {
	of := func(kv ...string) (ps params) {
		for i := 0; i < len(kv); i += 2 {
			ps = append(ps, param{[]byte(kv[i]), []byte(kv[i+1])})
		}
		return ps
	}
	for want, ps := range map[string]params{
		"Entwurf für Sam.pdf": of("FILENAME*", "utf-8''Entwurf%20f%C3%BCr%20Sam.pdf"),
		"a long name.pdf":     of("filename*1", "name.pdf", "filename*0*", "iso-8859-1''a%20long%20"),
		"plain.pdf":           of("Filename", "plain.pdf", "size", "3"),
		"better.pdf":          of("filename*", "utf-8''better.pdf", "filename", "fallback.pdf"),
	} {
		if got := ps.get("filename"); got != want {
			t.Errorf("%s: %q, want %q", ps, got, want)
		}
		if got := ps.table()["filename"]; got != want {
			t.Errorf("%s: %q in the table, want %q", ps, got, want)
		}
	}
	if got := of("FILENAMES", "no").get("filename"); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestAStructureListsItsLeaves has what servers send, with what is odd about them.
func TestAStructureListsItsLeaves(t *testing.T) {
	for in, want := range map[string]string{
		`("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1)`:                                                  "1:text/plain",
		`("TEXT" "PLAIN" NIL NIL NIL NIL NIL)`:                                                                      "1:text/plain",
		`(("text" "plain" NIL NIL NIL "8bit" 5 1)("text" "html" NIL NIL NIL "8bit" 5 1) "alternative" NIL NIL NIL)`: "1:text/plain 2:text/html",
		`((("text" "plain" NIL NIL NIL "8bit" 5 1) "related")  ("APPLICATION" "PDF" ("NAME" "a.pdf") NIL NIL "BASE64" 9 NIL ("ATTACHMENT" ("FILENAME" "b\"c.pdf")) NIL) "mixed")`: `1.1:text/plain 2:application/pdf[b"c.pdf]`,
		`("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 300 ("d" "s" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 3 1) 9)`:                                         "1:message/rfc822[attached message]",
		`("IMAGE" "PNG" ("NAME" "x.png") "<id>" NIL "BASE64" -1)`: "1:image/png",
	} {
		tk := tokens{b: []byte(in)}
		var leaves []leaf
		if !tk.structure(nil, &leaves) || tk.at != len(in) {
			t.Errorf("%s: not read", in)
		}
		var got []string
		for _, l := range leaves {
			s := strings.TrimPrefix(pathName(l.path), ".") + ":" + l.kind
			if l.attached {
				s += "[" + l.name + "]"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s\n got %s\nwant %s", in, s, want)
		}
	}
	for _, in := range []string{"", "(", "()", `("text")`, `(("text" "plain" NIL NIL NIL "8bit" 5 1)`, `("text" "plain" NIL NIL NIL "7bit" many)`} {
		if tk := (tokens{b: []byte(in)}); tk.structure(nil, new([]leaf)) {
			t.Errorf("%q is no structure", in)
		}
	}
}

// FuzzWire sorts any stream as it comes, at once and byte by byte: the library gets the same, and the
// FETCH and SEARCH responses are the same.
func FuzzWire(f *testing.F) {
	f.Add([]byte("* 1 EXISTS\r\n* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[TEXT]<0> {3}\r\n(a) RFC822.SIZE 9)\r\nT1 OK x\r\n"))
	f.Add([]byte("* LIST () \"/\" {3}\r\nabc\r\n* 12 fetch (UID 2 BODYSTRUCTURE (\"text\" \"html\" NIL NIL NIL \"7bit\" 3 1) BODY[1.2] \"x\\\"y\")\r\n"))
	f.Add([]byte("* SEARCH 5 4 3 (MODSEQ 9)\r\n* search\r\n* ESEARCH (TAG \"T5\") UID ALL 9,1:5 COUNT 6\r\n* SEARC x\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		run := func(r io.Reader) (passed, told string, bad bool) {
			var got strings.Builder
			g := &guard{Conn: stream{Reader: r}, patience: time.Minute, idle: time.Minute}
			g.wire.deliver = func(f *fetched) {
				fmt.Fprintln(&got, f.uid, f.bits, f.size, len(f.leaves))
				for _, s := range f.sections {
					fmt.Fprintf(&got, "%v %s %q\n", s.path, s.what, s.body)
				}
			}
			g.wire.found = func(b []byte) error {
				set, err := readSearch(nil, b)
				fmt.Fprintln(&got, set)
				return err
			}
			out, err := io.ReadAll(g)
			return string(out), got.String(), err != nil
		}
		p1, t1, bad1 := run(bytes.NewReader(b))
		p2, t2, bad2 := run(iotest.OneByteReader(bytes.NewReader(b)))
		if p1 != p2 && !bad1 || t1 != t2 || bad1 != bad2 {
			t.Errorf("at once %q %q %v\nsingly %q %q %v", p1, t1, bad1, p2, t2, bad2)
		}
	})
}

// A stream is a connection that is only read.
type stream struct {
	net.Conn
	io.Reader
}

func (s stream) Read(b []byte) (int, error) { return s.Reader.Read(b) }
func (stream) Close() error                 { return nil }
