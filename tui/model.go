package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
)

// model is the whole screen. Every message that brings a result carries the era it was asked in;
// one from an earlier era is stale and dropped.
type model struct {
	ctx    context.Context
	screen Screen
	send   func(tea.Msg)
	theme  theme
	brief  minutes.Brief
	loaded bool
	rows   []row
	marks  map[string]string // verdicts given on this screen
	cursor int               // index of a row that can be chosen
	top    int
	w, h   int
	era    int
	busy   bool
	// fetching says that the status line tells of a refresh, which its end wipes away; what a key
	// did stays there until the next key.
	fetching bool
	stop     context.CancelFunc // of the refresh under way
	status   minutes.Safe
	why      *minutes.Scored
	help     bool
}

// The messages, each a sentence.
type (
	briefArrived struct {
		era   int
		brief minutes.Brief
		err   error
	}
	sourceMoved  struct{ progress minutes.Progress }
	thumbKept    struct{ judgement minutes.Judgement }
	thumbUndone  struct{ judgement minutes.Judgement }
	reasonsFound struct{ scored minutes.Scored }
	linkOpened   struct{ link string }
	wentWrong    struct{ err error }
)

func newModel(ctx context.Context, s Screen) *model {
	return &model{ctx: ctx, screen: s, theme: newTheme(s.Color, true), marks: map[string]string{}, w: 80, h: 24}
}

// Init asks for the cached brief, which is there before the first frame.
func (m *model) Init() tea.Cmd { return tea.Batch(m.load(m.era), tea.RequestBackgroundColor) }

func (m *model) load(era int) tea.Cmd {
	return func() tea.Msg {
		b, err := m.screen.Briefs.Today(m.ctx)
		return briefArrived{era, b, err}
	}
}

func (m *model) refresh() tea.Cmd {
	m.era++
	m.busy, m.fetching = true, true
	m.status = minutes.Clean("fetching…")
	era := m.era
	ctx, stop := context.WithCancel(m.ctx)
	m.stop = stop
	return func() tea.Msg {
		defer stop()
		b, err := m.screen.Briefs.Preload(ctx, nil, func(p minutes.Progress) { m.send(sourceMoved{p}) })
		return briefArrived{era, b, err}
	}
}

// Update never waits: it turns a message into a new state and, at most, a command.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		m.layout()
	case tea.BackgroundColorMsg:
		m.theme = newTheme(m.screen.Color, msg.IsDark())
		m.layout()
	case tea.KeyPressMsg:
		return m, m.press(msg.String())
	case tea.MouseWheelMsg:
		m.wheel(msg)
	case briefArrived:
		return m, m.arrived(msg)
	case sourceMoved:
		m.status = sentence(msg.progress)
	case thumbKept:
		m.marks[msg.judgement.Item] = msg.judgement.Verb
		m.status = minutes.Join(" ", minutes.Clean(verdictWord(msg.judgement.Verb)), msg.judgement.Title)
		m.layout()
		return m, m.remake()
	case thumbUndone:
		delete(m.marks, msg.judgement.Item)
		m.status = minutes.Join(" ", minutes.Clean("taken back:"), msg.judgement.Title)
		m.layout()
		return m, m.remake()
	case reasonsFound:
		m.why = &msg.scored
	case linkOpened:
		m.status = minutes.Clean("opened " + msg.link)
	case wentWrong:
		m.status = trouble(msg.err)
	}
	return m, nil
}

func (m *model) arrived(msg briefArrived) tea.Cmd {
	if msg.era != m.era {
		return nil
	}
	m.busy = false
	switch {
	case errors.Is(msg.err, minutes.ErrNotFound) && !m.loaded:
		return m.refresh() // the first brief of the day
	case msg.err != nil:
		m.status = trouble(msg.err)
		return nil
	}
	first := !m.loaded
	m.brief, m.loaded = msg.brief, true
	if m.fetching {
		m.status, m.fetching = minutes.Safe{}, false
	}
	m.layout()
	if first && m.brief.Stale {
		return m.refresh() // an expired brief is shown at once and made anew behind it
	}
	return nil
}

// remake composes again with the thumb counted, unless a refresh will do so anyway.
func (m *model) remake() tea.Cmd {
	if m.busy {
		return nil
	}
	m.era++
	era := m.era
	return func() tea.Msg {
		b, err := m.screen.Briefs.Remake(m.ctx)
		return briefArrived{era, b, err}
	}
}

// layout makes the rows anew and keeps the cursor on the same item, so that nothing jumps.
func (m *model) layout() {
	was, at := m.chosen(), m.cursor
	m.rows = rows(m.brief, view{width: m.w, theme: m.theme, hours: m.screen.Hours, now: m.screen.Now(), marks: m.marks})
	m.cursor = min(at, len(m.rows)-1)
	if was != nil {
		for i, r := range m.rows {
			if r.key == was.key && r.key != "" {
				m.cursor = i
				break
			}
		}
	}
	if m.chosen() == nil {
		m.move(1)
	}
	m.scroll()
}

func (m *model) chosen() *row {
	if m.cursor < 0 || m.cursor >= len(m.rows) || m.rows[m.cursor].key == "" {
		return nil
	}
	return &m.rows[m.cursor]
}

// page is how many rows fit above the status line.
func (m *model) page() int { return max(m.h-1, 1) }

// scroll keeps the cursor on the screen.
func (m *model) scroll() {
	m.top = min(m.top, m.cursor)
	m.top = max(m.top, m.cursor-m.page()+1, 0)
	if m.cursor <= firstChoice(m.rows) {
		m.top = 0 // the headings above the first choice stay in sight
	}
	m.top = min(m.top, max(len(m.rows)-m.page(), 0))
}

// View draws the rows in sight, or the reasons or the help over them, and one status line. No line
// is ever wider than the terminal.
func (m *model) View() tea.View {
	lines := make([]string, 0, m.h)
	switch {
	case m.help:
		lines = append(lines, helpLines(m.theme)...)
	case m.why != nil:
		lines = append(lines, whyLines(*m.why, m.theme)...)
	case !m.loaded && m.status.Empty():
		lines = append(lines, "")
	default:
		for i := m.top; i < min(m.top+m.page(), len(m.rows)); i++ {
			lines = append(lines, m.rows[i].draw(i == m.cursor, m.theme))
		}
	}
	lines = lines[:min(len(lines), m.page())]
	for len(lines) < m.page() {
		lines = append(lines, "")
	}
	if m.h > 1 {
		lines = append(lines, m.theme.dim.Render(m.statusLine()))
	}
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], m.w, "…")
	}
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen, v.WindowTitle, v.MouseMode = true, "minutes", tea.MouseModeCellMotion
	return v
}

func (m *model) statusLine() string {
	left := m.status.Line().String()
	if left == "" && m.loaded {
		left = fmt.Sprintf("%d of %d", min(m.top+m.page(), len(m.rows)), len(m.rows))
		if m.brief.Stale {
			left += fmt.Sprintf(" · made %s ago", age(m.screen.Now().Sub(m.brief.GeneratedAt)))
		}
	}
	keys := "↑↓ move · + − thumbs · w why · o open · r refresh · ? keys · q quit"
	gap := m.w - lipgloss.Width(left) - lipgloss.Width(keys)
	if gap < 2 {
		return left
	}
	return left + strings.Repeat(" ", gap) + keys
}

func trouble(err error) minutes.Safe {
	if h := minutes.Hint(err); h != "" {
		return minutes.Join("; ", minutes.CleanLine(err.Error()), minutes.CleanLine(h))
	}
	return minutes.CleanLine(err.Error())
}

func sentence(p minutes.Progress) minutes.Safe {
	switch {
	case p.Source != "" && p.State == "start":
		return minutes.CleanLine("fetching " + p.Source + "…")
	case p.Source != "" && p.State == "failed":
		return minutes.CleanLine(p.Source + " failed: " + p.Note.String())
	case p.Source != "":
		return minutes.CleanLine(fmt.Sprintf("%s: %d new", p.Source, p.Items))
	case p.Step == "wait":
		return p.Note.Line()
	}
	return minutes.CleanLine(p.Step + "…")
}
