package jail

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"time"
	"unsafe"

	"github.com/dailyminutes/minutes"
)

// hello is the first frame of a child: it tells a child from a program that does not know the mark.
type hello struct{ Version string }

// request announces a document, whose Size bytes follow it as they are: gob would copy them on either
// side.
type request struct {
	Number uint64 // of the document, for this child
	Parser string
	Args   []byte
	Size   int
	Limit  time.Duration // of the processor's work on it
}

// reply is what was made of a document. So many items and then so many rejections follow it, each a
// frame of its own: of a frame gob makes values that may be far larger than it, and the parent wants
// to look at what it has taken before it takes more.
type reply struct {
	Number   uint64 // the request's: a frame that nobody asked for answers no other document
	Facts    map[string]string
	Items    int
	Rejected int
	Error    string
	Hint     string
	Retire   bool // the child has grown: replace it before the next document
}

// What a parent takes of a child, whatever lengths and numbers its frames announce. No parser of ours
// comes near: a calendar has at most 20,000 occurrences in the window.
const (
	maxFrame = 1 << 20 // of one item: 1 MiB of empty entries of a list is 70 MiB of memory
	maxFacts = 8 << 20
	maxItems = 50_000 // and as many rejections
	maxHeld  = 128 << 20
)

var (
	errTooMuch = errors.New("the reply is too large")
	errStray   = errors.New("the reply is to another document")
)

// send is the child's side.
func send(enc *gob.Encoder, number uint64, got Parsed, rep reply) error {
	rep.Number, rep.Facts, rep.Items, rep.Rejected = number, got.Facts, len(got.Items), len(got.Rejected)
	if err := enc.Encode(rep); err != nil {
		return err
	}
	for i := range got.Items {
		if err := enc.Encode(&got.Items[i]); err != nil {
			return err
		}
	}
	for i := range got.Rejected {
		if err := enc.Encode(&got.Rejected[i]); err != nil {
			return err
		}
	}
	return nil
}

// A listener is the parent's side. It trusts no number that it reads: not how long a frame is, nor how
// many there are, nor what they grow to.
type listener struct {
	meter *meter
	dec   *gob.Decoder
}

func listen(r io.Reader) *listener {
	m := &meter{r: bufio.NewReaderSize(r, 256<<10)}
	return &listener{meter: m, dec: gob.NewDecoder(m)}
}

// frame takes one frame of at most so many bytes, and says how many it had.
func (l *listener) frame(v any, most int) (int, error) {
	l.meter.left = most
	err := l.dec.Decode(v)
	return most - l.meter.left, err
}

// receive takes the reply to a document of that number.
func (l *listener) receive(number uint64) (Parsed, reply, error) {
	var rep reply
	if _, err := l.frame(&rep, maxFacts); err != nil {
		return Parsed{}, rep, err
	}
	if rep.Number != number {
		return Parsed{}, rep, errStray
	}
	if rep.Items < 0 || rep.Items > maxItems || rep.Rejected < 0 || rep.Rejected > maxItems {
		return Parsed{}, rep, fmt.Errorf("%w: %d items, %d rejections", errTooMuch, rep.Items, rep.Rejected)
	}
	got := Parsed{Facts: rep.Facts}
	held := 0
	for range rep.Items {
		var it minutes.Item
		n, err := l.frame(&it, maxFrame)
		if err != nil {
			return Parsed{}, rep, err
		}
		if held += n + weight(&it); held > maxHeld {
			return Parsed{}, rep, errTooMuch
		}
		got.Items = append(got.Items, it)
	}
	for range rep.Rejected {
		var r minutes.Rejection
		n, err := l.frame(&r, maxFrame)
		if err != nil {
			return Parsed{}, rep, err
		}
		if held += n + int(unsafe.Sizeof(r)); held > maxHeld {
			return Parsed{}, rep, errTooMuch
		}
		got.Rejected = append(got.Rejected, r)
	}
	return got, rep, nil
}

// weight is about what an item takes beside its texts: an empty entry of a list is one byte in a frame.
func weight(it *minutes.Item) int {
	n := int(unsafe.Sizeof(*it)) + 16*len(it.Tags)
	event := func(e *minutes.Event) {
		if e != nil {
			n += int(unsafe.Sizeof(*e)) + len(e.Attendees)*int(unsafe.Sizeof(minutes.Address{}))
		}
	}
	event(it.Event)
	if m := it.Mail; m != nil {
		n += int(unsafe.Sizeof(*m)) + (len(m.To)+len(m.Cc))*int(unsafe.Sizeof(minutes.Address{})) + 16*len(m.Attachments)
		event(m.Invite)
	}
	if q := it.Quote; q != nil {
		n += int(unsafe.Sizeof(*q)) + 8*len(q.Closes)
	}
	if f := it.Forecast; f != nil {
		n += int(unsafe.Sizeof(*f)) + len(f.Hours)*int(unsafe.Sizeof(minutes.WeatherHour{})) + 16*len(f.Alerts)
	}
	return n
}

// meter bounds a frame, whatever length it announces. It reads byte by byte too, so that gob puts no
// buffer of its own in between and nothing is read ahead.
type meter struct {
	r    *bufio.Reader
	left int
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooMuch
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

func (m *meter) ReadByte() (byte, error) {
	if m.left <= 0 {
		return 0, errTooMuch
	}
	m.left--
	return m.r.ReadByte()
}
