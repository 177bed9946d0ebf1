package imap

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// opinion is what Python's email package reads in a mail; nil where it reads nothing.
type opinion struct {
	File, Error                     string
	Date, From, Name, Subject, Text *string
}

// opinions asks Python about files.
func opinions(t *testing.T, files []string) []opinion {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("skipped %d mails: there is no python3", len(files))
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("..", "..", ".ci", "semantics.py"), "mail")
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []opinion
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var o opinion
		if err := dec.Decode(&o); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

// A share is how many of the facts that Python states are ours too.
type share struct{ right, all int }

func (s *share) percent() float64 { return 100 * float64(s.right) / float64(max(s.all, 1)) }

// count compares one fact.
func (s *share) count(t *testing.T, file, what, got, want string) {
	s.all++
	if got == want {
		s.right++
		return
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	if why := lookedAt()[file]; why != "" {
		t.Logf("%s: %s: %s", file, what, why)
		return
	}
	t.Logf("%s: %s at %d is %.120q, Python says %.120q", file, what, at, got[max(0, at-20):], want[max(0, at-20):])
}

// lookedAt are differences that a person has judged. They count as such all the same.
func lookedAt() map[string]string {
	return map[string]string{
		"MimeKit__issue358.eml": "ours: a sender with a NUL in it, and a text that is none", "spamscope__mail_test_19.eml": "ours: the address is in the brackets",
		"mikel-mail__rfc6532-utf8_headers.eml": "ours: an address in UTF-8", "php-imap__imap_mime_header_decode_returns_false.eml": "neither: its base64 is damaged",
		"MimeKit__partial-message-partial.2.eml": "a choice: a piece of a message is no text", "MimeKit__partial-rfc2046.1.eml": "a choice: a piece of a message is no text",
		"stalwart__thirdparty-009.eml": "a choice: a piece of a message is no text", "cpython__msg_36.eml": "a choice: how to fetch a document is no text",
		"flanker__apache-message-news-mime.eml": "a choice: a posting that is attached is a file", "cpython__msg_10.eml": "a choice: plain parts before pages",
		"stalwart__rfc-007.eml": "a choice: plain parts before pages", "james-mime4j__mimetools-sig-uu.eml": "ours: uuencoded files are files",
		"james-mime4j__mimetools-uu-junk.eml": "ours: uuencoded files are files", "james-mime4j__mimetools-uu-zeegee.eml": "ours: uuencoded files are files",
		"mikel-mail__plain_emails-raw_email_incorrect_header.eml": "ours: a damaged line does not end the header", "php-mime__issue84.eml": "ours: a damaged line does not end the header",
		"james-mime4j__malformedHeader-nocrlfcrlf.eml": "neither: where the header ends is not said", "mikel-mail__plain_emails-mix_caps_content_type.eml": "ours: a name and an address without brackets",
		"enmime__8e4d0bfe96__extra-base64-character.raw": "ours: one character too many", "stalwart__thirdparty-003.eml": "ours: a space after \"base64\"",
		"nodemailer-mailparser__nodemailer.eml": "ours: the parts after the first", "enmime__bbf90e1d8b__nestedmulti.raw": "a choice: a text shown in its place is text",
		"mikel-mail__error_emails-trademark_character_in_subject.eml":              "Python's: a zone that is none, where we take the day the server had it",
		"mikel-mail__multipart_report_emails-multipart_report_multiple_status.eml": "Python's: the words of a bounce under a machine's type",
		"james-mime4j__missing-inner-boundary.eml":                                 "ours: an inner part without its end", "james-mime4j__multipartemptypart.eml": "ours: what follows the last part is no text",
	}
}

// TestSemanticsOfMail holds text, dates, senders and subjects of every recorded mail to what Python's
// email package reads in them.
func TestSemanticsOfMail(t *testing.T) {
	var files []string
	for _, dir := range []string{"mail", "more/mime"} {
		for _, p := range connectortest.Corpus(t, dir) {
			if ext := filepath.Ext(p); ext == ".eml" || ext == ".raw" {
				files = append(files, p)
			}
		}
	}
	var text, dates, senders, subjects share
	for _, o := range opinions(t, files) {
		name, raw := filepath.Base(o.File), connectortest.Read(t, o.File)
		got, err := parse(t.Context(), connectors.Document{Data: raw, Args: corpusArgs(t)})
		if err != nil || len(got.Items) != 1 {
			t.Logf("%s: %v %v", name, err, got.Rejected)
			continue
		}
		it := got.Items[0]
		if o.Text != nil && strings.TrimSpace(*o.Text) != "" {
			text.count(t, name, "text", essence(whole(raw)), essence(*o.Text))
		}
		if o.Date != nil {
			dates.count(t, name, "date", it.At.UTC().Format(time.RFC3339), *o.Date)
		}
		if o.From != nil && *o.From != "" {
			senders.count(t, name, "sender", it.Mail.From.Email, *o.From)
		}
		if o.Subject != nil && strings.TrimSpace(*o.Subject) != "" {
			subjects.count(t, name, "subject", essence(it.Title.String()), essence(*o.Subject))
		}
	}
	t.Logf("semantics: mail text %.1f %% of %d, dates %.1f %% of %d, senders %.1f %% of %d, subjects %.1f %% of %d",
		text.percent(), text.all, dates.percent(), dates.all, senders.percent(), senders.all, subjects.percent(), subjects.all)
	for what, s := range map[string]share{"text": text, "dates": dates, "senders": senders, "subjects": subjects} {
		if s.all < 300 || s.percent() < 95 {
			t.Errorf("%s: %d of %d agree, want 95 %%", what, s.right, s.all)
		}
	}
}

// whole is all the text of a message, before quotes and footers are cut from it.
func whole(raw []byte) string {
	var w walker
	var r reading
	r.read(w.walk(raw, 0, false), "")
	return r.words(0)
}

// essence is what a text says, without how it is spaced and broken: its first 2,000 letters and digits.
func essence(s string) string {
	var out []rune
	for _, c := range strings.ToLower(s) {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			if out = append(out, c); len(out) == 2000 {
				break
			}
		}
	}
	return string(out)
}
