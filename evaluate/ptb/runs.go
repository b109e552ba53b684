package ptb

// alnumRuns offers letters and digits joined by hyphens and their like.
func (s *scanner) alnumRuns() {
	s.hyphenated()
	thing := s.thing()
	s.beforeComma(thing)
	s.whole(thing)
	capitals := s.joinedCapitals()
	s.beforeComma(capitals)
	s.offer(capitals, capitals, withAmpersand)
}

// beforeComma offers a token that ends at i and takes the point behind it
// when a comma or colon follows.
func (s *scanner) beforeComma(i int) {
	if i > 0 && s.char(i) == '.' && isCommaLike(s.char(i+1)) {
		s.offer(i+2, i+1, asIs)
	}
}

// slashed returns the end of words of letters and digits with one slash or
// two between them and hyphened parts, such as his/her, or -1.
func (s *scanner) slashed() int {
	best := -1
	from := s.hyphenParts(s.at)
	for range 2 {
		var next []int
		for _, i := range from {
			if i = s.slash(i); i > 0 {
				next = append(next, s.hyphenParts(i)...)
			}
		}
		best = max(best, farthest(next))
		from = next
	}
	return best
}

// hyphenParts returns the ends of ASCII letters and digits at i, alone and
// with one and two parts of letters behind hyphens.
func (s *scanner) hyphenParts(i int) []int {
	i = s.runOf(i, isAlnum)
	if i < 0 {
		return nil
	}
	ends := []int{i}
	for range 2 {
		if s.char(i) != '-' {
			break
		}
		if i = s.runOf(i+1, isASCIILetter); i < 0 {
			break
		}
		ends = append(ends, i)
	}
	return ends
}

// hyphenated offers ASCII words with hyphens, such as 3-year-old.
func (s *scanner) hyphenated() {
	if !isAlnum(s.char(s.at)) {
		return
	}
	end := s.hyphens(s.runOf(s.at, func(c int) bool { return isAlnum(c) || c == '.' || c == ',' || c == softHyphen }))
	if end < 0 {
		return
	}
	s.beforeComma(end)
	s.whole(end)
}

// hyphens returns the end of one hyphened part or more at i, or -1. A part
// is letters and digits, or an acronym of two letters or more with its last
// point.
func (s *scanner) hyphens(i int) int {
	if i < 0 || s.char(i) != '-' {
		return -1
	}
	best := -1
	if end := s.runOf(i+1, func(c int) bool { return isAlnum(c) || c == softHyphen }); end > 0 {
		best = max(end, s.hyphens(end))
	}
	for _, end := range s.acronyms(i + 1) {
		if end > i+2 && s.char(end) == '.' {
			best = max(best, end+1, s.hyphens(end+1))
		}
	}
	return best
}

// thing returns the end of letters and digits joined by single hyphens or
// underscores, each part perhaps with l', d' or o' before it, or -1.
func (s *scanner) thing() int {
	end := s.part(s.at)
	for end > 0 && isJoiner(s.char(end)) {
		more := s.part(end + 1)
		if more < 0 {
			break
		}
		end = more
	}
	return end
}

func (s *scanner) part(i int) int {
	end := s.runOf(i, s.isLetterOrDigit)
	if isOneOf(lower(s.char(i)), "dlo") {
		if elided := s.quoteLike(i + 1); elided > 0 && s.isLetterOrDigit(s.char(elided)) {
			end = max(end, s.runOf(elided+1, s.isLetterOrDigit))
		}
	}
	return end
}

func (s *scanner) isLetterOrDigit(c int) bool {
	return c >= 0 && (classOf(uint16(c)) == letter || classOf(uint16(c)) == digit)
}

func isJoiner(c int) bool {
	return c == '-' || c == '_' || c == 0x58a || c == 0x2010 || c == 0x2011
}

// joinedCapitals returns the end of ASCII capitals joined by & or +, such as
// R&B, or -1.
func (s *scanner) joinedCapitals() int {
	i := s.runOf(s.at, isCapital)
	best := -1
	for i > 0 {
		next := s.literal(i, "&amp;")
		if c := s.char(i); next < 0 && (c == '&' || c == '+') {
			next = i + 1
		}
		if i = s.runOf(next, isCapital); i > 0 {
			best = i
		}
	}
	return best
}

// withAmpersand writes capitals joined by &amp; with a mere &.
func withAmpersand(s *scanner, token []uint16) {
	s.space()
	for i := 0; i < len(token); i++ {
		s.out = append(s.out, lowerASCII(byte(token[i])))
		if token[i] == '&' && i+1 < len(token) && token[i+1] == 'a' {
			i += len("amp;")
		}
	}
}

// extensions are those of file names.
var extensions = words(1, "bat", "bmp", "c", "class", "cgi", "cpp", "dll", "doc", "docx", "exe", "gif", "gz", "h",
	"htm", "html", "jar", "java", "jpeg", "jpg", "mov", "mp3", "pdf", "php", "pl", "png", "ppt", "ps", "py", "sql",
	"tar", "txt", "wav", "x", "xml", "zip")

// fileName offers a file name with a known extension before white space or
// the end of a sentence.
func (s *scanner) fileName() {
	for i := s.letterOrDigitRun(s.at); i > 0; {
		if s.char(i) != '.' {
			return
		}
		s.extension(i + 1)
		i = s.letterOrDigitRun(i + 1)
	}
}

func (s *scanner) extension(i int) {
	for end := i + 1; end <= i+5 && end <= len(s.in); end++ {
		if extensions.find(s.in[i:end]) == 0 {
			continue
		}
		if gap := s.gap(end); gap > 0 {
			s.offer(gap, end, verbatim)
		} else if isOneOf(s.char(end), ".?!,") {
			s.offer(end+1, end, verbatim)
		}
	}
}

func (s *scanner) letterOrDigitRun(i int) int {
	if i < 0 {
		return -1
	}
	start := i
	for {
		if next := s.letter(i); next > 0 {
			i = next
		} else if s.is(digit, i) {
			i++
		} else if i == start {
			return -1
		} else {
			return i
		}
	}
}
