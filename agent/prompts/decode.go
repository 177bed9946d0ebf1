package prompts

import (
	"fmt"
	"strings"

	"github.com/dailyminutes/minutes/agent/prompts/strictjson"
)

// maxAnswer bounds what is decoded, in bytes; no schema here allows half of it.
const maxAnswer = 64 << 10

// decode reads one JSON object, whole or not at all. A server that does not know schemas may have fenced
// it.
func decode(answer string, into any) error {
	s := strings.TrimSpace(answer)
	if in, ok := strings.CutPrefix(s, "```"); ok {
		s = strings.TrimSuffix(strings.TrimPrefix(in, "json"), "```")
	}
	if len(s) > maxAnswer {
		return fmt.Errorf("%w: it has more than %d KiB", ErrForm, maxAnswer>>10)
	}
	if err := strictjson.Decode([]byte(s), into); err != nil {
		return fmt.Errorf("%w: %.120s", ErrForm, err.Error())
	}
	return nil
}
