package main

import (
	"os"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

// TestQuestionsOnTheDemoWorldAreAnsweredWithoutAModel asks what a person would ask, of a world without
// any model: each answer says what the world says, cites it, and where nothing is kept it abstains.
// QUESTIONS="…|…" prints the answers to more of them.
func TestQuestionsOnTheDemoWorldAreAnsweredWithoutAModel(t *testing.T) {
	w, config := startDemo(t)
	b := newBox(t, config, w.Now)
	b.must(0, "preload")
	for question, want := range map[string][]string{
		"what do I owe?":                     {"Pick up Ida", "Karin Holm", "Send Miriam the signed offer"},
		"what am I waiting for":              {"Jonas Feld to send you the load test numbers"},
		"when is my next meeting?":           {"09:30 to 09:45: Stand-up"},
		"what meetings do I have tomorrow":   {"Train to Berlin", "Stand-up"},
		"will it rain today?":                {"Rain from 15:00 to 21:00"},
		"how is SAP doing":                   {"SAP SE €182.40", "cloud revenue"},
		"what did Anna write?":               {"Could you read section 3"},
		"did anybody write about the pilot":  {"seats for the pilot"},
		"what's new in AI safety":            {"incident register"},
		"summarise today's brief":            {"Anna Kirsch asks you", "Five events today", "Siemens Energy"},
		"what is the capital of Mongolia":    nil,
		"how many seats does the Titan have": nil,
	} {
		var r minutes.Reply
		b.decode(b.must(0, "ask", "--json", question), &r)
		var said strings.Builder
		for _, c := range r.Answer {
			said.WriteString(c.Text.String() + "\n")
			if len(c.Items) == 0 || len(c.Evidence) == 0 {
				t.Errorf("%s: %q rests on nothing", question, c.Text)
			}
		}
		for _, fragment := range want {
			if !strings.Contains(said.String(), fragment) {
				t.Errorf("%s: no %q in\n%s", question, fragment, said.String())
			}
		}
		if r.Abstained != (len(want) == 0) || r.Abstained != (len(r.Answer) == 0) || r.Schema != "minutes.answer/v1" || r.Trace != nil {
			t.Errorf("%s: abstained %v, %s", question, r.Abstained, said.String())
		}
	}
	if r := b.run("ask", "--trace", "what do I owe?"); !strings.Contains(r.err, "open_actions") || !strings.Contains(r.out, "[1]") {
		t.Errorf("%s%s", r.out, r.err)
	}
	if r := b.run("ask", " "); r.code != 1 || !strings.Contains(r.err, "nothing was asked") {
		t.Errorf("%d %s", r.code, r.err)
	}
	for q := range strings.SplitSeq(os.Getenv("QUESTIONS"), "|") {
		if q != "" {
			r := b.run("ask", "--trace", q)
			t.Logf("\n=== %s\n%s---\n%s", q, r.out, r.err)
		}
	}
}
