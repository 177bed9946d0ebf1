package tui

import "charm.land/lipgloss/v2"

// theme holds every colour of the screen; nothing else names one.
type theme struct {
	title, heading, dim, good, bad, warn, chosen, bold lipgloss.Style
}

// newTheme is for a dark or a light terminal; without colour the words and marks carry it all.
func newTheme(color, dark bool) theme {
	plain := lipgloss.NewStyle()
	if !color {
		return theme{title: plain, heading: plain, dim: plain, good: plain, bad: plain, warn: plain, chosen: plain, bold: plain}
	}
	pick := lipgloss.LightDark(dark)
	c := func(light, night string) lipgloss.Style {
		return lipgloss.NewStyle().Foreground(pick(lipgloss.Color(light), lipgloss.Color(night)))
	}
	return theme{
		title:   lipgloss.NewStyle().Bold(true),
		heading: c("#005f87", "#87d7ff").Bold(true),
		dim:     c("#6c6c6c", "#8a8a8a"),
		good:    c("#007a33", "#87d787"),
		bad:     c("#b00020", "#ff8787"),
		warn:    c("#8a5a00", "#ffd787"),
		chosen:  c("#005f87", "#87d7ff").Bold(true),
		bold:    lipgloss.NewStyle().Bold(true),
	}
}
