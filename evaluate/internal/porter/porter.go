// Package porter stems English words by Porter's algorithm (1980) with the
// changes that NLTK makes by default, on which its scores depend.
package porter

import "strings"

// irregular are the forms that the rules get wrong.
var irregular = map[string]string{
	"sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
	"inning": "inning", "innings": "inning", "outing": "outing", "outings": "outing",
	"canning": "canning", "cannings": "canning", "howe": "howe",
	"proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
}

// Stem returns the stem of a word in lower case. Words of one or two letters
// are their own.
func Stem(word string) string {
	if stem, ok := irregular[word]; ok {
		return stem
	}
	stem := letters(word)
	if len(stem) <= 2 {
		return word
	}
	for _, step := range []func(letters) letters{step1a, step1b, step1c, step2, step3, step4, step5a, step5b} {
		stem = step(stem)
	}
	return string(stem)
}

// letters is a word or the start of one.
type letters []rune

// isConsonant reports whether letter i is one; y is one unless it follows one.
func (w letters) isConsonant(i int) bool {
	consonant := true
	for ; i > 0 && w[i] == 'y'; i-- {
		consonant = !consonant
	}
	return !strings.ContainsRune("aeiou", w[i]) == consonant
}

// measure counts the vowels that a consonant follows, runs taken as one: m in
// the paper.
func (w letters) measure() int {
	count, vowel := 0, false
	for i := range w {
		consonant := w.consonantAfter(i, vowel)
		if consonant && vowel {
			count++
		}
		vowel = !consonant
	}
	return count
}

// consonantAfter is isConsonant where it is known whether the letter before is
// a vowel.
func (w letters) consonantAfter(i int, vowel bool) bool {
	if w[i] == 'y' {
		return i == 0 || vowel
	}
	return !strings.ContainsRune("aeiou", w[i])
}

func (w letters) hasVowel() bool {
	vowel := false
	for i := range w {
		if vowel = !w.consonantAfter(i, vowel); vowel {
			return true
		}
	}
	return false
}

// endsDouble is *d in the paper.
func (w letters) endsDouble() bool {
	n := len(w)
	return n >= 2 && w[n-1] == w[n-2] && w.isConsonant(n-1)
}

// endsShort is *o in the paper, and for words of two letters NLTK's.
func (w letters) endsShort() bool {
	n := len(w)
	if n == 2 {
		return !w.isConsonant(0) && w.isConsonant(1)
	}
	return n >= 3 && w.isConsonant(n-3) && !w.isConsonant(n-2) && w.isConsonant(n-1) && !strings.ContainsRune("wxy", w[n-1])
}

// cut returns w without suffix.
func (w letters) cut(suffix string) (letters, bool) {
	start := len(w) - len(suffix)
	if start < 0 || string(w[start:]) != suffix {
		return nil, false
	}
	return w[:start:start], true
}

func (w letters) add(suffix string) letters { return append(w, []rune(suffix)...) }

// A rule replaces suffix by with after stems that satisfy when.
type rule struct {
	suffix, with string
	when         func(stem letters) bool
}

// apply applies the first rule whose suffix w has.
func (w letters) apply(rules []rule) letters {
	for _, r := range rules {
		stem, ok := w.cut(r.suffix)
		if !ok {
			continue
		}
		if r.when != nil && !r.when(stem) {
			return w
		}
		return stem.add(r.with)
	}
	return w
}

func positive(stem letters) bool { return stem.measure() > 0 }
func aboveOne(stem letters) bool { return stem.measure() > 1 }
func afterST(stem letters) bool {
	return aboveOne(stem) && strings.ContainsRune("st", stem[len(stem)-1])
}
func consonantY(stem letters) bool { return len(stem) > 1 && stem.isConsonant(len(stem)-1) }
