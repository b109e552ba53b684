package ptb

// wordSet is a list of words without regard to the case of ASCII letters.
type wordSet map[string]int

// words returns the set, each word with value.
func words(value int, list ...string) wordSet {
	set := wordSet{}
	for _, word := range list {
		set[word] = value
	}
	return set
}

// find returns a word's value, 0 for one that is not in the set.
func (w wordSet) find(word []uint16) int {
	var buffer [16]byte
	if len(word) > len(buffer) {
		return 0
	}
	for i, c := range word {
		if c >= 0x80 {
			return 0
		}
		buffer[i] = lowerASCII(byte(c))
	}
	return w[string(buffer[:len(word)])]
}

// splitWords are words of two tokens, with the length of the first.
var splitWords = wordSet{"cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "lemme": 3, "gimme": 3}

// letters asks the rules whose tokens begin with a letter.
func (s *scanner) letters() {
	s.cSharp()
	word := s.word(s.at)
	if first := splitWords.find(s.in[s.at:max(word, s.at)]); first > 0 {
		s.offer(word, s.at+first, asIs)
	}
	s.offer(s.reduced(word), word, asIs)
	s.negated()
	s.whole(word)
	if s.quoteLike(s.run(letter, s.at)) > 0 {
		s.apostropheWords()
	}
	s.addresses()
	s.clitics()
	s.whole(s.signedNumber(s.char(s.at)))
	s.special()
	s.whole(s.slashed())
	s.capitalDollar()
	s.abbreviations(word)
	s.eyes()
	s.alnumRuns()
	not := s.not(s.at)
	s.offer(not, not, withStraightQuote)
}

// cSharp offers C++, C# and F#.
func (s *scanner) cSharp() {
	switch c, next := lower(s.char(s.at)), s.char(s.at+1); {
	case c == 'c' && next == '+' && s.char(s.at+2) == '+':
		s.whole(s.at + 3)
	case (c == 'c' || c == 'f') && next == '#':
		s.whole(s.at + 2)
	}
}

// word returns the end of a word at i, or -1: a letter, letters and digits,
// and the same again behind a sentence mark, as in "two.three".
func (s *scanner) word(i int) int {
	end := s.letterRun(i)
	for end > 0 {
		c := s.char(end)
		if c != '.' && c != '!' && c != '?' {
			break
		}
		more := s.letterRun(end + 1)
		if more < 0 {
			break
		}
		end = more
	}
	return end
}

// letterRun returns the end of a letter at i and the letters and digits
// behind it, or -1.
func (s *scanner) letterRun(i int) int {
	i = s.letter(i)
	for i > 0 {
		if next := s.letter(i); next > 0 {
			i = next
		} else if s.is(digit, i) {
			i++
		} else {
			break
		}
	}
	return i
}

// letter returns the end of one letter at i, or -1: a letter, a combining
// mark, a soft hyphen, or an accented vowel written like &eacute;.
func (s *scanner) letter(i int) int {
	if uint(i) >= uint(len(s.in)) {
		return -1
	}
	switch classOf(s.in[i]) {
	case letter, mark:
		return i + 1
	}
	return s.accentedVowel(i)
}

func (s *scanner) accentedVowel(i int) int {
	if s.char(i) != '&' || !isOneOf(lower(s.char(i+1)), "aeiou") {
		return -1
	}
	for _, accent := range []string{"acute;", "grave;", "uml;"} {
		if end := s.literal(i+2, accent); end > 0 {
			return end
		}
	}
	return -1
}

// reduced returns the end of a clitic at i, such as 's or 'll, or -1.
func (s *scanner) reduced(i int) int {
	i = s.apostrophe(i)
	if i < 0 {
		return -1
	}
	if isOneOf(lower(s.char(i)), "msd") {
		return i + 1
	}
	for _, rest := range []string{"re", "ve", "ll"} {
		if end := s.literal(i, rest); end > 0 {
			return end
		}
	}
	return -1
}

// not returns the end of n't at i, or -1.
func (s *scanner) not(i int) int {
	if lower(s.char(i)) != 'n' {
		return -1
	}
	if i = s.quoteLike(i + 1); i > 0 && lower(s.char(i)) == 't' {
		return i + 1
	}
	return -1
}

// negated offers letters, the last of them no n, before n't: do|n't.
func (s *scanner) negated() {
	not := s.runOf(s.at, func(c int) bool { return isASCIILetter(c) || c == softHyphen }) - 1
	last := not - 1
	for s.char(last) == softHyphen && last > s.at {
		last--
	}
	if last >= s.at && isASCIILetter(s.char(last)) && lower(s.char(last)) != 'n' {
		s.offer(s.not(not), not, asIs)
	}
}

// special offers a few words with marks inside.
func (s *scanner) special() {
	for _, word := range []string{"C.D.s", "pro-", "anti-", "S&P-500", "S&Ls", "S&amp;P-500", "S&amp;Ls"} {
		s.whole(s.literal(s.at, word))
	}
	if i := s.literal(s.at, "cap"); i > 0 {
		if i = s.apostrophe(i); i > 0 {
			s.whole(s.literal(i, "n"))
		}
	}
	if i := s.apostrophe(s.literal(s.at, "c")); i > 0 {
		s.whole(s.literal(i, "est"))
	}
}

// capitalDollar offers a dollar sign behind capitals, as in US$.
func (s *scanner) capitalDollar() {
	i := s.at
	for isCapital(s.char(i)) {
		i++
	}
	if s.char(i) == '$' {
		s.whole(i + 1)
	}
}
