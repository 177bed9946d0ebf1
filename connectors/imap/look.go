package imap

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// attributes are those of an element that decide how its text looks or what it is. Values are in
// lower case but for href.
type attributes struct {
	style, class, id, typ, href string
	color, ground               string
	hidden                      bool
}

// set takes one attribute. Most are of no interest and cost nothing.
func (a *attributes) set(k, v []byte) {
	v = v[:min(len(v), 8192)]
	switch string(k) { // no copy: the compiler compares in place
	case "href":
		a.href = string(v)
	case "style":
		a.style = strings.ToLower(string(v))
	case "class":
		a.class = strings.ToLower(string(v))
	case "id":
		a.id = strings.ToLower(string(v))
	case "type":
		a.typ = strings.ToLower(string(v))
	case "color", "text":
		a.color = strings.ToLower(string(v))
	case "bgcolor":
		a.ground = strings.ToLower(string(v))
	case "background":
		a.ground = "url"
	case "hidden":
		a.hidden = true
	}
}

// A colour is 0xRRGGBB, or unknown.
type colour int

const (
	black   colour = 0
	white   colour = 0xffffff
	unknown colour = -1
)

// A look is how text in an element looks, as far as hiding goes. Size, ink and ground are inherited
// and may be overridden inside; gone may not.
type look struct {
	gone        bool
	unseen      bool // visibility: hidden
	size        float64
	ink, ground colour
}

// minSize is the smallest text that anyone reads, in CSS pixels.
const minSize = 4

// invisible says that nobody would read this text.
func (l look) invisible() bool {
	return l.unseen || l.size < minSize || l.ink != unknown && l.ground != unknown && near(l.ink, l.ground)
}

// child is the look of an element inside one that looks like l.
func (l look) child(tag atom.Atom, a attributes, s sheet) look {
	switch tag {
	case atom.Head, atom.Style, atom.Script, atom.Title, atom.Template, atom.Object, atom.Iframe, atom.Svg,
		atom.Select, atom.Textarea, atom.Noframes, atom.Math, atom.Audio, atom.Video, atom.Canvas:
		l.gone = true
		return l
	}
	if l.gone {
		return l
	}
	if a.hidden || s.hides(a) {
		l.gone = true
		return l
	}
	if s.grounds && (a.class != "" || a.id != "") {
		l.ground = unknown // a rule of the sheet may have given it another
	}
	if a.color != "" {
		l.ink = parseColour(a.color)
	}
	if a.ground != "" {
		l.ground = parseColour(a.ground)
	}
	if a.style != "" {
		l.declare(a.style)
	}
	return l
}

// box is what takes an element off the page only together.
type box struct{ noHeight, noWidth, clipped, absolute, away bool }

// declare applies a style attribute.
func (l *look) declare(style string) {
	var b box
	for decl := range strings.SplitSeq(style, ";") {
		k, v, ok := strings.Cut(decl, ":")
		if !ok {
			continue
		}
		k = strings.TrimSpace(k)
		v = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "!important"))
		switch k {
		case "display":
			l.gone = l.gone || v == "none"
		case "visibility":
			l.unseen = v == "hidden" || v == "collapse"
		case "opacity":
			n, err := strconv.ParseFloat(strings.TrimSuffix(v, "%"), 64)
			l.gone = l.gone || err == nil && n < 0.05
		case "font-size":
			l.size = fontSize(v, l.size)
		case "font":
			l.size = shorthandSize(v, l.size)
		case "color", "-webkit-text-fill-color":
			if l.ink = parseColour(v); v == "transparent" {
				l.gone = true
			}
		case "background", "background-color":
			if c, _, _ := strings.Cut(v, " "); v != "transparent" && v != "none" && v != "inherit" {
				l.ground = parseColour(c)
				if strings.Contains(v, "url(") || strings.Contains(v, "gradient") {
					l.ground = unknown
				}
			}
		case "background-image":
			l.ground = unknown
		default:
			b.declare(k, v)
		}
	}
	l.gone = l.gone || b.hides()
}

func (b *box) declare(k, v string) {
	switch k {
	case "height", "max-height":
		b.noHeight = b.noHeight || zero(v)
	case "width", "max-width":
		b.noWidth = b.noWidth || zero(v)
	case "overflow", "overflow-x", "overflow-y":
		b.clipped = b.clipped || v == "hidden" || v == "clip"
	case "position":
		b.absolute = v == "absolute" || v == "fixed"
	case "left", "top", "right", "bottom", "margin-left", "margin-top", "text-indent":
		n, err := strconv.ParseFloat(strings.TrimRight(v, "emptxr%"), 64)
		if err == nil && n <= -500 {
			b.away = true
		}
	case "clip":
		b.away = b.away || strings.HasPrefix(strings.ReplaceAll(v, "px", ""), "rect(0")
	case "clip-path":
		b.away = b.away || strings.Contains(v, "inset(100%") || strings.Contains(v, "inset(50%") || strings.Contains(v, "circle(0")
	case "transform":
		b.away = b.away || strings.Contains(v, "scale(0)")
	}
}

func (b box) hides() bool { return b.away || b.clipped && (b.noHeight || b.noWidth) }

func zero(v string) bool {
	n, err := strconv.ParseFloat(strings.TrimRight(v, "emptxr%"), 64)
	return err == nil && n < 2
}

// fontSize is v in pixels; parent is what em and % are of.
func fontSize(v string, parent float64) float64 {
	unit := strings.TrimLeft(v, "0123456789.-+")
	n, err := strconv.ParseFloat(v[:len(v)-len(unit)], 64)
	if err != nil {
		return max(parent, minSize) // a word: small, large
	}
	switch unit {
	case "pt":
		return n * 4 / 3
	case "em":
		return n * parent
	case "%":
		return n * parent / 100
	case "rem":
		return n * 16
	case "vw", "vh":
		return n * 8
	}
	return n
}

// shorthandSize finds the size in a font shorthand: the first word that has a digit and a unit.
func shorthandSize(v string, parent float64) float64 {
	for w := range strings.FieldsSeq(v) {
		w, _, _ = strings.Cut(w, "/")
		if w == "0" {
			return 0
		}
		if len(w) > 1 && w[0] >= '0' && w[0] <= '9' && (strings.HasSuffix(w, "px") || strings.HasSuffix(w, "pt") || strings.HasSuffix(w, "em") || strings.HasSuffix(w, "%")) {
			return fontSize(w, parent)
		}
	}
	return parent
}

func parseColour(v string) colour {
	v = strings.TrimSpace(v)
	switch v {
	case "white", "snow", "ivory", "ghostwhite", "floralwhite", "whitesmoke":
		return white
	case "black":
		return black
	}
	if hex, ok := strings.CutPrefix(v, "#"); ok || len(v) == 6 {
		if len(hex) == 3 || len(hex) == 4 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		if len(hex) >= 6 {
			if n, err := strconv.ParseUint(hex[:6], 16, 32); err == nil {
				return colour(n)
			}
		}
		return unknown
	}
	if strings.HasPrefix(v, "rgb") {
		_, in, _ := strings.Cut(v, "(")
		f := strings.FieldsFunc(strings.TrimSuffix(in, ")"), func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
		if len(f) == 4 && (f[3] == "0" || f[3] == "0.0" || f[3] == "0%") {
			return unknown
		}
		c := colour(0)
		for i := range 3 {
			if i >= len(f) {
				return unknown
			}
			n, err := strconv.Atoi(f[i])
			if err != nil || n < 0 || n > 255 {
				return unknown
			}
			c = c<<8 | colour(n)
		}
		return c
	}
	return unknown
}

// near says that two colours cannot be told apart by a reader.
func near(a, b colour) bool {
	d := 0
	for shift := 0; shift <= 16; shift += 8 {
		x, y := int(a>>shift)&255, int(b>>shift)&255
		d += max(x-y, y-x)
	}
	return d <= 30
}

// A sheet is what matters of a mail's style sheets: the classes and ids that hide, and whether any
// rule gives a ground.
type sheet struct {
	hidden  map[string]bool // ".class" and "#id"
	grounds bool
}

func (s sheet) hides(a attributes) bool {
	if len(s.hidden) == 0 {
		return false
	}
	if a.id != "" && s.hidden["#"+a.id] {
		return true
	}
	for c := range strings.FieldsSeq(a.class) {
		if s.hidden["."+c] {
			return true
		}
	}
	return false
}

// hiddenRules reads the style sheets of src. Rules inside @media are left out: they hide on one
// kind of screen only. So are selectors of more than one class or id.
func hiddenRules(src string) sheet {
	s := sheet{}
	for n := 0; n < 20; n++ {
		i := indexTag(src, "<style")
		if i < 0 {
			break
		}
		_, rest, _ := strings.Cut(src[i:], ">")
		end := indexTag(rest, "</style")
		if end < 0 {
			end = len(rest)
		}
		s.rules(strings.ToLower(rest[:min(end, 256<<10)]))
		src = rest[end:]
	}
	return s
}

// indexTag finds a tag in either case without making a copy of all of src.
func indexTag(src, tag string) int {
	for from := 0; ; {
		i := strings.Index(src[from:], tag[:strings.IndexByte(tag, 's')])
		if i < 0 {
			return -1
		}
		i += from
		if len(src)-i >= len(tag) && strings.EqualFold(src[i:i+len(tag)], tag) {
			return i
		}
		from = i + 1
	}
}

func (s *sheet) rules(css string) {
	s.grounds = s.grounds || strings.Contains(css, "background")
	for n := 0; n < 2000; n++ {
		sel, rest, ok := strings.Cut(css, "{")
		if !ok {
			return
		}
		if i := strings.LastIndex(sel, "*/"); i >= 0 {
			sel = sel[i+2:]
		}
		if strings.Contains(sel, "@") {
			css = skipBlock(rest)
			continue
		}
		body, after, _ := strings.Cut(rest, "}")
		css = after
		l := look{size: 16, ink: unknown, ground: unknown}
		l.declare(body)
		if !l.gone && !l.unseen && l.size >= minSize {
			continue
		}
		for one := range strings.SplitSeq(sel, ",") {
			one = strings.TrimSpace(one)
			if i := strings.IndexAny(one, ".#"); i >= 0 && !strings.ContainsAny(one, " >:[+~") && !strings.ContainsAny(one[i+1:], ".#") {
				if s.hidden == nil {
					s.hidden = map[string]bool{}
				}
				s.hidden[one[i:]] = true
			}
		}
	}
}

// skipBlock is what follows the block that css stands in.
func skipBlock(css string) string {
	depth := 1
	for i := 0; i < len(css); i++ {
		switch css[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return css[i+1:]
			}
		}
	}
	return ""
}
