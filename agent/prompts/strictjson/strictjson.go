// Package strictjson reads JSON that a model wrote, which is JSON that anybody wrote: whole or not at
// all, in time that grows with its length alone.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a document may be. A model's answer is a small part of each.
const (
	MaxBytes  = 256 << 10
	MaxDepth  = 32
	MaxTokens = 20_000 // names, values and brackets
	maxNumber = 40     // characters of one number
)

// Decode reads data into what into points to. Whatever it accepts, encoding/json accepts as well, with
// the same value. It refuses what that would let pass: more than the limits, a name given twice (also in
// other capitals: both would go into one field), a field that is not there, anything after the
// document, a number that no float64 holds, text that is no UTF-8, half of a surrogate pair, a NUL. into
// may be half filled after an error.
func Decode(data []byte, into any) error {
	if len(data) > MaxBytes {
		return fmt.Errorf("the JSON has %d bytes, more than %d", len(data), MaxBytes)
	}
	if !utf8.Valid(data) {
		return errors.New("the JSON is not UTF-8")
	}
	if err := weigh(data); err != nil {
		return err
	}
	if err := walk(data); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("the JSON does not fit: %.120s", err.Error())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON")
	}
	return nil
}

// weigh looks at the bytes alone, before anything is made of them: how deep, how many, and which
// characters are written as escapes.
func weigh(data []byte) error {
	depth, tokens := 0, 0
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '"':
			end, err := text(data, i+1)
			if err != nil {
				return err
			}
			i = end
		case '{', '[':
			if depth++; depth > MaxDepth {
				return fmt.Errorf("the JSON is more than %d levels deep", MaxDepth)
			}
			tokens++
		case '}', ']':
			depth--
			tokens++
		case ',', ':':
			tokens++ // of what stands before it
		}
		if tokens > MaxTokens {
			return fmt.Errorf("the JSON has more than %d parts", MaxTokens)
		}
	}
	return nil
}

// text is where the string that begins at data[i:] ends: the place of its quotation mark.
func text(data []byte, i int) (end int, err error) {
	for ; i < len(data); i++ {
		switch data[i] {
		case '"':
			return i, nil
		case '\\':
			r := escaped(data[i:])
			if i++; r < 0 {
				continue // \n and the like; whether it is one is for the parser to say
			}
			switch i += 4; {
			case r == 0:
				return 0, errors.New("a text in the JSON holds a NUL")
			case r >= 0xdc00 && r <= 0xdfff:
				return 0, errors.New("a text in the JSON holds half a character")
			case r >= 0xd800 && r <= 0xdbff:
				if low := escaped(data[min(i+1, len(data)):]); low < 0xdc00 || low > 0xdfff {
					return 0, errors.New("a text in the JSON holds half a character")
				}
				i += 6
			}
		}
	}
	return 0, errors.New("a text in the JSON does not end")
}

// escaped is the number of a \uXXXX at the head of b, -1 if there is none.
func escaped(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// walk looks at the names of each object and at each number.
func walk(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var open []map[string]bool // the names of each object that is open; nil for a list
	name := false              // the next text is a name
	for n := 0; ; n++ {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 && n > 0 {
			return nil
		} else if err != nil {
			return fmt.Errorf("no JSON: %.120s", err.Error())
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
			name = len(open) > 0 && open[len(open)-1] != nil
			continue
		case json.Number:
			if err := bounded(t); err != nil {
				return err
			}
		case string:
			if name {
				key := fold(t)
				if open[len(open)-1][key] {
					return fmt.Errorf("the name %.40q is there twice", t)
				}
				open[len(open)-1][key] = true
				name = false
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}

// fold is a name as encoding/json compares it with a field's.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'ſ':
			return 's'
		case 'K': // the sign for kelvin
			return 'k'
		}
		return r
	}, strings.ToLower(s))
}

func bounded(n json.Number) error {
	if len(n) > maxNumber {
		return fmt.Errorf("a number in the JSON has more than %d characters", maxNumber)
	}
	if v, err := n.Float64(); err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return fmt.Errorf("the number %s in the JSON is out of bounds", n)
	}
	return nil
}
