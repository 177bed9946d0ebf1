package main

// answerBombs are answers of an interface, JSON and XML, that are made to be too much.
func answerBombs() []bomb {
	const item = `"id":50,"type":"story","by":"m","time":1795500000,"score":5,"url":"https://e.example/bomb"`
	answer := func(name, s string) bomb { return bomb{name: name, data: s, entry: true} }
	return []bomb{
		answer("arrays", times(900_000, "[")),
		answer("objects", times(150_000, `{"a":`)),
		answer("deep, beside a story", "{"+item+`,"title":"T","kids":`+nested(400_000, "[", "1", "]")+"}"),
		answer("a number of 1 MB", "{"+item+`,"title":"T","score":`+times(1_000_000, "9")+"}"),
		answer("numbers beyond numbers", `{"id":1e999999,"type":"story","title":"T","time":1e400,"score":-1e308,"latitude":1e999,"c":9e999,"chart":1e999}`),
		answer("a time before time", `{"id":50,"type":"story","title":"T","time":-9223372036854775808,"url":"https://e.example/b"}`),
		answer("a time after time", `{"id":50,"type":"story","title":"T","time":9223372036854775807,"url":"https://e.example/b"}`),
		answer("a title of 900 KB", "{"+item+`,"title":"`+times(900_000, "x")+`"}`),
		answer("a text of tags", "{"+item+`,"title":"T","text":"`+times(100_000, "<p><b>")+`"}`),
		answer("keys", "{"+item+counted(60_000, `,"k%d":1`)+"}"),
		answer("one key again and again", "{"+item+times(100_000, `,"title":""`)[:800_000]+"}"),
		answer("escapes", "{"+item+`,"title":"`+times(100_000, `\ud800`)+`"}`),
		answer("half an escape", "{"+item+`,"title":"\u`),
		answer("utf-16", "\xff\xfe{\x00}\x00x"),
		answer("nothing but blanks", times(1_000_000, " ")),
		answer("null", "null"),
		answer("nulls", "["+times(200_000, "null,")+"null]"),
		answer("rows", `{"hourly":{"time":["2026-11-24T00:00"`+times(50_000, `,"2026-11-24T00:00"`)+`]},"rates":{`+counted(40_000, `"%d":{"USD":1},`)+`"x":{}}}`),
		answer("elements", "<Envelope>"+nested(300_000, "<Cube>", "", "</Cube>")),
		answer("laughs", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Envelope>`+times(100_000, "&b;")),
		{name: "gzip of a gigabyte", data: string(gigabyte()), zip: "gzip", entry: true},
		answer("parentheses", times(40<<20, "(")),
	}
}
