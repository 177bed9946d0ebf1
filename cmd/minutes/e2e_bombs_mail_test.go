package main

import "fmt"

// mailBombs are messages that hang, overflow or swell parsers of MIME, headers, charsets, dates and
// invitations. All are below the size that a server of mail takes.
func mailBombs() []bomb {
	const head = "From: Mallory <mallory@e.example>\r\nTo: sam@e.example\r\nDate: Tue, 24 Nov 2026 05:00:00 +0000\r\nMIME-Version: 1.0\r\n"
	whole := func(name, headers, body string) bomb {
		return bomb{name: name, entry: true, data: head + "Subject: " + name + "\r\n" + headers + "\r\n" + body}
	}
	multi := func(boundary string) string { return `Content-Type: multipart/mixed; boundary="` + boundary + "\"\r\n" }
	unterminated := ""
	for i := range 120 { // 5 KB: each level holds all that follow, and none is closed
		unterminated += fmt.Sprintf("\r\n--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n", i, i+1)
	}
	invite := func(name, lines string) bomb {
		return whole(name, "Content-Type: text/calendar; method=REQUEST\r\n", "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:a\r\n"+lines+"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	}
	return []bomb{
		whole("parts that do not end", multi("b0"), unterminated),
		whole("one boundary for all", multi("b"), times(2000, "--b\r\n"+multi("b")+"\r\n")),
		whole("boundaries that begin alike", multi("a"), counted(3000, "--a%d\r\n\r\nx\r\n")+"--a--\r\n"),
		whole("ten thousand parts", multi("b"), times(10_000, "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n")+"--b--\r\n"),
		whole("mail in mail in mail", "Content-Type: message/rfc822\r\n", times(3000, "Content-Type: message/rfc822\r\n\r\n")+"Subject: x\r\n\r\nx"),
		whole("a boundary of 64 KB", "Content-Type: multipart/mixed; boundary=\""+times(900, times(70, "b")+"\r\n ")+"\"\r\n", "--b\r\n\r\nx"),
		whole("no boundary", "Content-Type: multipart/mixed\r\n", times(100_000, "--guess-me\r\n\r\nx\r\n")),
		whole("a header of 4 MB", "X-Long: "+times(60_000, times(70, "x")+"\r\n ")+"\r\n", "x"),
		whole("headers", counted(40_000, "X-%d: y\r\n"), "x"),
		whole("parameters", "Content-Type: text/plain"+counted(30_000, ";\r\n p%d=x")+"\r\n", "x"),
		whole("a name in a thousand pieces", "Content-Type: application/x; "+counted(20_000, "\r\n name*%d*=utf-8''a;")+"\r\n", "x"),
		whole("encoded words", "X-Y: z\r\nSubject: "+times(30_000, "=?utf-8?q?=41?=\r\n ")+"x\r\n", "x"),
		whole("an encoded word of 1 MB", "Subject: =?utf-8?b?"+times(15_000, times(70, "QUFB")[:68]+"\r\n ")+"?=\r\n", "x"),
		whole("an encoded word without end", "Subject: "+times(50_000, "=?utf-8?q?")[:60_000]+"\r\n", "x"),
		whole("comments", "Cc: "+times(30_000, "(")+"\r\nReply-To: "+times(30_000, "(a")+"\r\n", "x"),
		whole("addresses", "Cc: a@e.example"+counted(50_000, ",\r\n a%d@e.example")+"\r\n", "x"),
		whole("a group in a group", "Cc: "+times(10_000, "g:")+"\r\n", "x"),
		whole("references", "References: "+counted(50_000, "<%d@e.example>\r\n ")+"\r\n", "x"),
		whole("base64 that is none", "Content-Transfer-Encoding: base64\r\n", times(50_000, "=!\"§$%&/()=?QUJD=QQ==\r\n")),
		whole("quoted-printable that is none", "Content-Transfer-Encoding: quoted-printable\r\n", times(200_000, "==\r\n=Z")),
		whole("an encoding in itself", "Content-Transfer-Encoding: base64\r\nContent-Type: message/rfc822\r\n", times(20_000, "Q29udGVudC1UeXBlOiBt\r\n")),
		whole("html", "Content-Type: text/html\r\n", times(100_000, "<div><b>")+"x"),
		whole("html tables", "Content-Type: text/html\r\n", times(60_000, "<table><tr><td>")+"x"),
		whole("html, a style of comments", "Content-Type: text/html\r\n", `<p style="x`+times(20_000, "/**/\r\n")+`">x`),
		whole("html, a sheet of comments", "Content-Type: text/html\r\n", "<style>x"+times(20_000, "/**/\r\n")+"</style>x"),
		whole("html, a sheet of rules", "Content-Type: text/html\r\n", "<style>"+counted(10_000, ".a%d{display:none}\r\n")+"</style>"+times(5_000, `<b class="a1 a2 a3">`+"\r\n")+"x"),
		whole("html, a sheet in sheets", "Content-Type: text/html\r\n", "<style>"+times(50_000, "@media{\r\n")+"</style>x"),
		whole("html comments", "Content-Type: text/html\r\n", times(200_000, "<!--")),
		whole("quotes", "Content-Type: text/plain; format=flowed\r\n", times(4000, times(400, ">")+" x \r\n")),
		whole("one line of quotes", "", times(900, ">")+times(900, "> ")),
		whole("utf-7", "Content-Type: text/plain; charset=utf-7\r\n", times(100_000, "+AAAAAA\r\n")),
		whole("utf-16, odd", "Content-Type: text/plain; charset=utf-16\r\n", times(100_000, "x\r\n")+"y"),
		whole("iso-2022-jp", "Content-Type: text/plain; charset=iso-2022-jp\r\n", times(100_000, "\x1b$B\r\n")),
		whole("uuencode", "", "begin 644 x\r\n"+times(50_000, "MZ\r\n")),
		whole("a date beyond numbers", "X-A: b\r\nDate: Tue, 99 Foo "+times(5_000, "9")+" 99:99:99 +999999\r\n", "x"),
		invite("an invitation each second", "DTSTART:19700101T000000Z\r\nRRULE:FREQ=SECONDLY"),
		invite("an invitation of folds", "DTSTART:20261124T090000Z\r\nDESCRIPTION:x"+times(40_000, "\r\n x")),
		invite("odd lines of an invitation", "DTSTART;:\r\n;:\r\nDTSTART;TZID=\":\r\n:\r\nEND\r\nBEGIN\r\nRRULE;=:="),
	}
}
