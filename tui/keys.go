package tui

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"
	"github.com/dailyminutes/minutes"
)

// binding is one line of the key map; the help is made of it.
type binding struct {
	keys []string
	does string
}

// bindings is the key map, in the order of the help.
func bindings() []binding {
	return []binding{
		{[]string{"up", "k"}, "one up"},
		{[]string{"down", "j"}, "one down"},
		{[]string{"pgup", "b"}, "a page up"},
		{[]string{"pgdown", "space"}, "a page down"},
		{[]string{"home", "g"}, "to the top"},
		{[]string{"end", "G"}, "to the end"},
		{[]string{"+", "="}, "more like this"},
		{[]string{"-"}, "less like this"},
		{[]string{"u"}, "take the last thumb back"},
		{[]string{"w"}, "why it stands here"},
		{[]string{"o", "enter"}, "open its link"},
		{[]string{"r"}, "refresh from all sources"},
		{[]string{"?"}, "these keys"},
		{[]string{"q", "esc"}, "close, quit"},
		{[]string{"ctrl+c"}, "stop the refresh; then quit"},
	}
}

func action(key string) string {
	for _, b := range bindings() {
		for _, k := range b.keys {
			if k == key {
				return b.does
			}
		}
	}
	return ""
}

// press does what a key says. With the reasons or the help on top, any key closes them.
func (m *model) press(key string) tea.Cmd {
	if m.why != nil || m.help {
		m.why, m.help = nil, false
		if key == "ctrl+c" {
			return tea.Quit
		}
		return nil
	}
	if !m.fetching {
		m.status = minutes.Safe{}
	}
	switch action(key) {
	case "one up":
		m.move(-1)
	case "one down":
		m.move(1)
	case "a page up":
		m.jump(m.cursor - m.page())
	case "a page down":
		m.jump(m.cursor + m.page())
	case "to the top":
		m.jump(0)
	case "to the end":
		m.jump(len(m.rows) - 1)
	case "more like this":
		return m.thumb("up")
	case "less like this":
		return m.thumb("down")
	case "take the last thumb back":
		return m.undo()
	case "why it stands here":
		return m.explain()
	case "open its link":
		return m.open()
	case "refresh from all sources":
		if !m.busy {
			return m.refresh()
		}
	case "these keys":
		m.help = true
	case "stop the refresh; then quit":
		if m.busy && m.stop != nil {
			m.stop()
			m.era++ // whatever it still brings is stale
			m.busy, m.fetching, m.status = false, false, minutes.Clean("refresh stopped; what was fetched is kept")
			return nil
		}
		return tea.Quit
	case "close, quit":
		return tea.Quit
	}
	return nil
}

// move goes to the next row that can be chosen; at an end it lets the page show its last lines.
func (m *model) move(by int) {
	for i := m.cursor + by; i >= 0 && i < len(m.rows); i += by {
		if m.rows[i].key != "" {
			m.cursor = i
			m.scroll()
			return
		}
	}
	if by > 0 {
		m.top = max(len(m.rows)-m.page(), 0)
	} else {
		m.top = 0
	}
}

func (m *model) jump(to int) {
	to = max(0, min(to, len(m.rows)-1))
	best := -1
	for i, r := range m.rows {
		if r.key != "" && (best < 0 || abs(i-to) < abs(best-to)) {
			best = i
		}
	}
	if best >= 0 {
		m.cursor = best
		m.scroll()
	}
	if to == 0 {
		m.top = 0
	} else if to == len(m.rows)-1 {
		m.top = max(len(m.rows)-m.page(), 0)
	}
}

func (m *model) wheel(msg tea.MouseWheelMsg) {
	by := 3
	if msg.Button == tea.MouseWheelUp {
		by = -3
	}
	m.top = max(0, min(m.top+by, len(m.rows)-m.page()))
}

func (m *model) thumb(verb string) tea.Cmd {
	r := m.chosen()
	if r == nil || r.item == "" {
		m.status = minutes.Clean("nothing to judge here: move to an item first")
		return nil
	}
	id := r.item
	if m.marks[id] == verb {
		verb = "clear" // the same thumb twice takes it back
	}
	return m.ask(func(ctx context.Context) (tea.Msg, error) {
		j, err := m.screen.Judge.Judge(ctx, verb, id)
		return thumbKept{j}, err
	})
}

func (m *model) undo() tea.Cmd {
	return m.ask(func(ctx context.Context) (tea.Msg, error) {
		j, err := m.screen.Judge.Undo(ctx)
		return thumbUndone{j}, err
	})
}

func (m *model) explain() tea.Cmd {
	r := m.chosen()
	if r == nil || r.item == "" {
		return nil
	}
	id := r.item
	return m.ask(func(ctx context.Context) (tea.Msg, error) {
		s, err := m.screen.Why.Why(ctx, id)
		return reasonsFound{s}, err
	})
}

func (m *model) open() tea.Cmd {
	r := m.chosen()
	if r == nil || minutes.WebURL(r.link) == "" {
		m.status = minutes.Clean("this has no link")
		return nil
	}
	link := minutes.WebURL(r.link)
	return m.ask(func(ctx context.Context) (tea.Msg, error) {
		if m.screen.Open == nil {
			return nil, errors.New("no opener here: " + link)
		}
		if err := m.screen.Open(ctx, link); err != nil {
			return nil, fmt.Errorf("open %s: %w", link, err)
		}
		return linkOpened{link}, nil
	})
}

// ask runs f beside the screen; an error becomes a line, never a crash.
func (m *model) ask(f func(ctx context.Context) (tea.Msg, error)) tea.Cmd {
	return func() tea.Msg {
		msg, err := f(m.ctx)
		if err != nil {
			return wentWrong{err}
		}
		return msg
	}
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
