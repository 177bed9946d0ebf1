package rag

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// maxSteps bounds how often an address is taken further, redirectors one in another among it; each
// step makes it shorter. What never comes to rest is no address that anyone links to.
const maxSteps = 50

// Canonical is the form in which addresses of the same page are equal: https, no www., m. or amp,
// no tracking, no fragment, sorted parameters, redirectors taken off as far as their address tells
// (nothing is asked). It is "" for what is no web address. It is for comparing, not for opening.
func Canonical(address string) string {
	for range maxSteps {
		next := step(address)
		if next == address {
			return next
		}
		address = next
	}
	return ""
}

func step(address string) string {
	u := parse(address)
	if u == nil {
		return ""
	}
	if inner := parse(unwrap(u)); inner != nil {
		return inner.String()
	}
	u.Scheme, u.User, u.Opaque = "https", nil, ""
	if u.Host = host(u); u.Host == "" {
		return ""
	}
	if !strings.HasPrefix(u.Fragment, "!") { // #!/page is how some old sites address pages
		u.Fragment, u.RawFragment = "", ""
	}
	sites(u)
	u.Path, u.RawPath = pagePath(u.Path), ""
	u.RawQuery, u.ForceQuery = parameters(u.Query()), false
	return u.String()
}

func parse(s string) *url.URL {
	if len(s) > 4096 {
		return nil
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil
	}
	return u
}

// host is lower case without a default port and without the names that only mean "small screen".
func host(u *url.URL) string {
	h := strings.Trim(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(h, "..") {
		return ""
	}
	parts := strings.Split(h, ".")
	for len(parts) > 2 {
		switch parts[0] {
		case "www", "www2", "m", "mobile", "amp":
			parts = parts[1:]
			continue
		}
		if len(parts) > 3 && parts[1] == "m" { // en.m.wikipedia.org
			parts = append(parts[:1:1], parts[2:]...)
			continue
		}
		break
	}
	h = strings.Join(parts, ".")
	if strings.Contains(h, ":") {
		h = "[" + h + "]"
	}
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		h += ":" + p
	}
	return h
}

// unwrap is the address that a redirector's own address carries, or "".
func unwrap(u *url.URL) string {
	h, q := host(u), u.Query()
	first := func(names ...string) string {
		for _, n := range names {
			if v := q.Get(n); strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://") {
				return v
			}
		}
		return ""
	}
	switch {
	case (h == "google.com" || strings.HasPrefix(h, "google.")) && u.Path == "/url":
		return first("q", "url")
	case h == "google.com" && strings.HasPrefix(u.Path, "/amp/s/"):
		return "https://" + strings.TrimPrefix(u.Path, "/amp/s/")
	case strings.HasSuffix(h, ".cdn.ampproject.org"):
		if _, page, ok := strings.Cut(u.Path, "/s/"); ok {
			return "https://" + page
		}
	case h == "l.facebook.com" || h == "lm.facebook.com" || h == "l.instagram.com":
		return first("u")
	case h == "out.reddit.com" || h == "steamcommunity.com" || h == "vk.com":
		return first("url", "to")
	case h == "duckduckgo.com" && strings.HasPrefix(u.Path, "/l/"):
		return first("uddg")
	case h == "youtube.com" && u.Path == "/redirect":
		return first("q")
	case h == "t.umblr.com":
		return first("z")
	case h == "href.li":
		if s, err := url.QueryUnescape(u.RawQuery); err == nil {
			return s
		}
	case h == "web.archive.org" || h == "12ft.io":
		if i := strings.Index(u.Path, "http"); i > 0 {
			s := u.Path[i:]
			if strings.HasPrefix(s, "http:/") && !strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https:/") && !strings.HasPrefix(s, "https://") {
				s = strings.Replace(s, ":/", "://", 1) // a proxy made one slash of two
			}
			if u.RawQuery != "" {
				s += "?" + u.RawQuery
			}
			return s
		}
	}
	return ""
}

var arxiv = regexp.MustCompile(`^/(?:pdf|abs|html)/(.+?)(?:v\d+)?(?:\.pdf)?$`)

// sites knows the second names of a few places that most news links to.
func sites(u *url.URL) {
	keep := func(names ...string) {
		q, out := u.Query(), url.Values{}
		for _, n := range names {
			if v := q.Get(n); v != "" {
				out.Set(n, v)
			}
		}
		u.RawQuery = out.Encode()
	}
	switch u.Host {
	case "youtu.be":
		if id := strings.Trim(u.Path, "/"); id != "" && !strings.Contains(id, "/") {
			u.Host, u.Path, u.RawQuery = "youtube.com", "/watch", url.Values{"v": {id}}.Encode()
		}
	case "youtube.com":
		if id, ok := strings.CutPrefix(u.Path, "/shorts/"); ok && strings.Trim(id, "/") != "" {
			u.Path, u.RawQuery = "/watch", url.Values{"v": {strings.Trim(id, "/")}}.Encode()
		} else if u.Path == "/watch" {
			keep("v")
		}
	case "twitter.com", "x.com", "nitter.net":
		u.Host, u.RawQuery = "x.com", ""
	case "old.reddit.com", "new.reddit.com", "np.reddit.com":
		u.Host = "reddit.com"
	case "news.ycombinator.com":
		keep("id")
	case "arxiv.org", "export.arxiv.org":
		u.Host = "arxiv.org"
		if m := arxiv.FindStringSubmatch(u.Path); m != nil {
			u.Path = "/abs/" + m[1]
		}
	}
}

// pagePath drops what only says in which dress the page comes.
func pagePath(p string) string {
	for {
		was := p
		p = strings.ReplaceAll(p, "//", "/")
		p = strings.TrimRight(p, "/")
		switch base := path.Base(p); base {
		case "amp", "amp.html", "index.html", "index.htm", "index.php", "default.aspx":
			p = strings.TrimSuffix(p, base)
		}
		p = strings.TrimSuffix(p, ".amp")
		if s, ok := strings.CutSuffix(p, ".amp.html"); ok {
			p = s + ".html"
		}
		if p == was {
			return p
		}
	}
}

// tracking holds for parameters that say who sent the reader and not which page it is.
func tracking(name, value string) bool {
	name = strings.ToLower(name)
	for _, p := range []string{"utm_", "mtm_", "pk_", "hsa_", "at_", "fb_", "ga_", "_hs", "oly_", "vero_", "trk_", "wt.", "itm_"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid",
		"mkt_tok", "cmpid", "cmp", "ncid", "ocid", "smid", "spm", "s_cid", "icid", "xtor", "ref", "ref_src", "ref_url", "referrer",
		"guccounter", "guce_referrer", "guce_referrer_sig", "hss_channel", "wt_mc", "share", "sharing", "shared", "si", "feature", "ftag",
		"taid", "trk", "sref", "sh", "partner", "campaign", "campaign_id", "cid", "rss", "amp", "outputtype", "__twitter_impression",
		"fromrss", "ns_mchannel", "ns_source", "ns_campaign", "smtyp", "via", "nl", "emci", "emdi", "ceid", "giftcopy", "gift", "unlocked_article_code",
		"accesstoken", "mod", "reflink", "leadsource", "traffic_source":
		return true
	case "source", "src", "from", "output":
		v := strings.ToLower(value)
		return v == "" || strings.Contains(v, "rss") || strings.Contains(v, "feed") || v == "twitter" || v == "facebook" || v == "amp" || v == "hn" || v == "email" || v == "newsletter"
	}
	return false
}

func parameters(q url.Values) string {
	for name, values := range q {
		value := ""
		if len(values) > 0 {
			value = values[0]
		}
		if tracking(name, value) || name == "" {
			delete(q, name)
		}
	}
	return q.Encode() // sorted
}
