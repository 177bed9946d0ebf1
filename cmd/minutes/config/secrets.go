package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"github.com/dailyminutes/minutes"
)

// checkSecrets looks at every reference to a credential: exactly one way to get it, and no literal
// in a file that others can read.
func (c *Config) checkSecrets(p *problems, private bool) {
	for i, con := range c.Connectors {
		c.eachSecret(reflect.ValueOf(con.Value), c.path(i), func(path string, r minutes.SecretRef, own bool) {
			if !own {
				c.checkSecret(p, path, r, private)
			}
		})
	}
	for i, m := range c.Runtime.Models {
		c.checkSecret(p, fmt.Sprintf("runtime.model[%d].api_key", i), m.APIKey, private)
	}
}

func (c *Config) checkSecret(p *problems, path string, r minutes.SecretRef, private bool) {
	ways := 0
	for _, set := range []bool{r.Keyring != "", r.Env != "", len(r.Command) > 0, r.File != "", !r.Literal.Empty()} {
		if set {
			ways++
		}
	}
	const remedy = `write one of { keyring = "…" }, { env = "…" }, { command = "…" }, { file = "…" }`
	switch {
	case ways > 1:
		p.add(c.text.line(path), strip(path), "says in more than one way where the secret is", remedy)
	case ways == 0 && c.text.has(path):
		p.add(c.text.line(path), strip(path), "does not say where the secret is", remedy)
	case !r.Literal.Empty() && !private:
		p.add(c.text.line(path), strip(path), "a secret stands here in a file that others can read", "chmod 600 "+c.Path+", or better: "+remedy)
	case strings.ContainsAny(r.Env, "= \t") || strings.ContainsRune(r.Env, 0):
		p.add(c.text.line(path), strip(path), "is no name of a variable", `write its name alone: { env = "MAIL_PASSWORD" }`)
	}
}

// A Credential is a key of a table that takes a secret. Line is where it stands, or its table if it does
// not; 0 in the defaults.
type Credential struct {
	Key  string
	Line int
	Ref  minutes.SecretRef
}

// Credentials are the keys for secrets in the table of the source, or of the model, of that name; ok says
// whether there is one.
func (c *Config) Credentials(name string) (list []Credential, ok bool) {
	add := func(path string, r minutes.SecretRef, _ bool) {
		list = append(list, Credential{Key: strip(path), Line: c.text.line(path), Ref: r})
	}
	for i, con := range c.Connectors {
		if con.Name() == name {
			c.eachSecret(reflect.ValueOf(con.Value), c.path(i), add)
			return list, true
		}
	}
	for i, m := range c.Runtime.Models {
		if m.Name == name {
			add(fmt.Sprintf("runtime.model[%d].api_key", i), m.APIKey, false)
			return list, true
		}
	}
	return nil, false
}

// Names are those of the sources and models that Credentials knows.
func (c *Config) Names() []string {
	var out []string
	for _, con := range c.Connectors {
		out = append(out, con.Name())
	}
	for _, m := range c.Runtime.Models {
		out = append(out, m.Name)
	}
	return out
}

// Name is the connector's own, or its kind's.
func (con Connector) Name() string {
	return reflect.ValueOf(con.Value).Elem().FieldByName("Name").String()
}

// eachSecret visits the references below v. own says of one that it is a type of the connector's with the
// same fields, which checks itself: the address of a calendar, that may be a secret.
func (c *Config) eachSecret(v reflect.Value, path string, visit func(path string, r minutes.SecretRef, own bool)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.eachSecret(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.eachSecret(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			c.eachSecret(it.Value(), path+"."+it.Key().String(), visit)
		}
	case reflect.Struct:
		if r, ok := v.Interface().(minutes.SecretRef); ok {
			visit(path, r, false)
			return
		}
		if ref := reflect.TypeFor[minutes.SecretRef](); v.Type().ConvertibleTo(ref) {
			visit(path, v.Convert(ref).Interface().(minutes.SecretRef), true)
			return
		}
		if _, text := v.Interface().(encoding.TextMarshaler); text {
			return // it looks after itself
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			tag, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
			sub := path + "." + tag
			if f.Anonymous && tag == "" {
				sub = path
			}
			c.eachSecret(v.Field(i), sub, visit)
		}
	}
}
