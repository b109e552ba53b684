package porter

var rules1a = []rule{{"sses", "ss", nil}, {"ies", "i", nil}, {"ss", "ss", nil}, {"s", "", nil}}

func step1a(w letters) letters {
	if stem, ok := w.cut("ies"); ok && len(w) == 4 {
		return stem.add("ie")
	}
	return w.apply(rules1a)
}

func step1b(w letters) letters {
	if stem, ok := w.cut("ied"); ok {
		if len(w) == 4 {
			return stem.add("ie")
		}
		return stem.add("i")
	}
	if stem, ok := w.cut("eed"); ok {
		if positive(stem) {
			return stem.add("ee")
		}
		return w
	}
	for _, suffix := range []string{"ed", "ing"} {
		if stem, ok := w.cut(suffix); ok && stem.hasVowel() {
			return tidy(stem)
		}
	}
	return w
}

// tidy mends a stem that lost -ed or -ing.
func tidy(stem letters) letters {
	for _, suffix := range []string{"at", "bl", "iz"} {
		if _, ok := stem.cut(suffix); ok {
			return stem.add("e")
		}
	}
	last := stem[len(stem)-1]
	switch {
	case stem.endsDouble():
		if last != 'l' && last != 's' && last != 'z' {
			return stem[:len(stem)-1]
		}
	case stem.measure() == 1 && stem.endsShort():
		return stem.add("e")
	}
	return stem
}

func step1c(w letters) letters { return w.apply([]rule{{"y", "i", consonantY}}) }

var rules2 = []rule{
	{"ational", "ate", positive}, {"tional", "tion", positive}, {"enci", "ence", positive}, {"anci", "ance", positive},
	{"izer", "ize", positive}, {"bli", "ble", positive}, {"alli", "al", positive}, {"entli", "ent", positive},
	{"eli", "e", positive}, {"ousli", "ous", positive}, {"ization", "ize", positive}, {"ation", "ate", positive},
	{"ator", "ate", positive}, {"alism", "al", positive}, {"iveness", "ive", positive}, {"fulness", "ful", positive},
	{"ousness", "ous", positive}, {"aliti", "al", positive}, {"iviti", "ive", positive}, {"biliti", "ble", positive},
	{"fulli", "ful", positive},
}

func step2(w letters) letters {
	if stem, ok := w.cut("alli"); ok && positive(stem) {
		return step2(stem.add("al"))
	}
	if stem, ok := w.cut("logi"); ok {
		if stem = stem.add("l"); positive(stem) {
			return stem.add("og")
		}
		return w
	}
	return w.apply(rules2)
}

var rules3 = []rule{
	{"icate", "ic", positive}, {"ative", "", positive}, {"alize", "al", positive}, {"iciti", "ic", positive},
	{"ical", "ic", positive}, {"ful", "", positive}, {"ness", "", positive},
}

func step3(w letters) letters { return w.apply(rules3) }

var rules4 = []rule{
	{"al", "", aboveOne}, {"ance", "", aboveOne}, {"ence", "", aboveOne}, {"er", "", aboveOne}, {"ic", "", aboveOne},
	{"able", "", aboveOne}, {"ible", "", aboveOne}, {"ant", "", aboveOne}, {"ement", "", aboveOne}, {"ment", "", aboveOne},
	{"ent", "", aboveOne}, {"ion", "", afterST}, {"ou", "", aboveOne}, {"ism", "", aboveOne}, {"ate", "", aboveOne},
	{"iti", "", aboveOne}, {"ous", "", aboveOne}, {"ive", "", aboveOne}, {"ize", "", aboveOne},
}

func step4(w letters) letters { return w.apply(rules4) }

func step5a(w letters) letters {
	stem, ok := w.cut("e")
	if !ok {
		return w
	}
	if m := stem.measure(); m > 1 || m == 1 && !stem.endsShort() {
		return stem
	}
	return w
}

func step5b(w letters) letters {
	if _, ok := w.cut("ll"); ok && aboveOne(w[:len(w)-1]) {
		return w[:len(w)-1]
	}
	return w
}
