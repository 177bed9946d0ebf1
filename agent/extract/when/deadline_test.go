package when

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// written is when the texts of the tables were written: Wednesday 25 November 2026, half past nine.
func written(t testing.TB) time.Time {
	t.Helper()
	return at(t, "2026-11-25 09:30")
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// line writes a deadline as the tables do: "quote | kind date [time]".
func line(d Deadline) string {
	return strings.Join(strings.Fields(d.Quote), " ") + " | " + d.Kind + stamp(d.At, d.AllDay)
}

func stamp(t time.Time, allDay bool) string {
	switch {
	case t.IsZero():
		return ""
	case allDay:
		return t.Format(" 2006-01-02")
	}
	return t.Format(" 2006-01-02 15:04")
}

// due has one case a line: text => quote | kind date [time] [; next deadline].
const due = `
Wilt u de standen uiterlijk 15 december doorgeven? => uiterlijk 15 december | by 2026-12-15
Graag uiterlijk vrijdag antwoorden. => uiterlijk vrijdag | by 2026-11-27
I need to know by 7.30 so that I can start. => by 7.30 | by 2026-11-25 19:30
Could I have the figures by lunchtime on Friday? => by lunchtime on Friday | by 2026-11-27 12:00
Merci de confirmer avant lundi soir => avant lundi soir | by 2026-11-30
Can you tell me before Monday evening? => before Monday evening | by 2026-11-30
Please tell me before Monday morning. => before Monday morning | before 2026-11-30
We need both today. => today | on 2026-11-25
Bitte überweisen Sie den Betrag innert fünf Tagen. => innert fünf Tagen | by 2026-11-30
Please send it by Friday. => by Friday | by 2026-11-27
Can you reply by friday? => by friday | by 2026-11-27
I need the figures by Friday 5pm. => by Friday 5pm | by 2026-11-27 17:00
I need this before Thursday 5pm => before Thursday 5pm | before 2026-11-26 17:00
Could you review it before the 3pm call? => before the 3pm call | before 2026-11-25 15:00
Please read this before our Thursday meeting. => before our Thursday meeting | before 2026-11-26
Please read this before our meeting on Thursday at 10. => before our meeting on Thursday at 10 | before 2026-11-26 10:00
Slides before tomorrow's demo please => before tomorrow's demo | before 2026-11-26
Send the deck before Friday's board meeting. => before Friday's board meeting | before 2026-11-27
Reply by EOD please => by EOD | eod 2026-11-25
I need it by end of day. => by end of day | eod 2026-11-25
by the end of the day works => by the end of the day | eod 2026-11-25
Please sign by COB tomorrow. => by COB tomorrow | eod 2026-11-26
Need the numbers COB Friday => COB Friday | eod 2026-11-27
EOD Thursday is fine => EOD Thursday | eod 2026-11-26
Please send by close of business Monday => by close of business Monday | eod 2026-11-30
Finish it by the end of the week => by the end of the week | eod 2026-11-27
Please pay by end of month. => by end of month | eod 2026-11-30
by the end of next week => by the end of next week | eod 2026-12-04
by end of November => by end of November | eod 2026-11-30
by the end of the quarter => by the end of the quarter | eod 2026-12-31
by the end of the year => by the end of the year | eod 2026-12-31
The invoice is due 12 December. => due 12 December | on 2026-12-12
Rent is due on 1 December 2026. => due on 1 December 2026 | on 2026-12-01
Payment due: 12/5/2026 => due: 12/5/2026 | on 2026-12-05
due by Dec 12th at noon => due by Dec 12th at noon | by 2026-12-12 12:00
Due date: 2026-12-15 => Due date: 2026-12-15 | on 2026-12-15
It is due tomorrow. => due tomorrow | on 2026-11-26
The report is due in 3 days. => due in 3 days | on 2026-11-28
deadline: 2026-12-01 => deadline: 2026-12-01 | by 2026-12-01
Deadline: 2026-12-01T15:00:00Z => Deadline: 2026-12-01T15:00:00Z | by 2026-12-01 16:00
The deadline for papers is 12 December. => deadline for papers is 12 December | by 2026-12-12
The deadline is Friday at 17:00. => deadline is Friday at 17:00 | by 2026-11-27 17:00
Deadline extended to 5 January => Deadline extended to 5 January | by 2027-01-05
Closing date: 4 December 2026 => Closing date: 4 December 2026 | by 2026-12-04
The last day to register is 5 December. => last day to register is 5 December | by 2026-12-05
no later than Tuesday => no later than Tuesday | by 2026-12-01
not later than 30 November => not later than 30 November | by 2026-11-30
You have until Monday noon. => until Monday noon | by 2026-11-30 12:00
The offer is valid until 3 December. => until 3 December | by 2026-12-03
Submissions are open until Friday. => until Friday | by 2026-11-27
Please respond within 48 hours. => within 48 hours | by 2026-11-27 09:30
Please respond within two days. => within two days | by 2026-11-27
reply within 3 business days => within 3 business days | by 2026-11-30
within the hour, please => within the hour | by 2026-11-25 10:30
Please answer within a week => within a week | by 2026-12-02
Can you sign it in the next two days? => in the next two days | by 2026-11-27
Please finish within the next 24 hours => within the next 24 hours | by 2026-11-26 09:30
Please send me the draft tonight. => tonight | on 2026-11-25
Could you confirm today? => today | on 2026-11-25
Please reply ASAP => ASAP | asap
I need this as soon as possible. => as soon as possible | asap
Call me a.s.a.p. => a.s.a.p | asap
please send it by 3 => by 3 | by 2026-11-25 15:00
Please confirm by 8. => by 8 | by 2026-11-25 20:00
Please confirm by 11 => by 11 | by 2026-11-25 11:00
Please send it by 3pm. => by 3pm | by 2026-11-25 15:00
by 9am please => by 9am | by 2026-11-26 09:00
by 17:00 CET => by 17:00 CET | by 2026-11-25 17:00
by 5pm ET => by 5pm ET | by 2026-11-25 23:00
by 12:00 UTC on Friday => by 12:00 UTC on Friday | by 2026-11-27 13:00
Please hand it in by the 15th. => by the 15th | by 2026-12-15
by the 30th at 5pm => by the 30th at 5pm | by 2026-11-30 17:00
First thing tomorrow I will call => First thing tomorrow | by 2026-11-26
I'll send it first thing Monday morning => first thing Monday morning | by 2026-11-30
RSVP by 1 December => by 1 December | by 2026-12-01
Please respond by Mon, 30 Nov 2026. => by Mon, 30 Nov 2026 | by 2026-11-30
Your licence expires on 2026-11-30. => expires on 2026-11-30 | on 2026-11-30
Your domain expires tomorrow => expires tomorrow | on 2026-11-26
Registration closes on Friday. => closes on Friday | on 2026-11-27
The sale ends Sunday at midnight => ends Sunday at midnight | on 2026-11-30 00:00
by noon tomorrow => by noon tomorrow | by 2026-11-26 12:00
by tomorrow noon => by tomorrow noon | by 2026-11-26 12:00
by midnight => by midnight | by 2026-11-26 00:00
by tomorrow morning => by tomorrow morning | by 2026-11-26
by next Friday => by next Friday | by 2026-12-04
by next Monday => by next Monday | by 2026-11-30
by this Friday => by this Friday | by 2026-11-27
by Friday next week => by Friday next week | by 2026-12-04
by next week => by next week | by 2026-11-30
by the weekend => by the weekend | by 2026-11-28
by this week please => by this week | eod 2026-11-27
by Dec 5 => by Dec 5 | by 2026-12-05
by Dec. 5th, 2026 => by Dec. 5th, 2026 | by 2026-12-05
by 5 December at 10 => by 5 December at 10 | by 2026-12-05 10:00
by 5th of December => by 5th of December | by 2026-12-05
before the 5th of January => before the 5th of January | before 2027-01-05
by 12/5 => by 12/5 | by 2026-12-05
by 25/12 => by 25/12 | by 2026-12-25
by 5.12. => by 5.12. | by 2026-12-05
by Wednesday => by Wednesday | by 2026-11-25
by Tuesday => by Tuesday | by 2026-12-01
It was due on 12 October. => due on 12 October | on 2026-10-12
by 1 February => by 1 February | by 2027-02-01
by December => by December | by 2026-12-01
Please get back to me by Friday, 27 November, at 14:30. => by Friday, 27 November, at 14:30 | by 2026-11-27 14:30
Friday at the latest, please => Friday at the latest | by 2026-11-27
Approve by Friday and pay by Monday. => by Friday | by 2026-11-27 ; by Monday | by 2026-11-30
Needed for Thursday => Needed for Thursday | on 2026-11-26
prior to Friday => prior to Friday | before 2026-11-27
reviewed by Friday => by Friday | by 2026-11-27
by the day after tomorrow => by the day after tomorrow | by 2026-11-27
due back Friday => due back Friday | on 2026-11-27
Please submit by 4 p.m. on Friday. => by 4 p.m. on Friday | by 2026-11-27 16:00
Please file it by the end of business today => by the end of business today | eod 2026-11-25
by Fri, 27 Nov 2026 17:00:00 +0000 => by Fri, 27 Nov 2026 17:00:00 +0000 | by 2026-11-27 18:00
by tomorrow EOD => by tomorrow EOD | eod 2026-11-26
Need it Friday EOD => Friday EOD | eod 2026-11-27
Please send it Friday, end of day => Friday, end of day | eod 2026-11-27
by Friday, 5pm at the latest => by Friday, 5pm at the latest | by 2026-11-27 17:00
no later than 5pm on Friday => no later than 5pm on Friday | by 2026-11-27 17:00
Return the form on or before 4 December. => on or before 4 December | by 2026-12-04
Deadline Friday! => Deadline Friday | by 2026-11-27
The deadline has been moved from Friday to Monday. => deadline has been moved from Friday to Monday | by 2026-11-30
The deadline was extended until 15 December => deadline was extended until 15 December | by 2026-12-15
The call for papers closes 15 January => closes 15 January | on 2027-01-15
Tickets are valid through Friday => through Friday | by 2026-11-27
Complete it by: Friday => by: Friday | by 2026-11-27
Please reply by *Friday 5pm*. => by *Friday 5pm | by 2026-11-27 17:00
RSVP: 4 December => RSVP: 4 December | by 2026-12-04
Bitte bis Fr., 27.11. melden => bis Fr., 27.11. | by 2026-11-27
Bitte bis Mo 14 Uhr melden => bis Mo 14 Uhr | by 2026-11-30 14:00
Bitte heute noch antworten => heute | on 2026-11-25
before the weekend => before the weekend | before 2026-11-28
Merci de répondre vendredi au plus tard => vendredi au plus tard | by 2026-11-27
Ready by March please => by March | by 2027-03-01
Send it before Friday to the board => before Friday | before 2026-11-27
Ready by June end please => by June end | eod 2027-06-30
By Friday, I need the report. => By Friday | by 2026-11-27
the report—by Friday—please => by Friday | by 2026-11-27
Bitte bis Freitag antworten. => bis Freitag | by 2026-11-27
Bitte schicken Sie mir das bis zum 5. Dezember. => bis zum 5. Dezember | by 2026-12-05
Bitte bis spätestens Montag, 12 Uhr => bis spätestens Montag, 12 Uhr | by 2026-11-30 12:00
Spätestens am Donnerstag brauche ich es => Spätestens am Donnerstag | by 2026-11-26
Bitte bis morgen melden => bis morgen | by 2026-11-26
Bitte bis Ende der Woche erledigen => bis Ende der Woche | eod 2026-11-27
Die Rechnung ist fällig am 30.11.2026. => fällig am 30.11.2026 | on 2026-11-30
Frist: 1. Dezember => Frist: 1. Dezember | by 2026-12-01
Antwort bis 5.12. bitte => bis 5.12. | by 2026-12-05
Bitte bis heute Abend => bis heute Abend | by 2026-11-25
Bitte prüfen Sie das bis nächsten Freitag. => bis nächsten Freitag | by 2026-12-04
Brauche ich bis 15 Uhr => bis 15 Uhr | by 2026-11-25 15:00
Bitte schnellstmöglich antworten => schnellstmöglich | asap
Merci de répondre avant vendredi. => avant vendredi | before 2026-11-27
avant le 5 décembre => avant le 5 décembre | before 2026-12-05
Merci d'envoyer le document d'ici lundi => d'ici lundi | by 2026-11-30
au plus tard le 1er décembre à 18h => au plus tard le 1er décembre à 18h | by 2026-12-01 18:00
Date limite : 5 décembre 2026 => Date limite : 5 décembre 2026 | by 2026-12-05
Veuillez confirmer avant 15h30 => avant 15h30 | before 2026-11-25 15:30
d'ici la fin du mois => d'ici la fin du mois | eod 2026-11-30
Il faut l'envoyer pour demain => pour demain | by 2026-11-26
Merci de répondre dès que possible => dès que possible | asap
Por favor responde antes del viernes. => antes del viernes | before 2026-11-27
antes del 5 de diciembre => antes del 5 de diciembre | before 2026-12-05
a más tardar el lunes => a más tardar el lunes | by 2026-11-30
Necesito el informe para el jueves => para el jueves | by 2026-11-26
Fecha límite: 12 de diciembre de 2026 => Fecha límite: 12 de diciembre de 2026 | by 2026-12-12
La factura vence el 30 de noviembre => vence el 30 de noviembre | on 2026-11-30
Por favor confirma antes de mañana => antes de mañana | before 2026-11-26
lo antes posible => lo antes posible | asap
`

// idle has one text a line in which nothing is due.
const idle = `
We need to talk today.
The index rose by 7.30 percent.
Please upgrade to the release by 7.30 or later.
The price fell by 12.50 euros.
We are ready to ship version 5.12 to all users
Upgrade to v2026.12.1 now
This was written by John
The room is booked by 2 people
Prices rose by 3 last year
Multiply it by 4, please send the result
A beam of 2 by 4
I was stopped by Friday's team
It is run by Sun Microsystems
by the time you read this
by now you know
Let me know by phone
We support you 24/7
Add 1/2 cup of sugar
call +49 30 5550 1234 by phone
by $5 at most
by 5% at least
by 5k users
Made by hand on the second floor
I may be late
At the end of the day it is people who matter
I am away until Monday
I'm out of office until 3 December.
The office is closed until Monday
I have meetings from 9 until noon
The train runs from Monday until Friday
Don't reply until Monday
Due to the weather we stay home
in due time
> Please send it by Friday
On Tue, Nov 24, 2026 at 10:00 AM Jo Doe <jo@example.org> wrote:
the night before Friday
see you tonight at the pub
Dinner tonight?
The talk was given by April Jones
The book by May Sinclair
The parcel was 3 cm by 5 cm
This came before yesterday
within 30 days of purchase
within reach
no later
Not urgent, no need to reply asap
Room 3 by 4
http://example.org/deadline/2026-12-01/by/friday
mail by-friday@example.org please
Ich bin bis Montag im Urlaub
Von Montag bis Freitag geöffnet
Die Sitzung geht von 10 bis 12 Uhr
vor zwei Tagen
vor 3 Tagen
Je suis absent jusqu'au 5 décembre
Estoy fuera hasta el lunes
10 to 11
by 2030
by the 1990s
by the 15th floor
Deadline is a strong word
expires never
by day and by night
Written by Mon Mothma
by 10 Downing Street
by 3 points
score 3 by 3
It was due on 12 October 2019.
before the flood
Sat by the fire
Good Friday is before Easter
We meet every Friday by the lake
We meet by Black Friday
one second before
by 9/11
by 31/31
by 2026-13-45
by 30 February
by 99:99
by 25pm
by Friday-ish-type folk
nnEUSWNFbTm/Eod8/05cmn
xEod EOD8
It is not only late, it is the last day of February
You can get it today for nothing
Today we can send parcels
This week saw a good quarter, and you can reply
By 9:40am, the traffic was gone.
By the end of the day, after long talks, they gave up
It was so before today
The shop closes at 5pm
I am away until Monday, please send mail to Jo
Due to Monday being a holiday we reply later
Please return it by 3.5
Tickets are sold from Monday on until Friday
Send it by Good Friday
The deadline was yesterday
The deadline passed
We walked through Friday's crowd
Monday through Friday
Do it by all means
the end of the line
Heute ist Mittwoch
`

func TestDeadlinesAreFoundWithTheirWordsAndTimes(t *testing.T) {
	for _, c := range cases(due) {
		text, want, _ := strings.Cut(c, " => ")
		var got []string
		for _, d := range Deadlines(text, written(t)) {
			if text[d.Start:d.End] != d.Quote {
				t.Errorf("%q: the quote %q is not at its place", text, d.Quote)
			}
			got = append(got, line(d))
		}
		if s := strings.Join(got, " ; "); s != want {
			t.Errorf("%q:\n got %s\nwant %s", text, s, want)
		}
	}
}

func TestNothingIsDueWhereNothingWasAsked(t *testing.T) {
	for _, text := range cases(idle) {
		for _, d := range Deadlines(text, written(t)) {
			t.Errorf("%q: invented %s", text, line(d))
		}
	}
}

func TestTheTablesAreAsLongAsPromised(t *testing.T) {
	p, n := len(cases(due))+len(cases(mentions)), len(cases(idle))+len(cases(silent))
	t.Logf("%d positive cases, %d negative", p, n)
	if p < 100 || n < 50 || p+n < 150 {
		t.Errorf("%d positive and %d negative cases", p, n)
	}
}

func cases(s string) []string {
	var out []string
	for c := range strings.Lines(s) {
		if c = strings.TrimSpace(c); c != "" {
			out = append(out, c)
		}
	}
	return out
}
