package meteor

import "testing"

func TestNormalize(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain", " A man rides ", "a man rides"},
		{"possessive", "A man's dog doesn't.", "a man 's dog doesn 't ."},
		{"split already", "a man 's dog does n't", "a man ' s dog does n 't"},
		{"hyphens do not overlap", "a-b-c", "a b-c"},
		{"acronym", "the U.S. army", "the us army"},
		{"abbreviation", "Dr. Who", "dr. who"},
		{"number", "No. 5 and No. Why", "no. 5 and no . why"},
		{"before lower case", "ran. the", "ran. the"},
		{"dots", "wait... now..", "wait ... now .."},
		{"comma", "1,000 a,b", "1,000 a , b"},
		{"Greek", "ΟΔΟΣ", "ο δ ο σ"},
		{"dotted I", "İ!", "i̇ !"},
		{"space of no width", "a\u00a0\u2003b", "a b"},
		{"the normalizer's own name of dots", "a DOTMULTI", "a ."},
		{"empty", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Normalize(test.text); got != test.want {
				t.Errorf("Normalize(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}
