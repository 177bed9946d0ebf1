package prompts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// maxAnswer bounds what is decoded, in bytes; no schema here allows half of it.
const maxAnswer = 64 << 10

// decode reads one JSON object, and nothing after it. A server that does not know schemas may have
// fenced it.
func decode(answer string, into any) error {
	s := strings.TrimSpace(answer)
	if in, ok := strings.CutPrefix(s, "```"); ok {
		s = strings.TrimSuffix(strings.TrimPrefix(in, "json"), "```")
	}
	if len(s) > maxAnswer {
		return fmt.Errorf("%w: it has more than %d KiB", ErrForm, maxAnswer>>10)
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(s)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%w: %.80s", ErrForm, err.Error())
	}
	if dec.More() {
		return fmt.Errorf("%w: something follows it", ErrForm)
	}
	return nil
}
