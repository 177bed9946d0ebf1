package config

import (
	"slices"
	"strings"
	"testing"
)

// A key that does nothing must not look as if it did.
func TestWhatDoesNothingYetIsSaid(t *testing.T) {
	const text = "timezone = \"UTC\"\n[brief]\nlanguage = \"de\"\nprose = \"assembled\"\nwords = 500\n[hooks]\non_ready = { command = [\"true\"] }\n[screen]\ntheme = \"dark\"\n" +
		"[runtime]\norder = []\n[[runtime.model]]\nname = \"x\"\ntype = \"ollama\"\nembed_model = \"y\"\n"
	w := world{getenv: func(string) string { return "" }, uid: -1, localtime: "/none", timezone: "/none"}
	c, err := parse("c.toml", []byte(text), true, nil, w)
	if err != nil {
		t.Fatal(err)
	}
	got := c.NotYet()
	for _, want := range []string{"line 3: brief.language", "line 7: hooks.on_ready", "line 9: screen.theme", "line 15: runtime.model.embed_model"} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want+" is not used") }) {
			t.Errorf("%s is missing in %q", want, got)
		}
	}
	for _, s := range got {
		if strings.Contains(s, "words") || strings.Contains(s, "prose") || strings.Contains(s, "timezone") {
			t.Errorf("%s", s)
		}
	}
	var b strings.Builder
	if err := Show(&b, c); err != nil || !strings.Contains(b.String(), "# line 9, not used yet") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if c, err = parse("", []byte("timezone = \"UTC\"\n"), true, nil, w); err != nil || len(c.NotYet()) != 0 {
		t.Errorf("%v %q", err, c.NotYet())
	}
}
