package htmltext

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// dropped elements have no text that a reader of the page would see.
func dropped(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Iframe, atom.Svg, atom.Math,
		atom.Object, atom.Canvas, atom.Audio, atom.Video, atom.Select, atom.Textarea, atom.Noembed, atom.Noframes, atom.Map, atom.Datalist:
		return true
	}
	return false
}

// void elements have no end.
func void(tag atom.Atom) bool {
	switch tag {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Param,
		atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// paragraph elements stand apart from what is before and after them.
func paragraph(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol, atom.Dl,
		atom.Table, atom.Hr, atom.Figure:
		return true
	}
	return false
}

// block elements start on a line of their own.
func block(tag atom.Atom) bool {
	switch tag {
	case atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Aside, atom.Nav, atom.Address,
		atom.Center, atom.Details, atom.Summary, atom.Dialog, atom.Fieldset, atom.Form, atom.Figcaption, atom.Li, atom.Dt, atom.Dd,
		atom.Tr, atom.Td, atom.Th, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Body, atom.Html:
		return tag != atom.Td && tag != atom.Th
	}
	return paragraph(tag)
}

// fence elements hold what was opened inside them.
func fence(tag atom.Atom) bool {
	return tag == atom.Td || tag == atom.Th || tag == atom.Table || tag == atom.Caption
}

func table(tag atom.Atom) bool {
	return tag == atom.Tr || tag == atom.Thead || tag == atom.Tbody || tag == atom.Tfoot || tag == atom.Td || tag == atom.Th
}

// hides says whether a style attribute keeps its element from the reader's eye: mail and pages
// carry text for machines so, and a language model would read it as if it were said.
func hides(style string) bool {
	s := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f':
			return -1
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, uncomment(style))
	for decl := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(decl, ":")
		value = strings.TrimSuffix(value, "!important")
		switch name {
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" || value == "collapse" {
				return true
			}
		case "mso-hide":
			if value == "all" {
				return true
			}
		case "opacity", "max-height", "max-width", "line-height":
			if zero(value) {
				return true
			}
		case "font-size", "font":
			if n := strings.TrimPrefix(value, "0"); zero(value) || value == "1px" || n != value && strings.HasPrefix(n, "px") {
				return true
			}
		case "text-indent", "left", "top", "margin-left", "right":
			if strings.HasPrefix(value, "-999") {
				return true
			}
		case "clip":
			if strings.HasPrefix(value, "rect(0") {
				return true
			}
		case "clip-path":
			if strings.HasPrefix(value, "inset(50%") || strings.HasPrefix(value, "inset(100%") {
				return true
			}
		}
	}
	return false
}

// zero is 0 with or without decimals and a unit.
func zero(v string) bool {
	digits := strings.TrimRight(v, "abcdefghijklmnopqrstuvwxyz%")
	return digits != "" && strings.Trim(digits, "0.") == ""
}

func uncomment(s string) string {
	if !strings.Contains(s, "/*") {
		return s
	}
	var out strings.Builder // joining the pieces anew for each comment would take the square of their number
	for {
		before, after, open := strings.Cut(s, "/*")
		out.WriteString(before)
		if !open {
			return out.String()
		}
		if _, s, open = strings.Cut(after, "*/"); !open {
			return out.String()
		}
	}
}
