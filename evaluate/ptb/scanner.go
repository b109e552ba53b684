package ptb

import (
	"unicode/utf16"
	"unicode/utf8"
)

// scanner cuts a text into tokens from its start to its end. At each place it
// asks every rule that could begin there how far it reaches, and takes the
// one that reaches farthest, of equals the one asked first.
type scanner struct {
	all  []uint16 // UTF-16, as in Java
	in   []uint16 // what of it the rules see: up to longestToken from at
	at   int      // where the next token begins
	out  []byte   // UTF-8
	line int      // where out's last line begins
	best found
}

// longestToken is how far a rule sees, in UTF-16's units. A token of prose is
// far from it; without an end, text such as a'a'a' or ((( would be gone through
// to its end from each of its places.
const longestToken = 512

// found is the token of the rule that has reached farthest.
type found struct {
	reach int // where the rule's match ends, with what it looks ahead to
	end   int // where its token ends
	write func(s *scanner, token []uint16)
}

func newScanner(text string) *scanner {
	s := &scanner{all: make([]uint16, 0, len(text)+8), out: make([]byte, 0, len(text)+len(text)/8)}
	for _, r := range text {
		s.all = utf16.AppendRune(s.all, r)
	}
	return s
}

// end is what char returns behind the text's last character. It is no
// character, so that no rule matches it.
const end = -1

// char returns the character at i, or end where there is none: a rule that has
// failed, at -1, goes on to fail.
func (s *scanner) char(i int) int {
	if uint(i) < uint(len(s.in)) {
		return int(s.in[i])
	}
	return end
}

// offer proposes the token in[at:end] of a rule that reaches to reach. A rule
// that does not match reaches no farther than at.
func (s *scanner) offer(reach, end int, write func(*scanner, []uint16)) {
	if reach > s.best.reach {
		s.best = found{reach, end, write}
	}
}

// whole is offer for a rule without lookahead.
func (s *scanner) whole(end int) { s.offer(end, end, asIs) }

// next consumes a token, or white space, or a character that is dropped.
func (s *scanner) next() {
	s.in = s.all[:min(len(s.all), s.at+longestToken)]
	if s.plainWord() {
		return
	}
	s.best = found{reach: s.at}
	switch classOf(s.in[s.at]) {
	case newline, space, dropped:
		s.blank()
	case letter, mark:
		s.letters()
	case digit:
		s.digits()
	default:
		if s.accentedVowel(s.at) > 0 {
			s.letters()
		}
		s.symbols()
	}
	s.offer(s.at+1, s.at+1, nil)
	token := s.in[s.at:s.best.end]
	s.at = s.best.end
	if s.best.write != nil {
		s.best.write(s, token)
	}
}

// blank skips white space and what is dropped, and writes line ends. A host
// name may begin with it, unless it is ASCII's.
func (s *scanner) blank() {
	if !isOneOf(int(s.in[s.at]), asciiBlank) {
		host := s.likelyURL()
		s.offer(host, host, verbatim)
	}
	s.whole(s.signedNumber(s.char(s.at)))
	spaces := s.run(space, s.at)
	s.offer(spaces, spaces, nil)
	if s.is(newline, s.at) {
		end := s.gap(s.at)
		s.offer(end, end, endLine)
	}
}

// endLine writes a line end.
func endLine(s *scanner, _ []uint16) {
	s.out = append(s.out, '\n')
	s.line = len(s.out)
}

// plainWord consumes a word of ASCII letters before white space, alone or with
// a mark between them: most tokens of a caption. No rule reaches farther.
func (s *scanner) plainWord() bool {
	i := s.at
	for i < len(s.in) && isASCIILetter(int(s.in[i])) {
		i++
	}
	if i == s.at || !s.endsWord(i) || splitWords.find(s.in[s.at:i]) > 0 {
		return false
	}
	s.space()
	for _, c := range s.in[s.at:i] {
		s.out = append(s.out, byte(c)|0x20)
	}
	s.at = i
	return true
}

// endsWord tells whether the ASCII letters before i are a token whatever they
// are, or for a point behind them, because they are no abbreviation.
func (s *scanner) endsWord(i int) bool {
	switch c := s.char(i); c {
	case ' ', '\n':
		return true
	case ',', '.':
		if next := s.char(i + 1); next != ' ' && next != '\n' {
			return false
		}
		return c == ',' || i > s.at+1 && abbreviationWords.find(s.in[s.at:i]) == 0 &&
			capitalAbbreviations.find(s.in[s.at:i]) == 0
	}
	return false
}

// space separates the next token from one before it on its line.
func (s *scanner) space() {
	if len(s.out) > s.line {
		s.out = append(s.out, ' ')
	}
}

// asIs writes a token in lower case, its spaces as no-break spaces and
// without soft hyphens.
func asIs(s *scanner, token []uint16) {
	s.space()
	start := len(s.out)
	for i, c := range token {
		switch {
		case c == ' ':
			s.out = utf8.AppendRune(s.out, 0xa0)
		case c == softHyphen:
		case c < utf8.RuneSelf:
			s.out = append(s.out, lowerASCII(byte(c)))
		default:
			s.out = appendLower(s.out, token, i)
		}
	}
	if len(s.out) == start {
		s.out = append(s.out, '-')
	}
}

// verbatim is asIs with the soft hyphens.
func verbatim(s *scanner, token []uint16) {
	s.space()
	for i := range token {
		s.out = appendLower(s.out, token, i)
	}
}

// as returns a writer of a fixed token.
func as(text string) func(*scanner, []uint16) {
	return func(s *scanner, _ []uint16) {
		s.space()
		s.out = append(s.out, text...)
	}
}

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
