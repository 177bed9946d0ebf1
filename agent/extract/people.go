package extract

import (
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/extract/when"
)

// people is whom the reader knows: those they wrote to, work with, said are important, or met at
// an event they accepted. What an unknown person writes gets a line and an action, never the top.
type people struct {
	m       minutes.Morning
	known   map[string]bool // addresses
	names   map[string]bool // of known people, folded
	domains map[string]bool // my own, but for public ones
	threads map[string]bool // I wrote in
	first   []string        // my names, folded
	wrote   bool            // any mail of mine is there: only then is "not answered" known
}

func meet(m minutes.Morning, ranked []minutes.Scored, sent []minutes.Item) people {
	p := people{m: m, known: map[string]bool{}, names: map[string]bool{}, domains: map[string]bool{}, threads: map[string]bool{}}
	p.first = wordsOf(m.Profile.Name)
	for _, a := range m.Profile.Addresses {
		p.known[strings.ToLower(a)] = true
		if _, domain, ok := strings.Cut(strings.ToLower(a), "@"); ok && !public(domain) {
			p.domains[domain] = true
		}
	}
	add := func(a minutes.Address) {
		p.known[a.Email] = true
		if n := fold(a.Name.String()); n != "" {
			p.names[n] = true
		}
	}
	for _, it := range sent {
		p.wrote = true
		p.threads[it.Mail.Thread] = true
		for _, a := range append(slices.Clone(it.Mail.To), it.Mail.Cc...) {
			add(a)
		}
	}
	for _, s := range ranked {
		switch {
		case s.Event != nil && (s.Event.MyStatus == "accepted" || p.mine(s.Event.Organizer)):
			add(s.Event.Organizer)
			for _, a := range s.Event.Attendees {
				add(a)
			}
		case s.Mail != nil && (s.Mail.Answered || p.is(s.Mail.From)):
			add(s.Mail.From)
		}
	}
	return p
}

func public(domain string) bool {
	switch domain {
	case "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com", "yahoo.com", "gmx.de", "gmx.net",
		"web.de", "proton.me", "protonmail.com", "aol.com", "mail.com", "fastmail.com":
		return true
	}
	return false
}

func (p people) mine(a minutes.Address) bool {
	return slices.ContainsFunc(p.m.Profile.Addresses, func(m string) bool { return strings.EqualFold(m, a.Email) })
}

func (p people) important(a minutes.Address) bool {
	return slices.ContainsFunc(p.m.Profile.Important, func(w string) bool {
		w = strings.ToLower(w)
		return w == a.Email || strings.HasPrefix(w, "@") && strings.HasSuffix(a.Email, w) || !strings.Contains(w, "@") && hasWords(a.Name.String(), w)
	})
}

func (p people) is(a minutes.Address) bool {
	return p.known[a.Email] || p.ours(a) || p.important(a)
}

// knows is people.is for a mail: an answer in a thread of mine is from someone I wrote to.
func (p people) knows(it minutes.Item) bool {
	return p.is(it.Mail.From) || p.threads[it.Mail.Thread]
}

// class is what sort of mail one is.
type class int

const (
	person     class = iota // one person wrote it to few
	list                    // a person wrote it to a list
	notice                  // a machine: builds, receipts, tickets
	newsletter              // a machine, to many
	suspect                 // what it wants, a stranger should not get
)

func (d *desk) classify(it minutes.Item) class {
	local, _, _ := strings.Cut(it.Mail.From.Email, "@")
	robot := machineName()
	switch {
	case d.suspicious(it):
		return suspect
	case agendaMail().MatchString(it.Title.String()) && (it.Mail.Bulk || robot.MatchString(local)):
		return newsletter // tells what the calendar tells
	case robot.MatchString(local):
		return notice
	case it.Mail.ListID != "" && !it.Mail.Bulk:
		return list
	case it.Mail.Bulk && noticeTitle().MatchString(it.Title.String()):
		return notice
	case it.Mail.Bulk:
		return newsletter
	}
	return person
}

var machineName = lazy(`(?i)^(no-?reply|do-?not-?reply|notifications?|mailer-daemon|postmaster|bounces?|alerts?|receipts?|git(lab|hub)?|jira|ci|builds?|backup|calendar-notification|circulation)([-+._].*)?$`)

var agendaMail = lazy(`(?i)^(?:your (?:day|agenda|schedule)|daily agenda)\b`)

var noticeTitle = lazy(`(?i)\b(receipt|invoice|your order|order (?:no|#|\d+|confirm\w*|shipped)|booking|payment|parcel|delivery|pipeline|build|merge request|pull request|ticket|statement|facture|rechnung|reservation|boarding pass|assigned|automatic reply|out of office|abwesend)\b`)

var injected = lazy(`(?i)(ignore|disregard|forget)\s+(all\s+|any\s+)*(of\s+)?(the\s+|your\s+)?(previous|prior|above|earlier)\s+(instructions?|prompts?|rules)|system prompt|you are now (the|an?)\b[^.]*\bassistant|\bassistant\s*(:|must|should|shall)|\[/?(system|inst)\]|<\|[a-z_]+\|>|as an ai\b|in the tl;dr`)

var wantsSecrets = lazy(`(?i)(verify|confirm|update|enter|validate)\s+your\s+(password|account|login|identity|credentials|payment)|account\s+(was|is|will be|has been)\s+(blocked|suspended|closed|locked|limited)|sign in\b[^.]*\bto keep|mailbox is \d+ ?% full`)

var wantsMoney = lazy(`(?i)gift cards?|wire (transfer|[€$£]?\d)|(dollars|euros|usd) to transfer|new (bank )?account below|bank details have changed|beneficiary|inheritance|search engine listing|lose your domain`)

var presses = lazy(`(?i)final (notice|warning)|overdue|legal action|expires? today|last reminder`)

var pays = lazy(`(?i)\bpay(ment|able)?\b`)

// suspicious goes by what a mail wants together with who wants it: a stranger who asks for a
// password or money, or anyone whose text speaks to a program instead of the reader.
func (d *desk) suspicious(it minutes.Item) bool {
	if it.Mail.Bulk {
		return false // never lifted from, so nothing to guard
	}
	text := it.Title.String() + "\n" + it.Body.String()
	if it.Body.Empty() {
		text = it.Title.String() + "\n" + it.Excerpt.String()
	}
	if injected().MatchString(text) {
		return true
	}
	if d.people.knows(it) {
		return false
	}
	_, pressing := when.Urgent(text)
	return wantsSecrets().MatchString(text) || wantsMoney().MatchString(text) ||
		presses().MatchString(text) && pays().MatchString(text) || d.people.posed(it.Mail.From) && pressing
}

// posed holds for a stranger's address under the name of someone known.
func (p people) posed(a minutes.Address) bool { return !p.is(a) && p.names[fold(a.Name.String())] }

// who is the sender as a line names them.
func who(it minutes.Item) string {
	if !it.Author.Empty() {
		return it.Author.Line().Cut(50).String()
	}
	return it.Mail.From.String()
}

// firstName is what a to-do calls someone: the first name of a person, the whole of anything else.
func firstName(it minutes.Item) string { return shortName(who(it), it.Mail.From.Email) }

func shortName(name, email string) string {
	f := strings.Fields(name)
	if len(f) < 2 || len(f) > 3 || titled(f[0]) {
		return name
	}
	local, _, _ := strings.Cut(email, "@")
	first, last := plain(f[0]), plain(f[len(f)-1])
	if strings.Contains(local, first) || strings.Contains(local, last) && strings.HasPrefix(local, first[:1]) && !strings.HasPrefix(local, last) {
		return f[0]
	}
	return name
}

func titled(w string) bool {
	switch strings.ToLower(strings.TrimSuffix(w, ".")) {
	case "dr", "prof", "mr", "mrs", "ms", "mx", "sir", "frau", "herr", "madame", "monsieur", "mme", "señor", "señora", "the", "judge":
		return true
	}
	return false
}

// plain is a name as addresses write it.
func plain(s string) string {
	return strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss", "é", "e", "è", "e", "ê", "e", "á", "a", "à", "a", "í", "i", "ó", "o",
		"ú", "u", "ñ", "n", "ç", "c", "ø", "o", "å", "a").Replace(strings.ToLower(s))
}
