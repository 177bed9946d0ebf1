// Package calculate works out an expression of numbers, exactly, in decimals of 19 digits. It knows
// + - * / %, brackets and nothing else: there are no names and no functions, so nothing can be reached.
package calculate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/govalues/decimal"
)

const (
	maxLength = 300
	maxDepth  = 40
)

// Value is the value of an expression like (1,250 + 80) * 19%: "252.7". A comma between digits groups
// thousands; % divides what stands before it by a hundred. Division is rounded to 19 digits; what is
// larger than they hold is an error.
func Value(expression string) (string, error) {
	if len(expression) > maxLength {
		return "", fmt.Errorf("calculate: the expression has more than %d characters", maxLength)
	}
	p := &parser{s: strings.Join(strings.Fields(strings.NewReplacer("×", "*", "·", "*", "÷", "/", "−", "-").Replace(expression)), "")}
	v, err := p.sum(0)
	if err == nil && p.at < len(p.s) {
		err = fmt.Errorf("%q is not expected", p.s[p.at:p.at+1])
	}
	if err != nil {
		return "", fmt.Errorf("calculate: %w", err)
	}
	return v.Trim(0).String(), nil
}

type parser struct {
	s  string
	at int
}

func (p *parser) next() byte {
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

func (p *parser) sum(depth int) (decimal.Decimal, error) {
	if depth > maxDepth {
		return decimal.Decimal{}, fmt.Errorf("more than %d brackets in each other", maxDepth)
	}
	v, err := p.product(depth)
	for err == nil {
		var w decimal.Decimal
		switch p.next() {
		case '+':
			p.at++
			if w, err = p.product(depth); err == nil {
				v, err = v.Add(w)
			}
		case '-':
			p.at++
			if w, err = p.product(depth); err == nil {
				v, err = v.Sub(w)
			}
		default:
			return v, nil
		}
	}
	return v, err
}

func (p *parser) product(depth int) (decimal.Decimal, error) {
	v, err := p.factor(depth)
	for err == nil {
		var w decimal.Decimal
		switch p.next() {
		case '*':
			p.at++
			if w, err = p.factor(depth); err == nil {
				v, err = v.Mul(w)
			}
		case '/':
			p.at++
			if w, err = p.factor(depth); err == nil {
				v, err = v.Quo(w)
			}
		default:
			return v, nil
		}
	}
	return v, err
}

// factor is a number or a bracket, with its signs before and its percent behind.
func (p *parser) factor(depth int) (decimal.Decimal, error) {
	minus := false
	for p.next() == '-' || p.next() == '+' {
		minus = minus != (p.next() == '-')
		p.at++
	}
	var v decimal.Decimal
	var err error
	if p.next() == '(' {
		p.at++
		if v, err = p.sum(depth + 1); err == nil && p.next() != ')' {
			err = errors.New("a bracket is not closed")
		}
		p.at++
	} else {
		v, err = p.number()
	}
	for err == nil && p.next() == '%' {
		p.at++
		v, err = v.Quo(decimal.Hundred)
	}
	if minus {
		v = v.Neg()
	}
	return v, err
}

func (p *parser) number() (decimal.Decimal, error) {
	from := p.at
	for c := p.next(); c >= '0' && c <= '9' || c == '.' || c == ',' && digits(p.s[p.at+1:]) == 3; c = p.next() {
		p.at++
	}
	if from == p.at {
		if p.at == len(p.s) {
			return decimal.Decimal{}, errors.New("a number is missing at the end")
		}
		return decimal.Decimal{}, fmt.Errorf("%q is no number", p.s[p.at:p.at+1])
	}
	return decimal.Parse(strings.TrimRight(strings.ReplaceAll(p.s[from:p.at], ",", ""), "."))
}

// Numbers are the numbers that occur in a text, as Value would read them, without what groups them.
func Numbers(text string) []string {
	var out []string
	p := &parser{s: text}
	for p.at < len(p.s) {
		if c := p.next(); c < '0' || c > '9' {
			p.at++
			continue
		}
		if v, err := p.number(); err == nil {
			out = append(out, v.Trim(0).String())
		}
	}
	return out
}

// digits is how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
