package minutes

import "time"

// Kind is what an item is.
type Kind string

// The kinds. Each but note has its detail struct in Item.
const (
	KindMail     Kind = "mail"
	KindEvent    Kind = "event"
	KindStory    Kind = "story"
	KindArticle  Kind = "article"
	KindQuote    Kind = "quote"
	KindForecast Kind = "forecast"
	KindNote     Kind = "note"
)

// An Item is one thing a source brought: a message, an occurrence of an event, a story. Exactly
// the detail of its kind is set. Times carry their zone; At is when it was sent, starts, was
// published or is as of.
type Item struct {
	ID        string    `json:"id"` // stable from run to run: mail:…, event:…, hn:…, feed:…, quote:…, forecast:…
	Kind      Kind      `json:"kind"`
	Source    string    `json:"source"`
	Title     Safe      `json:"title"`
	URL       string    `json:"url"` // http(s) or "": WebURL made it
	Author    Safe      `json:"author"`
	At        time.Time `json:"published_at"`
	Excerpt   Safe      `json:"excerpt"`       // what a reader wants of it: at most about 500 runes, quotes and signatures cut
	Body      Safe      `json:"body,omitzero"` // all of its text that is kept
	Tags      []string  `json:"tags"`
	Private   bool      `json:"private"`
	LocalOnly bool      `json:"local_only,omitempty"` // never leaves this machine, not even to a private model
	Mail      *Mail     `json:"mail,omitempty"`
	Event     *Event    `json:"event,omitempty"`
	Story     *Story    `json:"story,omitempty"`
	Article   *Article  `json:"article,omitempty"`
	Quote     *Quote    `json:"quote,omitempty"`
	Forecast  *Forecast `json:"forecast,omitempty"`
}

// Label is the item's label, from its kind and privacy.
func (it Item) Label() Label {
	l := Label{Class: Private, Origin: FromWeb}
	if !it.Private && (it.Kind == KindStory || it.Kind == KindArticle) {
		l.Class = Public
	}
	switch it.Kind {
	case KindMail:
		l.Origin = FromMail
	case KindEvent:
		l.Origin = FromCalendar
	case KindQuote, KindForecast, KindStory:
		l.Origin = FromAPI
	}
	return l
}

// Clean makes what is not Safe by type fit to show on one line as well: names of folders and
// attachments, addresses, symbols, tags. Links that are none go. ID and Source are the program's own.
func (it *Item) Clean() {
	line := func(fields ...*string) {
		for _, f := range fields {
			*f = CleanLine(*f).String()
		}
	}
	lines := func(list []string) {
		for i := range list {
			line(&list[i])
		}
	}
	it.URL = WebURL(it.URL)
	lines(it.Tags)
	if m := it.Mail; m != nil {
		line(&m.MessageID, &m.InReplyTo, &m.Folder, &m.ListID, &m.Thread, &m.Method, &m.From.Email)
		lines(m.Attachments)
		cleanPeople(m.To, m.Cc)
		m.Invite.clean()
	}
	it.Event.clean()
	if s := it.Story; s != nil {
		s.DiscussionURL = WebURL(s.DiscussionURL)
		line(&s.Type)
	}
	if a := it.Article; a != nil {
		line(&a.FeedURL, &a.Category)
	}
	if q := it.Quote; q != nil {
		line(&q.Symbol, &q.Currency, &q.Provider)
	}
	if f := it.Forecast; f != nil {
		line(&f.Units)
	}
}

func (e *Event) clean() {
	if e == nil {
		return
	}
	for _, f := range []*string{&e.UID, &e.Status, &e.MyStatus, &e.Organizer.Email} {
		*f = CleanLine(*f).String()
	}
	e.Call = WebURL(e.Call)
	cleanPeople(e.Attendees)
}

func cleanPeople(lists ...[]Address) {
	for _, list := range lists {
		for i := range list {
			list[i].Email = CleanLine(list[i].Email).String()
		}
	}
}

// An Address is a person in a message or at a meeting. Email is lower case, without a display name.
type Address struct {
	Name  Safe   `json:"name,omitzero"`
	Email string `json:"email"`
}

// Mail is the detail of a message. Direct says that it is to me alone or nearly: one of
// profile.addresses is in To, it is no list and no bulk mail. FromMe is mail I sent.
type Mail struct {
	MessageID   string    `json:"message_id"` // without <>
	InReplyTo   string    `json:"in_reply_to,omitempty"`
	Folder      string    `json:"folder"`
	From        Address   `json:"from"`
	To          []Address `json:"to"`
	Cc          []Address `json:"cc"`
	Unread      bool      `json:"unread"`
	Flagged     bool      `json:"flagged"`
	Answered    bool      `json:"answered"`
	ListID      string    `json:"list_id"`
	Bulk        bool      `json:"bulk,omitempty"` // Precedence, Auto-Submitted or List-Unsubscribe say a machine sent it to many
	Thread      string    `json:"thread"`         // same for all messages of a conversation
	Attachments []string  `json:"attachments"`
	Direct      bool      `json:"direct"`
	FromMe      bool      `json:"from_me,omitempty"`
	Truncated   bool      `json:"truncated,omitempty"` // only part of a big message was read
	Invite      *Event    `json:"invite,omitempty"`    // a text/calendar part
	Method      string    `json:"method,omitempty"`    // REQUEST, CANCEL, REPLY of that part
}

// Event is the detail of one occurrence. All-day events start and end at midnight in the user's
// zone, End exclusive. MyStatus is my PARTSTAT in lower case, "" when I am not an attendee.
type Event struct {
	UID       string    `json:"uid"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	AllDay    bool      `json:"all_day"`
	Location  Safe      `json:"location"`
	Organizer Address   `json:"organizer"`
	Attendees []Address `json:"attendees"`
	Status    string    `json:"status"` // confirmed, tentative, cancelled
	MyStatus  string    `json:"my_status"`
	Recurring bool      `json:"recurring"`
	Free      bool      `json:"free,omitempty"`     // TRANSP:TRANSPARENT: clashes with nothing
	Call      string    `json:"call,omitempty"`     // an https link to join by
	ZoneNote  Safe      `json:"zone_note,omitzero"` // how an odd zone was read, when it had to be guessed
}

// Story is the detail of a Hacker News item. PointsPerHour is Points over the story's age.
type Story struct {
	Points        int     `json:"points"`
	Comments      int     `json:"comments"`
	PointsPerHour float64 `json:"points_per_hour"`
	DiscussionURL string  `json:"discussion_url"`
	Type          string  `json:"type,omitempty"` // story, job, poll; ask and show are stories
}

// Article is the detail of a feed entry. Feed is the feed's title; Undated says that At is when
// the entry was first seen, since the feed gave no usable date.
type Article struct {
	Feed     Safe   `json:"feed"`
	FeedURL  string `json:"feed_url"`
	Category string `json:"category"`
	Undated  bool   `json:"undated,omitempty"`
}

// Quote is the detail of a price. Change is against the previous close. Closes are daily, oldest
// first. RSI14 and SMA50 are 0 where there are too few closes. Closed says that the market was
// shut at As of: the figure is the last session's.
type Quote struct {
	Symbol        string    `json:"symbol"`
	Name          Safe      `json:"name,omitzero"`
	Price         float64   `json:"price"`
	PreviousClose float64   `json:"previous_close"`
	Change        float64   `json:"change"`
	ChangePercent float64   `json:"change_percent"`
	Currency      string    `json:"currency"` // ISO 4217; pence are GBX
	AsOf          time.Time `json:"as_of"`
	Closes        []float64 `json:"closes"`
	RSI14         float64   `json:"rsi14"`
	SMA50         float64   `json:"sma50"`
	Closed        bool      `json:"closed,omitempty"`
	Decimals      int       `json:"decimals"` // how many a reader expects
	Provider      string    `json:"provider"`
}

// Forecast is the detail of the weather at one place. Hours are the next 24.
type Forecast struct {
	Place       Safe          `json:"place"`
	Units       string        `json:"units"` // metric (°C, km/h, mm) or imperial (°F, mph, in)
	Now         WeatherNow    `json:"now"`
	Today       WeatherDay    `json:"today"`
	Hours       []WeatherHour `json:"hours"`
	Alerts      []Safe        `json:"alerts"`
	Advice      Safe          `json:"advice"` // one line made from the figures; "" on a plain day
	Attribution Safe          `json:"attribution"`
}

// WeatherNow is the present reading.
type WeatherNow struct {
	At          time.Time `json:"at"`
	Temperature float64   `json:"temperature"`
	FeelsLike   float64   `json:"feels_like"`
	Wind        float64   `json:"wind"`
	Code        int       `json:"code"` // WMO 4677 as Open-Meteo reduces it
	Summary     Safe      `json:"summary"`
}

// WeatherDay is today's range.
type WeatherDay struct {
	Min           float64   `json:"min"`
	Max           float64   `json:"max"`
	Precipitation float64   `json:"precipitation"`
	Sunrise       time.Time `json:"sunrise"`
	Sunset        time.Time `json:"sunset"`
	Code          int       `json:"code"`
	Summary       Safe      `json:"summary"`
}

// WeatherHour is one hour to come. Chance is of precipitation, in percent, -1 when unknown.
type WeatherHour struct {
	At            time.Time `json:"at"`
	Temperature   float64   `json:"temperature"`
	Precipitation float64   `json:"precipitation"`
	Chance        int       `json:"chance"`
	Wind          float64   `json:"wind"`
	Code          int       `json:"code"`
}

// A Part is one named addend of a score.
type Part struct {
	Label Safe    `json:"label"`
	Delta float64 `json:"delta"`
	// Judgements are the ids of the thumbs this part rests on, if it was learned.
	Judgements []int64 `json:"judgements,omitempty"`
}

// Scored is an item in its place. The deltas of Why sum to Score, which lies in [0, 1]. Also are
// the ids of the same story from elsewhere, merged into this one.
type Scored struct {
	Item
	Score   float64  `json:"score"`
	Why     []Part   `json:"why"`
	Verdict string   `json:"verdict"` // up, down or ""
	Also    []string `json:"also"`
	Number  int      `json:"number,omitempty"` // as last printed
}

// A Group is one story: the item that stands for it and the ids merged into it.
type Group struct {
	Lead Item
	Also []Item
}

// A Query selects items. The zero value selects all; newest first unless Text is set.
type Query struct {
	Text         string
	Kind         Kind
	Source       string
	Thread       string
	Since, Until time.Time // of Item.At: [Since, Until)
	IDs          []string
	Limit        int  // 0 means no limit
	Bodies       bool // fill Item.Body; left out by default, it is most of the bytes
}

// A Hit is an item that a search found. Score is higher for better; Snippet marks nothing.
type Hit struct {
	Item
	Score   float64 `json:"score"`
	Snippet Safe    `json:"snippet"`
}

// A Passage is a stretch of an item's text, the unit of retrieval.
type Passage struct {
	Item string
	At   int // offset in runes
	Text Text
}
