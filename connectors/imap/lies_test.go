package imap

import (
	"fmt"
	"strconv"
	"strings"
)

// A lie is what a hostile server does in one session, and what has to end it: words of the error. ""
// asks for no error in particular, "-" for none at all.
type lie struct {
	name  string
	says  map[string]string
	flood string
	ends  string
}

const (
	silent = "does not answer"
	closed = "closed the session"
	broken = "cannot be read"
)

// lies are all that a server may do but for TLS. Long is what takes long to send.
func lies(long bool) []lie {
	out := append(append(sizes(), counts()...), append(stages(), texts()...)...)
	out = append(out, append(folders(), structures()...)...)
	for _, l := range floods() {
		if long || !strings.Contains(l.ends, "MiB") {
			out = append(out, l)
		}
	}
	return out
}

// unreadable is what ends an answer that is none. One about folders costs their list: the mail is read
// without.
func unreadable(verb string) string {
	if verb == "LIST" {
		return "-"
	}
	return broken
}

func one(verb, text string) map[string]string { return map[string]string{verb: text} }

// stages are silence, a farewell, a refusal and hanging up at every step.
func stages() []lie {
	var out []lie
	for _, verb := range []string{"GREETING", "LOGIN", "LIST", "EXAMINE", "SEARCH", "FETCH"} {
		out = append(out,
			lie{"silence at " + verb, one(verb, ""), "", silent},
			lie{"half a line at " + verb, one(verb, "* OK [CAP"), "", ""}, // the other half may be another answer
			lie{"BYE at " + verb, one(verb, "* BYE off you go\r\nCLOSE"), "", "off you go"},
			lie{"hanging up at " + verb, one(verb, "CLOSE"), "", "broke off"},
		)
		if verb != "GREETING" {
			out = append(out,
				lie{"NO at " + verb, one(verb, "TAG NO \x1b]0;own\x07[ALERT] \x1b[2Jnot today\r\n"), "", "not today"},
				lie{"BAD at " + verb, one(verb, "TAG BAD what?\r\n"), "", "what?"},
				lie{"go ahead at " + verb, one(verb, "+ password again, please\r\n"), "", unreadable(verb)},
				lie{"the tag of another at " + verb, one(verb, "T77 OK done\r\n"), "", unreadable(verb)},
				lie{"no such tag at " + verb, one(verb, "X1 OK done\r\n"), "", unreadable(verb)},
			)
		}
	}
	return append(out,
		lie{"silence at CAPABILITY", map[string]string{"LOGIN": "TAG OK in\r\n", "CAPABILITY": ""}, "", silent},
		lie{"NO at CAPABILITY", map[string]string{"LOGIN": "TAG OK in\r\n", "CAPABILITY": "TAG NO none of yours\r\n"}, "", "-"},
		lie{"silence at LOGOUT", one("LOGOUT", ""), "", "-"},
		lie{"silence in a literal", one("FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {5000}\r\nabc"), "", silent},
		lie{"BYE in a literal", one("FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {5000}\r\nabcCLOSE"), "", "broke off"},
		lie{"other mechanisms", one("GREETING", "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=CRAM-MD5 AUTH=LOGIN AUTH=NTLM] hello\r\n"), "", "-"},
		lie{"capabilities that are lies", one("LOGIN", "TAG OK [CAPABILITY IMAP4rev1 IMAP4rev2 ESEARCH CONDSTORE QRESYNC LITERAL+ BINARY UTF8=ACCEPT COMPRESS=DEFLATE] in\r\n"), "", "-"},
		lie{"capabilities without an end", one("LOGIN", "* CAPABILITY "+strings.Repeat("AUTH=X ", 1<<20)), "", ""},
	)
}

// sizes are literals, lines and lists that say or hold too much.
func sizes() []lie {
	var out []lie
	for _, size := range []string{"{4294967295}", "{26214401000}", "{99999999999999999999}"} {
		out = append(out,
			lie{"a text of " + size, one("FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> "+size+"\r\nabc"), "", "literal of more"},
			lie{"a folder of " + size, one("LIST", "* LIST () \"/\" "+size+"\r\nabc"), "", "-"},
		)
	}
	for what, size := range map[string]string{"negative": "{-1}", "no number": "{x}", "empty braces": "{}", "non-sync": "{3+}", "spaced": "{ 3 }", "no sign": "{+3}"} {
		out = append(out,
			lie{"a text of size " + what, one("FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> "+size+"\r\nabc)\r\nHONEST"), "", ""},
			lie{"a folder of size " + what, one("LIST", "* LIST () \"/\" "+size+"\r\nabc\r\nHONEST"), "", "-"},
		)
	}
	for where, text := range map[string]string{"flags": "FLAGS {5}\r\n\\Seen", "date": "INTERNALDATE {4}\r\nsoon", "size": "RFC822.SIZE {2}\r\n17",
		"uid": "UID {1}\r\n1", "envelope": "ENVELOPE ({3}\r\n((( {0}\r\n NIL NIL NIL NIL NIL NIL NIL NIL)", "literal8": "BINARY[1] ~{3}\r\n\x00((", "number": "RFC822.SIZE -5"} {
		out = append(out, lie{"a literal for the " + where, one("FETCH", "* 1 FETCH (UID 1 "+text+")\r\nHONEST"), "", ""})
	}
	for _, verb := range []string{"EXAMINE", "SEARCH", "LIST", "LOGIN"} {
		out = append(out, lie{"a literal out of place at " + verb, one(verb, "* {3}\r\nabc\r\nHONEST"), "", ""})
	}
	return append(out,
		lie{"depth 64", one("FETCH", "* 1 FETCH (UID 9 X-A "+strings.Repeat("(", 60)+strings.Repeat(")", 60)+")\r\nHONEST"), "", "-"},
		lie{"depth 65", one("FETCH", "* 1 FETCH (UID 9 X-A "+strings.Repeat("(", 65)+strings.Repeat(")", 65)+")\r\nHONEST"), "", "nested"},
		lie{"depth in quotes", one("FETCH", "* 1 FETCH (UID 9 X-A \""+strings.Repeat("(", 900)+"\")\r\nHONEST"), "", "-"},
		lie{"a line without end", one("EXAMINE", "* OK "+strings.Repeat("A", maxLine)), "", "status of more"},
		lie{"a response without end", one("EXAMINE", "* FLAGS ("+strings.Repeat("A ", maxSaidLine)), "", "of what nobody asked for"},
		lie{"a search without end", one("SEARCH", "* SEARCH "+strings.Repeat("1 ", maxLine)), "", "response of more"},
		lie{"a quote without end", one("LIST", "* LIST () \"/\" \""+strings.Repeat("A", maxLine+10)), "", "-"},
		lie{"a greeting without end", one("GREETING", strings.Repeat("* OK ", maxLine/5+10)), "", "status of more"},
	)
}

// counts are numbers that are not so.
func counts() []lie {
	falling := "* SEARCH " + fallen(maxLine-64, ' ') + "\r\n"
	return []lie{
		{"four billion messages", one("EXAMINE", "* 4294967295 EXISTS\r\nHONEST"), "", "-"},
		{"more than a number holds", one("EXAMINE", "* 99999999999 EXISTS\r\nHONEST"), "", broken},
		{"less than nothing", one("EXAMINE", "* -1 EXISTS\r\nHONEST"), "", broken},
		{"no UIDVALIDITY", one("EXAMINE", "* 3 EXISTS\r\nTAG OK done\r\n"), "", "-"},
		{"UIDVALIDITY 0", one("EXAMINE", "HONEST* OK [UIDVALIDITY 0] x\r\n"), "", "-"},
		{"another UIDVALIDITY", one("EXAMINE", "* 5 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n* OK [UIDNEXT 9] x\r\nTAG OK done\r\n"), "", ""},
		{"another UIDVALIDITY in the middle", one("SEARCH", "* OK [UIDVALIDITY 8] x\r\nHONEST"), "", "-"},
		{"UIDNEXT far off", one("EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4294967295] x\r\nTAG OK done\r\n"), "", ""},
		{"UIDNEXT back", one("EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\nTAG OK done\r\n"), "", ""},
		{"UIDNEXT 0", one("EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 0] x\r\nTAG OK done\r\n"), "", ""},
		{"MODSEQ far off", one("EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n* OK [HIGHESTMODSEQ 9223372036854775807] x\r\nTAG OK done\r\n"), "", ""},
		{"MODSEQ past its end", one("EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n* OK [HIGHESTMODSEQ 18446744073709551615] x\r\nTAG OK done\r\n"), "", ""},
		{"MODSEQ back", one("EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n* OK [HIGHESTMODSEQ 1] x\r\nTAG OK done\r\n"), "", ""},
		{"UIDs falling, a line of them", one("SEARCH", falling+"HONEST"), "", ""},
		{"UIDs falling, many lines", one("SEARCH", strings.Repeat(falling, 2)+"HONEST"), "", ""},
		{"every UID there is", one("SEARCH", "* ESEARCH (TAG \"TAG\") UID ALL 1:4294967295\r\nTAG OK done\r\n"), "", ""},
		{"UID 0 found", one("SEARCH", "* SEARCH 0 0 0\r\nHONEST"), "", ""},
		{"UIDs twice and in no order", one("SEARCH", "* SEARCH 3 1 3 2 1 1\r\nHONEST"), "", "-"},
		{"messages never asked for", one("FETCH", letter{uid: 900}.whole(900)+letter{uid: 901}.whole(901)+"HONEST"), "", "-"},
		{"messages ahead of time", one("SEARCH", letter{uid: 1}.whole(1)+letter{uid: 900}.whole(900)+"HONEST"), "", "-"},
		{"every message twice", one("FETCH", letter{uid: 1}.whole(1)+letter{uid: 2}.whole(2)+"HONEST"), "", "-"},
		{"no message comes", one("FETCH", "TAG OK done\r\n"), "", "-"},
		{"messages without a body", one("FETCH", "* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 BODY[TEXT]<0> NIL BODY[HEADER] NIL)\r\nTAG OK done\r\n"), "", "-"},
		{"messages without a UID", one("FETCH", "* 1 FETCH (FLAGS ())\r\n* 2 FETCH (BODY[TEXT]<0> {2}\r\nhi)\r\nTAG OK done\r\n"), "", "-"},
		{"UID 0 comes", one("FETCH", "* 1 FETCH (UID 0 FLAGS ())\r\nHONEST"), "", broken},
		{"a UID too high", one("FETCH", "* 1 FETCH (UID 4294967296 FLAGS ())\r\nHONEST"), "", broken},
		{"sizes that lie", one("FETCH", letter{uid: 1}.with(1, "RFC822.SIZE 99999999999999", "")+letter{uid: 2}.with(2, "RFC822.SIZE 0", "")+"HONEST"), "", "-"},
		{"numbers of copies, falling", one("SEARCH", strings.Repeat("* OK [COPYUID 1 "+fallen(31<<10, ',')+" 1] x\r\n", 60)+"HONEST"), "", ""},
		{"an extended search, falling", one("SEARCH", "* ESEARCH (TAG \"TAG\") UID ALL "+fallen(maxLine-99, ',')+"\r\nHONEST"), "", ""},
		{"removed in between", one("FETCH", "* 1 EXPUNGE\r\n* 2 EXPUNGE\r\n* 4000000000 EXPUNGE\r\n* 0 EXISTS\r\nHONEST"), "", "-"},
		{"flags of a million", one("FETCH", "* 1 FETCH (UID 1 FLAGS ("+strings.Repeat("x ", 1<<20)+"))\r\nHONEST"), "", "-"},
	}
}

// fallen are so many bytes of numbers, each less than the one before.
func fallen(size int, between byte) string {
	b := make([]byte, 0, size+16)
	for n := int64(4_000_000_000); len(b) < size; n -= 3 {
		b = append(strconv.AppendInt(b, n, 10), between)
	}
	return string(b[:len(b)-1])
}

// texts are words for people and names of flags.
func texts() []lie {
	return []lie{
		{"an alert of sequences", one("LOGIN", "* OK [ALERT] \x1b]52;c;cHduZWQ=\x07\x1b[31mYour account is \u202elocked\u202c, call\r\nHONEST"), "", "-"},
		{"a thousand alerts", one("LOGIN", strings.Repeat("* NO [ALERT] Look here\r\n", 1000)+"HONEST"), "", "-"},
		{"the password said back", one("EXAMINE", "TAG NO S3CRET\x1b[0m-CAN\x00ARY is wrong, S3CRET-CANARY too\r\n"), "", "is wrong"},
		{"the password in an alert", one("EXAMINE", "* OK [ALERT] S3CRET-\u200bCANARY, S3CRET-CANARY\r\nHONEST"), "", "-"},
		{"a farewell with the password", one("EXAMINE", "* BYE S3CR\x1b[1mET-CANARY\r\nCLOSE"), "", closed},
		{"flags that are none", one("FETCH", "* 1 FETCH (UID 1 FLAGS (\x1b[2J \\Se\x07en $\xff\\ \\))\r\nHONEST"), "", ""},
		{"a status nobody asked for", one("SEARCH", "* STATUS \"INBOX\" (MESSAGES 9)\r\n* FLAGS (\\Seen \x1b)\r\n* NAMESPACE NIL NIL NIL\r\nHONEST"), "", ""},
		{"a response nobody knows", one("SEARCH", "* XYZZY plugh\r\nHONEST"), "", broken},
		{"nothing but line ends", one("SEARCH", "\r\n\r\n\r\nHONEST"), "", broken},
		{"NUL", one("SEARCH", "* \x00\x00\x00\r\nHONEST"), "", broken},
		{"a closed folder", one("FETCH", "* OK [CLOSED] x\r\n* OK [PERMANENTFLAGS (\\*)] x\r\nHONEST"), "", ""},
	}
}

// folders are names that would be paths, and other folders than there are.
func folders() []lie {
	out := []lie{
		{"a million folders", one("LIST", strings.Repeat("* LIST () \"/\" \"A folder of many\"\r\n", 100_000)+"HONEST"), "", "-"},
		{"a name of a megabyte", one("LIST", "* LIST (\\Sent) \"/\" \""+strings.Repeat("a", 1<<20)+"\"\r\nHONEST"), "", "-"},
		{"a delimiter that lies", one("LIST", "* LIST () \"t\" Outsent\r\n* LIST () \"\" Sent\r\nHONEST"), "", ""},
		{"Sent is the inbox", one("LIST", "* LIST (\\Sent) \"/\" inbox\r\nHONEST"), "", "-"},
		{"the other way to write a name", one("LIST", "* LIST (\\Sent) \"/\" &AC8-&AC4ALgAv-\r\nHONEST"), "", "-"},
		{"a name that is no UTF-7", one("LIST", "* LIST (\\Sent) \"/\" \"&&&-\"\r\nHONEST"), "", "-"},
	}
	for _, name := range []string{"../../../../etc/passwd", "/etc/passwd", `..\\..\\windows`, "~/.ssh/id_ed25519", "C:\\\\nul", "-rf", "$(reboot)", "a\x1b[2Jb", "*", "%"} {
		out = append(out, lie{"Sent at " + name, one("LIST", "* LIST (\\Sent) \"/\" \""+name+"\"\r\nHONEST"), "", "-"})
	}
	for what, name := range map[string]string{"a line end": "x\r\nT9 DELETE INBOX", "NUL": "a\x00b", "quotes": "a\"b\\c"} {
		out = append(out, lie{"a name with " + what, one("LIST", fmt.Sprintf("* LIST (\\Sent) \"/\" {%d}\r\n%s\r\nHONEST", len(name), name)), "", "-"})
	}
	return append(out, lie{"a line end in UTF-7", one("LIST", "* LIST (\\Sent) \"/\" \"x&AA0ACg-T9 DELETE INBOX\"\r\nHONEST"), "", ""})
}

// structures are bombs where the parts of a message should be told.
func structures() []lie {
	part := "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)"
	deep := strings.Repeat("(", 50) + part + strings.Repeat(" \"MIXED\")", 50)
	told := func(structure, ends string) lie {
		return lie{fmt.Sprintf("a structure %.30q", structure), one("FETCH", letter{uid: 1}.with(1, "BODYSTRUCTURE", structure)+"HONEST"), "", ends}
	}
	return []lie{
		told(deep, "-"),
		told("("+strings.Repeat(part, 50_000)+" \"MIXED\")", "-"),
		told("("+strings.Repeat("(\"APPLICATION\" \"PDF\" (\"NAME\" \"../../x\x1b[2J\") NIL NIL \"BASE64\" 99999999999999 NIL (\"ATTACHMENT\" (\"FILENAME\" \"/etc/passwd\")))", 3000)+" \"MIXED\")", "-"),
		told("(\"TEXT\" \"PLAIN\" ("+strings.Repeat("\"A\" \"B\" ", 100_000)+") NIL NIL \"7BIT\" 1 1)", "-"),
		told("(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" -1 -1)", "-"),
		told("(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 99999999999999999999 1)", ""),
		told("(\"TEXT\")", ""),
		told("NIL", ""),
		told("()", ""),
		told("(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "+part+" 1)", "-"),
		told("ENVELOPE (\"x\" ((NIL NIL NIL NIL)) NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE "+part, ""),
	}
}

// floods end by the bound on the whole answer.
func floods() []lie {
	endless := func(name, text, ends string) lie { return lie{name, one("FETCH", ""), text, ends} }
	const total = "more than 128 MiB"
	return []lie{
		endless("flags without end", strings.Repeat("* 1 FETCH (FLAGS ())\r\n", 40_000), "answers about messages"),
		endless("messages without end", letter{uid: 900}.with(1, "X Y", fmt.Sprintf("BODY[1] {%d}\r\n%s", 1<<20, strings.Repeat("x", 1<<20))), total),
		endless("parts without end", strings.Repeat("* 1 FETCH (UID 1 BODY[1]<0> {200000}\r\n"+strings.Repeat("x", 200_000)+")\r\n", 5), total),
		endless("folders without end", strings.Repeat("* LIST () \"/\" x\r\n", 50_000), "more than 16 MiB"),
		endless("a literal of 30 MiB again and again", fmt.Sprintf("* 1 FETCH (UID 1 BODY[TEXT] {%d}\r\n%s)\r\n", 30<<20, strings.Repeat("x", 30<<20)), total),
		endless("depth without end", "* 1 FETCH (UID 1 BODYSTRUCTURE "+strings.Repeat("(", 40<<20), "nested"),
	}
}
