package config

import (
	"strings"
)

// answers are what a config is written from.
type answers struct {
	zone                            string
	name                            string
	addresses, interests            []string
	mailHost, mailUser, mailCommand string
	calendar, opml, place           string
	watch                           []string
	notes                           []string // what is left for the person to do
}

func defaultAnswers(zone string) answers { return answers{zone: zone, place: placeOf(zone)} }

// guess is what is known of a mail provider.
type guess struct{ host, user, note string }

// guessMail finds the IMAP server of an address. Names of servers are the providers' own.
func guessMail(address string) guess {
	user, domain, _ := strings.Cut(strings.ToLower(address), "@")
	g := guess{host: "imap." + domain, user: address}
	const app = " takes an app password here, not the one of the account: make one in its security settings"
	switch domain {
	case "gmail.com", "googlemail.com":
		g.host, g.note = "imap.gmail.com", "Gmail"+app
	case "fastmail.com", "fastmail.fm":
		g.host, g.note = "imap.fastmail.com", "Fastmail"+app
	case "icloud.com", "me.com", "mac.com":
		g.host, g.user, g.note = "imap.mail.me.com", user, "iCloud"+app
	case "yahoo.com", "yahoo.de", "yahoo.co.uk", "yahoo.fr", "ymail.com":
		g.host, g.note = "imap.mail.yahoo.com", "Yahoo"+app
	case "aol.com":
		g.host, g.note = "imap.aol.com", "AOL"+app
	case "gmx.de", "gmx.net", "gmx.at", "gmx.ch":
		g.host, g.note = "imap.gmx.net", "GMX: switch IMAP on in its settings first (E-Mail, POP3 & IMAP)"
	case "gmx.com":
		g.host, g.note = "imap.gmx.com", "GMX: switch IMAP on in its settings first"
	case "web.de":
		g.host, g.note = "imap.web.de", "WEB.DE: switch IMAP on in its settings first (E-Mail, POP3 & IMAP)"
	case "t-online.de":
		g.host, g.note = "secureimap.t-online.de", "Telekom: the password is the one for mail programs"
	case "posteo.de", "posteo.net":
		g.host = "posteo.de"
	case "proton.me", "protonmail.com":
		g.host, g.note = "", "Proton is read through its Bridge: see the notes on tls in the config"
	case "outlook.com", "hotmail.com", "hotmail.de", "live.com", "live.de", "msn.com":
		g.host, g.note = "", "Outlook takes no passwords any more: it needs signing in by OAuth, which a later version has"
	}
	return g
}

// config is the text of the config: what was answered set, every other key as a comment.
func (a answers) config(kinds []Kind) string {
	var b strings.Builder
	b.WriteString(a.top())
	for _, k := range ordered(kinds) {
		if t := a.table(k.Name); t != "" {
			b.WriteString("\n" + t)
		}
		if k.Sample != "" {
			b.WriteString("\n## All keys of this kind:\n" + commented(strings.TrimSpace(k.Sample)+"\n"))
		}
	}
	b.WriteString("\n" + sampleEnd)
	return b.String()
}

// table is the text of one kind's tables as answered, or "".
func (a answers) table(kind string) string {
	switch {
	case kind == "imap" && a.mailHost != "":
		password := `{ keyring = "mail" }`
		if a.mailCommand != "" {
			password = "{ command = " + quote(a.mailCommand) + " }"
		}
		return tableText("imap", "name", quote("mail"), "host", quote(a.mailHost), "username", quote(a.mailUser), "password", password)
	case kind == "ics" && a.calendar != "":
		key := "path"
		if strings.Contains(a.calendar, "://") {
			key = "url"
		}
		return tableText("ics", "name", quote("calendar"), key, quote(a.calendar))
	case kind == "feed" && a.opml != "":
		return tableText("feed", "name", quote("feeds"), "opml", quote(a.opml))
	case kind == "weather":
		if a.place == "" {
			return ""
		}
		return tableText("weather", "name", quote("weather"), "place", quote(a.place))
	case kind == "market" && len(a.watch) > 0:
		return a.market()
	case keyless(kind):
		text := dropTables(Defaults(a.zone), func(k string) bool { return k != kind })
		if i := strings.Index(text, "[[connectors."); i >= 0 {
			return text[i:]
		}
	}
	return ""
}

// market parts the watch list: pairs of currencies come from the central bank, all else from Yahoo,
// which is unofficial and asked only because the user named something that needs it.
func (a answers) market() string {
	var pairs, symbols []string
	for _, s := range a.watch {
		s = strings.ToUpper(s)
		if l, r, ok := strings.Cut(s, "/"); ok && len(l) == 3 && len(r) == 3 {
			pairs = append(pairs, s)
		} else {
			symbols = append(symbols, s)
		}
	}
	text := ""
	if len(symbols) > 0 {
		text += "## Yahoo is unofficial and for personal use. finnhub and alphavantage take a key of your own.\n" +
			tableText("market", "name", quote("watch"), "provider", quote("yahoo"), "symbols", quoteList(symbols))
	}
	if len(pairs) > 0 {
		if text != "" {
			text += "\n"
		}
		text += tableText("market", "name", quote("rates"), "provider", quote("frankfurter"), "symbols", quoteList(pairs))
	}
	return text
}

// tableText writes one table of keys and TOML values in turn.
func tableText(kind string, keys ...string) string {
	text := "[[connectors." + kind + "]]\n"
	for i := 0; i+1 < len(keys); i += 2 {
		text += keys[i] + " = " + keys[i+1] + "\n"
	}
	return text
}

// top is the part before the connectors, with the person filled in.
func (a answers) top() string {
	set := map[string]string{}
	if a.name != "" {
		set["name"] = quote(a.name)
	}
	if len(a.addresses) > 0 {
		set["addresses"] = quoteList(a.addresses)
	}
	if len(a.interests) > 0 {
		set["interests"] = quoteList(a.interests)
	}
	lines := strings.Split(sampleTop, "\n")
	for i, l := range lines {
		key, _, ok := strings.Cut(strings.TrimPrefix(l, "# "), " = ")
		if v, given := set[key]; ok && given && strings.HasPrefix(l, "# ") {
			lines[i] = key + " = " + v
		}
	}
	return strings.Join(lines, "\n")
}

func quoteList(in []string) string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = quote(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}
