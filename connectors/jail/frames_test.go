package jail

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// said is what a child sends: a reply, and then whatever values follow it.
func said(t testing.TB, rep reply, more ...any) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	enc := gob.NewEncoder(&b)
	for _, v := range append([]any{rep}, more...) {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return &b
}

func item(id string) minutes.Item {
	return minutes.Item{ID: id, Kind: minutes.KindEvent, Title: minutes.Clean("one"), At: time.Unix(1e9, 0), Event: &minutes.Event{UID: id}}
}

func TestAReplyIsTakenAsItWasSent(t *testing.T) {
	var b bytes.Buffer
	sent := Parsed{Items: []minutes.Item{item("a"), item("b")}, Rejected: []minutes.Rejection{{Item: minutes.Clean("c")}}, Facts: map[string]string{"k": "v"}}
	if err := send(gob.NewEncoder(&b), 7, sent, reply{Error: "half", Hint: "do"}); err != nil {
		t.Fatal(err)
	}
	got, rep, err := listen(&b).receive(7)
	if err != nil || len(got.Items) != 2 || got.Items[1].ID != "b" || len(got.Rejected) != 1 || got.Facts["k"] != "v" || rep.Error != "half" || rep.Hint != "do" {
		t.Errorf("%v: %+v, %+v", err, got, rep)
	}
}

// TestAChildThatLiesIsNotBelieved says to the parent what no child of ours says.
func TestAChildThatLiesIsNotBelieved(t *testing.T) {
	good := reply{Number: 1, Items: 1}
	for name, c := range map[string]struct {
		stream io.Reader
		want   error // nil is any
	}{
		"of another document":    {said(t, reply{Number: 2}), errStray},
		"more items than any":    {said(t, reply{Number: 1, Items: maxItems + 1}), errTooMuch},
		"fewer than none":        {said(t, reply{Number: 1, Rejected: -1}), errTooMuch},
		"an item too few":        {said(t, reply{Number: 1, Items: 2}, item("a")), io.EOF},
		"a number for an item":   {said(t, good, 42), nil},
		"not a reply":            {said(t, reply{}, 1), errStray},
		"a length without end":   {bytes.NewReader([]byte("\xf8\x7f\xff\xff\xff\xff\xff\xff\xff")), nil},
		"a GiB, and nothing":     {bytes.NewReader([]byte("\xfc\x3f\xff\xff\xff")), nil},
		"a GiB, and all of it":   {io.MultiReader(bytes.NewReader([]byte("\xfc\x3f\xff\xff\xff")), endless(1)), errTooMuch},
		"nothing, for ever":      {endless(0), nil},
		"an item of 2 MiB":       {said(t, good, minutes.Item{ID: string(make([]byte, 2*maxFrame))}), errTooMuch},
		"facts of 9 MiB":         {said(t, reply{Number: 1, Facts: map[string]string{"x": string(make([]byte, maxFacts+1))}}), errTooMuch},
		"a line where frames go": {bytes.NewReader([]byte("warning: line 7 has no colon\n")), nil},
	} {
		got, _, err := listen(c.stream).receive(1)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if len(got.Items)+len(got.Rejected)+len(got.Facts) > 0 {
			t.Errorf("%s: something was taken of it", name)
		}
	}
}

// endless is one byte again and again.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// TestItemsThatGrowAreWeighed sends lists of empty entries, each a byte in the frame and thirty-two in
// memory: the parent stops long before they are a danger to it.
func TestItemsThatGrowAreWeighed(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: millions of entries are for the long form of the tests, not for the race detector")
	}
	fat := minutes.Item{Mail: &minutes.Mail{To: make([]minutes.Address, maxFrame/2)}}
	r, w := io.Pipe()
	sent := 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		enc := gob.NewEncoder(w)
		err := enc.Encode(reply{Number: 1, Items: maxItems})
		for ; err == nil; sent++ {
			err = enc.Encode(&fat)
		}
	}()
	_, _, err := listen(r).receive(1)
	_ = r.Close()
	<-done
	if !errors.Is(err, errTooMuch) || sent*len(fat.Mail.To)*32 > 2*maxHeld {
		t.Errorf("%d items of half a million addresses were taken: %v", sent, err)
	}
}

// FuzzReply is what any bytes at all do to the parent: nothing.
func FuzzReply(f *testing.F) {
	f.Add(said(f, reply{Number: 1, Items: 1, Rejected: 1, Facts: map[string]string{"a": "b"}}, item("a"), minutes.Rejection{}).Bytes())
	f.Add(said(f, reply{Number: 1, Items: 3}, item("a")).Bytes())
	f.Add([]byte("\xfc\x3f\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, rep, err := listen(bytes.NewReader(b)).receive(1)
		if err == nil && (len(got.Items) != rep.Items || len(got.Rejected) != rep.Rejected) {
			t.Errorf("%d of %d items, %d of %d rejections", len(got.Items), rep.Items, len(got.Rejected), rep.Rejected)
		}
	})
}
