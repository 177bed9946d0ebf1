package jail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message/mail"
	"github.com/mmcdole/gofeed/rss"
	"github.com/teambition/rrule-go"
)

// libraries run what this program uses, or measures itself against, on the document that it fails at.
// They run in the jail, which is what it is for. A test that goes red here is good news: the library was
// mended, and a guard of ours may go.
func libraries() map[string]Parser {
	done := Parsed{Facts: map[string]string{"answer": "done"}}
	pure := func(f func() error) Parser {
		return func(context.Context, Document) (Parsed, error) {
			if err := f(); err != nil {
				return Parsed{}, err
			}
			return done, nil
		}
	}
	return map[string]Parser{
		"gofeed": pure(func() error {
			_, err := (&rss.Parser{}).Parse(strings.NewReader(`<rss xmlns:x="urn:x"><channel><item>` + strings.Repeat("<x:a>", 300_000)))
			return err
		}),
		"go-ical": pure(func() error {
			_, err := ical.NewDecoder(strings.NewReader(calendarOf("DTSTART;TZID="))).Decode()
			return err
		}),
		"rrule-go": pure(func() error {
			r, err := rrule.StrToRRule("DTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY")
			if err != nil {
				return err
			}
			day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
			r.Between(day, day.Add(time.Minute), true)
			return nil
		}),
		"go-imap": pure(func() error {
			ours, theirs := net.Pipe()
			go func() {
				_, err := io.WriteString(theirs, "* OK hello\r\n* 1 FETCH (BODYSTRUCTURE ")
				for open := strings.Repeat("(", 1<<16); err == nil; {
					_, err = io.WriteString(theirs, open)
				}
			}()
			<-imapclient.New(ours, nil).Closed()
			return nil
		}),
		"go-imap, silence": pure(func() error {
			ours, _ := net.Pipe()
			return imapclient.New(ours, nil).WaitGreeting()
		}),
	}
}

func calendarOf(line string) string {
	return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;COUNT=5\r\n" + line + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

func TestLibrariesStillFailWhereWeGuard(t *testing.T) {
	p := pool(t, &Pool{Size: 1, Deadline: time.Minute})
	quick := pool(t, &Pool{Size: 1, Deadline: 500 * time.Millisecond})
	for name, c := range map[string]struct {
		*Pool
		killed bool
		why    string
		guard  string
	}{
		"gofeed":           {p, true, "nests too deeply", "maxDepth in connectors/feed"},
		"go-ical":          {p, false, "the parser gave up: runtime error: index out of range", "our own connectors/ics/ical"},
		"rrule-go":         {quick, true, "takes longer than", "our own connectors/ics/rrule"},
		"go-imap":          {p, true, "nests too deeply", "maxNesting in connectors/imap"},
		"go-imap, silence": {quick, true, "takes longer than", "the patience of connectors/imap's guard"},
	} {
		got, err := c.Parse(t.Context(), Document{Parser: name})
		if err == nil || errors.Is(err, ErrKilled) != c.killed || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, %v, not %q: if it was mended, look at %s again", name, got.Facts, err, c.why, c.guard)
		}
	}
}

// What follows fails without harm, and says something wrong: it needs no jail.

func TestGoICalStillMisreadsListsOfExceptions(t *testing.T) {
	c, err := ical.NewDecoder(strings.NewReader(calendarOf("EXDATE:20261125T090000Z,20261126T090000Z"))).Decode()
	if err != nil {
		t.Fatal(err)
	}
	if set, err := c.Events()[0].RecurrenceSet(time.UTC); err == nil {
		t.Errorf("two exceptions on a line are understood now: %v; look at connectors/ics again", set.All())
	}
}

func TestGoICalStillKnowsNoZonesOfWindows(t *testing.T) {
	c, err := ical.NewDecoder(strings.NewReader(strings.Replace(calendarOf("X-A:b"), "DTSTART:20261124T090000Z", "DTSTART;TZID=W. Europe Standard Time:20261124T090000", 1))).Decode()
	if err != nil {
		t.Fatal(err)
	}
	if at, err := c.Events()[0].DateTimeStart(time.UTC); err == nil {
		t.Errorf("a zone of Windows is understood now: %v; look at connectors/ics again", at)
	}
}

func TestGoMessageStillStopsAtABrokenPart(t *testing.T) {
	r, err := mail.CreateReader(strings.NewReader("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nno header\r\n\r\nfirst\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nsecond\r\n--b--\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for range 2 {
		part, err := r.NextPart()
		said = append(said, fmt.Sprint(err))
		if err == nil {
			b, _ := io.ReadAll(part.Body)
			t.Errorf("the part %q is read now: %q; look at the walker of connectors/imap again", b, said)
		}
	}
}
