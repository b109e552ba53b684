package ptb

// Kinds of abbreviation, by what happens to the point behind them.
const (
	_                  = iota
	endingAbbreviation // at a sentence's end another point follows
	innerAbbreviation  // the point is always its own
	numberAbbreviation // only before a digit
)

// abbreviationWords are known by the program; in lists of capitals only, the
// first letter must be one.
var abbreviationWords = func() wordSet {
	set := wordSet{}
	for _, word := range []string{
		"al", "co", "ct", "ga", "jr", "ky", "md", "mo", "rd", "rt", "sq", "sr", "va", "vt", "ala", "apr", "aug",
		"bhd", "cos", "dak", "dec", "esq", "est", "etc", "ext", "feb", "fla", "fri", "inc", "ind", "jan", "jul",
		"jun", "kan", "ltd", "mar", "mon", "neb", "nev", "nov", "oct", "plc", "pte", "pty", "sep", "seq", "sys",
		"tel", "thu", "tue", "wed", "wis", "wyo", "ariz", "assn", "bldg", "blvd", "bros", "colo", "conn", "corp",
		"intl", "kans", "mich", "minn", "mont", "okla", "penn", "ppte", "ppty", "ptes", "ptys", "sept", "tenn",
		"tues", "univ", "wisc", "calif", "thurs", "ph.d", "ed.d",
	} {
		set[word] = endingAbbreviation
	}
	for _, word := range []string{
		"cf", "dr", "ft", "lt", "mr", "ms", "mt", "ph", "st", "vs", "wm", "adj", "adm", "adv", "ave", "cie", "col",
		"cpl", "det", "drs", "ens", "gen", "gov", "hon", "jos", "maj", "mfg", "mme", "mrs", "mtg", "pfc", "pvt",
		"rep", "rev", "sen", "sfc", "sgt", "spc", "ste", "alex", "asst", "atty", "brig", "capt", "cmdr", "dept",
		"elec", "govs", "insp", "invt", "mlle", "msgr", "natl", "pres", "prof", "reps", "sens", "supt", "assoc",
		"attys", "comdr", "messrs",
	} {
		set[word] = innerAbbreviation
	}
	for _, word := range []string{"ca", "no", "op", "pp", "art", "fig", "nos", "figs", "prop"} {
		set[word] = numberAbbreviation
	}
	return set
}()

// capitalAbbreviations are names of states that are words in small letters.
var capitalAbbreviations = words(endingAbbreviation,
	"az", "la", "pa", "ark", "del", "ill", "ore", "tex", "mass", "miss", "wash")

// sentenceStarts are the capitalized words before which an acronym ends a
// sentence.
var sentenceStarts = words(1, "a", "an", "as", "at", "he", "if", "in", "it", "so", "we", "but", "her", "now", "one",
	"our", "she", "the", "yet", "you", "here", "last", "many", "more", "once", "some", "such", "that", "then", "they",
	"this", "what", "when", "about", "according", "additionally", "after", "earlier", "however", "other", "since",
	"their", "there", "these", "while", "mr.", "ms.")

// abbreviations offers abbreviations, acronyms and file names; word is where
// the word that begins here ends.
func (s *scanner) abbreviations(word int) {
	for _, end := range s.acronyms(s.at) {
		s.acronym(end)
	}
	s.knownAbbreviation()
	s.fileName()
	if word > 0 && s.char(word) == '.' && isCommaLike(s.char(word+1)) {
		s.offer(word+2, word+1, asIs)
	}
}

// compounds are acronyms with a hyphen.
var compounds = []string{
	"Canada-U.S", "Sino-U.S", "Korean-U.S", "EU-U.S", "Japan-U.S", "non-U.S", "U.S.-U.K", "U.S.-U.S.S.R",
}

// acronyms returns the ends of acronyms at i, without their last points: one
// letter, letters with points between them, and some compounds of U.S.
func (s *scanner) acronyms(i int) []int {
	var ends []int
	for _, compound := range compounds {
		if end := s.literal(i, compound); end > 0 {
			ends = append(ends, end)
		}
	}
	for isASCIILetter(s.char(i)) {
		ends = append(ends, i+1)
		if s.char(i+1) != '.' {
			break
		}
		i += 2
	}
	return ends
}

// acronym offers an acronym that ends at end, with the point behind it.
func (s *scanner) acronym(end int) {
	if s.char(end) != '.' {
		return
	}
	if reach := s.sentenceStart(end + 1); reach > 0 {
		if end == s.at+1 {
			s.offer(reach, end, asIs)
		} else {
			s.offer(reach, end, withPoint)
		}
	}
	s.whole(end + 1)
}

// sentenceStart returns the end of white space, a word that begins sentences
// and white space at i, or -1.
func (s *scanner) sentenceStart(i int) int {
	start := s.gaps(i)
	if tag := s.tag(start); tag > 0 {
		return s.gap(tag)
	}
	if !isCapital(s.char(start)) {
		return -1
	}
	end := s.runOf(start, isASCIILetter)
	if s.char(end) == '.' {
		end++
	}
	if sentenceStarts.find(s.in[start:end]) == 0 {
		return -1
	}
	return s.gap(end)
}

// knownAbbreviation offers the abbreviations of the lists.
func (s *scanner) knownAbbreviation() {
	end := s.runOf(s.at, isASCIILetter)
	if end < 0 || s.char(end) != '.' {
		return
	}
	if doctor := s.literal(end, ".d."); doctor > 0 && abbreviationWords.find(s.in[s.at:doctor-1]) > 0 {
		end = doctor - 1
	}
	kind := abbreviationWords.find(s.in[s.at:end])
	if kind == 0 && isCapital(s.char(s.at)) {
		kind = capitalAbbreviations.find(s.in[s.at:end])
	}
	switch kind {
	case endingAbbreviation:
		s.ending(end)
	case innerAbbreviation:
		s.whole(end + 1)
	case numberAbbreviation:
		if gap := max(end+1, s.gap(end+1)); s.is(digit, gap) {
			s.offer(gap+1, end+1, asIs)
		}
	}
}

// ending offers an abbreviation whose point, at end, ends the sentence too
// when a new one seems to begin.
func (s *scanner) ending(end int) {
	end++
	if s.company(end) {
		s.offer(end+4, end, asIs)
	}
	if reach := s.sentenceEnd(end); reach > 0 {
		s.offer(reach, end-1, withPoint)
	}
	if end+2 <= len(s.in) {
		s.offer(end+2, end, asIs)
	}
	s.offer(end, end-1, withPoint)
}

// company tells whether Co. or Pty., whose point ends at i, stands before Ltd
// or Limited.
func (s *scanner) company(i int) bool {
	if s.literal(s.at, "co.") != i && s.literal(s.at, "pty.") != i {
		return false
	}
	if !s.isSpaceAt(i) {
		return false
	}
	return s.literal(i+1, "ltd") > 0 || s.literal(i+1, "lim") > 0
}

// sentenceEnd returns the end of white space and a capital, a tag or more
// white space at i, or -1.
func (s *scanner) sentenceEnd(i int) int {
	i = s.gap(i)
	if i < 0 {
		return -1
	}
	if tag := s.tag(i); tag > 0 {
		return tag
	}
	if s.isUpper(i) {
		return i + 1
	}
	return s.gap(i)
}

// withPoint writes a token and its point, which is then a token again.
func withPoint(s *scanner, token []uint16) {
	asIs(s, token)
	s.out = append(s.out, '.')
}
