package main

// calendarBombs are events, and whole calendars, that hang, overflow or swell parsers of iCalendar,
// its rules and its zones.
func calendarBombs() []bomb {
	const start = "DTSTART:20261124T090000Z\r\n"
	event := func(name, lines string) bomb {
		return bomb{name: name, entry: true, data: "BEGIN:VEVENT\r\nUID:bomb " + name + "\r\nSUMMARY:" + name + "\r\n" + lines + "\r\nEND:VEVENT\r\n"}
	}
	rule := func(name, from, rrule string) bomb {
		return event(name, "DTSTART:"+from+"\r\nRRULE:"+rrule)
	}
	calendar := func(name, inside string) bomb { return bomb{name: name, data: inside} }
	return []bomb{
		rule("each second since 1970", "19700101T000000Z", "FREQ=SECONDLY"),
		rule("each second of no day", "19700101T000000Z", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
		rule("each minute of no day", "00010101T000000Z", "FREQ=MINUTELY;BYYEARDAY=366;BYMONTH=1"),
		rule("no day of any year", "19700101T000000Z", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=2147483647"),
		rule("no week", "19700101T000000Z", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;COUNT=2147483647"),
		rule("a giant interval", "19700101T000000Z", "FREQ=SECONDLY;INTERVAL=2147483647"),
		rule("a giant count", "19700101T000000Z", "FREQ=SECONDLY;COUNT=2147483647;BYSECOND=59"),
		rule("a count beyond numbers", "19700101T000000Z", "FREQ=DAILY;COUNT="+times(400, "9")),
		rule("a rule of 1 MB", "19700101T000000Z", "FREQ=DAILY;BYMONTHDAY=1"+times(500_000, ",1")),
		rule("every list full", "19700101T000000Z", "FREQ=YEARLY;BYYEARDAY=1"+counted(365, ",%d")[2:]+";BYSETPOS=-1"),
		rule("positions", "19700101T000000Z", "FREQ=SECONDLY;BYSETPOS=86400,-86400"),
		rule("until the end of days", "00010101T000000", "FREQ=HOURLY;UNTIL=99991231T235959"),
		endlessRule(),
		event("rules by the thousand", start+times(3000, "RRULE:FREQ=SECONDLY;INTERVAL=7\r\n")),
		event("exrule", "DTSTART:19700101T000000Z\r\nRRULE:FREQ=MINUTELY\r\nEXRULE:FREQ=SECONDLY"),
		event("a million exdates", start+"RRULE:FREQ=DAILY\r\nEXDATE:20261125T090000Z"+times(500_000, ",20261125T090000Z")),
		event("exdates, a line each", start+"RRULE:FREQ=DAILY\r\n"+times(200_000, "EXDATE:20261125T090000Z\r\n")),
		event("rdates", start+"RDATE:20261126T090000Z"+counted(500_000, ",20261126T09%04dZ")),
		event("the year 9999", "DTSTART:99991231T235959Z\r\nDTEND:99991231T235960Z"),
		event("no date at all", "DTSTART:00000000T999999Z"),
		event("a negative date", "DTSTART:-19700101T000000Z"),
		event("a date of a million digits", "DTSTART:"+times(1_000_000, "9")),
		event("weeks beyond numbers", start+"DURATION:P99999999999999999999W"),
		event("a duration of 1 MB", start+"DURATION:PT"+times(500_000, "1")+"S"),
		event("less than nothing", start+"DURATION:-P9999999D\r\nRRULE:FREQ=SECONDLY"),
		event("longer than it repeats", "DTSTART:19700101T000000Z\r\nDURATION:P9999D\r\nRRULE:FREQ=MINUTELY"),
		event("odd lines", "DTSTART;:\r\n;:\r\nDTSTART;TZID=\":\r\nDTSTART;TZID=\"\"\"=;;;:x\r\n:\r\nEND\r\nBEGIN\r\nX;\r\nRRULE;=:=\r\nATTENDEE;CN=\";:\r\nEXDATE:,,,,\r\n\x00\x00:\x00"),
		event("folds", start+"DESCRIPTION:x"+times(700_000, "\r\n x")),
		event("a line of 9 MB", start+"DESCRIPTION:"+times(8<<20, "x")),
		event("parameters", start+"DESCRIPTION"+counted(200_000, ";P%d=x")+":y"),
		event("attendees", start+counted(80_000, "ATTENDEE;CN=a%d:mailto:a@e.example\r\n")),
		event("quotes that do not close", start+times(50_000, "ATTENDEE;CN=\"a;X=\"b:mailto:x\r\n")),
		event("alarms", start+times(80_000, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\n")),
		event("an html description", start+"X-ALT-DESC;FMTTYPE=text/html:"+times(200_000, "<div><b>")),
		event("a zone that is a path", "DTSTART;TZID=../../../../etc/passwd:20261124T090000"),
		event("a zone of 1 MB", "DTSTART;TZID="+times(1<<20, "x")+":20261124T090000"),
		calendar("deep", "BEGIN:VCALENDAR\r\n"+times(400_000, "BEGIN:VEVENT\r\nBEGIN:X\r\n")),
		calendar("deep, of one name", "BEGIN:VCALENDAR\r\n"+nested(200_000, "BEGIN:X\r\n", "", "END:X\r\n")),
		calendar("events", "BEGIN:VCALENDAR\r\n"+times(300_000, "BEGIN:VEVENT\r\nEND:VEVENT\r\n")),
		calendar("events of one name", "BEGIN:VCALENDAR\r\n"+counted(90_000, "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261124T%06dZ\r\nEND:VEVENT\r\n")),
		calendar("changes of one name", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20200101T000000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"+
			counted(60_000, "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261124T%06dZ\r\nDTSTART:20261124T090000Z\r\nEND:VEVENT\r\n")),
		calendar("dense rules", "BEGIN:VCALENDAR\r\n"+counted(60_000, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:19700101T000000Z\r\nRRULE:FREQ=MINUTELY;BYHOUR=9\r\nEND:VEVENT\r\n")),
		calendar("calendars", times(300_000, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")),
		calendar("zones", "BEGIN:VCALENDAR\r\n"+counted(100_000, "BEGIN:VTIMEZONE\r\nTZID:z%d\r\nEND:VTIMEZONE\r\n")+
			counted(20_000, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART;TZID=z99999:20261124T090000\r\nEND:VEVENT\r\n")),
		calendar("rules of a zone", "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:z\r\n"+
			times(60_000, "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\n")+
			"END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=z:20261124T090000\r\nEND:VEVENT\r\n"),
		calendar("dates of a zone", "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:z\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+9999\r\nTZOFFSETTO:-9999\r\nDTSTART:19700101T000000\r\nRDATE:19700101T000000"+
			counted(500_000, ",1971%04dT000000")+"\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=z:20261124T090000\r\nEND:VEVENT\r\n"),
		calendar("parentheses", times(40<<20, "(")),
		calendar("line ends", "BEGIN:VCALENDAR\r\n"+times(9<<20, "\r")),
		calendar("utf-16, odd", "\xff\xfe"+times(2<<20, "B\x00")+"x"),
		calendar("gzip", "BEGIN:VCALENDAR\r\n"+string(zipped(times(1<<24, "BEGIN:VEVENT\r\n")))),
	}
}

// endlessRule are events whose rules have to be counted from their beginning, which takes minutes
// without a budget of steps.
func endlessRule() bomb {
	return bomb{name: "seven seconds", entry: true, data: counted(90, "BEGIN:VEVENT\r\nUID:bomb %d\r\nSUMMARY:seven\r\nDTSTART:00010101T000000\r\n"+
		"RRULE:FREQ=SECONDLY;INTERVAL=7;COUNT=2147483647;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12\r\nEND:VEVENT\r\n")}
}
