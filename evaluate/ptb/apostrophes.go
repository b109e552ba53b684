package ptb

// apostrophe returns the end of an apostrophe at i, straight, curly or
// written out, or -1.
func (s *scanner) apostrophe(i int) int {
	switch s.char(i) {
	case '\'', 0x92, 0x2019:
		return i + 1
	case '&':
		return s.literal(i, "&apos;")
	}
	return -1
}

// quoteLike is apostrophe with opening quotes.
func (s *scanner) quoteLike(i int) int {
	switch s.char(i) {
	case '`', 0x91, 0x2018, 0x201b:
		return i + 1
	}
	return s.apostrophe(i)
}

// wordsWithApostrophe stay whole; ' stands for any apostrophe.
var wordsWithApostrophe = []string{
	"dunkin'", "somethin'", "ol'", "'em", "'til", "'till", "'cause", "cont'd", "cont'd.",
	"nor'easter", "c'mon", "e'er", "s'mores", "ev'ry", "li'l", "nat'l", "o'o",
	"'n", "'n'", "l'", "d'", "j'",
}

// withApostrophe returns the end of a word of the list at i, or -1.
func (s *scanner) withApostrophe(i int, word string) int {
	for _, c := range []byte(word) {
		if c == '\'' {
			i = s.apostrophe(i)
		} else if lower(s.char(i)) == int(c) {
			i++
		} else {
			i = -1
		}
		if i < 0 {
			return -1
		}
	}
	return i
}

// apostropheWords offers words with an apostrophe that stay whole.
func (s *scanner) apostropheWords() {
	for _, word := range wordsWithApostrophe {
		s.whole(s.withApostrophe(s.at, word))
	}
	s.whole(s.elided())
	s.whole(s.decade())
	s.whole(s.vowels())
	if i := s.withApostrophe(s.at, "y'"); i > 0 && s.is(letter, i) {
		s.offer(i+1, i, asIs)
	}
}

// elided returns the end of a letter, an apostrophe and two letters or more,
// as in o'clock, or -1.
func (s *scanner) elided() int {
	c := s.char(s.at)
	if c != 'n' && (!isCapital(c) || c == 'I' || c == 'Y') {
		return -1
	}
	i := s.quoteLike(s.at + 1)
	if i < 0 || !s.is(letter, i) || !s.is(letter, i+1) {
		return -1
	}
	return s.run(letter, i)
}

// decade returns the end of a decade such as '80s, or -1.
func (s *scanner) decade() int {
	i := s.apostrophe(s.at)
	if c := s.char(i); i > 0 && c >= '2' && c <= '9' && s.char(i+1) == '0' && lower(s.char(i+2)) == 's' {
		return i + 3
	}
	return -1
}

// vowels returns the end of letters, an apostrophe between vowels, and
// letters, as in qu'il, or -1.
func (s *scanner) vowels() int {
	i := s.run(letter, s.at)
	if i < s.at+2 || !isOneOf(lower(s.char(i-1)), "aeiouy") {
		return -1
	}
	i = s.quoteLike(i)
	if c := s.char(i); i < 0 || !isOneOf(c, "aeiou") && !isCapital(c) {
		return -1
	}
	return max(i+1, s.run(letter, i+1))
}

// clitics offers 's, 're, n't and their like when no letter follows.
func (s *scanner) clitics() {
	for _, word := range []string{"'tis", "'twas"} {
		s.offer(s.literal(s.at, word), s.at+2, asIs)
	}
	for _, i := range []int{s.reduced(s.at), s.not(s.at)} {
		if i > 0 && i < len(s.in) && !isASCIILetter(s.char(i)) {
			s.offer(i+1, i, withStraightQuote)
		}
	}
}
