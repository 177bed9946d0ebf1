package ics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// A server is a calendar's address whose answer a test changes.
type server struct {
	*httptest.Server
	body, etag string
	code       int
	asked      []string // the validators of each request
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{body: good}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.Header.Get("If-None-Match"))
		switch {
		case s.code != 0:
			http.Error(w, "no", s.code)
		case s.etag != "" && r.Header.Get("If-None-Match") == s.etag:
			w.WriteHeader(http.StatusNotModified)
		default:
			if s.etag != "" {
				w.Header().Set("ETag", s.etag)
			}
			_, _ = w.Write([]byte(s.body))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

var morning = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)

func open(t *testing.T, c *Config, now time.Time) minutes.Source {
	t.Helper()
	env := connectortest.Env(t, connectortest.Options{Name: "cal", Private: true, Now: now, Profile: minutes.Profile{Addresses: []string{"Sam@Example.org"}}})
	return openIn(t, c, env)
}

func openIn(t *testing.T, c *Config, env connectors.Env) minutes.Source {
	t.Helper()
	c.Fill()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	src, err := c.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func fetch(t *testing.T, src minutes.Source, from minutes.Cursor) minutes.Batch {
	t.Helper()
	b, err := src.Fetch(t.Context(), from)
	if err != nil {
		t.Fatalf("%v (%s)", err, minutes.Hint(err))
	}
	return b
}

func titles(b minutes.Batch) string {
	var out []string
	for _, it := range b.Items {
		out = append(out, it.At.Format("02 15:04 ")+it.Title.String())
	}
	return strings.Join(out, "; ")
}

func TestNotModifiedIsExpandedForTheNewWindow(t *testing.T) {
	s := serve(t)
	s.etag = `"1"`
	s.body = strings.Replace(good, "COUNT=2", "BYDAY=TH", 1)
	first := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{})
	later := fetch(t, open(t, literal(s.URL), morning.AddDate(0, 0, 14)), first.Next)
	if want := []string{"", `"1"`}; !slices.Equal(s.asked, want) {
		t.Errorf("asked with %q, want %q", s.asked, want)
	}
	if got := titles(later); !strings.HasPrefix(got, "10 09:00 Standup; 17 09:00 Standup") || !later.Full || len(later.Gone) > 0 {
		t.Errorf("full %v, gone %v: %s", later.Full, later.Gone, got)
	}
	if want := time.Date(2026, 12, 8, 0, 0, 0, 0, later.From.Location()); !later.From.Equal(want) || !later.To.Equal(want.AddDate(0, 0, 37)) {
		t.Errorf("window %v to %v", later.From, later.To)
	}
}

func TestTheSameBodyWithoutValidatorsCostsNoNewCopy(t *testing.T) {
	s := serve(t)
	first := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{})
	second := fetch(t, open(t, literal(s.URL), morning), first.Next)
	if string(first.Next.Token) != string(second.Next.Token) {
		t.Errorf("%s\n%s", titles(first), titles(second))
	}
}

// TestTheSameCalendarOnTheSameDayIsNotReadAgain: no child of the jail is needed to find nothing new.
func TestTheSameCalendarOnTheSameDayIsNotReadAgain(t *testing.T) {
	s := serve(t)
	cur := minutes.Cursor{}
	look := func(day int, profile ...string) (b minutes.Batch, parsed int) {
		env := connectortest.Env(t, connectortest.Options{Name: "cal", Private: true, Now: morning.AddDate(0, 0, day)})
		env.Profile.Addresses = profile
		parse := env.Parse
		env.Parse = func(ctx context.Context, d connectors.Document) (connectors.Parsed, error) {
			parsed++
			return parse(ctx, d)
		}
		b = fetch(t, openIn(t, literal(s.URL), env), cur)
		cur = b.Next
		return b, parsed
	}
	for _, step := range []struct {
		name    string
		body    string
		day     int
		profile []string
		parsed  int
	}{
		{"first", good, 0, nil, 1},
		{"again", good, 0, nil, 0},
		{"the next day", good, 1, nil, 1},
		{"changed", strings.ReplaceAll(good, "Review", "Other"), 1, nil, 1},
		{"I am somebody else", strings.ReplaceAll(good, "Review", "Other"), 1, []string{"me@example.org"}, 1},
		{"with a mistake in it", strings.Replace(good, "DTSTART", "X-DTSTART", 1), 1, nil, 1},
		{"which is told again", strings.Replace(good, "DTSTART", "X-DTSTART", 1), 1, nil, 1},
		{"mended", good, 1, nil, 1},
		{"and the same", good, 1, nil, 0},
	} {
		s.body = step.body
		b, parsed := look(step.day, step.profile...)
		if parsed != step.parsed || parsed == 0 && (b.Full || len(b.Gone)+len(b.Items)+len(b.Rejected) > 0) || strings.Contains(step.name, "mistake") && len(b.Rejected) != 1 {
			t.Fatalf("%s: parsed %d times, full %v, %s, gone %v, rejected %v", step.name, parsed, b.Full, titles(b), b.Gone, b.Rejected)
		}
	}
}

func TestAnotherAddressUnderTheSameNameIsAskedAnew(t *testing.T) {
	a, b := serve(t), serve(t)
	a.etag, b.etag = `"same"`, `"same"`
	b.body = strings.ReplaceAll(good, "Review", "Other")
	first := fetch(t, open(t, literal(a.URL), morning), minutes.Cursor{})
	second := fetch(t, open(t, literal(b.URL), morning), first.Next)
	if !strings.Contains(titles(second), "Other") || b.asked[0] != "" {
		t.Errorf("asked with %q: %s", b.asked, titles(second))
	}
}

func TestADamagedTokenCostsOneFullAnswer(t *testing.T) {
	s := serve(t)
	s.etag = `"1"`
	first := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{})
	for name, token := range map[string][]byte{"nonsense": []byte("nonsense"), "half": first.Next.Token[:len(first.Next.Token)/2]} {
		b := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{Token: token})
		if titles(b) != titles(first) {
			t.Errorf("%s: %s", name, titles(b))
		}
	}
}

func TestAnEventThatLeavesIsGone(t *testing.T) {
	s := serve(t)
	long := "BEGIN:VEVENT\nUID:trip@test\nSUMMARY:Trip\nDTSTART;VALUE=DATE:20261120\nDTEND;VALUE=DATE:20261205\nEND:VEVENT\n"
	s.body = strings.Replace(good, "BEGIN:VEVENT", long+"BEGIN:VEVENT", 1)
	first := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{})
	if !strings.HasPrefix(titles(first), "20 00:00 Trip") {
		t.Fatal(titles(first))
	}
	// It began before the window: Full does not speak of it, Gone has to.
	s.body = good
	second := fetch(t, open(t, literal(s.URL), morning.AddDate(0, 0, 1)), first.Next)
	if !slices.Equal(second.Gone, []string{first.Items[0].ID}) {
		t.Errorf("gone %v, want %s", second.Gone, first.Items[0].ID)
	}
	// What lies before the window is history, not gone.
	third := fetch(t, open(t, literal(s.URL), morning.AddDate(0, 0, 20)), second.Next)
	if len(third.Gone) > 0 || len(third.Items) > 0 {
		t.Errorf("gone %v, items %s", third.Gone, titles(third))
	}
}

func TestABrokenEventIsNotGoneAndOthersAre(t *testing.T) {
	s := serve(t)
	first := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{})
	s.body = strings.Replace(good, "RRULE:FREQ=WEEKLY", "RRULE:FREQ=OFTEN", 1) // the standup breaks
	s.body = strings.Replace(s.body, "UID:review@test", "UID:another@test", 1) // the review leaves
	second := fetch(t, open(t, literal(s.URL), morning), first.Next)
	if second.Full || len(second.Rejected) != 1 || !slices.Equal(second.Gone, []string{first.Items[0].ID}) {
		t.Errorf("full %v, rejected %v, gone %v", second.Full, second.Rejected, second.Gone)
	}
	s.body = strings.Replace(good, "SUMMARY:Standup", "SUMMARY:Standup", 1)
	third := fetch(t, open(t, literal(s.URL), morning), second.Next)
	if titles(third) != titles(first) || len(third.Gone) != 1 { // "another" has left again
		t.Errorf("gone %v, items %s", third.Gone, titles(third))
	}
}

func TestACalendarCutShortIsAskedForAgain(t *testing.T) {
	s := serve(t)
	s.etag = `"1"`
	s.body = good[:strings.LastIndex(good, "END:VCALENDAR")]
	first := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{})
	if first.Full || len(first.Rejected) == 0 || len(first.Items) != 3 {
		t.Errorf("full %v, rejected %v, items %s", first.Full, first.Rejected, titles(first))
	}
	s.body = good
	second := fetch(t, open(t, literal(s.URL), morning), first.Next)
	if s.asked[1] != "" || !second.Full {
		t.Errorf("asked with %q, full %v", s.asked, second.Full)
	}
}

func TestErrorsSayWhatToDoAndKeepTheSecret(t *testing.T) {
	const secret = "private-0123456789abcdef"
	for code, c := range map[int]struct {
		is   error
		hint string
	}{404: {minutes.ErrNotFound, "reset"}, 410: {minutes.ErrNotFound, "reset"}, 401: {minutes.ErrAuth, "secret iCal address"}, 403: {minutes.ErrAuth, "secret iCal address"}, 500: {nil, "later"}} {
		s := serve(t)
		s.code = code
		_, err := open(t, literal(s.URL+"/ical/"+secret+"/basic.ics?k="+secret), morning).Fetch(t.Context(), minutes.Cursor{})
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(minutes.Hint(err), c.hint) {
			t.Errorf("%d: %v (%s)", code, err, minutes.Hint(err))
		}
		if text := fmt.Sprintf("%v %+v %s", err, err, minutes.Hint(err)); strings.Contains(text, secret) {
			t.Errorf("%d: the address is in %s", code, text)
		}
	}
	for body, hint := range map[string]string{"<html><body>Sign in to Wi-Fi</body></html>": "sign-in, open a browser", "": "shared", "hello": "BEGIN:VCALENDAR"} {
		s := serve(t)
		s.body = body
		_, err := open(t, literal(s.URL), morning).Fetch(t.Context(), minutes.Cursor{})
		if err == nil || !strings.Contains(minutes.Hint(err), hint) {
			t.Errorf("%q: %v (%s)", body, err, minutes.Hint(err))
		}
	}
}

func TestQuietHidesAnAddressThatSlippedIntoAnError(t *testing.T) {
	u, err := parseAddress("https://sam:hunter22@example.org/ical/private-abc/basic.ics?key=topsecret")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Get https://example.org/ical/private-abc/basic.ics: no", "key=topsecret", "password hunter22"} {
		got := quiet(fmt.Errorf("%s: %w", text, minutes.ErrOffline), u)
		for _, part := range []string{"private-abc", "topsecret", "hunter22"} {
			if strings.Contains(got.Error(), part) || !errors.Is(got, minutes.ErrOffline) {
				t.Errorf("%q became %q", text, got)
			}
		}
	}
}

func TestAnAddressFromASecretIsResolvedWhenItIsUsed(t *testing.T) {
	s := serve(t)
	env := connectortest.Env(t, connectortest.Options{Name: "cal", Now: morning})
	asked := 0
	env.Secret = func(_ context.Context, ref minutes.SecretRef) (minutes.Secret, error) {
		if asked++; ref.Env != "CAL" {
			return minutes.Secret{}, minutes.WithHint(errors.New("no such secret"), "set it")
		}
		return minutes.NewSecret(s.URL + "/basic.ics\n"), nil
	}
	src := openIn(t, &Config{URL: Address{Env: "CAL"}}, env)
	if asked != 0 {
		t.Error("asked before it was used")
	}
	if b := fetch(t, src, minutes.Cursor{}); len(b.Items) != 3 || asked != 1 {
		t.Errorf("asked %d times, %s", asked, titles(b))
	}
	if _, err := openIn(t, &Config{URL: Address{Env: "OTHER"}}, env).Fetch(t.Context(), minutes.Cursor{}); err == nil || minutes.Hint(err) != "set it" {
		t.Errorf("%v", err)
	}
}

func TestItemsAreOfTheUsersZoneAndMine(t *testing.T) {
	s := serve(t)
	s.body = strings.Replace(good, "SUMMARY:Review", "SUMMARY:Review\nATTENDEE;PARTSTAT=TENTATIVE:mailto:sam@example.org", 1)
	b := fetch(t, open(t, literal(s.URL), morning), minutes.Cursor{})
	it := b.Items[0]
	if it.At.Location().String() != "Europe/Berlin" || it.Event.End.Location().String() != "Europe/Berlin" {
		t.Errorf("zones %v and %v", it.At.Location(), it.Event.End.Location())
	}
	if it.Event.MyStatus != "tentative" || it.Source != "cal" || !it.Private || it.Tags == nil || it.Event.Attendees == nil {
		t.Errorf("%+v %+v", it, it.Event)
	}
}
