package checkpoint

import (
	"slices"
	"strings"
	"testing"
)

func TestTokenize(t *testing.T) {
	for _, test := range []struct {
		name, rule, caption, want string
	}{
		{"plain", WordTokenizer, "A dog runs .", "a|dog|runs"},
		{"apostrophe", WordTokenizer, "the man's dog", "the|man|s|dog"},
		{"hyphen and digits", WordTokenizer, "3-year-old", "3|year|old"},
		{"marks", WordTokenizer, "cafe\u0301 noir", "cafe\u0301|noir"},
		{"underscore", WordTokenizer, "snake_case", "snake|case"},
		{"nothing", WordTokenizer, " \t.\n", ""},
		{"characters", CharacterTokenizer, "犬が 走る。", "犬|が|走|る"},
		{"no characters", CharacterTokenizer, "。", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(Tokenize(test.rule, test.caption), "|"); got != test.want {
				t.Errorf("Tokenize(%q) = %q, want %q", test.caption, got, test.want)
			}
		})
	}
}

func TestBuildVocabulary(t *testing.T) {
	captions := []string{"b a a c", "a b d", "c b <unk>"}
	v, err := BuildVocabulary(WordTokenizer, captions, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"<pad>", "<start>", "<end>", "<unk>", "a", "b", "c"} // a and b stand three times: by bytes
	if !slices.Equal(v.Words(), want) {
		t.Errorf("words %q, want %q", v.Words(), want)
	}
	if got, want := v.Encode("C d a b", 3), []int64{6, Unknown, 4, End}; !slices.Equal(got, want) {
		t.Errorf("Encode = %v, want %v", got, want)
	}
	if _, err := BuildVocabulary(WordTokenizer, captions, 9); err == nil {
		t.Error("a vocabulary without words is accepted")
	}
}

func TestVocabularyExtend(t *testing.T) {
	v, err := BuildVocabulary(WordTokenizer, []string{"old words"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	more, err := v.Extend([]string{"new words new"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := more.Words()[4:]; !slices.Equal(got, []string{"old", "words", "new"}) {
		t.Errorf("words %q, want the old ones first", got)
	}
}

func TestNewVocabularyRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		words []string
	}{
		{"none", nil},
		{"specials alone", specials},
		{"another order", []string{"<start>", "<pad>", "<end>", "<unk>", "a"}},
		{"a word twice", append(slices.Clone(specials), "a", "a")},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := NewVocabulary(WordTokenizer, test.words); err == nil {
				t.Errorf("NewVocabulary(%q) is accepted", test.words)
			}
		})
	}
}
