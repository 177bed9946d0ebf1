package gate_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/gate"
)

var today = time.Date(2026, 3, 29, 7, 0, 0, 0, time.UTC)

func tools() []minutes.ToolSpec {
	return []minutes.ToolSpec{
		{Name: "search", Reach: minutes.ReachLocal, Params: []minutes.Param{
			{Name: "words", Type: minutes.ParamText, Max: 20}, {Name: "since", Type: minutes.ParamDate, Optional: true},
			{Name: "limit", Type: minutes.ParamInt, Min: 1, Max: 50, Optional: true}, {Name: "name", Type: minutes.ParamVar, Optional: true},
			{Name: "part", Type: minutes.ParamSpan, Optional: true}, {Name: "about", Type: minutes.ParamHandle, Optional: true}}},
		{Name: "say", Reach: minutes.ReachLocal, Params: []minutes.Param{{Name: "it", Type: minutes.ParamText}}},
		{Name: "body", Reach: minutes.ReachOwn, Source: "work", Params: []minutes.Param{{Name: "mail", Type: minutes.ParamHandle, Kinds: []minutes.Kind{minutes.KindMail}}}},
		{Name: "grep", Reach: minutes.ReachOwn, Source: "work", Params: []minutes.Param{
			{Name: "words", Type: minutes.ParamText, Optional: true}, {Name: "name", Type: minutes.ParamVar, Optional: true}, {Name: "part", Type: minutes.ParamSpan, Optional: true}}},
		{Name: "forecast", Reach: minutes.ReachFixed, Source: "weather", Params: []minutes.Param{
			{Name: "place", Type: minutes.ParamChoice, Choices: []string{"Hamburg", "Oslo"}}}},
		{Name: "comments", Reach: minutes.ReachFixed, Source: "hn", Params: []minutes.Param{{Name: "story", Type: minutes.ParamHandle}}},
		{Name: "leak", Reach: minutes.ReachFixed, Source: "hn", Params: []minutes.Param{
			{Name: "words", Type: minutes.ParamText, Optional: true}, {Name: "name", Type: minutes.ParamVar, Optional: true}, {Name: "part", Type: minutes.ParamSpan, Optional: true}}},
		{Name: "hn_search", Reach: minutes.ReachOpen, Source: "hn", Params: []minutes.Param{
			{Name: "words", Type: minutes.ParamSpan}, {Name: "story", Type: minutes.ParamHandle, Optional: true},
			{Name: "text", Type: minutes.ParamText, Optional: true}, {Name: "name", Type: minutes.ParamVar, Optional: true}}},
		{Name: "unsaid", Params: []minutes.Param{}},
		{Name: "odd", Reach: minutes.ReachLocal, Params: []minutes.Param{{Name: "x", Type: "regexp"}}},
	}
}

// fresh is a question asked and nothing read.
func fresh() gate.Run {
	return gate.Run{Kind: gate.Ask, Today: today, Tools: tools(), Taint: gate.Start(), Steps: 1, Budget: 1000, Made: map[string]int{},
		Handles: map[string]gate.Handle{
			"hmail":  {Item: "mail:1", Source: "work", Kind: minutes.KindMail},
			"hother": {Item: "mail:2", Source: "home", Kind: minutes.KindMail},
			"hstory": {Item: "hn:1", Source: "hn", Kind: minutes.KindStory},
			"hquiet": {Item: "hn:2", Source: "hn", Kind: minutes.KindStory},
			"hmeet":  {Item: "event:1", Source: "work", Kind: minutes.KindEvent},
			"hnone":  {Item: "hn:3", Source: "hn", Kind: minutes.KindStory},
		},
		Spans: map[string]minutes.Text{"q1": {Safe: minutes.Clean("rust async")}},
		Vars:  map[string]minutes.Text{"$v1": {Safe: minutes.Clean("Ada Lovelace")}},
	}
}

// with is fresh, changed.
func with(change func(*gate.Run)) gate.Run {
	r := fresh()
	change(&r)
	return r
}

func tainted(c minutes.Class, o minutes.Origin) gate.Run {
	return with(func(r *gate.Run) { r.Taint = r.Taint.Join(minutes.Label{Class: c, Origin: o}) })
}

func TestWhatMayBeCalledIsResolved(t *testing.T) {
	private := tainted(minutes.Private, minutes.FromMail)
	for name, c := range map[string]struct {
		run        gate.Run
		tool, args string
		want       string
	}{
		"free text stays here":           {private, "search", `{"words":"roof"}`, `{"words":"roof"}`},
		"text as long as allowed":        {fresh(), "search", `{"words":"äöüßäöüßäöüßäöüßäöüß"}`, `{"words":"äöüßäöüßäöüßäöüßäöüß"}`},
		"text of the usual length":       {fresh(), "say", `{"it":"` + strings.Repeat("x", 200) + `"}`, `{"it":"` + strings.Repeat("x", 200) + `"}`},
		"text is cleaned":                {fresh(), "search", `{"words":"a\u001b[2Jb"}`, `{"words":"a[2Jb"}`},
		"a date at the edge":             {fresh(), "search", `{"words":"a","since":"2025-02-22"}`, `{"since":"2025-02-22","words":"a"}`},
		"a date at the other edge":       {fresh(), "search", `{"words":"a","since":"2027-05-03"}`, `{"since":"2027-05-03","words":"a"}`},
		"the least number":               {fresh(), "search", `{"words":"a","limit":1}`, `{"limit":1,"words":"a"}`},
		"the greatest number":            {fresh(), "search", `{"words":"a","limit":5e1}`, `{"limit":50,"words":"a"}`},
		"what a reader found stays here": {private, "search", `{"words":"a","name":"$v1"}`, `{"name":"Ada Lovelace","words":"a"}`},
		"the question's words":           {private, "search", `{"words":"a","part":"q1"}`, `{"part":"rust async","words":"a"}`},
		"any item is known here":         {private, "search", `{"words":"a","about":"hother"}`, `{"about":"mail:2","words":"a"}`},
		"its own server has the mail":    {private, "body", `{"mail":"hmail"}`, `{"mail":"mail:1"}`},
		"its own server, user's words":   {private, "grep", `{"part":"q1"}`, `{"part":"rust async"}`},
		"a place of the config":          {tainted(minutes.Public, minutes.FromWeb), "forecast", `{"place":"Oslo"}`, `{"place":"Oslo"}`},
		"the question's words to HN":     {fresh(), "hn_search", `{"words":"q1"}`, `{"words":"rust async"}`},
		"no arguments":                   {fresh(), "grep", ``, `{}`},
		"null arguments":                 {fresh(), "grep", ` null `, `{}`},
		"the last step":                  {with(func(r *gate.Run) { r.Steps = gate.MaxSteps }), "grep", ``, `{}`},
		"before the last denial":         {with(func(r *gate.Run) { r.Denied = gate.MaxDenied - 1 }), "grep", ``, `{}`},
		"the last token":                 {with(func(r *gate.Run) { r.Tokens = r.Budget - 1 }), "grep", ``, `{}`},
		"once again":                     {with(func(r *gate.Run) { r.Made["grep{}"] = gate.MaxIdentical - 1 }), "grep", ``, `{}`},
		"for the brief, what is here":    {with(func(r *gate.Run) { r.Kind = gate.Investigate }), "search", `{"words":"a"}`, `{"words":"a"}`},
		"for the brief, from the config": {with(func(r *gate.Run) { r.Kind = gate.Investigate }), "forecast", `{"place":"Oslo"}`, `{"place":"Oslo"}`},
		"as many bytes as allowed":       {fresh(), "say", `{"it":"a"` + strings.Repeat(" ", 4<<10-10) + `}`, `{"it":"a"}`},
	} {
		got, denial := gate.Check(c.run, gate.Call{Tool: c.tool, Args: json.RawMessage(c.args)})
		if denial != nil {
			t.Errorf("%s: denied: %v", name, denial)
		} else if string(got.Args) != c.want || got.Tool.Name != c.tool || got.Key != c.tool+c.want {
			t.Errorf("%s: %s %s as %q, want %s", name, got.Tool.Name, got.Args, got.Key, c.want)
		}
	}
}

func TestWhatIsNotAllowedIsDenied(t *testing.T) {
	private, web := tainted(minutes.Private, minutes.FromUser), tainted(minutes.Public, minutes.FromWeb)
	for name, c := range map[string]struct {
		run        gate.Run
		tool, args string
		rule       string
	}{
		"an unknown tool":               {fresh(), "send_mail", `{}`, "tool"},
		"no tool":                       {fresh(), "", `{}`, "tool"},
		"a tool that hides its reach":   {fresh(), "unsaid", `{}`, "reach"},
		"time is over":                  {with(func(r *gate.Run) { r.Over = true }), "grep", `{}`, "time"},
		"one step too many":             {with(func(r *gate.Run) { r.Steps = gate.MaxSteps + 1 }), "grep", `{}`, "steps"},
		"five denials":                  {with(func(r *gate.Run) { r.Denied = gate.MaxDenied }), "grep", `{}`, "denials"},
		"no tokens left":                {with(func(r *gate.Run) { r.Tokens = r.Budget }), "grep", `{}`, "budget"},
		"no budget":                     {with(func(r *gate.Run) { r.Budget = 0 }), "grep", `{}`, "budget"},
		"a third time":                  {with(func(r *gate.Run) { r.Made["grep{}"] = gate.MaxIdentical }), "grep", `{}`, "repeat"},
		"a third party after private":   {private, "forecast", `{"place":"Oslo"}`, "fixed"},
		"a third party after unknown":   {with(func(r *gate.Run) { r.Taint = minutes.Label{} }), "forecast", `{"place":"Oslo"}`, "fixed"},
		"a third party after a secret":  {tainted(minutes.Confidential, minutes.FromUser), "forecast", `{"place":"Oslo"}`, "fixed"},
		"open after private":            {private, "hn_search", `{"words":"q1"}`, "open"},
		"open after the web":            {web, "hn_search", `{"words":"q1"}`, "open"},
		"open after a model":            {tainted(minutes.Public, minutes.FromModel), "hn_search", `{"words":"q1"}`, "open"},
		"open after memory":             {tainted(minutes.Public, minutes.FromMemory), "hn_search", `{"words":"q1"}`, "open"},
		"open with no question":         {with(func(r *gate.Run) { r.Kind = gate.Investigate }), "hn_search", `{"words":"q1"}`, "open"},
		"open, of no known origin":      {with(func(r *gate.Run) { r.Taint = minutes.Label{Class: minutes.Public} }), "hn_search", `{"words":"q1"}`, "open"},
		"open with a model's words":     {fresh(), "hn_search", `{"words":"rust async"}`, "span"},
		"open with free text":           {fresh(), "hn_search", `{"words":"q1","text":"x"}`, "text"},
		"open with a variable":          {fresh(), "hn_search", `{"words":"q1","name":"$v1"}`, "var"},
		"open with its own item":        {fresh(), "hn_search", `{"words":"q1","story":"hstory"}`, "handle"},
		"own with free text":            {fresh(), "grep", `{"words":"x"}`, "text"},
		"own with a variable":           {fresh(), "grep", `{"name":"$v1"}`, "var"},
		"own with another's mail":       {fresh(), "body", `{"mail":"hother"}`, "handle"},
		"own with a meeting":            {fresh(), "body", `{"mail":"hmeet"}`, "handle"},
		"own with a story":              {fresh(), "body", `{"mail":"hstory"}`, "handle"},
		"fixed with free text":          {fresh(), "leak", `{"words":"x"}`, "text"},
		"fixed with a variable":         {fresh(), "leak", `{"name":"$v1"}`, "var"},
		"fixed with the question":       {fresh(), "leak", `{"part":"q1"}`, "span"},
		"fixed with its own story":      {fresh(), "comments", `{"story":"hstory"}`, "handle"},
		"fixed with another's mail":     {fresh(), "comments", `{"story":"hmail"}`, "handle"},
		"a place of the model's":        {fresh(), "forecast", `{"place":"oslo"}`, "choice"},
		"an id for a handle":            {fresh(), "body", `{"mail":"mail:1"}`, "handle"},
		"a handle not given":            {fresh(), "body", `{"mail":"hguess"}`, "handle"},
		"a variable not there":          {fresh(), "search", `{"words":"a","name":"$v2"}`, "var"},
		"a text too long":               {fresh(), "search", `{"words":"` + strings.Repeat("ä", 21) + `"}`, "text"},
		"a text too long by default":    {fresh(), "say", `{"it":"` + strings.Repeat("x", 201) + `"}`, "text"},
		"a day too far back":            {fresh(), "search", `{"words":"a","since":"2025-02-21"}`, "date"},
		"a day too far ahead":           {fresh(), "search", `{"words":"a","since":"2027-05-04"}`, "date"},
		"no date":                       {fresh(), "search", `{"words":"a","since":"yesterday"}`, "date"},
		"too small":                     {fresh(), "search", `{"words":"a","limit":0}`, "int"},
		"too great":                     {fresh(), "search", `{"words":"a","limit":51}`, "int"},
		"half a number":                 {fresh(), "search", `{"words":"a","limit":1.5}`, "int"},
		"a number past all":             {fresh(), "search", `{"words":"a","limit":1e999}`, "int"},
		"a string for a number":         {fresh(), "search", `{"words":"a","limit":"5"}`, "args"},
		"a number for a string":         {fresh(), "search", `{"words":5}`, "args"},
		"a number for a handle":         {fresh(), "body", `{"mail":5}`, "args"},
		"one missing":                   {fresh(), "search", `{}`, "args"},
		"one too many":                  {fresh(), "search", `{"words":"a","to":"x"}`, "args"},
		"one twice":                     {fresh(), "search", `{"words":"a","words":"b"}`, "args"},
		"one twice, in disguise":        {fresh(), "search", `{"words":"a","\u0077ords":"b"}`, "args"},
		"an object inside":              {fresh(), "search", `{"words":{"a":1}}`, "args"},
		"a list inside":                 {fresh(), "search", `{"words":["a"]}`, "args"},
		"true":                          {fresh(), "search", `{"words":true}`, "args"},
		"null inside":                   {fresh(), "search", `{"words":null}`, "args"},
		"a list":                        {fresh(), "search", `["a"]`, "args"},
		"an empty list":                 {fresh(), "grep", `[]`, "args"},
		"something after":               {fresh(), "search", `{"words":"a"} {"words":"b"}`, "args"},
		"no end":                        {fresh(), "search", `{"words":"a"`, "args"},
		"no end of a value":             {fresh(), "search", `{"words":`, "args"},
		"no JSON":                       {fresh(), "search", `{"words":"a",}`, "args"},
		"not UTF-8":                     {fresh(), "search", "{\"words\":\"\xff\"}", "args"},
		"too many bytes":                {fresh(), "say", `{"it":"a"` + strings.Repeat(" ", 4<<10-9) + `}`, "args"},
		"a type that the gate is not":   {fresh(), "odd", `{"x":"a"}`, "args"},
		"a null byte where nothing was": {fresh(), "grep", "\x00", "args"},
	} {
		got, denial := gate.Check(c.run, gate.Call{Tool: c.tool, Args: json.RawMessage(c.args)})
		if denial == nil {
			t.Errorf("%s: may be called with %s", name, got.Args)
		} else if denial.Rule != c.rule {
			t.Errorf("%s: denied by %v, want the rule %q", name, denial, c.rule)
		} else if got.Key != "" || got.Args != nil {
			t.Errorf("%s: a denial with a permit", name)
		}
	}
}

func TestCheckChangesNothing(t *testing.T) {
	r := fresh()
	before := maps.Clone(r.Handles)
	_, _ = gate.Check(r, gate.Call{Tool: "search", Args: json.RawMessage(`{"words":"a"}`)})
	if !maps.Equal(before, r.Handles) || len(r.Made) != 0 || r.Denied != 0 {
		t.Error("the run was changed")
	}
}

func TestNamesAreStableAndKeyed(t *testing.T) {
	a, b := gate.Name([]byte("one"), "mail:1"), gate.Name([]byte("two"), "mail:1")
	if a == b || a == gate.Name([]byte("one"), "mail:2") || a != gate.Name([]byte("one"), "mail:1") || len(a) != 14 {
		t.Errorf("%q, %q", a, b)
	}
}

func TestAResultIsCutToItsShare(t *testing.T) {
	long := minutes.Text{Safe: minutes.Clean(strings.Repeat("ä", gate.MaxResult)), Label: minutes.Label{Class: minutes.Private, Origin: minutes.FromMail}}
	for _, c := range []struct{ window, used, want int }{{0, 0, gate.MaxResult}, {0, 100, gate.MaxResult}, {4000, 0, 1000}, {4000, 400, 600}, {4000, 2000, 0}, {1 << 30, 0, gate.MaxResult}} {
		got, label := gate.Admit(gate.Start(), long, c.window, c.used)
		if n := len(got.String()); n != c.want {
			t.Errorf("window %d, used %d: %d bytes, want %d", c.window, c.used, n, c.want)
		}
		if label.Class != minutes.Private || label.Trusted() {
			t.Errorf("the run is %v after it", label)
		}
	}
	odd := minutes.Text{Safe: minutes.Clean("x" + strings.Repeat("ä", 600))}
	if got, _ := gate.Admit(gate.Start(), odd, 4000, 0); len(got.String()) != 999 {
		t.Errorf("cut inside a character: %d bytes", len(got.String()))
	}
}

// FuzzCheck: whatever is written, nothing passes to a third party but what was enumerated.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{"words":"a"}`, `{"mail":"hmail"}`, `{"words":"q1"}`, `{"place":"Oslo"}`, `[`, `{"a":1e999}`} {
		for _, tool := range tools() {
			f.Add(tool.Name, s)
		}
	}
	f.Fuzz(func(t *testing.T, tool, args string) {
		got, denial := gate.Check(fresh(), gate.Call{Tool: tool, Args: json.RawMessage(args)})
		if denial != nil {
			if denial.Rule == "" || denial.Text == "" {
				t.Fatal("a denial without a reason")
			}
			return
		}
		if !json.Valid(got.Args) {
			t.Fatalf("%s", got.Args)
		}
		var resolved map[string]any
		if err := json.Unmarshal(got.Args, &resolved); err != nil {
			t.Fatal(err)
		}
		for _, v := range resolved {
			s, ok := v.(string)
			travels := got.Tool.Reach != minutes.ReachLocal
			if known := s == "mail:1" || s == "rust async" || s == "Hamburg" || s == "Oslo"; ok && travels && !known {
				t.Fatalf("%s would be told %q", got.Tool.Name, s)
			}
		}
	})
}
