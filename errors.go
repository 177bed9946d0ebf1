package minutes

import (
	"errors"
	"fmt"
)

// The errors a caller can act on. They are wrapped with the doing:
// fmt.Errorf("imap: login: %w", minutes.ErrAuth).
var (
	ErrAuth    = errors.New("sign-in refused")
	ErrOffline = errors.New("not reachable")
	// ErrUnreached is the kind of ErrOffline where no connection came about at all. When that is so of every
	// source, it is this machine's network.
	ErrUnreached = fmt.Errorf("%w", ErrOffline)
	ErrBudget    = errors.New("budget used up")
	ErrNotFound  = errors.New("not found")
)

// hinted is an error with its remedy.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// WithHint gives err the next step: a sentence in the imperative ("check the password: minutes
// auth work"). Neither err nor hint may hold a secret. A nil err stays nil.
func WithHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return hinted{err, hint}
}

// Hint is the outermost hint that err carries, or "".
func Hint(err error) string {
	var h hinted
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}
