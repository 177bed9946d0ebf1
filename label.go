package minutes

import "fmt"

// Class says who may see a value. The zero Class is not known and counts as Private.
type Class uint8

// The classes, in order of rising secrecy.
const (
	Public       Class = iota + 1 // Hacker News, feeds
	Private                       // mail, calendar, profile, place, watch list, memory, all made from them
	Confidential                  // credentials: has no way into a prompt
)

// String names the class as the ledger and the JSON do.
func (c Class) String() string {
	switch c {
	case Public:
		return "public"
	case Confidential:
		return "secret"
	}
	return "private"
}

// MarshalText writes the name.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name; one it does not know is Private.
func (c *Class) UnmarshalText(b []byte) error {
	switch string(b) {
	case "public":
		*c = Public
	case "secret":
		*c = Confidential
	default:
		*c = Private
	}
	return nil
}

// Origin is the set of places a value was made from. The zero Origin is unknown, so untrusted.
type Origin uint16

// The origins; only the first three are trusted.
const (
	FromUser Origin = 1 << iota
	FromConfig
	FromSystem
	FromMail
	FromCalendar
	FromWeb
	FromAPI
	FromPeer // an MCP server
	FromModel
	FromMemory
)

// A Label travels with every value. The zero Label is private and untrusted.
type Label struct {
	Class  Class
	Origin Origin
}

// Join is the label of something made from both: the higher class, the union of origins.
func (l Label) Join(o Label) Label {
	return Label{Class: max(l.class(), o.class()), Origin: l.Origin | o.Origin}
}

func (l Label) class() Class {
	if l.Class == 0 {
		return Private
	}
	return l.Class
}

// Trusted says that only the user, the config and the program itself had a hand in it.
func (l Label) Trusted() bool {
	return l.Origin != 0 && l.Origin&^(FromUser|FromConfig|FromSystem) == 0
}

// Text is safe text with its label.
type Text struct {
	Safe
	Label Label
}

// Secret is a credential. It prints, formats and marshals as [secret]; Reveal is the only way to
// the value, so a search for Reveal finds every use.
type Secret struct{ v string }

// NewSecret wraps v.
func NewSecret(v string) Secret { return Secret{v} }

// Reveal is the value, for the wire and nowhere else.
func (s Secret) Reveal() string { return s.v }

// Empty says that there is none.
func (s Secret) Empty() bool { return s.v == "" }

// Format keeps every verb from printing the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[secret]")) }

// String hides the value.
func (s Secret) String() string { return "[secret]" }

// MarshalText hides the value from JSON, TOML and logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }
