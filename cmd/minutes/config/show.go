package config

import (
	"bufio"
	"encoding"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Show writes what is in force as TOML, with where each value comes from: the file's line, or the
// default. Secrets are hidden: of a command only its program is shown.
func Show(w io.Writer, c *Config) error {
	out := bufio.NewWriter(w)
	if c.Path == "" {
		fmt.Fprintf(out, "# no config file (%s is not there): these are the defaults\n", minutes.CleanLine(ConfigPath()))
	} else {
		fmt.Fprintf(out, "# %s\n", minutes.CleanLine(c.Path))
	}
	s := shower{out: out, c: c}
	d := c.doc
	d.Runtime = c.Runtime // with what was filled
	v := reflect.ValueOf(d)
	for i, f := range fieldsOf(v.Type()) {
		s.value(f.name, f.name, v.Field(i))
	}
	for i, con := range c.Connectors {
		s.table("[[connectors."+con.Kind+"]]", c.path(i), reflect.ValueOf(con.Value).Elem())
	}
	return out.Flush()
}

type shower struct {
	out *bufio.Writer
	c   *Config
}

// value writes one key, or the table that it is.
func (s shower) value(name, path string, v reflect.Value) {
	switch {
	case isTable(v) && v.Kind() == reflect.Struct:
		s.table("["+path+"]", path, v)
	case isTable(v):
		for i := range v.Len() {
			s.table("[["+path+"]]", fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	default:
		s.line(name, path, literal(v))
	}
}

// isLeaf holds for structs that are written as one value.
func isLeaf(v reflect.Value) bool {
	switch v.Interface().(type) {
	case minutes.SecretRef, Price, Roles:
		return true
	}
	return false
}

func (s shower) table(head, path string, v reflect.Value) {
	fmt.Fprintf(s.out, "\n%s\n", minutes.Clean(head))
	s.fields(path, v)
}

// fields writes the keys of a table, then the tables inside it, as TOML wants it.
func (s shower) fields(path string, v reflect.Value) {
	for _, tables := range []bool{false, true} {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
			switch {
			case f.Anonymous && tag == "":
				if !tables {
					s.fields(path, v.Field(i))
				}
			case f.IsExported() && tag != "" && tag != "-" && isTable(v.Field(i)) == tables:
				s.value(tag, path+"."+tag, v.Field(i))
			}
		}
	}
}

// isTable says whether v is written as a table, or as several.
func isTable(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Type().Elem().Kind() == reflect.Struct
	}
	_, text := v.Interface().(encoding.TextMarshaler)
	return v.Kind() == reflect.Struct && !text && !isLeaf(v)
}

func (s shower) line(name, path, value string) {
	value = hideTokens(value)
	from := "default"
	if s.c.Path != "" && s.c.text.has(path) {
		from = "line " + strconv.Itoa(s.c.text.line(path))
	}
	if s.c.unused(path) {
		from += ", not used yet"
	}
	if path == "timezone" && s.c.zoneFrom != "" {
		from += ": " + s.c.ZoneName + ", from " + s.c.zoneFrom
	}
	if value == "" {
		fmt.Fprintf(s.out, "# %-42s # not set\n", minutes.Clean(name+" ="))
		return
	}
	fmt.Fprintf(s.out, "%-44s # %s\n", minutes.Clean(name+" = "+value), minutes.Clean(from))
}

// literal writes v as TOML; "" when there is nothing to write.
func literal(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case minutes.SecretRef:
		return secretLiteral(x)
	case minutes.Argv:
		if len(x) == 0 {
			return ""
		}
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		if err != nil || len(b) == 0 {
			return ""
		}
		return quote(string(b))
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return ""
		}
		return literal(v.Elem())
	case reflect.String:
		if v.Len() == 0 {
			return ""
		}
		return quote(v.String())
	case reflect.Slice:
		if v.IsNil() {
			return ""
		}
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = literal(v.Index(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Struct, reflect.Map:
		return inline(v)
	}
	return fmt.Sprint(v.Interface())
}

// inline writes a small table on one line, less what is zero.
func inline(v reflect.Value) string {
	var parts []string
	if v.Kind() == reflect.Map {
		keys := v.MapKeys()
		for _, k := range sortedKeys(keys) {
			parts = append(parts, quoteKey(k)+" = "+literal(v.MapIndex(reflect.ValueOf(k))))
		}
	} else {
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
				parts = append(parts, f.Tag.Get("toml")+" = "+literal(v.Field(i)))
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// secretLiteral says where the secret is, never what it is.
func secretLiteral(r minutes.SecretRef) string {
	switch {
	case r.Keyring != "":
		return "{ keyring = " + quote(r.Keyring) + " }"
	case r.Env != "":
		return "{ env = " + quote(r.Env) + " }"
	case len(r.Command) > 0:
		more := ""
		if len(r.Command) > 1 {
			more = " …"
		}
		return "{ command = " + quote(r.Command[0]+more) + " }"
	case r.File != "":
		return "{ file = " + quote(r.File) + " }"
	case !r.Literal.Empty():
		return `"[secret]"`
	}
	return ""
}

// quote writes a TOML string. What could command a terminal is cleaned away first.
func quote(s string) string {
	s = minutes.Clean(s).String()
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

func quoteKey(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == "" {
		return s
	}
	return quote(s)
}

func sortedKeys(keys []reflect.Value) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.String()
	}
	slices.Sort(out)
	return out
}

// hideTokens hides what in an address lets its reader in: the query, and long parts of the path with
// letters and digits (a calendar's secret address, a webhook).
func hideTokens(s string) string {
	i := strings.Index(s, "://")
	if i < 0 {
		return s
	}
	var out strings.Builder
	for _, word := range strings.SplitAfter(s, `"`) {
		scheme, rest, ok := strings.Cut(word, "://")
		if !ok {
			out.WriteString(word)
			continue
		}
		end := ""
		if strings.HasSuffix(rest, `"`) {
			rest, end = rest[:len(rest)-1], `"`
		}
		if before, after, ok := strings.Cut(rest, "@"); ok && !strings.Contains(before, "/") {
			rest = after
		}
		if before, _, ok := strings.Cut(rest, "?"); ok {
			rest = before + "?…"
		}
		parts := strings.Split(rest, "/")
		for i, p := range parts[1:] {
			if len(p) >= 16 && strings.ContainsAny(p, "0123456789") && !strings.ContainsAny(p, ".") {
				parts[i+1] = "…"
			}
		}
		out.WriteString(scheme + "://" + strings.Join(parts, "/") + end)
	}
	return out.String()
}
