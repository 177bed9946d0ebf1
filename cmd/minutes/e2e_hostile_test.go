package main

import (
	"fmt"
	"strings"
	"testing"
)

// hostile are the foes of a run: a sample of what connectors/imap is lied to with, by way of the real
// binary. The slow ones wait for its real deadlines.
func hostile() []*foe {
	lies := func(name, verb, text, ends string) *foe {
		return &foe{name: name, tls: "none", says: map[string]string{verb: text}, ends: ends}
	}
	floods := func(name, text, ends string) *foe {
		return &foe{name: name, tls: "none", says: map[string]string{"FETCH": ""}, flood: text, ends: ends}
	}
	starts := func(name, before, ends string) *foe {
		return &foe{name: name, tls: "starttls", before: before, ends: ends}
	}
	var falling strings.Builder
	for n := 4_000_000_000; falling.Len() < 4<<20; n -= 3 {
		fmt.Fprintf(&falling, " %d", n)
	}
	out := []*foe{
		lies("line", "EXAMINE", "* FLAGS ("+strings.Repeat("A ", 1<<20), "what nobody asked for"),
		lies("status", "EXAMINE", "* OK "+strings.Repeat("A", 1<<20), "status of more than"),
		lies("literal", "FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {4294967295}\r\nabc", "literal of more"),
		lies("negative", "FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {-1}\r\nabc)\r\n", "cannot be read"),
		lies("falling", "SEARCH", "* SEARCH"+falling.String()+"\r\n", "response of more"),
		lies("counts", "EXAMINE", "* -1 EXISTS\r\nTAG OK done\r\n", "cannot be read"),
		lies("zero", "FETCH", "* 1 FETCH (UID 0 FLAGS ())\r\nTAG OK done\r\n", "cannot be read"),
		lies("tag", "SEARCH", "T99 OK done\r\n", "cannot be read"),
		lies("again", "LOGIN", "+ the password again, please\r\n", "cannot be read"),
		lies("bye", "EXAMINE", "* BYE \x1b]0;owned\x07come \x1b[31mback\r\nCLOSE", "come [31mback"),
		lies("no", "EXAMINE", "TAG NO [ALERT] \x1b[2JS3CRET\x1b-of-memory is \u202ewrong\r\n", "[secret] is wrong"),
		floods("depth", "* 1 FETCH (UID 1 BODYSTRUCTURE "+strings.Repeat("(", 40<<20), "nested more than 64"),
		starts("preauth", "* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n", "signed in already"),
		starts("stripped", "* OK [CAPABILITY IMAP4rev1] hello\r\nT0 BAD no such thing\r\n* OK [CAPABILITY IMAP4rev1] hello\r\n", "refuses STARTTLS"),
		starts("injected", "* OK hello\r\nT0 OK go\r\n* OK [CAPABILITY IMAP4rev1] hello\r\n", "before the TLS handshake"),
	}
	if !long() {
		return out
	}
	for _, verb := range []string{"GREETING", "LOGIN", "LIST", "EXAMINE", "SEARCH", "FETCH"} {
		silent := lies("silent-"+strings.ToLower(verb), verb, "", "does not answer")
		silent.slow = true
		out = append(out, silent)
	}
	out = append(out,
		floods("messages", "* 9 FETCH (UID 9 BODY[1] {1048576}\r\n"+strings.Repeat("x", 1<<20)+")\r\n", "more than 128 MiB"),
		floods("parts", strings.Repeat("* 1 FETCH (UID 1 BODY[1]<0> {200000}\r\n"+strings.Repeat("x", 200_000)+")\r\n", 5), "more than 128 MiB"),
		floods("flags", strings.Repeat("* 1 FETCH (FLAGS ())\r\n", 40_000), "answers about messages"),
		floods("folders", strings.Repeat("* LIST () \"/\" x\r\n", 50_000), "more than 16 MiB"),
		&foe{name: "silent-literal", tls: "none", says: map[string]string{"FETCH": "* 1 FETCH (UID 1 BODY[TEXT]<0> {9000}\r\nabc"}, ends: "does not answer", slow: true},
		&foe{name: "silent-tls", tls: "implicit", says: map[string]string{"TLS": "silent"}, ends: "no TLS handshake within", slow: true},
		&foe{name: "silent-starttls", tls: "starttls", says: map[string]string{"TLS": "silent"}, ends: "no TLS handshake within", slow: true})
	return out
}

// beset runs the program against foes beside a good world, then against the same servers when they have
// repented. It gives what was found wrong, and the memory that the largest moment took.
func beset(t *testing.T, foes []*foe, bin string) (wrong []string, peak int) {
	w, good := startDemo(t)
	good = strings.Replace(good, "words = 3000", "words = 600", 1) // what is said of failures takes no room
	base := newBox(t, good, w.Now)
	base.must(0, "preload")
	b := newBox(t, "", w.Now)
	b.bin = bin
	b.configure(good + raise(t, foes, w, func(text string) string { return b.file("ca.pem", text) }))
	code, text, peak := b.measured("preload")
	if code != 3 {
		t.Fatalf("exit %d, want 3\n%s", code, tail(text, 2000))
	}
	if d := difference(rest(t, base.brief()), rest(t, b.brief())); d != "" {
		wrong = append(wrong, "the good sources' sections changed: "+d)
	}
	sources := b.sources()
	for _, f := range foes {
		st := sources[f.name]
		if !strings.Contains(st.Error.String(), f.ends) || st.Hint.Empty() || st.Items > 0 {
			wrong = append(wrong, fmt.Sprintf("%s: want %q, is %s with %d items: %s → %s", f.name, f.ends, st.Status, st.Items, st.Error, st.Hint))
		}
		wrong = append(wrong, f.findings()...)
	}
	for name, st := range sources {
		if strings.Contains(st.Error.String()+st.Hint.String()+text, hostilePassword) {
			wrong = append(wrong, name+": the password is told")
		}
	}
	return append(wrong, repent(t, b, foes)...), peak
}

// repent has the foes be honest: all their mail comes, once.
func repent(t *testing.T, b *box, foes []*foe) (wrong []string) {
	for _, f := range foes {
		f.repented.Store(true)
	}
	if r := b.run("preload"); r.code != 0 {
		wrong = append(wrong, fmt.Sprintf("with honest servers: exit %d: %s", r.code, tail(r.err, 1000)))
	}
	came := map[string]int{}
	for _, it := range b.kept() {
		came[it.Source+"/"+it.Title.String()]++
	}
	for _, f := range foes {
		for n := range mails {
			if got := came[fmt.Sprintf("%s/%s %d", f.name, f.name, n)]; got != 1 {
				wrong = append(wrong, fmt.Sprintf("%s: message %d came %d times", f.name, n, got))
			}
		}
		wrong = append(wrong, f.findings()...)
	}
	return wrong
}

// TestE2EHostileMailServersCostThemselves: each ends by the bound that is meant for it, with a reason
// and a next step; nothing of the others' changes, nothing but reading is asked of any, no password is
// said before TLS, memory is bounded, and one honest session later all mail is there.
func TestE2EHostileMailServersCostThemselves(t *testing.T) {
	t.Parallel()
	foes := hostile()
	wrong, peak := beset(t, foes, newBox(t, "", corpusNow()).bin)
	for _, s := range wrong {
		t.Error(s)
	}
	if peak >= 512 {
		t.Errorf("the processes took %d MiB", peak)
	}
	t.Logf("hostile mail: %d servers through the program, each ended by its bound, 0 writes, 0 passwords before TLS, 0 mails lost, peak %d MiB", len(foes), peak)
}

// TestE2EHostileMailGoesRedWithoutItsGuards takes out the checks of STARTTLS and the bound on bytes.
func TestE2EHostileMailGoesRedWithoutItsGuards(t *testing.T) {
	if !long() {
		t.Skip("skipped: the control builds the program once more; MINUTES_E2E=1")
	}
	t.Parallel()
	bin := mutant(t,
		change{"connectors/imap/dial.go", "if err = startTLS(g); err == nil {", "if startTLS(g) == nil {"},
		change{"connectors/imap/guard.go", "s.total > maxResponse", "s.total < 0"})
	var foes []*foe
	for _, f := range hostile() {
		if !f.slow {
			foes = append(foes, f)
		}
	}
	wrong, peak := beset(t, foes, bin)
	all := strings.Join(wrong, "\n")
	for _, want := range []string{"stripped: the password came before TLS", "preauth: want", "messages: want", "parts: want"} {
		if !strings.Contains(all, want) {
			t.Errorf("without the guards the suite does not find %q:\n%s", want, all)
		}
	}
	t.Logf("hostile mail: without the guards %d findings, peak %d MiB", len(wrong), peak)
}
