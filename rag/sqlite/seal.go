package sqlite

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"

	"github.com/dailyminutes/minutes"
)

// A line of the journal ends in a checksum of what stands before it, as its last member: the line
// stays JSON, and a bit that turned in it is seen. The lines of earlier versions have none.
const (
	sealHead = `,"sum":"`
	sealTail = `"}`
	sealSize = len(sealHead) + 8 + len(sealTail)
)

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// seal is a judgement as its line, without the newline.
func seal(j minutes.Judgement) ([]byte, error) {
	b, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(b[:len(b)-1:len(b)-1], "%s%08x%s", sealHead, checksum(b), sealTail), nil
}

// sealAll is many as lines.
func sealAll(js []minutes.Judgement) ([]byte, error) {
	var b bytes.Buffer
	for _, j := range js {
		line, err := seal(j)
		if err != nil {
			return nil, err
		}
		if len(line) >= tailSize-1 {
			return nil, errors.New("a judgement is too long to keep")
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes(), nil
}

// unseal is the way back. Without a checksum every member must be one that is known, so that one whose
// name was damaged is no line of an earlier version.
func unseal(line []byte) (minutes.Judgement, error) {
	var j minutes.Judgement
	bare, sum, sealed := unwrap(line)
	if sealed && checksum(bare) != sum {
		return j, errors.New("the checksum is another")
	}
	d := json.NewDecoder(bytes.NewReader(bare))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return j, err
	}
	if j.ID <= 0 || d.More() {
		return j, errors.New("it is not a judgement")
	}
	return j, nil
}

// unwrap takes the checksum off a line that has one.
func unwrap(line []byte) (bare []byte, sum uint32, sealed bool) {
	at := len(line) - sealSize
	if at < 0 || !bytes.HasPrefix(line[at:], []byte(sealHead)) || !bytes.HasSuffix(line, []byte(sealTail)) {
		return line, 0, false
	}
	n, err := strconv.ParseUint(string(line[at+len(sealHead):at+len(sealHead)+8]), 16, 32)
	if err != nil {
		return line, 0, false
	}
	return append(line[:at:at], '}'), uint32(n), true
}
