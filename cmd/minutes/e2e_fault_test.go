package main

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
)

// table is a source of kind that reads from a trap, under a name of its own.
func table(kind, name, at string) string {
	head := fmt.Sprintf("\n[[connectors.%s]]\nname = %q\n", kind, name)
	switch kind {
	case "imap":
		host, port, _ := net.SplitHostPort(at)
		return head + fmt.Sprintf("host = %q\nport = %s\ntls = \"none\"\nusername = \"sam\"\npassword = { command = [\"printf\", \"demo\"] }\nsince = \"7d\"\n", host, port)
	case "ics":
		return head + fmt.Sprintf("url = %q\n", at+"/calendar.ics")
	case "hackernews":
		return head + fmt.Sprintf("base_url = %q\nlimit = 20\n", at+"/hn/v0")
	case "feed":
		return head + fmt.Sprintf("urls = [%q]\n", at+"/feeds/papercuts.xml")
	case "weather":
		return head + fmt.Sprintf("base_url = %q\ngeocoding_base_url = %q\nplace = \"Hamburg\"\n", at+"/weather", at+"/geocoding")
	case "market":
		return head + fmt.Sprintf("provider = \"yahoo\"\nbase_url = %q\nsymbols = [\"SAP.DE\"]\n", at+"/yahoo")
	}
	return ""
}

// addresses are the demo's web server and mail server, read off its config.
func addresses(t testing.TB, config string) (web, mail string) {
	t.Helper()
	w := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(config)
	m := regexp.MustCompile(`host = "([^"]+)"\nport = (\d+)`).FindStringSubmatch(config)
	if w == "" || m == nil {
		t.Fatal("the demo's config has no addresses")
	}
	return w, net.JoinHostPort(m[1], m[2])
}

// rest is all of a brief that no failed source may touch: every section with its figures, the agenda
// and what is owed.
func rest(t testing.TB, b minutes.Brief) string {
	return asJSON(t, map[string]any{"sections": b.Sections, "agenda": b.Agenda, "actions": b.Actions})
}

// TestE2EFailingSourcesCostThemselvesAlone sets beside a good world one source of a kind for every way
// to fail. The brief's sections are byte for byte those of the good world alone; each failure is
// exit 3, named in sources with what to do next, and exit 0 where that was asked for.
func TestE2EFailingSourcesCostThemselvesAlone(t *testing.T) {
	t.Parallel()
	kinds := []string{"feed", "imap"}
	if long() {
		kinds = []string{"feed", "imap", "ics", "hackernews", "weather", "market"}
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, good := startDemo(t)
			good = strings.Replace(good, "words = 3000", "words = 600", 1) // what is said of failures takes no room
			base := newBox(t, good, w.Now)
			base.must(0, "preload")

			web, mail := addresses(t, good)
			var forbidden atomic.Int64
			traps := mailTraps(t, mail)
			if kind != "imap" {
				traps = webTraps(t, passOn(t, web), &forbidden)
			}
			bad, names := good, map[string]string{}
			for _, trap := range traps {
				if (trap.slow || trap.tried) && !long() {
					continue // for the slow there is TestE2ESlowSourceIsLeftBehind
				}
				if kind == "ics" && trap.fault == "truncated" {
					continue // half a calendar is half its events, said to be that
				}
				name := "x-" + trap.fault
				names[name] = trap.fault
				bad += table(kind, name, trap.at)
			}
			ill := newBox(t, bad, w.Now)
			r := ill.run("preload")
			if r.code != 3 {
				t.Fatalf("exit %d, want 3\n%s", r.code, tail(r.err, 3000))
			}
			if d := difference(rest(t, base.brief()), rest(t, ill.brief())); d != "" {
				t.Errorf("sources that failed changed the others' sections:\n%s", d)
			}
			checkStatuses(t, ill, names)
			if n := forbidden.Load(); n > 0 {
				t.Errorf("%d requests reached a server that no config names", n)
			}
			if !long() {
				return
			}
			ill.must(3, "preload", "--only", "x-down")
			ill.must(0, "preload", "--only", "x-down", "--allow-partial")
		})
	}
}

// checkStatuses wants every source of names failed with a reason and a next step, on the screen of
// sources too, and every other one fine.
func checkStatuses(t *testing.T, b *box, names map[string]string) {
	t.Helper()
	page := b.must(0, "sources")
	rejected := func(st minutes.SourceStatus) (out string) {
		for _, r := range st.Rejected {
			out += fmt.Sprintf("; %s: %s → %s", r.Item, r.Reason, r.Next)
		}
		return out
	}
	for name, st := range b.sources() {
		fault, ill := names[name]
		switch {
		case !ill && st.Status != "ok":
			t.Errorf("%s is %s beside the others: %s", name, st.Status, st.Error)
		case !ill:
		case st.Status == "ok" && st.Items == 0 && len(st.Rejected) > 0:
			t.Logf("%-16s %-8s %d rejected: %s → %s", fault, st.Status, len(st.Rejected), st.Rejected[0].Reason, st.Rejected[0].Next)
		case st.Status != "failed" && st.Status != "partial":
			t.Errorf("%s (%s) is %q with %d items, rejected%s", name, fault, st.Status, st.Items, rejected(st))
		case st.Error.Empty() || st.Hint.Empty():
			t.Errorf("%s: error %q, hint %q: both are needed", name, st.Error, st.Hint)
		case !strings.Contains(page, name):
			t.Errorf("%s is not on the page of sources", name)
		default:
			t.Logf("%-16s %-8s %s → %s", fault, st.Status, st.Error, st.Hint)
		}
	}
}

// TestE2ETheOnlySourceOfAKindFailing takes each source of a good world away by a fault: the others'
// sections stay as they are when the config never had it.
func TestE2ETheOnlySourceOfAKindFailing(t *testing.T) {
	t.Parallel()
	victims := map[string]string{"mail": "imap", "calendar": "ics", "hackernews": "hackernews", "weather": "weather"}
	if !long() {
		victims = map[string]string{"mail": "imap"}
	}
	for victim, kind := range victims {
		t.Run(victim, func(t *testing.T) {
			t.Parallel()
			w, config := startDemo(t)
			fewer := without(config, victim)
			base := newBox(t, fewer, w.Now)
			base.must(0, "preload")
			at := closedPort(t)
			if kind != "imap" {
				at = "http://" + at
			}
			ill := newBox(t, fewer+table(kind, victim, at), w.Now)
			ill.must(3, "preload")
			good, bad := base.brief(), ill.brief()
			if d := difference(rest(t, good), rest(t, bad)); d != "" {
				t.Errorf("the brief is not that of a config without %s:\n%s", victim, d)
			}
			if len(bad.TLDR) != 3 {
				t.Errorf("%d lines on top", len(bad.TLDR))
			}
			checkStatuses(t, ill, map[string]string{victim: "down"})
			ill.must(0, "preload", "--allow-partial")
		})
	}
}

// TestE2ESlowSourceIsLeftBehind stalls a feed and a mail server until a deadline that the test sets,
// in this process; the real binary then prints what came of it.
func TestE2ESlowSourceIsLeftBehind(t *testing.T) {
	t.Parallel()
	w, good := startDemo(t)
	base := newBox(t, good, w.Now)
	base.must(0, "preload")
	web, mail := addresses(t, good)
	var forbidden atomic.Int64
	bad, names := good, map[string]string{}
	for kind, traps := range map[string][]trap{"feed": webTraps(t, passOn(t, web), &forbidden), "imap": mailTraps(t, mail)} {
		for _, trap := range traps {
			if trap.slow {
				name := kind + "-" + trap.fault
				bad += table(kind, name, trap.at)
				names[name] = trap.fault
			}
		}
	}
	ill := newBox(t, bad, w.Now)
	p, err := open(t.Context(), &shell{config: ill.conf, data: ill.data(), now: w.Now.Format(time.RFC3339)})
	if err != nil {
		t.Fatal(err)
	}
	p.Settings.Deadline = 4 * time.Second // of the stalled; the good ones take a tenth of it
	b, err := p.Preload(t.Context(), nil, nil)
	p.Close()
	if err != nil || !agent.Partial(b) {
		t.Fatalf("partial %v, %v", agent.Partial(b), err)
	}
	if d := difference(rest(t, base.brief()), rest(t, ill.brief())); d != "" {
		t.Errorf("slow sources changed the others' sections:\n%s", d)
	}
	checkStatuses(t, ill, names)
}
