package gate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Name is the handle of an item: the same on every day, so that prompts stay cacheable, and not to be
// guessed without the install's key.
func Name(key []byte, item string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(item))
	return "h" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:8]))
}

// Admit cuts a result to what a run may take in: MaxResult, and a quarter of window (bytes that the
// model's context holds; 0: not known) from one source, of which used are taken. It says what the
// run's label is from then on.
func Admit(taint minutes.Label, result minutes.Text, window, used int) (minutes.Text, minutes.Label) {
	limit := MaxResult
	if window > 0 {
		limit = min(limit, max(window/4-used, 0))
	}
	s := result.String()
	result.Safe = minutes.Clean(strings.ToValidUTF8(s[:min(limit, len(s))], ""))
	return result, taint.Join(result.Label)
}
