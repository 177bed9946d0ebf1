package agenttest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// A morning's file is a head of "key: value" lines and blocks. A block is "=== kind key", its own
// head, an empty line and a body. The blocks stories, articles, bulk, quotes, hours, sources, open
// and rules are tables: one row a line, cells parted by "|". Days are counted from the morning's:
// "07:40" is today, "-1d 18:20" yesterday, "+2d" a whole day.
type world struct {
	Morning
	me     minutes.Address
	before time.Time
	// seen are items as the brief before knew them.
	seen []minutes.Item
}

type block struct {
	kind, key string
	head      map[string]string
	body      string
	rows      [][]string
}

func parse(name, text string) (Morning, error) {
	parts := strings.Split("\n"+strings.TrimSpace(text)+"\n", "\n=== ")
	w := &world{Morning: Morning{Name: name}}
	head, _ := headOf(parts[0])
	if err := w.begin(head); err != nil {
		return w.Morning, err
	}
	for _, p := range parts[1:] {
		first, rest, _ := strings.Cut(p, "\n")
		b := block{}
		b.kind, b.key, _ = strings.Cut(strings.TrimSpace(first), " ")
		var err error
		if table(b.kind) {
			b.rows = rowsOf(rest)
			err = w.addTable(b)
		} else {
			b.head, b.body = headOf(rest)
			err = w.addBlock(b)
		}
		if err != nil {
			return w.Morning, fmt.Errorf("%s %s: %w", b.kind, b.key, err)
		}
	}
	w.finish()
	return w.Morning, nil
}

func table(kind string) bool {
	switch kind {
	case "stories", "articles", "bulk", "quotes", "sources", "open", "rules":
		return true
	}
	return false
}

func headOf(s string) (map[string]string, string) {
	head := map[string]string{}
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	for i, l := range lines {
		k, v, ok := strings.Cut(l, ":")
		if strings.TrimSpace(l) == "" || !ok {
			return head, strings.TrimSpace(strings.Join(lines[i:], "\n"))
		}
		head[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return head, ""
}

func rowsOf(s string) [][]string {
	var rows [][]string
	for l := range strings.Lines(s) {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		cells := strings.Split(l, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

func (w *world) begin(head map[string]string) error {
	zone, err := time.LoadLocation(head["zone"])
	if err != nil {
		return err
	}
	now, err := time.ParseInLocation("2006-01-02 15:04", head["now"], zone)
	if err != nil {
		return err
	}
	w.About = head["about"]
	addresses := list(head["me"])
	if len(addresses) == 0 {
		return fmt.Errorf("no address of mine")
	}
	w.me = minutes.Address{Name: minutes.CleanLine(head["name"]), Email: addresses[0]}
	w.Morning.Morning = minutes.Morning{Now: now, Day: now.Format(time.DateOnly), Zone: zone, Words: 600, Hours: 24,
		Profile: minutes.Profile{Name: head["name"], Addresses: addresses, Interests: list(head["interests"]),
			Important: list(head["important"]), Muted: list(head["muted"])}}
	if h, err := strconv.Atoi(head["hours"]); err == nil {
		w.Morning.Morning.Hours = h
	}
	if s := head["before"]; s != "" {
		w.before, _, err = w.when(s)
	}
	return err
}

// when reads "07:40", "-1d 18:20" or "+2d"; the second result says that no hour was named.
func (w *world) when(s string) (time.Time, bool, error) {
	now := w.Morning.Morning.Now
	day, clock := 0, s
	if a, b, _ := strings.Cut(s, " "); strings.HasSuffix(a, "d") {
		n, err := strconv.Atoi(strings.TrimSuffix(a, "d"))
		if err != nil {
			return now, false, fmt.Errorf("%q is no day", a)
		}
		day, clock = n, strings.TrimSpace(b)
	}
	if clock == "" {
		return time.Date(now.Year(), now.Month(), now.Day()+day, 0, 0, 0, 0, now.Location()), true, nil
	}
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return now, false, fmt.Errorf("%q is no time", s)
	}
	return time.Date(now.Year(), now.Month(), now.Day()+day, t.Hour(), t.Minute(), 0, 0, now.Location()), false, nil
}

func list(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (w *world) address(s string) minutes.Address {
	if s == "me" {
		return w.me
	}
	name, email, ok := strings.Cut(s, "<")
	if !ok {
		return minutes.Address{Email: strings.ToLower(strings.TrimSpace(s))}
	}
	return minutes.Address{Name: minutes.CleanLine(strings.Trim(name, `" `)), Email: strings.ToLower(strings.TrimRight(strings.TrimSpace(email), ">"))}
}

func (w *world) addresses(s string) []minutes.Address {
	var out []minutes.Address
	for _, a := range list(s) {
		out = append(out, w.address(a))
	}
	return out
}
