package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/dailyminutes/minutes"
)

// cannotConnect is the error of a connection that did not come about.
func (s *source) cannotConnect(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("imap: connect: %w", ctx.Err())
	}
	problem := "no connection"
	hint := "check the network; if it works, check host and port in the config"
	switch low := strings.ToLower(err.Error()); {
	case strings.Contains(low, "no such host"):
		problem, hint = "there is no host of that name", "check host in the config, and the network"
	case strings.Contains(low, "refused"):
		problem, hint = "it refuses the connection", "check port in the config: 993 for TLS, 143 for STARTTLS"
	case strings.Contains(low, "lookup "):
		problem, hint = "its name could not be looked up", "check the network: the name server does not answer"
	case errors.Is(err, context.DeadlineExceeded) || strings.Contains(low, "timeout"):
		problem = "no connection within " + s.connecting.String()
	}
	err = fmt.Errorf("imap: %s:%d: %s: %w", s.config.Host, s.config.Port, problem, minutes.ErrUnreached)
	if strings.Contains(problem, "refuses") {
		err = again{err}
	}
	return minutes.WithHint(err, hint)
}

// cannotSecure is the error of a connection on which TLS did not come about.
func (s *source) cannotSecure(ctx context.Context, g *guard, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("imap: connect: %w", ctx.Err())
	}
	if minutes.Hint(err) != "" {
		return fmt.Errorf("imap: %w", err)
	}
	if problem, hint := isTLSTrouble(s.config.Host, err); problem != "" {
		return minutes.WithHint(fmt.Errorf("imap: %s: %s", s.config.Host, problem), hint)
	}
	silence := g.why()
	if errors.Is(err, context.DeadlineExceeded) {
		silence = fmt.Errorf("%w: no TLS handshake within %s", errSilence, s.securing)
	}
	if errors.Is(silence, errSilence) {
		return minutes.WithHint(fmt.Errorf("imap: %s: %w: %w", s.config.Host, silence, minutes.ErrOffline), "try again; if it stays, check port and tls in the config")
	}
	switch text := err.Error(); {
	case strings.Contains(text, "protocol version"):
		return minutes.WithHint(fmt.Errorf("imap: %s: its TLS is too old: this program wants 1.2 or newer: %w", s.config.Host, minutes.ErrOffline),
			"ask the mail provider for a server with newer TLS: over an old one others can read the password")
	case errors.Is(err, io.EOF), strings.Contains(text, "EOF"), strings.Contains(text, "connection reset"), strings.Contains(text, "broken pipe"):
		return minutes.WithHint(fmt.Errorf("imap: %s: the connection broke off before TLS was agreed on: %w", s.config.Host, again{minutes.ErrOffline}),
			"try again; if it stays, check port and tls in the config, or try another network")
	}
	text := minutes.CleanLine(err.Error()).Cut(160).String()
	if strings.Contains(text, "refused") || strings.Contains(text, "refuses") || errors.Is(err, errProtocol) {
		return minutes.WithHint(fmt.Errorf("imap: %s: %s", s.config.Host, text),
			`use tls = "implicit" with port 993 if the provider has it; if this server never did so before, someone may be in between`)
	}
	return minutes.WithHint(fmt.Errorf("imap: %s: TLS: %s: %w", s.config.Host, text, minutes.ErrOffline),
		"check port and tls in the config; try again on another network")
}

// noSecret is the error of a password that could not be had.
func (s *source) noSecret(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("imap: password: %w", ctx.Err())
	}
	if minutes.Hint(err) == "" {
		err = minutes.WithHint(err, "store it with minutes auth "+s.env.Name+", or say where it is: password = { command = … }, { env = … } or { file = … }")
	}
	return fmt.Errorf("imap: password: %w", err)
}

// why explains what went wrong while doing something: the caller's cancelling, the guard's finding,
// the server's word, or the connection, in this order.
func (v *visit) why(doing string, err error) error {
	if v.ctx.Err() != nil {
		return fmt.Errorf("imap: %s: %w", doing, v.ctx.Err())
	}
	var said *imap.Error
	if errors.As(err, &said) {
		return v.refused(doing, said)
	}
	cause := v.g.why()
	switch {
	case errors.Is(cause, errProtocol):
		return minutes.WithHint(fmt.Errorf("imap: %s: %w", doing, cause), noMailServer(doing))
	case errors.Is(cause, errSilence):
		return minutes.WithHint(fmt.Errorf("imap: %s: %w: %w", doing, cause, minutes.ErrOffline), "try again later; the server or the network is slow")
	}
	if bye := v.clean(v.g.farewell()).Cut(200); !bye.Empty() {
		return minutes.WithHint(fmt.Errorf("imap: %s: the server closed the session: %s: %w", doing, bye, again{minutes.ErrOffline}), hintOf(bye.String()))
	}
	// A command may end of the broken connection before it ends of what broke it: the reader knows.
	if read := v.c.Close(); errors.Is(err, errProtocol) || notIMAP(err) || read != nil && notIMAP(read) {
		return minutes.WithHint(fmt.Errorf("imap: %s: %w", doing, errProtocol), noMailServer(doing))
	}
	return minutes.WithHint(fmt.Errorf("imap: %s: the connection broke off: %w", doing, again{minutes.ErrOffline}), "try again; if it stays, check host, port and tls in the config")
}

// noMailServer is the next step where what answers does not speak as a mail server does.
func noMailServer(doing string) string {
	if doing == "greeting" {
		return "if this network wants a sign-in, open a browser first; else check that host and port are an IMAP server's"
	}
	return "check that host and port are an IMAP server's; if they are, report which server it is"
}

// notIMAP says that the library could not read what the server sent.
func notIMAP(err error) bool {
	text := err.Error()
	for _, mark := range []string{"imapwire:", "expected ", "unsupported response", "unsupported msg-att", "cannot read", "in response-data:",
		"in resp-", "panic reading", "unknown tag", "unmatched continuation", "imapclient:", "made anew"} {
		if strings.Contains(text, mark) && !strings.Contains(text, "EOF") && !strings.Contains(text, "connection reset") && !strings.Contains(text, "closed") {
			return true
		}
	}
	return false
}

// refused is the server's NO, BAD or BYE. Its text is shown, cleaned; an ALERT must be.
func (v *visit) refused(doing string, said *imap.Error) error {
	text := v.clean(said.Text).Cut(200)
	for _, alert := range v.g.alerts() {
		if a := v.clean(alert).Cut(200); a != text {
			text = minutes.Join(" – ", text, a)
		}
	}
	err := fmt.Errorf("imap: %s: the server says %s: %s", doing, said.Type, text)
	low := strings.ToLower(text.String())
	code := strings.ToUpper(string(said.Code))
	switch {
	case code == "UNAVAILABLE" || code == "INUSE" || code == "THROTTLED" || code == "LIMIT" || strings.Contains(low, "too many") ||
		strings.Contains(low, "throttle") || strings.Contains(low, "unavailable") || strings.Contains(low, "try again"):
		return minutes.WithHint(fmt.Errorf("%w: %w", err, again{minutes.ErrOffline}), hintOf(low))
	case code == "OVERQUOTA" || strings.Contains(low, "bandwidth") || strings.Contains(low, "quota"):
		return minutes.WithHint(err, "the mailbox or the day's volume is used up: make room, or wait until tomorrow")
	case doing == "login" || code == "AUTHENTICATIONFAILED" || code == "AUTHORIZATIONFAILED" || code == "EXPIRED":
		return minutes.WithHint(fmt.Errorf("%w: %w", err, minutes.ErrAuth), v.signInHint(code, low))
	case code == "SERVERBUG" || code == "CONTACTADMIN" || code == "CORRUPTION":
		return minutes.WithHint(fmt.Errorf("%w: %w", err, minutes.ErrOffline), hintOf(low))
	case code == "NONEXISTENT" || code == "TRYCREATE" || strings.HasPrefix(doing, "folder "):
		return minutes.WithHint(fmt.Errorf("%w: %w", err, minutes.ErrNotFound), "name the folder as the server does, or take it out of folders (or sent) in the config")
	}
	return minutes.WithHint(err, hintOf(low))
}

// hintOf is the next step for what a server says when it would rather not.
func hintOf(text string) string {
	low := strings.ToLower(text)
	switch {
	case strings.Contains(low, "too many") || strings.Contains(low, "simultaneous"):
		return "close other mail programs on this account, or wait a few minutes"
	case strings.Contains(low, "throttle") || strings.Contains(low, "limit") || strings.Contains(low, "bandwidth"):
		return "wait: the server allows no more for now; a smaller limit in the config helps"
	}
	return "try again in a few minutes; if it stays, ask the mail provider"
}

// signInHint is what to do about a refused sign-in, by provider: most want an app password.
func (v *visit) signInHint(code, text string) string {
	host := strings.ToLower(v.config.Host)
	is := func(domains ...string) bool {
		for _, d := range domains {
			if host == d || strings.HasSuffix(host, "."+d) {
				return true
			}
		}
		return false
	}
	switch {
	case is("gmail.com", "googlemail.com", "google.com"):
		return "Gmail takes an app password here, not the account's: make one at https://myaccount.google.com/apppasswords, with IMAP on"
	case is("icloud.com", "me.com", "mail.me.com"):
		return "iCloud takes an app-specific password: make one at https://account.apple.com, under Sign-In and Security"
	case is("yahoo.com", "aol.com"):
		return "Yahoo takes an app password: make one in the account's security settings"
	case is("fastmail.com", "messagingengine.com"):
		return "Fastmail takes an app password: make one under Settings, Privacy & Security"
	case is("outlook.com", "office365.com", "hotmail.com"):
		return "Microsoft takes no passwords over IMAP any more, and xoauth2 is not supported yet: forward the mail or wait for it"
	case code == "PRIVACYREQUIRED" || strings.Contains(text, "plaintext") || strings.Contains(text, "logindisabled"):
		return `the server wants TLS first: set tls = "starttls" or "implicit"`
	case code == "EXPIRED":
		return "the password has expired: change it at the provider, then where the config of " + v.env.Name + " finds it"
	}
	return "check the username and password of " + v.env.Name + "; many providers want an app password (see the connector's README)"
}

// clean is what a server says, without the password: it may have broken that up with characters that
// cleaning takes out.
func (v *visit) clean(text string) minutes.Safe {
	return minutes.CleanLine(v.scrub(minutes.CleanLine(v.scrub(text)).String()))
}

// scrub takes the password out of what a server says back.
func (v *visit) scrub(text string) string {
	if p := v.secret.Reveal(); len(p) > 3 {
		text = strings.ReplaceAll(text, p, "[secret]")
	}
	return text
}
