package ptb

// digits asks the rules whose tokens begin with a digit.
func (s *scanner) digits() {
	s.addresses()
	s.whole(s.date())
	s.whole(s.number(s.at))
	s.whole(s.fraction())
	s.whole(s.slashed())
	s.fileName()
	s.phone()
	s.alnumRuns()
}

// some returns the end of least to most digits at i, as many as there are,
// or -1.
func (s *scanner) some(i, least, most int) int {
	if i < 0 {
		return -1
	}
	end := i
	for end < i+most && s.is(digit, end) {
		end++
	}
	if end < i+least {
		return -1
	}
	return end
}

// date returns the end of a date in digits, such as 9/11/2001, or -1.
func (s *scanner) date() int {
	separator := func(i int) int {
		if c := s.char(i); i > 0 && (c == '-' || c == '/') {
			return i + 1
		}
		return -1
	}
	month := separator(s.some(s.at, 1, 2))
	return s.some(separator(s.some(month, 1, 2)), 2, 4)
}

// number returns the end of digits with points, commas and colons between
// them, which may begin with one, and of a sign before them, or -1.
func (s *scanner) number(i int) int {
	if c := s.char(i); c == '-' || c == '+' {
		i++
	}
	end := s.run(digit, i)
	if end < 0 {
		end = i
	}
	for {
		c := s.char(end)
		if !isOneOf(c, ".:,") && c != softHyphen && c != 0x66b && c != 0x66c {
			break
		}
		more := s.run(digit, end+1)
		if more < 0 {
			break
		}
		end = more
	}
	if end == i {
		return -1
	}
	return end
}

// fraction returns the end of a fraction, with or without a whole number
// before it, or -1.
func (s *scanner) fraction() int {
	end := s.quotient(s.at)
	whole := s.some(s.at, 1, 4)
	if c := s.char(whole); whole > 0 && (c == '-' || c == ' ' || c == 0xa0) {
		end = max(end, s.quotient(whole+1))
	}
	return end
}

func (s *scanner) quotient(i int) int {
	i = s.some(i, 1, 4)
	if i < 0 {
		return -1
	}
	if s.char(i) == 0x2044 {
		return s.some(i+1, 1, 4)
	}
	return s.some(s.slash(i), 1, 4)
}

// slash returns the end of a slash at i, which may be escaped, or -1.
func (s *scanner) slash(i int) int {
	if s.char(i) == '\\' {
		i++
	}
	if s.char(i) == '/' {
		return i + 1
	}
	return -1
}

// scripted returns the end of superscript or of subscript digits, with a
// sign, or -1.
func (s *scanner) scripted() int {
	i := s.at
	switch s.char(i) {
	case 0x207a, 0x207b, 0x208a, 0x208b:
		i++
	}
	return max(s.runOf(i, isSuperscript), s.runOf(i, isSubscript))
}

func isSuperscript(c int) bool {
	return c == 0xb2 || c == 0xb3 || c == 0xb9 || c == 0x2070 || c >= 0x2074 && c <= 0x2079
}

func isSubscript(c int) bool { return c >= 0x2080 && c <= 0x2089 }

// phone offers telephone numbers: groups of digits between spaces, hyphens
// or points, the first perhaps in brackets.
func (s *scanner) phone() {
	end := max(s.phoneInGroups(), s.phoneWithPoints())
	s.offer(end, end, withBrackets)
}

// ascii returns the ends of least to most ASCII digits at i.
func (s *scanner) ascii(from []int, least, most int) []int {
	var ends []int
	for _, i := range from {
		for n := 1; n <= most && isASCIIDigit(s.char(i+n-1)); n++ {
			if n >= least {
				ends = append(ends, i+n)
			}
		}
	}
	return ends
}

// behind keeps the places before one of the characters of list, or of no
// character when optional, and moves over it.
func (s *scanner) behind(from []int, list string, optional bool) []int {
	var ends []int
	for _, i := range from {
		c := s.char(i)
		if c == 0xa0 {
			c = ' '
		}
		if isOneOf(c, list) {
			ends = append(ends, i+1)
		}
		if optional {
			ends = append(ends, i)
		}
	}
	return ends
}

func (s *scanner) phoneInGroups() int {
	var starts []int
	if s.char(s.at) == '(' {
		area := s.behind(s.ascii([]int{s.at + 1}, 2, 3), ")", false)
		starts = s.behind(area, " ", true)
	} else {
		first := []int{s.plus(s.at)}
		country := append(s.behind(s.ascii(first, 2, 4), "- ", false), first...)
		starts = s.behind(s.ascii(country, 2, 4), "- ", false)
	}
	middle := s.behind(s.ascii(starts, 3, 4), "- ", true)
	return farthest(s.ascii(middle, 3, 5))
}

func (s *scanner) phoneWithPoints() int {
	first := []int{s.plus(s.at)}
	starts := []int{s.at}
	starts = append(starts, s.behind(s.ascii(first, 2, 4), ".", false)...)
	area := s.behind(s.ascii(starts, 2, 4), ".", false)
	middle := s.behind(s.ascii(area, 3, 4), ".", false)
	return farthest(s.ascii(middle, 3, 5))
}

// plus moves over one plus sign or two.
func (s *scanner) plus(i int) int {
	for n := 0; n < 2 && s.char(i) == '+'; n++ {
		i++
	}
	return i
}

func farthest(ends []int) int {
	most := -1
	for _, end := range ends {
		most = max(most, end)
	}
	return most
}
