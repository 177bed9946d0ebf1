package ics

import (
	"net/url"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/ics/ical"
)

// call is an https link to join by: from the properties made for it, else the first address of a
// known service in place and description.
func (e *event) call(location, body string) string {
	for i := range e.props {
		p := &e.props[i]
		switch p.id {
		case pGoogle, pTeams, pConference:
			// CONFERENCE may be a telephone number.
			if u := secure(ical.String(p.value)); u != "" {
				return u
			}
		}
	}
	for _, id := range []propID{pURL, pLocation} {
		if u := meeting(e.text(id)); u != "" {
			return u
		}
	}
	if u := meeting(location); u != "" {
		return u
	}
	return meeting(body)
}

func secure(s string) string {
	u := minutes.WebURL(s)
	if !strings.HasPrefix(u, "https://") {
		return ""
	}
	return u
}

// maxLinks bounds how many addresses of a text are looked at.
const maxLinks = 50

// meeting is the first address in s that is a known service's meeting.
func meeting(s string) string {
	for range maxLinks {
		i := strings.Index(s, "https://")
		if i < 0 {
			return ""
		}
		s = s[i:]
		end := strings.IndexAny(s, " \t\n\"'<>|\\^`{}")
		if end < 0 {
			end = len(s)
		}
		link := strings.TrimRight(s[:end], ".,;:!?)]*")
		s = s[end:]
		if u := secure(link); u != "" && isMeeting(u) {
			return u
		}
	}
	return ""
}

// isMeeting knows the addresses under which the common services hold meetings; their help pages
// and dial-in lists are on the same hosts.
func isMeeting(link string) bool {
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	host, path := strings.ToLower(u.Hostname()), strings.ToLower(u.Path)
	under := func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }
	starts := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(path, p) && len(path) > len(p) {
				return true
			}
		}
		return false
	}
	switch {
	case host == "meet.google.com":
		return starts("/") && !starts("/tel/")
	case under("zoom.us"), under("zoomgov.com"), under("zoom.com"):
		return starts("/j/", "/my/", "/w/", "/s/", "/wc/")
	case host == "teams.microsoft.com", host == "teams.live.com", under("gov.teams.microsoft.us"):
		return starts("/l/meetup-join/", "/meet/", "/l/meeting/")
	case under("webex.com"):
		return starts("/meet/", "/join/", "/m/") || strings.Contains(path, "/j.php") || strings.Contains(path, "/wbxmjs/")
	case host == "meet.goto.com", under("gotomeeting.com"), host == "gotomeet.me", host == "whereby.com", host == "meet.jit.si",
		host == "app.chime.aws", host == "chime.aws", host == "join.skype.com", host == "8x8.vc", host == "meet.proton.me":
		return starts("/")
	case host == "facetime.apple.com":
		return starts("/join")
	case host == "app.slack.com", under("slack.com"):
		return starts("/huddle/")
	case host == "discord.com", host == "discord.gg":
		return host == "discord.gg" && starts("/") || starts("/invite/", "/events/")
	}
	// Servers of one's own: Jitsi and BigBlueButton are mostly found under such names.
	label, _, _ := strings.Cut(host, ".")
	return (label == "meet" || label == "jitsi" || label == "bbb" || label == "talk") && starts("/")
}
