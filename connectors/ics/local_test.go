package ics

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

func vevent(uid, summary string, more ...string) string {
	return "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:" + uid + "\nSUMMARY:" + summary + "\nDTSTART:20261126T090000Z\n" +
		strings.Join(append(more, ""), "\n") + "END:VEVENT\nEND:VCALENDAR\n"
}

func TestAFolderIsReadWithTheFoldersBelowIt(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.ics"), vevent("a", "A"))
	write(t, filepath.Join(dir, "home", "b.ICS"), vevent("b", "B"))
	write(t, filepath.Join(dir, ".cache", "c.ics"), vevent("c", "Hidden"))
	write(t, filepath.Join(dir, ".tmp.ics"), vevent("d", "Hidden"))
	write(t, filepath.Join(dir, "notes.txt"), vevent("e", "No calendar"))
	b := fetch(t, open(t, &Config{Path: dir}, morning), minutes.Cursor{})
	if got := titles(b); !b.Full || len(b.Items) != 2 || !strings.Contains(got, "A") || !strings.Contains(got, "B") {
		t.Errorf("full %v: %s", b.Full, got)
	}
}

func TestLinksDoNotLeadOutOfAFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	outside, dir := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "x.ics"), vevent("x", "Outside"))
	write(t, filepath.Join(dir, "sub", "a.ics"), vevent("a", "A"))
	for name, to := range map[string]string{"out.ics": filepath.Join(outside, "x.ics"), "up.ics": "../" + filepath.Base(outside) + "/x.ics", "in.ics": "sub/a.ics", "dir.ics": outside} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	b := fetch(t, open(t, &Config{Path: dir}, morning), minutes.Cursor{})
	if got := titles(b); len(b.Items) != 1 || strings.Contains(got, "Outside") || b.Full {
		t.Errorf("full %v: %s", b.Full, got)
	}
	if len(b.Rejected) != 3 {
		t.Errorf("rejected %v", b.Rejected)
	}
	// The path itself is the user's word, link or not.
	link := filepath.Join(t.TempDir(), "work.ics")
	if err := os.Symlink(filepath.Join(outside, "x.ics"), link); err != nil {
		t.Fatal(err)
	}
	if b := fetch(t, open(t, &Config{Path: link}, morning), minutes.Cursor{}); len(b.Items) != 1 {
		t.Error(titles(b))
	}
}

func TestTheNewestFileSpeaksForAnEvent(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.ics"), vevent("same", "Old", "SEQUENCE:1"))
	write(t, filepath.Join(dir, "b.ics"), vevent("same", "New", "SEQUENCE:2"))
	write(t, filepath.Join(dir, "c.ics"), vevent("same", "Older", "SEQUENCE:0"))
	if b := fetch(t, open(t, &Config{Path: dir}, morning), minutes.Cursor{}); titles(b) != "26 10:00 New" {
		t.Error(titles(b))
	}
}

func TestOneFileOfManyCostsItself(t *testing.T) {
	dir := t.TempDir()
	for i := range 99 {
		write(t, filepath.Join(dir, string(rune('a'+i%26))+strings.Repeat("x", i/26)+".ics"), vevent("u"+strings.Repeat("i", i), "Good"))
	}
	write(t, filepath.Join(dir, "broken.ics"), "<html>")
	b := fetch(t, open(t, &Config{Path: dir}, morning), minutes.Cursor{})
	if len(b.Items) != 99 || len(b.Rejected) != 1 || b.Full {
		t.Fatalf("%d items, rejected %v, full %v", len(b.Items), b.Rejected, b.Full)
	}
	if r := b.Rejected[0]; r.Source != "cal" || r.Item.String() != "broken.ics" || r.Reason.Empty() || r.Next.Empty() {
		t.Errorf("%+v", r)
	}
}

func TestAFileThatLeavesTakesItsEventsAlong(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.ics"), vevent("a", "A"))
	write(t, filepath.Join(dir, "b.ics"), vevent("b", "B"))
	src := open(t, &Config{Path: dir}, morning)
	first := fetch(t, src, minutes.Cursor{})
	if err := os.Remove(filepath.Join(dir, "a.ics")); err != nil {
		t.Fatal(err)
	}
	second := fetch(t, src, first.Next)
	if !second.Full || len(second.Gone) != 1 || titles(second) != "26 10:00 B" {
		t.Errorf("full %v, gone %v: %s", second.Full, second.Gone, titles(second))
	}
	// While a file cannot be read nothing is gone: it may be in there.
	write(t, filepath.Join(dir, "b.ics"), "half")
	write(t, filepath.Join(dir, "c.ics"), vevent("c", "C"))
	if third := fetch(t, src, second.Next); third.Full || len(third.Gone) > 0 {
		t.Errorf("full %v, gone %v", third.Full, third.Gone)
	}
}

func TestPathsThatCannotBeReadSayWhatToDo(t *testing.T) {
	empty := t.TempDir()
	for path, hint := range map[string]string{
		filepath.Join(empty, "no.ics"): "check path", "no-such.ics": "whole path", empty: "an .ics file or a folder",
	} {
		_, err := open(t, &Config{Path: path}, morning).Fetch(t.Context(), minutes.Cursor{})
		if err == nil || !strings.Contains(minutes.Hint(err), hint) {
			t.Errorf("%s: %v (%s)", path, err, minutes.Hint(err))
		}
	}
}
