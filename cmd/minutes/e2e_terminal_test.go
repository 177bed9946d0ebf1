//go:build linux

package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// A show is a program before an audience: one box that has read a stage, and all that it prints.
type show struct {
	box    *box
	stage  *stage
	shown  int // one of so many items is shown, explained and opened
	mu     sync.Mutex
	plain  map[string][]byte // what commands wrote to a terminal or a pipe
	screen []byte
	pages  [][]string // of the screen, as a person saw them
}

func perform(t testing.TB, s *stage, bin string, shown int) *show {
	t.Helper()
	b := newBox(t, s.config.String(), s.now)
	if bin != "" {
		b.bin = bin
	}
	return &show{box: b, stage: s, shown: shown, plain: map[string][]byte{}}
}

func (s *show) keep(name string, out []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plain[name] = append(s.plain[name], out...)
}

// command runs a command on a terminal, and on pipes.
func (s *show) command(args ...string) {
	out, code := s.box.onTerminal(40, 70, args...).end()
	s.keep(strings.Join(args, " "), out)
	if code == 2 && !strings.ContainsAny(strings.Join(args, ""), "q") {
		s.box.t.Errorf("minutes %s: exit 2: %s", strings.Join(args, " "), tail(string(out), 500))
	}
	r := s.box.run(args...)
	s.keep(strings.Join(args, " ")+" |", []byte(r.out+r.err))
}

// commands are all that print what came from outside.
func (s *show) commands() {
	out, code := s.box.onTerminal(40, 70, "preload").end()
	s.keep("preload", out)
	if code != 0 && code != 3 {
		s.box.t.Fatalf("preload: exit %d: %s", code, tail(string(out), 2000))
	}
	r := s.box.run("preload")
	s.keep("preload |", []byte(r.err))
	all := [][]string{{"brief"}, {"items", "--limit", "0"}, {"sources"}, {"export"}, {"brief", "--plain"}, {"brief", "--markdown"}, {"brief", "--html"}, {"brief", "--json"}, {"brief", "--trace", "--json"}, {"items", "--limit", "0", "--json"},
		{"actions"}, {"actions", "--json"}, {"sources", "--json"}, {"search", "--limit", "300", "sentence"}, {"search", "--json", "Friday"}, {"doctor", "--egress"}, {"config", "show"}, {"config", "check"},
		{"feedback", "up", "1", "2", "3"}, {"feedback", "down", "4"}, {"feedback", "list"}, {"feedback", "weights"}, {"feedback", "export"}, {"why", "1"}, {"feedback", "undo"}, {"done", "1"}, {"demo", "--plain"}}
	for _, args := range all[:size(4, len(all), len(all))] {
		s.command(args...)
	}
	asked := s.asked()
	var wg sync.WaitGroup
	for first := range 3 {
		wg.Go(func() {
			for i := first; i < len(asked); i += 3 {
				out, _ := s.box.onTerminal(40, 70, asked[i]...).end()
				s.keep(asked[i][0], out)
			}
		})
	}
	wg.Wait()
}

// asked are commands on one item each, and command lines with a text in them.
func (s *show) asked() (all [][]string) {
	for i, it := range s.box.kept() {
		if i%s.shown == 0 {
			all = append(all, []string{"show", it.ID})
		}
		if i%(10*s.shown) == 0 {
			all = append(all, []string{"show", "--json", it.ID}, []string{"why", it.ID}, []string{"open", it.ID})
		}
	}
	for n, i := range s.stage.some(6) {
		lines := s.stage.asked(i)
		all = append(all, lines[n%len(lines)])
	}
	return all
}

// standing is what the status line says: how far down it is, and how long all of it is.
func standing(rows []string) string {
	return regexp.MustCompile(`^ *\d+ of \d+`).FindString(rows[len(rows)-1])
}

// explained says that the chosen row is an item's, whose place has reasons.
func explained(rows []string) bool {
	return slices.ContainsFunc(rows, func(r string) bool {
		return regexp.MustCompile(`^▌ .*q\d+f\d+`).MatchString(r) && !strings.HasPrefix(r, "▌ !")
	})
}

// walk goes through the screen from top to end, explains what stands at the head of each page, judges,
// takes it back, and quits.
func (s *show) walk() (pages int) {
	t := s.box.onTerminal(40, 70)
	page := t.until("the brief", func(rows []string) bool { return standing(rows) != "" })
	at := standing(page)
	for ; ; pages++ {
		s.pages = append(s.pages, page)
		var here, all int
		_, _ = fmt.Sscanf(at, "%d of %d", &here, &all)
		if here == all || pages == 400 {
			break
		}
		t.press(" ")
		page = t.until("the next page", func(rows []string) bool { s := standing(rows); return s != "" && s != at })
		at = standing(page)
		if rows := t.rows(); pages%4 == 0 && explained(rows) {
			t.press("w")
			t.until("the reasons", func(rows []string) bool {
				return strings.Contains(strings.Join(rows, "\n"), "any key closes") || standing(rows) == ""
			})
			t.press("x")
			t.until("the page again", func(rows []string) bool { return standing(rows) != "" })
		}
	}
	t.press("g")
	for _, key := range []struct{ press, shows string }{{"-", "less like:|nothing to judge"}, {"u", "taken back:|nothing to undo"}, {"o", "open|no link"}, {"?", "any key closes"}} {
		t.press(key.press)
		shows := regexp.MustCompile(key.shows)
		t.until(key.shows, func(rows []string) bool { return shows.MatchString(strings.Join(rows, "\n")) })
	}
	t.press("xq")
	out, code := t.end()
	if code != 0 {
		s.box.t.Errorf("the screen left with %d", code)
	}
	if t.screen.unknown != "" {
		s.box.t.Errorf("the screen knows nothing of %s", t.screen.unknown)
	}
	s.screen = append(s.screen, out...)
	return pages
}

// judged is what came of all that was printed.
type judged struct {
	offences []string
	found    map[int]bool // sequences that reached the terminal
	bytes    int
}

func (s *show) judge(line, screen grammar) judged {
	out := judged{found: map[int]bool{}}
	hold := func(name string, g grammar, stream []byte) {
		out.bytes += len(stream)
		for _, o := range g.judge(stream) {
			field, text := "nothing", ""
			if o.sequence >= 0 && o.sequence < len(s.stage.texts) && o.field < len(s.stage.fields) {
				field, text = s.stage.fields[o.field], s.stage.texts[o.sequence]
				out.found[o.sequence] = true
			}
			out.offences = append(out.offences, fmt.Sprintf("minutes %.60q, %s: %s of %+q", name, field, o.what, head(text, 60)))
		}
	}
	for name, stream := range s.plain {
		hold(name, line, stream)
	}
	hold("", screen, s.screen)
	out.offences = append(out.offences, active(s.plain)...)
	slices.Sort(out.offences)
	return out
}

// active is what of the page and of the Markdown would do something in a reader: load, run, or lead to
// where no stored link leads.
func active(plain map[string][]byte) (out []string) {
	if page := string(plain["brief --html |"]); page != "" {
		if !strings.Contains(page, "default-src 'none'") {
			out = append(out, "the page has no policy")
		}
		for _, tag := range regexp.MustCompile(`<[a-zA-Z/!][^>]*>`).FindAllString(page, -1) {
			if !regexp.MustCompile(`^</?(!doctype|html|head|meta|title|style|body|h1|h2|ol|ul|li|p|small|strong|span|time|br)\b[^<]*>$|^<a href="https?://[^"]*" rel="noreferrer noopener">$|^</a>$`).MatchString(tag) {
				out = append(out, fmt.Sprintf("the page has %q", tag))
			}
		}
	}
	md := regexp.MustCompile(`\\.`).ReplaceAllString(string(plain["brief --markdown |"]), "§")
	md = regexp.MustCompile(`\[[^\]]*\]\(<https?://[!-;=?-~]*>\)`).ReplaceAllString(md, "")
	for _, bad := range []string{"](", "![", "<", "://", "`"} {
		if strings.Contains(md, bad) {
			out = append(out, fmt.Sprintf("the Markdown has %q", bad))
		}
	}
	return out
}

// grammars are learned from a world of plain words.
func grammars(t *testing.T) (line, screen grammar) {
	words := make([]string, size(12, 120, 120))
	for i := range words {
		words[i] = fmt.Sprintf(" plain %d %s", i, strings.Repeat("word ", i%9))
	}
	s := perform(t, newStage(t, words, size(2, 8, 8)), "", 4)
	s.commands()
	s.walk()
	discussion := mark{"osc", "\x1b]8;;https://news.ycombinator.com/item?id=1\x07"} // of a story whose own link is none
	line = grammar{spoken(discussion): true}
	// What the renderer uses, some of it seldom: to places that are on this screen, and around its last cell.
	screen = grammar{"\x1b[?7l": true, "\x1b[?7h": true}
	for _, move := range "ABCDGHIJKLMPSTXZbd@`" {
		screen["csi "+string(move)] = true
	}
	for _, stream := range s.plain {
		line.learn(stream)
	}
	screen.learn(s.screen)
	if j := s.judge(line, screen); len(j.offences) > 0 {
		t.Fatalf("plain words offend: %s", j.offences[0])
	}
	return line, screen
}

// thinned is one of so many texts.
func thinned(texts []string, every int) (out []string) {
	for i := 0; i < len(texts); i += every {
		out = append(out, texts[i])
	}
	return out
}

// evening is what was seen of many stages, played side by side.
type evening struct {
	mu                                        sync.Mutex
	sequences, fields, bytes, commands, pages int
	harmful, found                            int // sequences that would be offences as they are, and that reached the terminal
	offences                                  []string
}

// play has a program print all texts, few enough on each stage to have all of them in one brief.
func play(t *testing.T, texts []string, bin string, line, screen grammar) *evening {
	e := &evening{}
	t.Run("stages", func(t *testing.T) {
		for part := range slices.Chunk(texts, 120) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				st := newStage(t, part, size(6, 8, 1))
				s := perform(t, st, bin, size(8, 4, 1))
				s.commands()
				pages := 0
				if bin == "" {
					pages = s.walk()
				}
				j := s.judge(line, screen)
				e.mu.Lock()
				defer e.mu.Unlock()
				e.sequences, e.fields = e.sequences+len(part), max(e.fields, len(st.fields))
				e.bytes, e.commands, e.pages = e.bytes+j.bytes, e.commands+len(s.plain), e.pages+pages
				e.offences = append(e.offences, j.offences...)
				for i, text := range part {
					if harmful(text) {
						e.harmful++
						if j.found[i] {
							e.found++
						}
					}
				}
			})
		}
	})
	return e
}

// TestE2ETerminalTakesNothingFromOutside puts every sequence into every field of every kind of source and
// has the program print all of it, on a real pseudo terminal and on pipes. A strict reader finds in it
// only what the program also says in a world of plain words.
func TestE2ETerminalTakesNothingFromOutside(t *testing.T) {
	t.Parallel()
	line, screen := grammars(t)
	e := play(t, thinned(sequences(t), size(60, 1, 1)), "", line, screen)
	for _, o := range e.offences[:min(len(e.offences), 25)] {
		t.Error(o)
	}
	t.Logf("terminal: %d sequences × %d fields, %d disallowed in %d bytes of %d commands and %d pages of the screen", e.sequences, e.fields, len(e.offences), e.bytes, e.commands, e.pages)
}

// TestE2ETerminalSeesWhatIsNotCleaned is the control: with a Clean that gives back what it is given, the
// same suite finds nearly every sequence.
func TestE2ETerminalSeesWhatIsNotCleaned(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("skipped: the control of a long suite")
	}
	bin := mutant(t, change{"text.go", "if cleanTo(s, plainTo(s)) == len(s) {", "if true {"})
	line, screen := grammars(t)
	e := play(t, thinned(sequences(t), size(8, 5, 1)), bin, line, screen)
	t.Logf("terminal: without Clean %d of %d harmful sequences reach it", e.found, e.harmful)
	if e.found*10 < e.harmful*9 {
		t.Errorf("the suite found %d of %d", e.found, e.harmful)
	}
}

// seen is what a person reads of a text: all but what nobody sees.
func seen(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && fools(r, 0) {
			return -1
		}
		return r
	}, text)
}

// alike are attacks of which seen says all: whole characters, no heaps of accents, no joiners, no ends of
// lines, nothing that a decoder takes for a sign of its own.
func alike() (out []string) {
	for _, s := range attacks() {
		if utf8.ValidString(s) && !strings.ContainsAny(s, "\u200c\u200d\ufe0e\ufe0f\u0301\u0489\u0336\u20dd\u033f&<%=\x00\r\n\v\f\u0085\u2028\u2029") && harmful(s) {
			out = append(out, s)
		}
	}
	return out
}

// TestE2EHostileTextStaysOnItsLine shows two worlds on two terminals: one full of attacks, and its twin,
// in which their invisible part was never sent. What a person sees is the same, page by page.
func TestE2EHostileTextStaysOnItsLine(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("skipped: two worlds on two terminals are for the long form")
	}
	texts := thinned(alike(), size(9, 3, 2))
	plain := make([]string, len(texts))
	for i, s := range texts {
		plain[i] = seen(s)
	}
	var shows [2]*show
	for i, said := range [][]string{texts, plain} {
		st := (&stage{t: t, texts: said, names: texts, every: 8, coded: []string{"utf-8"}}).open()
		shows[i] = perform(t, st, "", 1)
		shows[i].box.run("preload", "--allow-partial")
		shows[i].walk()
		for _, args := range [][]string{{"brief"}, {"items", "--limit", "0"}, {"actions"}, {"sources"}, {"search", "--limit", "300", "sentence"}} {
			out, _ := shows[i].box.typed(args...)
			shows[i].keep(args[0], out)
		}
	}
	ports := regexp.MustCompile(`127\.0\.0\.1:\d+`)
	same := func(what, a, b string) {
		if d := difference(ports.ReplaceAllString(b, "loopback"), ports.ReplaceAllString(a, "loopback")); d != "" {
			t.Errorf("%s is not what its twin is:\n%+q", what, tail(d, 600))
		}
	}
	rows := 0
	for i := range max(len(shows[0].pages), len(shows[1].pages)) {
		if i >= len(shows[0].pages) || i >= len(shows[1].pages) {
			t.Fatalf("%d pages, its twin has %d", len(shows[0].pages), len(shows[1].pages))
		}
		same(fmt.Sprint("page ", i), strings.Join(shows[0].pages[i], "\n"), strings.Join(shows[1].pages[i], "\n"))
		rows += len(shows[0].pages[i])
	}
	for name := range shows[0].plain {
		same("minutes "+name, string(shows[0].plain[name]), string(shows[1].plain[name]))
	}
	t.Logf("terminal: %d rows of the screen and %d listings with %d attacks are those of the twin without", rows, len(shows[0].plain), len(texts))
}
