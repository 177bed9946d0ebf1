package feed

import (
	"net/url"
	"strings"

	"github.com/dailyminutes/minutes"
)

func isURL(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) > 8 && (strings.EqualFold(s[:7], "http://") || strings.EqualFold(s[:8], "https://"))
}

// looksLikeLink says whether a guid that may be a link can be one: an address, or a path.
func looksLikeLink(s string) bool { return isURL(s) || strings.HasPrefix(s, "/") }

// base is what relative links are relative to: the feed's page where it says one, since feeds are
// often served from another host; else where the document came from.
func (a arguments) base(ch channel) *url.URL {
	from, err := url.Parse(a.URL)
	if err != nil {
		from = &url.URL{}
	}
	from.RawQuery, from.Fragment, from.User = "", "", nil // a key in the address must not come back in a link
	site, err := url.Parse(tidy(ch.site))
	if err != nil || ch.site == "" {
		return from
	}
	site = from.ResolveReference(site)
	if site.Host == "" || site.Scheme != "http" && site.Scheme != "https" {
		return from
	}
	site.User, site.RawQuery, site.Fragment = nil, "", ""
	return site
}

// pick is the first of links that is a web address once it is resolved.
func pick(base *url.URL, links []string) string {
	for _, l := range links {
		if l = tidy(l); l == "" {
			continue
		}
		u, err := url.Parse(l)
		if err != nil {
			continue
		}
		if u.Scheme == "" || u.Host == "" {
			if u.Opaque != "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
				continue // tag:, mailto:, urn:
			}
			u = base.ResolveReference(u)
		}
		untrack(u)
		if s := minutes.WebURL(u.String()); s != "" {
			return s
		}
	}
	return ""
}

// tidy is a link without the white space that line-wrapping put into it.
func tidy(s string) string {
	s = strings.TrimSpace(s)
	if !strings.ContainsAny(s, "\n\r\t") {
		return s
	}
	return strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(s)
}

// untrack drops the parameters that only count clicks: the same story from two feeds has one
// address.
func untrack(u *url.URL) {
	if !strings.Contains(u.RawQuery, "utm_") {
		return
	}
	var keep []string
	for p := range strings.SplitSeq(u.RawQuery, "&") {
		if !strings.HasPrefix(p, "utm_") && p != "" {
			keep = append(keep, p)
		}
	}
	u.RawQuery = strings.Join(keep, "&")
}

// secretWords are in the names of parameters that let a person in.
const secretWords = "key token auth secret pass sig hash user login code session sid"

// public is an address as it may be shown and kept: without a password, and without a query if
// that might let somebody in.
func public(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User, u.Fragment = nil, ""
	for name, values := range u.Query() {
		secret := false
		for w := range strings.FieldsSeq(secretWords) {
			secret = secret || strings.Contains(strings.ToLower(name), w)
		}
		for _, v := range values {
			secret = secret || len(v) > 28 // nothing that a person would choose
		}
		if secret {
			u.RawQuery = ""
			break
		}
	}
	return minutes.WebURL(u.String())
}

// label names a feed in an error: host and path, the path without what may be a key.
func label(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "an address"
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	for i, p := range parts {
		if len(p) > 20 && strings.ContainsAny(p, "0123456789") {
			parts[i] = "…"
		}
	}
	s := strings.TrimSuffix(u.Hostname()+"/"+strings.Join(parts, "/"), "/")
	return minutes.CleanLine(s).Cut(60).String()
}
