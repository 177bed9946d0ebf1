package imap

import (
	"crypto/sha256"
	"encoding/base32"
	"net/mail"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// shortHash is 13 characters of a-z and 2-7: 65 bits, enough that two mails of one person never meet.
func shortHash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:9]))[:13]
}

// itemID is the same for a message in two folders, after a change of UIDVALIDITY and on any machine
// whose source has that name.
func itemID(source, messageID, from, subject string, at time.Time, size int64) string {
	if messageID != "" {
		return "mail:" + shortHash(source, messageID)
	}
	return "mail:" + shortHash(source, "", at.UTC().Format(time.RFC3339), from, subject, strconv.FormatInt(size, 10))
}

// messageIDs reads ids from Message-ID, References or In-Reply-To, without <>. What is not in <> is
// taken only where nothing is, and only if it looks like an id.
func messageIDs(s string) []string {
	var ids []string
	for rest := s; len(ids) < 200; {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		id, after, ok := strings.Cut(rest[i+1:], ">")
		if !ok {
			break
		}
		if id = cleanID(id); id != "" {
			ids = append(ids, id)
		}
		rest = after
	}
	if len(ids) == 0 {
		for _, w := range strings.Fields(s) {
			if strings.Contains(w, "@") && !strings.ContainsAny(w, "<>") {
				ids = append(ids, cleanID(w))
				break
			}
		}
	}
	return ids
}

func cleanID(s string) string {
	s = strings.Join(strings.Fields(minutes.CleanLine(s).String()), "")
	if len(s) > 400 {
		return ""
	}
	return s
}

// threadOf names the conversation: by the oldest id that the message refers to, else by its own; by
// subject and people only where a message has no ids at all.
func threadOf(h header, messageID, subject string, people []string) string {
	if refs := messageIDs(h.all("references")); len(refs) > 0 {
		return "thread:" + shortHash(refs[0])
	}
	if refs := messageIDs(h.all("in-reply-to")); len(refs) > 0 {
		return "thread:" + shortHash(refs[0])
	}
	if messageID != "" {
		return "thread:" + shortHash(messageID)
	}
	people = append([]string{}, people...)
	sort.Strings(people)
	return "thread:" + shortHash(append([]string{plainSubject(subject)}, people...)...)
}

// plainSubject is the subject without Re:, Fwd: and their cousins, in lower case.
func plainSubject(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	for {
		p, rest, ok := strings.Cut(s, ":")
		p, _, _ = strings.Cut(p, "[")
		switch strings.TrimSpace(p) {
		case "re", "fw", "fwd", "aw", "wg", "tr", "rv", "sv", "vs", "antw", "r", "i", "rif", "res", "enc":
			if ok {
				s = strings.TrimSpace(rest)
				continue
			}
		}
		return s
	}
}

// sentAt is when the message was sent: its Date, if it has one that can be true given when the
// server received it, else that.
func sentAt(date string, received time.Time) time.Time {
	t, ok := parseDate(date)
	if received.IsZero() {
		if ok {
			return t
		}
		return received
	}
	if !ok || t.After(received.Add(24*time.Hour)) || t.Before(received.AddDate(-1, 0, 0)) {
		return received
	}
	return t
}

// parseDate reads RFC 5322's dates and what real mail has in their place. Zone names are read as
// RFC 822 says: net/mail takes any but a few for UTC.
func parseDate(s string) (time.Time, bool) {
	s, _, _ = strings.Cut(s, "(")
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00a0", " ")), " ")
	if s == "" || len(s) > 80 {
		return time.Time{}, false
	}
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		if off := zoneOffset(s[i+1:]); off != "" {
			s = s[:i+1] + off
		}
	}
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", s); err == nil { // as nearly all are; net/mail tries others first
		return sane(t)
	}
	if t, err := mail.ParseDate(s); err == nil {
		return sane(t)
	}
	for _, layout := range []string{
		"Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05",
		"Mon Jan 2 15:04:05 2006 -0700", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 -0700 2006",
		"Mon, 2 Jan 2006 15.04.05 -0700", "Monday, 2 January 2006 15:04:05 -0700", "Monday, January 2, 2006 3:04 PM",
		"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "Mon, 2-Jan-2006 15:04:05 -0700",
		"2 January 2006 15:04:05 -0700", "2 Jan 2006 15:04-0700", "Mon, 2 Jan 06 15:04:05", "2 Jan 06 15:04:05 -0700", "Mon, Jan 2 2006 15:04:05 -0700", "Mon, 2 Jan 06 15:04:05 -0700", "02/01/2006 15:04:05",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return sane(t)
		}
	}
	if day, rest, ok := strings.Cut(s, ","); ok && len(day) < 12 {
		return parseDate(strings.TrimSpace(rest)) // a weekday of no language that Go knows
	}
	return time.Time{}, false
}

func sane(t time.Time) (time.Time, bool) { return t, t.Year() >= 1980 && t.Year() < 2200 }

func zoneOffset(z string) string {
	switch strings.ToUpper(z) {
	case "UT", "GMT", "UTC", "Z", "WET", "-0000":
		return "+0000"
	case "EST", "CDT":
		return "-0500"
	case "EDT":
		return "-0400"
	case "CST", "MDT":
		return "-0600"
	case "MST", "PDT":
		return "-0700"
	case "PST":
		return "-0800"
	case "CET", "MET", "BST":
		return "+0100"
	case "CEST", "MEST", "EET":
		return "+0200"
	case "EEST", "MSK":
		return "+0300"
	case "IST":
		return "+0530"
	case "JST", "KST":
		return "+0900"
	case "AEST":
		return "+1000"
	case "AEDT":
		return "+1100"
	}
	if len(z) == 4 && (z[0] == '-' || z[0] == '+') && strings.Trim(z[1:], "0123456789") == "" {
		return z[:1] + "0" + z[1:] // -600
	}
	if len(z) == 8 && strings.HasPrefix(strings.ToUpper(z), "GMT") {
		return z[3:]
	}
	return ""
}
