package ptb

// addresses offers URLs, mail addresses, names behind @ and words behind #.
func (s *scanner) addresses() {
	for _, end := range []int{s.fullURL(), s.likelyURL(), s.email()} {
		s.offer(end, end, verbatim)
	}
	s.handle()
}

// Characters that end parts of addresses.
const (
	asciiBlank  = " \t\n\f\r"
	urlEnd      = asciiBlank + "\"<>|()"
	hostEnd     = asciiBlank + "\"<>|.!?(){},"
	bareHostEnd = asciiBlank + "\"`'<>|.!?(){}$"
	fullURLEnd  = asciiBlank + "\"<>|(){}"
	urlLastEnd  = asciiBlank + "\"<>|.!?(){},-"
)

// until returns the end of a run of characters that are not in list.
func (s *scanner) until(i int, list string) int {
	return s.runOf(i, func(c int) bool { return !isOneOf(c, list) })
}

// endingOutside returns the last place, at or before end and behind start,
// whose last character is not in list, or -1.
func (s *scanner) endingOutside(start, end int, list string) int {
	for end > start && isOneOf(s.char(end-1), list) {
		end--
	}
	if end <= start {
		return -1
	}
	return end
}

// fullURL returns the end of http:// or https:// and two characters or more.
func (s *scanner) fullURL() int {
	i := s.literal(s.at, "http")
	if i < 0 {
		return -1
	}
	if lower(s.char(i)) == 's' {
		i++
	}
	if i = s.literal(i, "://"); i < 0 {
		return -1
	}
	return s.endingOutside(i+1, s.until(i, fullURLEnd), urlLastEnd)
}

// likelyURL returns the end of a host that begins with www. or ends in com,
// net, org or edu, with the path behind it.
func (s *scanner) likelyURL() int {
	return max(s.path(s.wwwHost()), s.path(s.bareHost()))
}

func (s *scanner) wwwHost() int {
	i := s.literal(s.at, "www.")
	best := -1
	for labels := 0; i > 0; labels++ {
		if labels > 0 {
			if end := s.topLevel(i); end > 0 {
				best = end
			}
		}
		if i = s.until(i, hostEnd); i > 0 && s.char(i) == '.' {
			i++
		} else {
			i = -1
		}
	}
	return best
}

// topLevel returns the end of two to four ASCII letters at i.
func (s *scanner) topLevel(i int) int {
	end := i
	for end < i+4 && isASCIILetter(s.char(end)) {
		end++
	}
	if end < i+2 {
		return -1
	}
	return end
}

func (s *scanner) bareHost() int {
	best := -1
	for i := s.at; ; {
		if i = s.runOf(i, isBareHost); i < 0 || s.char(i) != '.' {
			return best
		}
		i++
		for _, name := range []string{"com", "net", "org", "edu"} {
			best = max(best, s.literal(i, name))
		}
	}
}

// isBareHost tells whether c may stand in a host's part: besides the marks of
// bareHostEnd the program leaves out all of ASCII from the comma to the
// underscore, capitals and digits with it.
func isBareHost(c int) bool { return (c < ',' || c > '_') && !isOneOf(c, bareHostEnd) }

// path returns the end of a host's path, or of the host when it has none.
func (s *scanner) path(host int) int {
	if host < 0 || s.char(host) != '/' {
		return host
	}
	return max(host, s.endingOutside(host+2, s.until(host+1, urlEnd), urlLastEnd))
}

// email returns the end of a mail address, or -1.
func (s *scanner) email() int {
	start := max(s.at, s.literal(s.at, "<"), s.literal(s.at, "&lt;"))
	if !isAlnum(s.char(start)) {
		return -1
	}
	best := -1
	local := s.runOf(start, func(c int) bool { return c != 0xa0 && !isOneOf(c, asciiBlank+"\"<>|(){}") })
	for i := start + 1; i < local; i++ {
		if s.char(i) == '@' {
			best = max(best, s.domain(i+1))
		}
	}
	return max(best, s.literal(best, ">"), s.literal(best, "&gt;"))
}

// domain returns the end of a mail address's part behind @, or -1.
func (s *scanner) domain(i int) int {
	label := func(c int) bool { return c != 0xa0 && !isOneOf(c, asciiBlank+"\"<>|(){}.") }
	best := -1
	for {
		if i = s.runOf(i, label); i < 0 {
			return best
		}
		if best = i; s.char(i) != '.' {
			return best
		}
		i++
	}
}

// handle offers @name and #word.
func (s *scanner) handle() {
	switch s.char(s.at) {
	case '@':
		if next := s.char(s.at + 1); isASCIILetter(next) || next == '_' {
			s.whole(s.runOf(s.at+1, func(c int) bool { return isAlnum(c) || c == '_' }))
		}
	case '#':
		end := s.at + 1
		for next := s.letter(end); next > 0; next = s.letter(end) {
			end = next
		}
		if end > s.at+1 {
			s.offer(end, end, verbatim)
		}
	}
}

// tag returns the end of an SGML tag at i, or -1.
func (s *scanner) tag(i int) int {
	if s.char(i) != '<' {
		return -1
	}
	if c := s.char(i + 1); (c == '!' || c == '?') && (isASCIILetter(s.char(i+2)) || s.char(i+2) == '-') {
		end := i + 3
		for end < len(s.in) && !isOneOf(int(s.in[end]), ">\r\n") {
			end++
		}
		return s.literal(end, ">")
	}
	if s.char(i+1) == '/' {
		return s.literal(s.spaces(s.tagName(i+2)), ">")
	}
	return s.openTag(s.tagName(i + 1))
}

// openTag returns the end of a tag whose name ends at i.
func (s *scanner) openTag(i int) int {
	for i > 0 {
		next := s.spaces(i)
		if end := s.literal(next, ">"); end > 0 {
			return end
		}
		if end := s.literal(next, "/"); end > 0 {
			return s.literal(s.spaces(end), ">")
		}
		if next == i {
			return -1
		}
		i = s.attribute(next)
	}
	return -1
}

// tagName returns the end of a name at i, or -1.
func (s *scanner) tagName(i int) int {
	if !isASCIILetter(s.char(i)) {
		return -1
	}
	return s.runOf(i, func(c int) bool { return isAlnum(c) || isOneOf(c, "_:.-") })
}

// attribute returns the end of a name, or of a name with a quoted value.
func (s *scanner) attribute(i int) int {
	name := s.tagName(i)
	value := s.spaces(s.literal(s.spaces(name), "="))
	quote := s.char(value)
	if value < 0 || quote != '\'' && quote != '"' {
		return name
	}
	for end := value + 1; end < len(s.in); end++ {
		if int(s.in[end]) == quote {
			return end + 1
		}
	}
	return name
}

// spaces returns the end of the spaces at i, of which there may be none; -1
// stays -1.
func (s *scanner) spaces(i int) int {
	for i >= 0 && s.char(i) == ' ' {
		i++
	}
	return i
}
