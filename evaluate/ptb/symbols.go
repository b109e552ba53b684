package ptb

// symbols asks the rules whose tokens begin with neither letter nor digit.
func (s *scanner) symbols() {
	c := s.char(s.at)
	s.entities(c)
	if s.apostrophe(s.at) > 0 {
		s.apostropheWords()
	}
	s.addresses()
	s.clitics()
	s.whole(s.signedNumber(c))
	s.whole(s.scripted())
	s.writtenBracket()
	s.money(c)
	s.shortYear()
	s.phone()
	s.doubleQuote(c)
	s.smileys()
	s.marks(c)
	s.quotes(c)
	if s.is(symbol, s.at) {
		s.whole(s.at + 1)
	}
}

// entities offers tags, dashes and what is written like &amp;.
func (s *scanner) entities(c int) {
	switch c {
	case '<':
		s.whole(s.tag(s.at))
	case 0x96, 0x97, 0x2013, 0x2014, 0x2015:
		s.offer(s.at+1, s.at+1, as("--"))
	case '&':
		s.namedEntity()
	}
}

var entityTokens = []struct {
	name  string
	write func(*scanner, []uint16)
}{
	{"&mdash;", as("--")}, {"&ndash;", as("--")}, {"&MD;", as("--")},
	{"&amp;", as("&")}, {"&lt;", as("<")}, {"&gt;", as(">")}, {"&nbsp;", nil},
	{"&HT;", asIs}, {"&TL;", asIs}, {"&UR;", asIs}, {"&LR;", asIs}, {"&QC;", asIs},
	{"&QL;", asIs}, {"&QR;", asIs}, {"&odq;", asIs}, {"&cdq;", asIs},
}

func (s *scanner) namedEntity() {
	for _, entity := range entityTokens {
		end := s.literal(s.at, entity.name)
		s.offer(end, end, entity.write)
	}
	if i := s.runOf(s.literal(s.at, "&#"), isASCIIDigit); i > 0 {
		s.whole(s.literal(i, ";"))
	}
}

// signedNumber returns the end of a number that begins with a sign or a
// point, or -1.
func (s *scanner) signedNumber(c int) int {
	if isOneOf(c, "+-.:,") || c == 0x66b || c == 0x66c || c == softHyphen {
		return s.number(s.at)
	}
	return -1
}

// writtenBracket offers -LRB- and its like.
func (s *scanner) writtenBracket() {
	for _, name := range []string{"-LRB-", "-RRB-", "-LCB-", "-RCB-", "-LSB-", "-RSB-"} {
		s.whole(s.literal(s.at, name))
	}
}

// money offers signs of currencies.
func (s *scanner) money(c int) {
	switch c {
	case '$', '#', 0xa5:
		s.whole(s.at + 1)
	case 0xa2:
		s.offer(s.at+1, s.at+1, as("cents"))
	case 0xa3:
		s.offer(s.at+1, s.at+1, as("#"))
	case 0x80, 0xa4, 0x20a0, 0x20ac:
		s.offer(s.at+1, s.at+1, as("$"))
	case 0xbc:
		s.offer(s.at+1, s.at+1, as("1/4"))
	case 0xbd:
		s.offer(s.at+1, s.at+1, as("1/2"))
	case 0xbe:
		s.offer(s.at+1, s.at+1, as("3/4"))
	case 0x2153:
		s.offer(s.at+1, s.at+1, as("1/3"))
	case 0x2154:
		s.offer(s.at+1, s.at+1, as("2/3"))
	}
}

// shortYear offers '99 before white space.
func (s *scanner) shortYear() {
	i := s.apostrophe(s.at)
	if i > 0 && isASCIIDigit(s.char(i)) && isASCIIDigit(s.char(i+1)) {
		s.offer(s.gap(i+2), i+2, asIs)
	}
}

// smileys offers faces of three signs, read from the side, and of eyes
// around a mouth.
func (s *scanner) smileys() {
	i := s.at
	if isOneOf(s.char(i), "<>") {
		i++
	}
	if isOneOf(s.char(i), ":;=") {
		s.mouth(i + 1)
		if isOneOf(s.char(i+1), "-o*'") {
			s.mouth(i + 2)
		}
	}
	s.eyes()
}

// mouth offers a face whose mouth is at i, unless it begins a word.
func (s *scanner) mouth(i int) {
	if isOneOf(s.char(i), "()DPdpO\\{@|[]") && i+1 < len(s.in) && !isAlnum(s.char(i+1)) {
		s.offer(i+2, i+1, withBrackets)
	}
}

const eyeSigns = "-^x=~<>'"

func (s *scanner) eyes() {
	c := s.char(s.at)
	if isOneOf(c, eyeSigns) && s.char(s.at+1) == '_' && isOneOf(s.char(s.at+2), eyeSigns) {
		s.whole(s.at + 3)
	}
	if c != '(' || !isOneOf(s.char(s.at+1), eyeSigns) {
		return
	}
	for _, i := range []int{s.at + 2, s.at + 3} {
		if i == s.at+3 && !isOneOf(s.char(s.at+2), "_.-") {
			continue
		}
		if isOneOf(s.char(i), eyeSigns) && s.char(i+1) == ')' {
			s.offer(i+2, i+2, withBrackets)
		}
	}
}

// marks offers brackets, hyphens, points and other punctuation.
func (s *scanner) marks(c int) {
	if bracket, found := brackets[c]; found {
		s.offer(s.at+1, s.at+1, as(bracket))
	}
	switch c {
	case '-':
		s.hyphenRun()
	case '.', 0x2026, 0x85:
		s.points(c)
	case '@', '#', '_':
		s.whole(s.same(c))
	case '*', '\\':
		s.asterisks(c)
	case '?', '!':
		s.whole(s.runOf(s.at, func(c int) bool { return c == '?' || c == '!' }))
	case ',', ':', ';', 0x3001, '=', '/':
		s.whole(s.at + 1)
	case '<', '>':
		s.whole(s.at + 1)
		if s.char(s.at+1) == c {
			s.whole(s.at + 2)
		}
	}
}

var brackets = map[int]string{'(': "-lrb-", ')': "-rrb-", '[': "-lsb-", ']': "-rsb-", '{': "-lcb-", '}': "-rcb-"}

// same returns the end of the run of c that begins here.
func (s *scanner) same(c int) int { return s.runOf(s.at, func(d int) bool { return d == c }) }

// hyphenRun offers hyphens: three and four of them are a dash.
func (s *scanner) hyphenRun() {
	end := s.same('-')
	if length := end - s.at; length == 3 || length == 4 {
		s.offer(end, end, as("--"))
		return
	}
	s.whole(end)
}

// points offers one point, and for three to five of them, which may have
// spaces between them, an ellipsis.
func (s *scanner) points(c int) {
	if c != '.' {
		s.offer(s.at+1, s.at+1, as("..."))
		return
	}
	if end := min(s.same('.'), s.at+5); end >= s.at+3 {
		s.offer(end, end, as("..."))
	}
	end := s.at
	for n := 1; n <= 5 && s.char(end) == '.'; n++ {
		if n >= 3 {
			s.offer(end+1, end+1, as("..."))
		}
		if c := s.char(end + 1); c != ' ' && c != 0xa0 {
			break
		}
		end += 2
	}
	s.whole(s.at + 1)
}

// asterisks offers asterisks, or up to three of them escaped.
func (s *scanner) asterisks(c int) {
	if c == '*' {
		s.whole(s.same('*'))
		return
	}
	for end, n := s.at, 0; n < 3 && s.char(end) == '\\' && s.char(end+1) == '*'; n++ {
		end += 2
		s.whole(end)
	}
}

// withBrackets writes a token whose round brackets are spelled out.
func withBrackets(s *scanner, token []uint16) {
	s.space()
	for _, c := range token {
		switch c {
		case '(':
			s.out = append(s.out, "-lrb-"...)
		case ')':
			s.out = append(s.out, "-rrb-"...)
		case ' ', 0xa0:
			s.out = append(s.out, "\u00a0"...)
		default:
			s.out = append(s.out, lowerASCII(byte(c)))
		}
	}
}
