package captioner

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
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

func TestTargets(t *testing.T) {
	v, err := NewVocabulary(WordTokenizer, append(slices.Clone(specials), "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	got := NewTargets(v, [][]string{{"b", "a b"}, {"a"}}, 28)
	want := Targets{
		Captions: 3, Steps: 3,
		Picture:       []int64{0, 0, 1},
		sortedIndices: []int{1, 0, 2}, // "a b" first
		batchSizes:    []int64{3, 3, 1},
		inputs:        []int64{Start, Start, Start, 4, 5, 4, 5},
		scored:        []int64{1, 0, 2, 4, 3, 5, 6},
		caption:       []int{0, 1, 2, 0, 1, 2, 1},
		words:         []int64{5, 4, 4, End, 5, End, End},
		count:         7,
	}
	for len(want.words) < scoredStep { // filled up with <pad>
		want.scored, want.words = append(want.scored, 0), append(want.words, Pad)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("targets\n%+v, want\n%+v", got, want)
	}
	if pictures := got.pictures(); !slices.Equal(pictures, []int64{0, 0, 1}) {
		t.Errorf("pictures %v of the rows at work", pictures)
	}
}

// TestTargetsShrink: steps take all captions that have not ended, and few
// more.
func TestTargetsShrink(t *testing.T) {
	var drawn [][]int64
	for length := range 40 {
		drawn = append(drawn, append(slices.Repeat([]int64{7}, length%25), End))
	}
	got := SampledTargets(drawn, 5)
	for step, rows := range got.batchSizes {
		going := 0
		for _, caption := range drawn {
			if len(caption) > step {
				going++
			}
		}
		if int(rows) < going || int(rows) >= going+5 || rows%5 != 0 {
			t.Errorf("step %d takes %d rows for %d captions", step, rows, going)
		}
	}
	row := 0
	for step, rows := range got.batchSizes {
		for _, caption := range got.sortedIndices[:rows] {
			if word := input(drawn[caption], step); got.inputs[row] != word {
				t.Fatalf("step %d reads %d for caption %d, want %d", step, got.inputs[row], caption, word)
			}
			row++
		}
	}
}
