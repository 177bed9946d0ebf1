package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/dailyminutes/minutes"
)

// fact is what a person would look for in an item, in one line: in Berlin's time.
func fact(it minutes.Item) string {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return err.Error()
	}
	parts := []string{string(it.Kind), it.Title.String(), it.At.In(berlin).Format("Mon 15:04")}
	switch {
	case it.Mail != nil:
		parts = append(parts, it.Mail.From.Email, words2(it.Mail.Unread, "unread", it.Mail.Flagged, "flagged", it.Mail.Direct, "direct", it.Mail.FromMe, "mine"),
			it.Mail.ListID, strings.Join(it.Mail.Attachments, ","))
		if v := it.Mail.Invite; v != nil {
			parts = append(parts, fmt.Sprintf("%s %s at %s, %s", it.Mail.Method, v.Start.In(berlin).Format("Mon 15:04"), v.Location, v.MyStatus))
		}
	case it.Event != nil:
		parts = append(parts, it.Event.End.In(berlin).Format("Mon 15:04"), it.Event.Location.String(), it.Event.Status, it.Event.MyStatus,
			words2(it.Event.AllDay, "all day", it.Event.Free, "free", it.Event.Recurring, "recurring", false, ""))
	case it.Article != nil:
		parts = append(parts, it.URL, it.Author.String(), it.Article.Feed.String())
	}
	return strings.Join(append(parts, strings.Join(strings.Fields(it.Excerpt.String()), " ")), " | ")
}

// words2 are the words whose conditions hold.
func words2(c1 bool, w1 string, c2 bool, w2 string, c3 bool, w3 string, c4 bool, w4 string) string {
	var out []string
	for i, c := range []bool{c1, c2, c3, c4} {
		if c {
			out = append(out, []string{w1, w2, w3, w4}[i])
		}
	}
	return strings.Join(out, " ")
}

// deliverAll puts the messages of a folder of testdata into a mailbox, as they would have arrived.
func deliverAll(t *testing.T, m *mailbox, folder, dir string, flags ...imap.Flag) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata/e2e", dir, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatal(dir, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(raw), "\nDate: ")
		date, _, _ := strings.Cut(after, "\n")
		at, err := time.Parse(time.RFC1123Z, date)
		if err != nil {
			t.Fatal(f, err)
		}
		m.mustDeliver(t, folder, string(raw), at.Add(3*time.Second), flags...)
	}
}

// TestE2EEveryItemAPersonWouldExpectIsThere reads a mailbox, a folder of calendars and feeds, all of
// our own making: right times, senders, text and links, nothing hidden, nothing else. The mailbox is
// afterwards as it was, flag for flag.
func TestE2EEveryItemAPersonWouldExpectIsThere(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, "whole")
	deliverAll(t, m, "INBOX", "mail")
	deliverAll(t, m, m.sent, "sent", imap.FlagSeen)
	if _, err := m.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := m.Store(imap.SeqSetNum(3), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen, imap.FlagFlagged}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	before := m.state(t, "INBOX") + m.state(t, m.sent)
	feeds := httptest.NewServer(http.FileServer(http.Dir("testdata/e2e/feeds")))
	t.Cleanup(feeds.Close)
	calendar, err := filepath.Abs("testdata/e2e/calendar")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 7, 0, 0, 0, time.FixedZone("CET", 3600))
	b := newBox(t, "timezone = \"Europe/Berlin\"\n[profile]\nname = \"Sam Rivera\"\naddresses = [\"sam@example.org\"]\n"+m.table("mail", "")+
		fmt.Sprintf("[[connectors.ics]]\nname = \"calendar\"\npath = %q\n[[connectors.feed]]\nname = \"news\"\nurls = [%q, %q]\n",
			calendar, feeds.URL+"/rss.xml", feeds.URL+"/atom.xml"), now)
	b.must(0, "preload")

	var got []string
	for _, it := range b.kept() {
		if it.Event == nil || it.At.Sub(now) < 36*time.Hour && now.Sub(it.At) < 24*time.Hour {
			got = append(got, fact(it))
		}
	}
	slices.Sort(got)
	golden := "testdata/e2e/facts.txt"
	if os.Getenv("MINUTES_UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(string(want), strings.Join(got, "\n")+"\n"); d != "" {
		t.Errorf("what is kept is not what a person would expect:\n%s", d)
	}
	thread := map[string]bool{}
	for _, it := range b.kept() {
		if it.Mail != nil && strings.Contains(it.Title.String(), "Numbers") {
			thread[it.Mail.Thread] = true
		}
	}
	if len(thread) != 1 {
		t.Errorf("a mail and its answer are in %d threads", len(thread))
	}
	if left := b.sources()["calendar"].Rejected; len(left) != 1 || !strings.Contains(left[0].Item.String()+left[0].Reason.String(), "No time at all") {
		t.Errorf("of the broken event was said: %s", asJSON(t, left))
	}
	for _, args := range [][]string{{"brief", "--refresh"}, {"sources", "test", "mail"}, {"doctor"}} {
		b.run(args...)
	}
	if after := m.state(t, "INBOX") + m.state(t, m.sent); after != before {
		t.Errorf("the mailbox changed:\n%s", difference(before, after))
	}
}
