package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// maxFile bounds the config: a real one has a few KB.
const maxFile = 1 << 20

// Load reads the config. path "" is ConfigPath, and when the default file is missing the defaults
// are in force; a missing file that was asked for is an error. All errors are *Error or Errors.
func Load(path string, kinds []Kind) (*Config, error) { return load(path, kinds, here()) }

func load(path string, kinds []Kind, w world) (*Config, error) {
	explicit := path != "" || w.getenv("MINUTES_CONFIG") != ""
	if path == "" {
		path = w.configPath()
	}
	data, private, err := w.read(path)
	if errors.Is(err, fs.ErrNotExist) && !explicit {
		return parse("", []byte(Defaults(w.zoneName())), true, kinds, w)
	}
	if err != nil {
		return nil, err
	}
	return parse(path, data, private, kinds, w)
}

// read gives the file's bytes and whether its owner alone can read it. It refuses a file that
// somebody else could have written: commands in it are run.
func (w world) read(path string) (data []byte, private bool, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noWait, 0)
	if err != nil {
		e := &Error{File: path, Problem: "cannot be read: " + cause(err), Remedy: "check the path and its permissions"}
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, &Error{File: path, Problem: "there is no such file", Remedy: "write one with minutes init, or name another with --config", wraps: fs.ErrNotExist}
		}
		return nil, false, e
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, false, &Error{File: path, Problem: "cannot be read: " + cause(err)}
	}
	if !st.Mode().IsRegular() {
		return nil, false, &Error{File: path, Problem: "is not a file", Remedy: "name a file that ends in .toml"}
	}
	private, problem, remedy := w.owned(st, path)
	if problem != "" {
		return nil, false, &Error{File: path, Problem: problem, Remedy: remedy}
	}
	data, err = io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, false, &Error{File: path, Problem: "cannot be read: " + cause(err)}
	}
	if len(data) > maxFile {
		return nil, false, &Error{File: path, Problem: "is over 1 MiB", Remedy: "is this the config? A real one has a few KB"}
	}
	return data, private, nil
}

// cause is the error without the path, which the message has already.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// parse reads data as the config file at path. private says that only its owner can read it.
func parse(path string, data []byte, private bool, kinds []Kind, w world) (*Config, error) {
	p := &problems{file: path}
	if path == "" {
		p.file = "the default config"
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	x, err := newIndex(data)
	if err != nil {
		return nil, syntax(p.file, data, err)
	}
	t := documentType(kinds)
	if path == "" {
		data = keepKnown(data, kinds)
		if x, err = newIndex(data); err != nil {
			return nil, syntax(p.file, data, err)
		}
	}
	bad := strict(&x, t, p)
	doc := reflect.New(t)
	d := doc.Elem().Field(0).Addr().Interface().(*document)
	d.fill()
	dec := toml.NewDecoder(bytes.NewReader(x.without(bad)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(doc.Interface()); err != nil {
		p.list = append(p.list, decodeErrors(p.file, err)...)
	}
	c := &Config{Path: path, doc: *d, text: x}
	c.take(*d)
	c.connectors(doc.Elem().Field(1), kinds, p)
	c.check(p, private, w)
	if err := p.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Config) take(d document) {
	c.Timezone, c.Profile, c.Brief, c.Keep, c.Schedule = d.Timezone, d.Profile, d.Brief, d.Keep, d.Schedule
	c.Screen, c.Hooks, c.MCP, c.Runtime = d.Screen, d.Hooks, d.MCP, d.Runtime
}

// connectors gathers the tables of all kinds in the order of the file.
func (c *Config) connectors(v reflect.Value, kinds []Kind, p *problems) {
	built := has(kinds)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("toml")
		for n := range v.Field(i).Len() {
			line := c.text.line(fmt.Sprintf("connectors.%s[%d]", name, n))
			if !built(name) {
				p.add(line, "connectors."+name, "not in this version yet", "take the table out, or put # before its lines")
				continue
			}
			c.Connectors = append(c.Connectors, Connector{Kind: name, Value: v.Field(i).Index(n).Interface(), Line: line})
		}
	}
	slices.SortStableFunc(c.Connectors, func(a, b Connector) int { return a.Line - b.Line })
	c.name(p)
	for i, con := range c.Connectors {
		c.checkConnector(i, con, p)
	}
	if c.Path == "" {
		for i := range c.Connectors {
			c.Connectors[i].Line = 0
		}
	}
}

// syntax is the error of a file that is no TOML: nothing after its line can be trusted, so it comes
// alone. The decoder finds it again, with its place.
func syntax(file string, data []byte, err error) error {
	var any map[string]any
	if again := toml.Unmarshal(data, &any); again != nil {
		err = again
	}
	if list := decodeErrors(file, err); len(list) > 0 {
		return list[0]
	}
	return &Error{File: file, Problem: err.Error()}
}

// decodeErrors are the decoder's own: what strict does not find, such as a key given twice.
func decodeErrors(file string, err error) Errors {
	var out Errors
	add := func(e *toml.DecodeError) {
		line, _ := e.Position()
		out = append(out, &Error{File: file, Line: line, Key: strings.Join(e.Key(), "."), Problem: strings.TrimPrefix(e.Error(), "toml: "),
			Remedy: "the config is TOML: text in quotes, one key a line"})
	}
	var missing *toml.StrictMissingError
	var one *toml.DecodeError
	switch {
	case errors.As(err, &missing):
		for i := range missing.Errors {
			add(&missing.Errors[i])
		}
	case errors.As(err, &one):
		add(one)
	default:
		out = append(out, &Error{File: file, Problem: strings.TrimPrefix(err.Error(), "toml: ")})
	}
	return out
}
