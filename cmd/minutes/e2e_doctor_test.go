package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes/cmd/minutes/doctor"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// The doctor asks every model how it stands, over both protocols: one that cannot be used is a finding
// with its remedy, one whose prompts leave this machine a note, and none at all is fine.
func TestE2ETheDoctorAsksEveryModel(t *testing.T) {
	t.Parallel()
	const calendar = "timezone = \"Europe/Berlin\"\n"
	w, _ := startDemo(t)
	well, far, lacks, vllm := runtimetest.Serve(t, honest), runtimetest.Serve(t, honest), runtimetest.Serve(t, honest), runtimetest.Serve(t, honest)
	far.Remote = "ollama.com"
	table := modelConfig([]string{"ollama", "ollama", "openai"}, well, far, vllm)
	b := newBox(t, calendar+table, w.Now)
	examine := func(code int) map[string]doctor.Finding {
		var list struct{ Doctor []doctor.Finding }
		b.decode(b.must(code, "doctor", "--json"), &list)
		out := map[string]doctor.Finding{}
		for _, f := range list.Doctor {
			out[f.Check] = f
		}
		return out
	}
	found := examine(0)
	for name, want := range map[string][2]string{
		"model ollama1": {"tiny, ollama at 127.0.0.1:", ""},
		"model ollama2": {"sees public items only: its prompts are handed on to ollama.com", "on this machine"},
		"model openai3": {"window 8192 of 8192 tokens", ""},
	} {
		if f := found[name]; !f.OK || !strings.Contains(f.Text.String(), want[0]) || f.Remedy.Empty() != (want[1] == "") || !strings.Contains(f.Remedy.String(), want[1]) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	missing := strings.Replace(modelConfig([]string{"ollama"}, lacks), `model = "tiny"`, `model = "other"`, 1)
	down := fmt.Sprintf("[[runtime.model]]\nname = \"gpu\"\ntype = \"openai\"\nbase_url = %q\nmodel = \"m\"\n", runtimetest.Down(t)+"/v1")
	b.configure(calendar + missing + down)
	found = examine(1)
	for _, name := range []string{"model ollama1", "model gpu"} {
		if f := found[name]; f.OK || f.Text.Empty() || f.Remedy.Empty() {
			t.Errorf("%s: %+v", name, f)
		}
		t.Logf("%s: %s; next: %s", name, found[name].Text, found[name].Remedy)
	}
	b.configure(calendar) // and no model
	if f := examine(0)["models"]; !f.OK || f.Text.String() != "no model: the brief is made by code" {
		t.Errorf("%+v", f)
	}
	for _, s := range []*runtimetest.Server{well, far, lacks, vllm} {
		if n := len(s.Asked()); n != 0 {
			t.Errorf("the doctor had a model answer %d times", n)
		}
	}
}
