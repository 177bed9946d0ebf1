package extract

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/dailyminutes/minutes"
)

// desk0 is a Wednesday morning of Sam's, who has written to Anna and works with Ravi.
func morning(t testing.TB) minutes.Morning {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return minutes.Morning{Now: time.Date(2026, 11, 25, 6, 30, 0, 0, zone), Day: "2026-11-25", Zone: zone, Words: 600, Hours: 24,
		Profile: minutes.Profile{Name: "Sam Keller", Addresses: []string{"sam@northwind.example"}}}
}

// mail is a direct mail of Anna's, from hours ago.
func mail(t testing.TB, id, thread string, hours float64, body string) minutes.Item {
	t.Helper()
	m := morning(t)
	from := minutes.Address{Name: minutes.Clean("Anna Kirsch"), Email: "anna.kirsch@larkhill.example"}
	return minutes.Item{ID: "mail:" + id, Kind: minutes.KindMail, Source: "work", Title: minutes.Clean("The numbers"), Author: from.Name,
		At: m.Now.Add(-time.Duration(hours * float64(time.Hour))), Body: minutes.Clean(body), Excerpt: minutes.Clean(body), Private: true,
		Mail: &minutes.Mail{From: from, To: []minutes.Address{{Email: "sam@northwind.example"}}, Direct: true, Unread: true, Thread: thread}}
}

func sent(t testing.TB, id, thread string, hours float64, body string) minutes.Item {
	t.Helper()
	it := mail(t, id, thread, hours, body)
	it.Mail.To = []minutes.Address{it.Mail.From}
	it.Mail.From, it.Author = minutes.Address{Name: minutes.Clean("Sam Keller"), Email: "sam@northwind.example"}, minutes.Clean("Sam Keller")
	it.Mail.FromMe, it.Mail.Direct, it.Mail.Unread = true, false, false
	return it
}

// input ranks items as they come; Anna is known by a mail of weeks ago.
func input(t testing.TB, items ...minutes.Item) Input {
	t.Helper()
	in := Input{Sent: []minutes.Item{sent(t, "old", "old", 24*20, "Nice to meet you.")}}
	for i, it := range items {
		if it.Mail != nil && it.Mail.FromMe {
			in.Sent = append(in.Sent, it)
			continue
		}
		in.Ranked = append(in.Ranked, minutes.Scored{Item: it, Score: 0.9 - float64(i)*0.01})
	}
	return in
}

// What a body (sent at 16:30 yesterday, a Tuesday) becomes in the brief, and as a to-do.
const turned = `
Could you send me the numbers by Friday? => Anna Kirsch asks for the numbers by Friday. => Send Anna the numbers
Hi Sam, can you please sign the offer by noon tomorrow? => Anna Kirsch asks you to sign the offer by 12:00 today. => Sign the offer, for Anna
We need the signed offer back by noon tomorrow, otherwise he will go. => Anna Kirsch needs the signed offer back by 12:00 today, otherwise he will go. => Anna needs the signed offer back
Please review the draft before Thursday. => Anna Kirsch asks you to review the draft before tomorrow. => Review the draft, for Anna
Could you tell me whether Tom is coming? => Anna Kirsch wants to know whether Tom is coming. => Tell Anna whether Tom is coming
Can you tell me whether we deliver on Friday? => Anna Kirsch asks: “Can you tell me whether we deliver on Friday?” => Answer Anna Kirsch: “Can you tell me whether we deliver on Friday?”
Please approve it by 9am. => Anna Kirsch asks you to approve it (“The numbers”) by 09:00 today. => Approve it (“The numbers”), for Anna
Could you review my draft by Friday? => Anna Kirsch asks: “Could you review my draft by Friday?” Due on Friday. => Review Anna's draft
The board needs your figures by 10am on Friday. => Anna Kirsch: the board needs your figures by 10:00 on Friday. => The board needs your figures (Anna Kirsch)
I need you to call the bank today. => Anna Kirsch asked you to call the bank yesterday; that has passed. => Call the bank, for Anna
Are you free for lunch on Friday? => Anna Kirsch asks: “Are you free for lunch on Friday?” => Answer Anna Kirsch: “Are you free for lunch on Friday?”
The plans must reach us by 30 November. => Anna Kirsch writes: “The plans must reach us by 30 November.” => Anna Kirsch: “The plans must reach us by 30 November.”
Könnten Sie bitte bis Freitag antworten? => Anna Kirsch asks: “Könnten Sie bitte bis Freitag antworten?” Due on Friday. => Answer Anna Kirsch: “Könnten Sie bitte bis Freitag antworten?”
hi can you pick me up from swimming at 6 tomorrow? x => Anna Kirsch asked yesterday: “Can you pick me up from swimming at 6 tomorrow?” Due today at 18:00. => Pick Anna up from swimming
Any chance you could start at 11 on Friday? Let me know before 9am please, otherwise I ask the agency. => Anna Kirsch asks: “Any chance you could start at 11 on Friday?” Answer by 09:00 today. => Answer Anna Kirsch: “Any chance you could start at 11 on Friday?”
Do you want both classes moved? I need to know by 7.30 tomorrow so that I can get the heaters. => Anna Kirsch asks: “Do you want both classes moved?” Answer by 07:30 today. => Answer Anna Kirsch: “Do you want both classes moved?”
The clinic is on Friday at 10.15. Would you be able to drive me? => Anna Kirsch asks: “The clinic is on Friday at 10.15. Would you be able to drive me?” => Drive Anna: “The clinic is on Friday at 10.15.”
Pourriez-vous passer vendredi matin ? => Anna Kirsch asks you to come by: “Pourriez-vous passer vendredi matin ?” => Answer Anna Kirsch: “Pourriez-vous passer vendredi matin ?”
Bitte überweisen Sie den Betrag bis Freitag. => Anna Kirsch asks you to pay something by Friday: “Bitte überweisen Sie den Betrag bis Freitag.” => Answer Anna Kirsch: “Bitte überweisen Sie den Betrag bis Freitag.”
Are you in for Sunday? I must give the names, so tell me by 6pm. => Anna Kirsch asks: “Are you in for Sunday?” It was due yesterday at 18:00. => Answer Anna Kirsch: “Are you in for Sunday?”
`

func TestWhatIsAskedIsTurnedToTheReader(t *testing.T) {
	for l := range strings.Lines(strings.TrimSpace(turned)) {
		f := strings.Split(strings.TrimSpace(l), " => ")
		it := mail(t, "a", "t", 14, f[0])
		d := newDesk(morning(t), input(t, it))
		a, ok := best(d.reading(d.ranked[0].Item).asks)
		if !ok {
			t.Errorf("%s: nothing is asked", f[0])
			continue
		}
		if got := d.say(d.ranked[0].Item, a).text; got != f[1] {
			t.Errorf("%s\n  says  %s\n  wants %s", f[0], got, f[1])
		}
		if got := d.todo(d.ranked[0].Item, a); got != f[2] {
			t.Errorf("%s\n  to do %s\n  wants %s", f[0], got, f[2])
		}
	}
}

func TestCourtesyAndOthersBusinessAskNothing(t *testing.T) {
	for _, body := range []string{
		"Please find attached the minutes of Monday.",
		"Please don't hesitate to call.",
		"Let me know if you have any questions.",
		"Please note that the office is closed on Friday.",
		"Please do not reply to this mail.",
		"Tom, could you order the paper by Friday?",
		"We need to talk among ourselves.",
		"Thanks for the call.",
		"How are you?",
		"I hope you can enjoy the weekend.",
		"> Could you send me the numbers?\n\nDone.",
		"Feel free to send comments.",
		"No need for you to be there.",
		"The school closes at 12 noon tomorrow for staff training.",
	} {
		d := newDesk(morning(t), input(t, mail(t, "a", "t", 14, body)))
		if a, ok := best(d.reading(d.ranked[0].Item).asks); ok {
			t.Errorf("%s: asks %+v", body, a)
		}
	}
}

func TestSentencesAreTheWritersOwn(t *testing.T) {
	body := "Dear Sam,\n\nhope you are well. Dr. Lindt comes at 3.15 p.m. on the 6. Oktober, e.g. by train.\nIs that fine?\n\n> Old words.\n\nBest regards,\nAnna Kirsch"
	got := strings.Join(sentences(mail(t, "a", "t", 1, body)), " | ")
	if want := "Dr. Lindt comes at 3.15 p.m. on the 6. Oktober, e.g. by train. | Is that fine?"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnHourInAnAskIsWhenItIsDue(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	written := time.Date(2026, 3, 10, 6, 31, 0, 0, zone)
	for text, want := range map[string]string{
		"pick up Ida at 17:30 today": "2026-03-10 17:30",
		"call the landlord tomorrow": "",
		"send me the March figures":  "",
	} {
		a := ask{form: request, sentence: "Can you " + text + "?", phrase: text}
		a.find(written)
		got := ""
		if a.due != nil {
			got = a.due.At.Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%q is due %q, want %q", text, got, want)
		}
	}
}
