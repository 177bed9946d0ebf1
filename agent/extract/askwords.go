package extract

import "strings"

// The words by which people ask. Each is tried on one sentence without its greeting.
var (
	leadIn   = lazy(`(?i)^(?:(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly|one more thing|so|and|also|then|but|if possible|when you can|hi|hey|hello|mum|mom|dad)[,:]? +)+`)
	youCan   = lazy(`(?i)^(?:could|can|would|will|might) you(?: please| kindly| maybe| also| possibly| perhaps| be able to| be so kind as to)* (.+?)[?.!]*$`)
	chance   = lazy(`(?i)^(?:(?:is there )?any chance(?: that)?|do you think|I (?:was|am) wondering (?:if|whether)|I wonder (?:if|whether)) you(?: could| can| would)? (.+?)[?.!]*$`)
	someone  = lazy(`(?i)^(?:could|can|would) (?:someone|anyone|somebody|one of you)(?: please)? (.+?)[?.!]*$`)
	please   = lazy(`(?i)^(?:in any case[, ]+)?(?:please|kindly|pls)[, ]+(.+?)[.!?]*$`)
	needYou  = lazy(`(?i)^(?:but )?(?:I|we)(?:'d| would)?(?: still| really| urgently| do)? need you to (.+?)[.!?]*$`)
	needs    = lazy(`(?i)^(?:(?:but|so|and) )?(I|we|(?:the|our) [\p{L}]+(?: [\p{L}]+)?|\p{Lu}[\p{L}]+)(?: still| really| urgently| now| also)? (needs?|requires?) (.+?)[.!?]*$`)
	tellMe   = lazy(`(?i)^(?:so |and |then |just )*((?:tell|send|give|call|ring|text|bring|show|get back to|answer|write|forward|lend|remind) (?:me|us)\b.*?|let (?:me|us) know\b.*?)[.!]*$`)
	needKnow = lazy(`(?i)^(?:I|we)(?:'d| would)?(?: really| still| just)? (?:need|have|want) to know\b(.*?)[.!]*$`)
	wishes   = lazy(`(?i)^(?:I|we)(?:'d|’d| would) (?:like|love) to (?:speak|talk|meet|discuss|sit down)\b.*\byou\b`)
	closing  = lazy(`(?i)\b(?:registrations?|portal|applications?|entries|submissions?|calls?|ballots?|bids?|window|polls?|vot(?:e|es|ing)|forms?|enrolments?|orders?|bookings?|survey|nominations?)\b`)
	closes   = lazy(`(?i)\bcloses?\b`)
	mustBy   = lazy(`(?i)\b(?:must|due|deadline|has to|have to|required|needed|no later than|at the latest|submit|return|reach us|expires)\b`)
	promised = lazy(`(?i)^(?:so |and |then |yes, |ok, )*(?:I|we)(?:'ll|’ll| will)(?: then| also)? (.+?)[.!]*$`)
	german   = lazy(`(?i)(?:^|[,.] )(?:können|könnten|kannst|könntest|würden|würdest|nimmst|darf|dürfte)\s+(?:sie|du|ihr|ich|wir)\b|\bbitte\b|^\p{L}+st du\b[^.]*\?`)
	french   = lazy(`(?i)\b(?:pouvez|pourriez|peux|pourrais)[- ](?:vous|tu)\b|\bmerci de (?:(?:me|nous|bien vouloir|m') ?)*\p{L}+(?:er|ir|re)\b|\bveuillez\b`)
	spanish  = lazy(`(?i)(?:¿|^|, )\s*(?:me )?(?:puedes|podrías|puede|podría|podéis)\b|\bpor favor\b`)
	dutch    = lazy(`(?i)^(?:kun|kunt|wil|wilt|kom|zou) (?:je|jij|u)\b|\bgraag voor\b`)
	reminds  = lazy(`(?i)^(?:just )?(?:a )?(?:gentle |quick |friendly |second |last )*reminder\s*[:,–-]\s*`)
	chasing  = lazy(`(?i)\b(?:reminder|following up|any news|any update|did you (?:get|have) a chance|still (?:need|waiting)|chasing|bump(?:ing)?)\b`)
	courtesy = lazy(`(?i)^(?:find|see (?:the )?attach|note\b|be (?:advised|aware|informed)|don'?t hesitate|do not hesitate|feel free|ignore|disregard|accept (?:my|our)|do not reply|don'?t reply|contact (?:us|me)|visit|click|unsubscribe|let (?:me|us) know if (?:you (?:have|need)|there (?:are|is)|anything)|reach out|enjoy|excuse|forgive|stay|join us|consider the environment)`)
	offers   = lazy(`(?i)\b(?:if you (?:have|need) any|any questions|feel free|if you like|whenever suits)\b`)
	asksMe   = lazy(`(?i)\b(?:you|your|yours)\b`)
	whQ      = lazy(`(?i)^(?:and |so |also |or )*(?:what|when|where|which|who|how|why|do|does|did|are|is|shall|should|will|would|could|can|may|have|has)\b`)
	rhetoric = lazy(`(?i)^(?:how are you|how is it going|how was|what do you think of that|isn't it|who would have)\b`)
)

// doing holds for verbs of a request: "can you make it?" is a question, "can you send it?" is not.
func doing(phrase string) bool {
	w, _, _ := strings.Cut(strings.ToLower(phrase), " ")
	switch strings.Trim(w, ",.") {
	case "send", "share", "review", "check", "sign", "approve", "confirm", "upload", "call", "tell", "let", "bring", "look", "return", "submit",
		"decide", "give", "forward", "provide", "update", "finish", "complete", "fill", "book", "order", "prepare", "write", "draft", "add", "fix",
		"join", "help", "reply", "respond", "answer", "pay", "transfer", "print", "pick", "take", "put", "move", "schedule", "arrange", "explain",
		"clarify", "read", "comment", "vote", "test", "merge", "deploy", "ask", "remind", "get", "show", "lend", "make", "keep", "talk", "speak",
		"set", "organise", "organize", "invite", "cancel", "change", "change,", "correct", "post", "mail", "email", "drop", "leave", "register",
		"have", "find", "buy", "ship", "deliver", "verify", "investigate", "estimate", "quote", "advise", "suggest", "propose", "nominate", "cover",
		"drive", "ring", "collect", "fetch", "swap", "attend", "start", "begin", "stop", "open", "close", "stay", "water", "feed", "walk", "host", "chair", "present", "ensure", "install", "scan", "copy":
		return true
	}
	return false
}
