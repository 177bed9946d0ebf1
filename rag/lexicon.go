package rag

import (
	"regexp"
	"strings"
	"sync"
)

// A lexicon is what Merge knows of headline English. Other languages have no synonyms here: their
// titles must agree in more words to be one story, which errs on the side of two.
type lexicon struct {
	generic, prefix, suffix, site, number *regexp.Regexp

	stop  map[string]bool   // words that carry nothing
	plain map[string]bool   // capitalised in headlines, yet no names
	same  map[string]string // of a word, the one that stands for all of its meaning
	alias map[string]string // of a name, the one that is meant
	ways  map[string]string // of a word, "axis end": two ends of an axis are two stories
}

// words is built at the first Merge and not at start-up.
var words = sync.OnceValue(func() *lexicon {
	x := &lexicon{
		generic: regexp.MustCompile(genericTitle), prefix: regexp.MustCompile(prefixTag), suffix: regexp.MustCompile(suffixTag),
		site: regexp.MustCompile(siteSuffix), number: regexp.MustCompile(numberLike),
		stop: set(stopWords), plain: set(plainWords), same: map[string]string{}, alias: map[string]string{}, ways: map[string]string{},
	}
	group(x.same, synonyms)
	group(x.alias, aliases)
	for _, line := range strings.Split(strings.TrimSpace(opposites), "\n") {
		one, other, _ := strings.Cut(line, "|")
		axis := strings.Fields(one)[0]
		for _, w := range strings.Fields(one) {
			x.ways[w] = axis + " +"
		}
		for _, w := range strings.Fields(other) {
			x.ways[w] = axis + " -"
		}
	}
	return x
})

// group lets the first word of a line stand for all of them.
func group(into map[string]string, lines string) {
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		ws := strings.Fields(line)
		for _, w := range ws {
			into[w] = ws[0]
		}
	}
}

func set(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

const (
	// What every issue of a column is called.
	genericTitle = `(?i)^(ask hn|tell hn)\b` +
		`|^(the )?(weekly|daily|monthly|morning|evening|week|weekend|today|sunday|saturday|monday|tuesday|wednesday|thursday|friday)('s)?\b.{0,24}` +
		`\b(links?|reads?|reading|roundup|round-up|digest|briefing|thread|discussion|review|news|newsletter|recap|update|wrap|podcast|quiz|notes|picks)\b` +
		`|^(links?|open thread|week ?notes?|newsletter|changelog|release notes|what('s| is) new|in brief|briefly|corrections?|live updates?|who is hiring|freelancer\?)\b` +
		`|\b(open thread|who is hiring|week in review|links of the week|link roundup|crossword|horoscope|wordle)\b`
	prefixTag  = `(?i)^\s*(?:\[[^\]]{1,20}\]|show hn:|launch hn:|update ?\d*[:-]|breaking:|exclusive:|watch:|video:|opinion:|live:|analysis:|report:|poll:)\s*`
	suffixTag  = `(?i)\s*(?:\[[^\]]{1,20}\]|\((?:pdf|video|audio|19\d\d|20[0-2]\d)\))\s*$`
	siteSuffix = `\s+[|–—·•-]\s+([^|–—·•]{2,32})$`
	numberLike = `\p{N}+(?:[.,]\p{N}+)*`

	stopWords = `a an the and or but of in on at to for from by with without as is are was were be been being it its this that these those
		into over under after before about against between out up down off than then so not no nor do does did has have had will would can could
		may might must shall should he she they them his her their we our you your i my me who whom whose which what when where why how
		all any some more most other such only own same too very just also amid via per vs new now says say said here there`

	plainWords = `report reports update company companies deal deals plan plans data market markets price prices stock stocks share shares rate rates
		bank banks world country state states government court judge law bill case police city people man woman men women child children
		year years month months week weeks day days today time hour hours million billion trillion percent first last next big biggest
		high higher highest low lower lowest record top best worst free open source code software app apps web site service services tool tools
		user users customer customers team game games model models phone phones chip chips car cars plane train home house school student students
		study research scientists researchers expert experts analysts investors traders workers employees staff boss chief ceo founder leader
		minister president election vote voters party war attack attacks talks summit trade tax taxes budget inflation economy growth jobs
		security privacy bug bugs flaw flaws fix fixes patch version support beta preview review guide why how using use uses used make makes made
		get gets got give gives gave take takes took go goes going come comes back still even ever never every everyone everything thing things
		way ways part end start starts started begin begins inside behind ahead near around across during until while because if latest
		amid among quarter half double triple interest display million-dollar hits hit faces face set sets wants want need needs help helps
		early late live full final global local public private major minor small large long short old young real key own`

	synonyms = `
announce announces announced announcing unveil unveils unveiled unveiling launch launches launched launching release releases released releasing introduce introduces introduced introducing reveal reveals revealed debut debuts debuted ships shipped rolls
buy buys bought buying acquire acquires acquired acquiring acquisition purchase purchases purchased takeover snaps
die dies died dead death dying
sue sues sued suing lawsuit lawsuits sueing
fine fines fined penalty penalties
cut cuts cutting slash slashes slashed lower lowers lowered reduce reduces reduced trims trimmed
raise raises raised raising hike hikes hiked lifts lifted increase increases increased
rise rises rose rising surge surges surged jump jumps jumped climb climbs climbed soar soars soared gain gains gained rally rallies rallied
fall falls fell falling drop drops dropped plunge plunges plunged slide slides slid slump slumps slumped sink sinks sank tumble tumbles tumbled decline declines declined
hack hacks hacked hackers breach breaches breached leak leaks leaked
layoffs layoff lay lays laid fires fired axes axed
ban bans banned banning prohibits prohibited outlaws outlawed
win wins won winning victory beats beat defeats defeated
quit quits resign resigns resigned resignation steps
kill kills killed
find finds found discover discovers discovered discovery
block blocks blocked halts halted stops stopped
approve approves approved approval backs backed passes passed
reject rejects rejected rejection denies denied
car cars vehicle vehicles
percent per-cent pct
billion bn
million mn mln
shut shuts shutdown closes closed closing shutters shuttered
outage outages offline
vulnerability vulnerabilities flaw flaws cve bug bugs`

	// Names that have several.
	aliases = `
us u.s u.s.a usa america american
uk u.k britain british
eu europe european
ai a.i
fed fed's`

	opposites = `
rise rises rose rising surge surges surged jump jumps jumped climb climbs climbed soar soars soared gain gains gained rally rallies rallied up | fall falls fell falling drop drops dropped plunge plunges plunged slide slides slid slump slumps slumped sink sinks sank tumble tumbles tumbled decline declines declined down
raise raises raised hike hikes hiked lifts lifted increase increases increased | cut cuts cutting slash slashes slashed lower lowers lowered reduce reduces reduced trims trimmed
approve approves approved approval backs backed passes passed | reject rejects rejected rejection blocks blocked denies denied vetoes vetoed fails failed
win wins won winning victory beats beat | lose loses lost losing defeat
opens opened opening reopens | shut shuts closes closed closing shutters
hires hire hired hiring adds | layoffs layoff lay lays laid fires fired
confirms confirmed admits | denies denied
starts begins launches | ends stops halts ended stopped`
)
