package extract

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// texts are a brief's lines above the sections, and its open actions.
func texts(b minutes.Brief) (lines, open []string) {
	for _, c := range slices.Concat(b.TLDR, b.Summary, b.Insights) {
		lines = append(lines, c.Text.String())
	}
	for _, a := range b.Actions {
		if a.Status == "open" {
			open = append(open, a.Owner+": "+a.Text.String())
		}
	}
	return lines, open
}

func has(t *testing.T, list []string, want string) {
	t.Helper()
	if !slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, want) }) {
		t.Errorf("nothing says %q:\n%s", want, strings.Join(list, "\n"))
	}
}

func hasNot(t *testing.T, list []string, unwanted string) {
	t.Helper()
	if slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, unwanted) }) {
		t.Errorf("%q is said:\n%s", unwanted, strings.Join(list, "\n"))
	}
}

func TestTwoAsksOfOneMailAreTwoActions(t *testing.T) {
	for body, want := range map[string][2]string{
		"Could you send me the figures by Friday? Please also book the room.":                                                      {"me: Send Anna the figures", "me: Also book the room, for Anna"},
		"Two things: can you send us the logo as SVG, and could you make the dark one lighter? We need both today, so be quick.":   {"me: Send Anna the logo as SVG", "me: Make the dark one lighter, for Anna"},
		"Bitte schicken Sie mir die Offerte bis Freitag. Können Sie mir sagen, ob die Frist bleibt?":                               {"“Bitte schicken Sie mir die Offerte bis Freitag.”", "“Können Sie mir sagen, ob die Frist bleibt?”"},
		"First, could you let me have the figures by lunchtime on Friday? Second, please confirm whether the auditors are coming.": {"me: Send Anna the figures", "me: Confirm whether the auditors are coming"},
	} {
		_, open := texts(Compose(morning(t), input(t, mail(t, "a", "t", 14, body))))
		has(t, open, want[0])
		has(t, open, want[1])
	}
}

func TestOneAskSaidTwiceIsOneAction(t *testing.T) {
	for _, body := range []string{
		"Are you in on Sunday? Tell me by 6pm.",
		"Could you sign the offer? Please let me know by Friday.",
		"Do you want the hall heated? I need to know by noon.",
	} {
		if _, open := texts(Compose(morning(t), input(t, mail(t, "a", "t", 20, body)))); len(open) != 1 {
			t.Errorf("%s: %q", body, open)
		}
	}
}

func TestWhatOnlyAcknowledgesClosesNothing(t *testing.T) {
	ask := sent(t, "s", "t", 40, "Could you send me the list by today?")
	for body, open := range map[string]bool{
		"Will do.": true, "OK, thanks Sam!": true, "Mach ich!": true, "Will do, tonight.": true, "D'accord, merci.": true,
		"Here it is.": false, "The list has fourteen names this time.": false, "Sorry, I no longer have it.": false,
	} {
		reply := mail(t, "r", "t", 20, body)
		_, list := texts(Compose(morning(t), input(t, ask, reply)))
		if got := slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "them: ") }); got != open {
			t.Errorf("after %q it is open: %v", body, got)
		}
	}
	theirs := mail(t, "a", "t", 40, "Could you send me the list by Friday?")
	_, list := texts(Compose(morning(t), input(t, theirs, sent(t, "r", "t", 20, "Sure, will do."))))
	has(t, list, "me: Send Anna the list")
}

func TestAnAskForATakenHourIsSaid(t *testing.T) {
	busy := event(t, "b", 17*time.Hour, 19*time.Hour)
	lines, _ := texts(Compose(morning(t), input(t, mail(t, "a", "t", 12, "Can you pick me up at 6 tomorrow?"), busy)))
	has(t, lines, "Meeting b (17:00 to 19:00)")
	lines, _ = texts(Compose(morning(t), input(t, mail(t, "a", "t", 1, "Could you start at 11 instead of 1 today?"), event(t, "b", 11*time.Hour+30*time.Minute, 12*time.Hour))))
	has(t, lines, "Meeting b (11:30 to 12:00)")
	lines, _ = texts(Compose(morning(t), input(t, mail(t, "a", "t", 12, "Can you pick me up at 8 tomorrow evening?"), busy)))
	hasNot(t, lines, "(17:00 to 19:00)")
}

func TestATitleThatIsADayIsTheDayOfItsHours(t *testing.T) {
	it := mail(t, "a", "t", 12, "Our train gets in at 5:40 pm. Are you picking us up?")
	it.Title = minutes.Clean("Tomorrow")
	lines, _ := texts(Compose(morning(t), input(t, it, event(t, "b", 17*time.Hour, 19*time.Hour))))
	has(t, lines, "What Anna asks runs into your Meeting b (17:00 to 19:00).")
}

func TestADeliveryThatSlipsIsSaidAtItsEvent(t *testing.T) {
	e := event(t, "e", 10*time.Hour, 11*time.Hour)
	e.Title = minutes.Clean("Delivery of oak by Larkhill Wood")
	it := mail(t, "a", "t", 40, "Your delivery is delayed by a week.")
	it.Mail.From = minutes.Address{Name: minutes.Clean("Larkhill Wood Ltd"), Email: "sales@larkhillwood.example"}
	it.Author = it.Mail.From.Name
	lines, _ := texts(Compose(morning(t), input(t, e, it)))
	has(t, lines, "Delivery of oak by Larkhill Wood at 10:00: Larkhill Wood Ltd writes that your delivery is delayed by a week.")
}

// people of the same house, each with an ask; the stranger is none of them.
func TestThoseWhoWaitShareALineWithoutStrangers(t *testing.T) {
	var items []minutes.Item
	for i, n := range []string{"Ravi Nair", "Lena Vogt", "Marek Novak", "Priya Shah", "Otto Fremd"} {
		it := mail(t, n[:1], n[:1], 3+float64(i), "Could you review the draft of chapter "+itoa(i+2)+"?")
		it.Mail.From = minutes.Address{Name: minutes.Clean(n), Email: strings.ToLower(n[:4]) + "@northwind.example"}
		if n == "Otto Fremd" {
			it.Mail.From.Email = "otto@stranger.example"
		}
		it.Author, it.Title = it.Mail.From.Name, minutes.Clean("Chapter "+itoa(i+2))
		items = append(items, it)
	}
	lines, _ := texts(Compose(morning(t), input(t, items...)))
	has(t, lines, "Also waiting for you: ")
	for _, l := range lines {
		if strings.HasPrefix(l, "Also waiting") && (strings.Contains(l, "Otto") || !strings.Contains(l, "“Chapter 4”")) {
			t.Error(l)
		}
	}
}

func TestTheSecondMentionIsByFirstName(t *testing.T) {
	e := event(t, "e", 10*time.Hour, 11*time.Hour)
	e.Event.MyStatus = "accepted"
	e.Event.Organizer = minutes.Address{Name: minutes.Clean("Anna Kirsch"), Email: "anna.kirsch@larkhill.example"}
	lines, _ := texts(Compose(morning(t), input(t, e, mail(t, "a", "t", 14, "Could you send me the numbers by Friday?"))))
	has(t, lines, "Anna Kirsch asks for the numbers by Friday")
	has(t, lines, "You meet Anna at 10:00")
}

func TestANoticeOfMyOwnHouseSetsATerm(t *testing.T) {
	it := mail(t, "a", "t", 14, "Your first-aid certificate expires on 4 December. Please book a course before then.")
	for email, want := range map[string]bool{"noreply@learning.northwind.example": true, "noreply@elsewhere.example": false} {
		it.Mail.From = minutes.Address{Name: minutes.Clean("Learning Hub"), Email: email}
		it.Author = it.Mail.From.Name
		_, open := texts(Compose(morning(t), input(t, it)))
		if got := len(open) == 1; got != want {
			t.Errorf("%s: %q", email, open)
		}
	}
}

func TestWhatIPromisedIsMineToDo(t *testing.T) {
	for body, want := range map[string]string{
		"Of course. I'll send you the guide by Friday.": "me: Send Anna the guide",
		"Ich schicke Ihnen die Skizze am Freitag.":      "me: Promised to Anna Kirsch: “Ich schicke Ihnen die Skizze am Freitag.”",
		"Je vous envoie le plan vendredi.":              "me: Promised to Anna Kirsch: “Je vous envoie le plan vendredi.”",
	} {
		_, open := texts(Compose(morning(t), input(t, sent(t, "s", "t", 20, body))))
		has(t, open, want)
	}
}

func TestAnAnswerIsSaidWithWhatItSays(t *testing.T) {
	lines, _ := texts(Compose(morning(t), input(t, sent(t, "s", "t", 60, "Could you tell me when invoice 147 will be paid?"),
		mail(t, "r", "t", 14, "Sorry for the wait. Invoice 147 (€3,850.00) will be paid on 4 December."))))
	has(t, lines, "Anna Kirsch has answered your “The numbers”: Invoice 147 (€3,850.00) will be paid on 4 December.")
}
