package when

import (
	"strings"
	"testing"
)

// mentions has one case a line: text => quote | date [time] [to date [time]] [; next].
const mentions = `
The clinic is on Monday at 10.15. => Monday at 10.15 | 2026-11-30 10:15
See you on Tuesday at 10. => Tuesday at 10 | 2026-12-01 10:00
The meeting is on Tuesday at 10am => Tuesday at 10am | 2026-12-01 10:00
Let us meet tomorrow 10-11am => tomorrow 10-11am | 2026-11-26 10:00 to 2026-11-26 11:00
Thursday 14:00-15:30 in room 4 => Thursday 14:00-15:30 | 2026-11-26 14:00 to 2026-11-26 15:30
from 2 to 3pm => 2 to 3pm | 2026-11-25 14:00 to 2026-11-25 15:00
11-1pm works => 11-1pm | 2026-11-25 11:00 to 2026-11-25 13:00
We are there 12 to 14 December => 12 to 14 December | 2026-12-12 to 2026-12-14
Dec 12-14, 2026 in Lisbon => Dec 12-14, 2026 | 2026-12-12 to 2026-12-14
12–14 December => 12–14 December | 2026-12-12 to 2026-12-14
next Tuesday => next Tuesday | 2026-12-01
this Friday => this Friday | 2026-11-27
the day after tomorrow => the day after tomorrow | 2026-11-27
on 2026-12-01 => 2026-12-01 | 2026-12-01
2026-12-01 15:00 => 2026-12-01 15:00 | 2026-12-01 15:00
Dec 5th => Dec 5th | 2026-12-05
le 5 décembre => le 5 décembre | 2026-12-05
am 5. Dezember um 10 Uhr => 5. Dezember um 10 Uhr | 2026-12-05 10:00
el 5 de diciembre a las 10 => el 5 de diciembre a las 10 | 2026-12-05 10:00
on 12/5/2026 => 12/5/2026 | 2026-12-05
on 12/5 at 3pm => 12/5 at 3pm | 2026-12-05 15:00
am 5.12. => 5.12. | 2026-12-05
am 5.12.2026 => 5.12.2026 | 2026-12-05
today at 15:00 => today at 15:00 | 2026-11-25 15:00
tonight at 8 => tonight at 8 | 2026-11-25 20:00
at 3pm => 3pm | 2026-11-25 15:00
The server crashed at 3am. => 3am | 2026-11-25 03:00
Monday to Friday => Monday to Friday | 2026-11-30 to 2026-12-04
in two weeks => in two weeks | 2026-12-09
in 3 days => in 3 days | 2026-11-28
yesterday => yesterday | 2026-11-24
last Friday => last Friday | 2026-11-20
Friday, 4 December 2026, 18:00 => Friday, 4 December 2026, 18:00 | 2026-12-04 18:00
3pm on Friday => 3pm on Friday | 2026-11-27 15:00
noon on Friday => noon on Friday | 2026-11-27 12:00
on the 15th => the 15th | 2026-12-15
demain à 15h => demain à 15h | 2026-11-26 15:00
vendredi prochain => vendredi prochain | 2026-12-04
übermorgen => übermorgen | 2026-11-27
heute um 14 Uhr => heute um 14 Uhr | 2026-11-25 14:00
Freitag, 10 bis 11 Uhr => Freitag, 10 bis 11 Uhr | 2026-11-27 10:00 to 2026-11-27 11:00
pasado mañana => pasado mañana | 2026-11-27
Tuesday's meeting moved => Tuesday | 2026-12-01
12 Dec 2026 10:00 => 12 Dec 2026 10:00 | 2026-12-12 10:00
I am away until Monday => Monday | 2026-11-30
Fri, 15 May 2026 08:36:03 -0400 => Fri, 15 May 2026 08:36:03 -0400 | 2026-05-15 14:36
through 12/26/95 => 12/26/95 | 1995-12-26
am Mo 10 Uhr => Mo 10 Uhr | 2026-11-30 10:00
Monday through Friday => Monday through Friday | 2026-11-30 to 2026-12-04
5pm PST => 5pm PST | 2026-11-26 02:00
`

// silent has one text a line that mentions no day and no time.
const silent = `
The Sun is a star
sat nav
We wed in church
I may go
march on
the second of three
call 555-12-2026
1/2 cup
3/4 of them
24/7
pages 10-11
10-11 people
v1.2.3 and 10.0.0.1
version 5.12.
ratio 5:3
1.5 h265
$3 at 10
Black Friday deals
Good Friday mass
every Monday at 9:00
Fridays
Friday-only fare
Sheffield 3 : 0
ISO 8601
2026
mid-2026
A 4-5 day trip
chapter 12 to 14
> on Tuesday at 10
https://example.org/2026/12/01/x
report-2026-12-01.pdf
the 15th floor
on the 15th floor
12-34-5678
0123456789
mars and venus
ab 5 Euro
hier ist alles gut
do so
exit code 1
mid-December
`

func TestDatesAreFoundWithTheirWordsAndTimes(t *testing.T) {
	for _, c := range cases(mentions) {
		text, want, _ := strings.Cut(c, " => ")
		var got []string
		for _, d := range Dates(text, written(t)) {
			if text[d.Start:d.End] != d.Quote {
				t.Errorf("%q: the quote %q is not at its place", text, d.Quote)
			}
			s := d.Quote + " |" + stamp(d.At, d.AllDay)
			if !d.Until.IsZero() {
				s += " to" + stamp(d.Until, d.AllDay)
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " ; "); s != want {
			t.Errorf("%q:\n got %s\nwant %s", text, s, want)
		}
	}
}

func TestNoDateIsReadIntoOtherNumbersAndWords(t *testing.T) {
	for _, text := range cases(silent) {
		for _, d := range Dates(text, written(t)) {
			t.Errorf("%q: invented %q %s", text, d.Quote, d.At)
		}
		for _, d := range Deadlines(text, written(t)) {
			t.Errorf("%q: invented deadline %s", text, line(d))
		}
	}
}
