package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// maxNest bounds nested values: a config has no use for more, and the walk is recursive.
const maxNest = 32

var errNested = errors.New("keys or values are nested too deep")

// An entry is one key, table or element of the file. Path has the index of each element of a list:
// connectors.imap[0].host.
type entry struct {
	path  string
	parts []string // the same without indices
	line  int
	kind  unstable.Kind // of the value; Table and ArrayTable for headers
	text  string        // of a string
	elem  int           // how many lists deep below parts: an element of a list is 1
	first int           // line range of the whole expression
	last  int
}

// index is every key of the file with its place.
type index struct {
	entries []entry
	lines   map[string]int
	source  []byte
	count   map[string]int // of elements in a list of tables
	table   string
	parts   []string
	offset  int // where lineAt last was
	at      int // its line, from 0
}

// line is where path stands, or where the nearest table around it does; 0 if the file does not have it.
func (x *index) line(path string) int {
	for path != "" {
		if n, ok := x.lines[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// has says whether the file itself sets path.
func (x *index) has(path string) bool { _, ok := x.lines[path]; return ok }

// newIndex reads the file's structure. A syntax error ends it; the entries before it stay.
func newIndex(data []byte) (index, error) {
	x := index{lines: map[string]int{}, count: map[string]int{}, source: data}
	var p unstable.Parser
	p.Reset(data)
	for p.NextExpression() {
		if err := x.expression(p.Expression()); err != nil {
			return x, err
		}
	}
	last := 1 + bytes.Count(data, []byte("\n"))
	for i := len(x.entries) - 1; i >= 0; i-- {
		e := &x.entries[i]
		if e.last == 0 {
			e.last = last
		}
		if i > 0 && x.entries[i-1].first != e.first {
			last = e.first - 1
		}
	}
	return x, p.Error()
}

func (x *index) expression(e *unstable.Node) error {
	keys := e.Key()
	var names []string
	line := 0
	for keys.Next() {
		if line == 0 {
			line = x.lineAt(int(keys.Node().Raw.Offset))
		}
		if names = append(names, string(keys.Node().Data)); len(names) > maxNest {
			return errNested
		}
	}
	switch e.Kind {
	case unstable.Table, unstable.ArrayTable:
		x.table, x.parts = x.resolve("", names, e.Kind == unstable.ArrayTable), names
		x.put(entry{path: x.table, parts: names, line: line, kind: e.Kind, first: line})
		return nil
	}
	return x.value(e.Value(), entry{path: x.resolve(x.table, names, false), parts: join(x.parts, names...), line: line, first: line}, 0)
}

func join(parts []string, more ...string) []string {
	return append(append(make([]string, 0, len(parts)+len(more)), parts...), more...)
}

// resolve writes the path of names under base, with the index of the last element of each list.
func (x *index) resolve(base string, names []string, element bool) string {
	path := base
	for i, n := range names {
		if path != "" {
			path += "."
		}
		path += n
		if element && i == len(names)-1 {
			x.count[path]++
		}
		if c := x.count[path]; c > 0 {
			path = fmt.Sprintf("%s[%d]", path, c-1)
		}
	}
	return path
}

// value puts the value v at e, and all that is inside it.
func (x *index) value(v *unstable.Node, e entry, depth int) error {
	if depth > maxNest {
		return errNested
	}
	e.kind = v.Kind
	if v.Kind == unstable.String {
		e.text = string(v.Data)
	}
	x.put(e)
	children := v.Children()
	for i := 0; (v.Kind == unstable.InlineTable || v.Kind == unstable.Array) && children.Next(); i++ {
		c, inner := children.Node(), entry{path: e.path, parts: e.parts, line: e.line, first: e.first, elem: e.elem + 1}
		if v.Kind == unstable.Array {
			inner.path = fmt.Sprintf("%s[%d]", e.path, i)
			if c.Raw.Length > 0 { // lists of tables have none
				inner.line = x.lineAt(int(c.Raw.Offset))
			}
		} else {
			inner.elem = 0
			for keys := c.Key(); keys.Next(); {
				name := string(keys.Node().Data)
				if len(inner.parts) > maxNest {
					return errNested
				}
				inner.path, inner.parts = inner.path+"."+name, join(inner.parts, name)
				inner.line = x.lineAt(int(keys.Node().Raw.Offset))
			}
			c = c.Value()
		}
		if err := x.value(c, inner, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (x *index) put(e entry) {
	x.entries = append(x.entries, e)
	if _, dup := x.lines[e.path]; !dup {
		x.lines[e.path] = e.line
	}
}

// lineAt is the line of an offset. Offsets come in rising order, so each byte is counted once.
func (x *index) lineAt(offset int) int {
	offset = min(max(offset, 0), len(x.source))
	if offset < x.offset {
		x.offset, x.at = 0, 0
	}
	x.at += bytes.Count(x.source[x.offset:offset], []byte("\n"))
	x.offset = offset
	return x.at + 1
}

// without is the source with the lines of some expressions blanked, so that the rest can be read.
func (x *index) without(bad []entry) []byte {
	lines := bytes.SplitAfter(append([]byte(nil), x.source...), []byte("\n"))
	for _, e := range bad {
		for n := e.first; n <= e.last && n <= len(lines); n++ {
			if l := lines[n-1]; bytes.HasSuffix(l, []byte("\n")) {
				lines[n-1] = []byte("\n")
			} else {
				lines[n-1] = nil
			}
		}
	}
	return bytes.Join(lines, nil)
}
