package ptb

// doubleQuote offers a straight double quote, an opening one before a letter,
// digit or dollar sign.
func (s *scanner) doubleQuote(c int) {
	end := s.at + 1
	if c != '"' {
		end = s.literal(s.at, "&quot;")
	}
	if end < 0 {
		return
	}
	if next := s.char(end); isAlnum(next) || next == '$' {
		s.offer(end+1, end, as("``"))
		return
	}
	s.offer(end, end, as("''"))
}

// quotes offers single quotes, clitics at a word's end, and curly quotes by
// one or two.
func (s *scanner) quotes(c int) {
	if c == '\'' && isASCIILetter(s.char(s.at+1)) && s.at+2 < len(s.in) && !isQuoteBlank(s.char(s.at+2)) {
		s.offer(s.at+3, s.at+1, as("`"))
	}
	end := s.reduced(s.at)
	s.offer(end, end, withStraightQuote)
	end = s.quoteLike(s.at)
	s.offer(end, end, withStraightQuote)
	if c == '\'' && s.char(s.at+1) == '\'' {
		s.whole(s.at + 2)
	}
	if isQuote(c) {
		end := s.at + 1
		if isQuote(s.char(end)) {
			end++
		}
		s.offer(end, end, withStraightQuote)
	}
}

func isQuoteBlank(c int) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0 }

// isQuote tells whether c is a quote that pairs with another.
func isQuote(c int) bool {
	return c == '`' || c >= 0x91 && c <= 0x94 || c >= 0x2018 && c <= 0x201f || isGuillemet(c)
}

func isGuillemet(c int) bool { return c == 0xab || c == 0xbb || c == 0x2039 || c == 0x203a }

// straight maps quotes to LaTeX's.
var straight = map[uint16]string{
	0x91: "`", 0x2018: "`", 0x201b: "`", 0x2039: "`",
	0x92: "'", 0x2019: "'", 0x203a: "'",
	0x93: "``", 0x201c: "``", 0xab: "``",
	0x94: "''", 0x201d: "''", 0xbb: "''",
}

// withStraightQuote writes a token with its quotes as LaTeX has them.
func withStraightQuote(s *scanner, token []uint16) {
	s.space()
	for i := 0; i < len(token); i++ {
		if quote, found := straight[token[i]]; found {
			s.out = append(s.out, quote...)
		} else if token[i] == '&' {
			s.out = append(s.out, '\'')
			i += len("&apos;") - 1
		} else {
			s.out = appendLower(s.out, token, i)
		}
	}
}
