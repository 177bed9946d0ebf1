package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// pythonSays is what Python's email package reads in a mail; nil where it has no opinion.
type pythonSays struct{ File, From, Subject, Text *string }

// askPython hands files to .ci/semantics.py.
func askPython(t *testing.T, files []string) []pythonSays {
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
	var all []pythonSays
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var o pythonSays
		if err := dec.Decode(&o); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

// agreed counts the facts that Python states and those of them that the program's items state too.
type agreed struct{ right, all int }

func (a *agreed) add(t *testing.T, file, what string, same bool, got, want string) {
	a.all++
	if same {
		a.right++
		return
	}
	t.Logf("%s: %s is %.100q, Python says %.100q", file, what, got, want)
}

func (a *agreed) String() string {
	return fmt.Sprintf("%.1f %% of %d", 100*float64(a.right)/float64(max(a.all, 1)), a.all)
}

// letters is what a text says, without how it is spaced and broken.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// TestE2ESemanticsOfMailSurviveTheServer reads every recorded mail from a real server, as the program
// does: a few header fields, the beginning of the text, parts by their structure. Senders and subjects
// are those that Python finds in the whole mail, and of the text, from which quotes and footers were cut,
// every paragraph is in Python's. (Dates: connectors/imap; a mail of 1996 that arrived today is today's.)
func TestE2ESemanticsOfMailSurviveTheServer(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, "semantics")
	if !m.real {
		t.Skip("skipped: the server in memory breaks off at some of these mails; .ci/e2e.sh starts a Dovecot")
	}
	b := newBox(t, m.table("mail", "limit = 5000\nsent = \"\"")+"\n[keep]\nitems = \"36000d\"\n", corpusNow())
	var files []string
	names := map[string]string{}
	for i, f := range sample(t, "mail") {
		if filepath.Ext(f) != ".eml" {
			continue
		}
		id := fmt.Sprintf("semantics-%d@e2e.example", i)
		raw := fmt.Sprintf("Message-ID: <%s>\n%s", id, connectortest.Read(t, f))
		if m.deliver("INBOX", raw, corpusNow().Add(-time.Duration(i)*time.Second)) != nil {
			continue // the server has lines of its own to draw
		}
		path := b.file("mails/"+id, raw)
		files, names[path] = append(files, path), filepath.Base(f)
	}
	b.must(0, "preload")
	items := map[string]minutes.Item{}
	for _, it := range b.kept() {
		items[it.Mail.MessageID] = it
	}
	var text, senders, subjects agreed
	for _, o := range askPython(t, files) {
		name, it := names[*o.File], items[filepath.Base(*o.File)]
		if it.Mail == nil {
			t.Logf("%s: no item", name)
			continue
		}
		if o.From != nil {
			senders.add(t, name, "sender", it.Mail.From.Email == *o.From, it.Mail.From.Email, *o.From)
		}
		if o.Subject != nil {
			got, want := letters(it.Title.String()), letters(*o.Subject)
			subjects.add(t, name, "subject", got == want || len(got) > 200 && strings.HasPrefix(want, got), got, want)
		}
		if o.Text != nil && letters(*o.Text) != "" {
			missing := notSaid(it.Body.String(), *o.Text)
			text.add(t, name, "text", missing == "" && !it.Body.Empty(), missing, *o.Text)
		}
	}
	t.Logf("semantics: through a real server: mail text %v, senders %v, subjects %v", &text, &senders, &subjects)
	for what, a := range map[string]agreed{"text": text, "senders": senders, "subjects": subjects} {
		if a.all < size(5, 300, 300) || a.right*100 < a.all*95 {
			t.Errorf("%s: %d of %d agree, want 95 %%", what, a.right, a.all)
		}
	}
}

// notSaid is the first paragraph of got that is not in want.
func notSaid(got, want string) string {
	want = letters(want)
	for line := range strings.SplitSeq(got, "\n\n") {
		if !strings.Contains(want, letters(line)) {
			return line
		}
	}
	return ""
}
