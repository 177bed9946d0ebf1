package imap

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/emersion/go-imap/v2"
)

// maxFound bounds what SEARCH may answer, in stretches of UIDs.
const maxFound = 1 << 20

// readSearch adds what a SEARCH or ESEARCH response found. The library would sort while it reads, and
// four MiB of UIDs that fall take it a minute.
func readSearch(set imap.UIDSet, b []byte) (imap.UIDSet, error) {
	t := tokens{b: b}
	t.eat('*')
	t.space()
	t.atom() // SEARCH
	for t.space(); t.at < len(t.b); t.space() {
		if t.peek() == '(' { // (MODSEQ 9), (TAG "T5")
			if !t.skip() {
				return set, fmt.Errorf("%w: a list without an end in a search's answer", errProtocol)
			}
			continue
		}
		word := t.atom()
		switch {
		case len(word) == 0:
			return set, fmt.Errorf("%w: no numbers in a search's answer", errProtocol)
		case word[0] >= '0' && word[0] <= '9':
			var ok bool
			if set, ok = addRanges(set, word); !ok {
				return set, fmt.Errorf("%w: numbers that are none in a search's answer", errProtocol)
			}
		case bytes.EqualFold(word, []byte("UID")), bytes.EqualFold(word, []byte("ALL")):
		default: // COUNT 3
			if t.space(); len(t.atom()) == 0 {
				return set, fmt.Errorf("%w: a name without a value in a search's answer", errProtocol)
			}
		}
	}
	return set, nil
}

// addRanges adds "3", "1:5" or "1:5,9".
func addRanges(set imap.UIDSet, word []byte) (imap.UIDSet, bool) {
	for more := true; more; {
		var one []byte
		one, word, more = bytes.Cut(word, []byte(","))
		from, to, is := bytes.Cut(one, []byte(":"))
		if !is {
			to = from
		}
		a, err1 := strconv.ParseUint(string(from), 10, 32)
		b, err2 := strconv.ParseUint(string(to), 10, 32)
		if err1 != nil || err2 != nil || len(set) > maxFound {
			return set, false
		}
		r := imap.UIDRange{Start: imap.UID(min(a, b)), Stop: imap.UID(max(a, b))}
		if last := len(set) - 1; last >= 0 && r.Start > 0 && set[last].Stop == r.Start-1 {
			set[last].Stop = r.Stop
		} else if r.Start > 0 {
			set = append(set, r)
		}
	}
	return set, true
}

// found gives a search's answer to the folder that is open.
func (v *visit) found(b []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	m := v.current()
	if m == nil || !m.looking {
		return nil
	}
	var err error
	m.found, err = readSearch(m.found, b)
	return err
}
