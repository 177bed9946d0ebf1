package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"pgregory.net/rapid"
)

func TestShortValuesDoNotBlankTheLog(t *testing.T) {
	if got := Redact("a cat sat", "a", ""); got != "a cat sat" {
		t.Error(got)
	}
	if got := Redact("abcdef abcd", "abcd", "abcdef"); got != "[secret] [secret]" {
		t.Error(got)
	}
}

// writings are the ways in which others write a value down.
func writings(v string) map[string]string {
	lower := func(s string) string {
		return regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(s, strings.ToLower)
	}
	j, _ := json.Marshal(v)
	req := &http.Request{Header: http.Header{}}
	req.SetBasicAuth("sam", v)
	var all strings.Builder
	for _, b := range []byte(v) {
		fmt.Fprintf(&all, "%%%02X", b)
	}
	u := url.URL{Scheme: "https", Host: "example.org", User: url.UserPassword("sam", v)}
	imap := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v)
	return map[string]string{
		"imap": imap, "imap in a query": url.QueryEscape(imap), "imap in base64": base64.StdEncoding.EncodeToString([]byte(`T1 LOGIN "sam" "` + imap)),
		"itself": v, "query": url.QueryEscape(v), "path": url.PathEscape(v), "lower case": lower(url.QueryEscape(v)), "every byte": all.String(),
		"twice": url.QueryEscape(url.QueryEscape(v)), "json": string(j), "json in json": strconv.Quote(string(j)), "go": strconv.Quote(v),
		"ascii": strconv.QuoteToASCII(v), "html": html.EscapeString(v), "hex": hex.EncodeToString([]byte(v)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(v))),
		"base64": base64.StdEncoding.EncodeToString([]byte(v)), "base64url": base64.URLEncoding.EncodeToString([]byte(v)),
		"basic": req.Header.Get("Authorization"), "userinfo": u.String(), "sasl": base64.StdEncoding.EncodeToString([]byte("\x00sam\x00" + v)),
	}
}

func TestAValueIsHiddenHoweverItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.StringOfN(rapid.RuneFrom([]rune(`abcXYZ019 "'\\/&<>%+=:;?#@!~.-_üß€日😀`)), 6, 24, -1).Draw(t, "value")
		for way, text := range writings(v) {
			got := Redact("before "+text+" after", v)
			if !strings.Contains(got, "[secret]") || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%s of %q: %q stays %q", way, v, text, got)
			}
			left := strings.ReplaceAll(got, "[secret]", "")
			if len(left) > len("before  after")+len("https://sam:@example.org")+4 { // quotes, padding, a letter beside the value in base64
				t.Errorf("%s of %q: %q leaves %q", way, v, text, got)
			}
		}
	})
}

func TestWhatLooksLikeAValueStays(t *testing.T) {
	for _, s := range []string{"", "%", "%2", `\u12`, "&amp", "&;", `\`, "100% of \"words\" & more", "https://example.org/a%20b?c=d+e", strings.Repeat("%25", 5000)} {
		if got := Redact(s, "hunter2&%+\\"); got != s {
			t.Errorf("%.40q became %.40q", s, got)
		}
	}
}

// Errors may tell a part of an address that is a secret.
func TestThePartsOfASecretAddressAreHidden(t *testing.T) {
	var known Known
	known.Add(minutes.NewSecret("https://sam:userinfo-pw@calendar.example/ical/private-0123456789abcdef/basic.ics?token=queryvalue9&v=2"))
	for _, s := range []string{"private-0123456789abcdef", "userinfo-pw", "GET /ical/private-0123456789abcdef/basic.ics", "token=queryvalue9"} {
		if got := known.Hide(s); !strings.Contains(got, "[secret]") {
			t.Errorf("%q stays", s)
		}
	}
	if s := "calendar.example: basic.ics is not a calendar"; known.Hide(s) != s {
		t.Errorf("%q became %q", s, known.Hide(s))
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("a%2fb", "a/b")
	f.Add(`\ud83d\ude00`, "😀xx")
	f.Add("&#39;+%252B", "'  +")
	f.Fuzz(func(t *testing.T, s, v string) {
		got := Redact(s, v)
		if len(v) < shortest || strings.Contains("[secret]", v) {
			return
		}
		for _, piece := range strings.Split(got, "[secret]") {
			if strings.Contains(piece, v) {
				t.Errorf("%q is in %q", v, got)
			}
		}
	})
}
