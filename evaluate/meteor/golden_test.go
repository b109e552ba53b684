package meteor

import (
	"bufio"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kljensen/snowball/english"
	"github.com/seetell/seetell/internal/testshared"
)

// tolerance is what the golden files are held to.
const tolerance = 1e-9

// goldenRows reads a table of strings with backslash escapes.
func goldenRows(t *testing.T, name ...string) [][]string {
	t.Helper()
	var rows [][]string
	unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r")
	for lines := bufio.NewScanner(testshared.Golden(t, name...)); lines.Scan(); {
		cells := strings.Split(lines.Text(), "\t")
		for i, cell := range cells {
			cells[i] = unescape.Replace(cell)
		}
		rows = append(rows, cells)
	}
	return rows[1:]
}

func TestGoldenNormalizer(t *testing.T) {
	rows := goldenRows(t, "meteor", "normalizer.tsv.gz")
	for _, row := range rows {
		if got := Normalize(row[0]); got != row[1] {
			t.Errorf("Normalize(%q) = %q, want %q", row[0], got, row[1])
		}
	}
	t.Logf("%d lines", len(rows))
}

func TestGoldenStems(t *testing.T) {
	rows := goldenRows(t, "meteor", "stems.tsv.gz")
	for _, row := range rows {
		if row[0] == "''s" || row[0] != strings.ToLower(row[0]) {
			continue // no word of a normalized line looks so
		}
		if got := english.Stem(row[0], true); got != row[1] {
			t.Errorf("stem of %q = %q, want %q", row[0], got, row[1])
		}
	}
	t.Logf("%d words", len(rows))
}

// goldenSegments is a file of scored segments.
type goldenSegments struct {
	Corpus   struct{ Corpus float64 }
	Segments []goldenSegment
}

type goldenSegment struct {
	Hyp     string
	Refs    []string
	Score   float64
	Stats   string
	BestRef int      `json:"best_ref"`
	Matches [][5]int // start, length, matchStart, matchLength, stage
}

func TestGoldenSegments(t *testing.T) {
	for _, name := range []string{"anchors_nlgeval", "stress_beam", "rawtext_norm"} {
		t.Run(name, func(t *testing.T) {
			var file goldenSegments
			testshared.GoldenJSON(t, &file, "meteor", name+".json.gz")
			file.check(t, New())
		})
	}
}

// check scores the segments: scores within the tolerance, everything else
// equal.
func (file goldenSegments) check(t *testing.T, scorer *Scorer) {
	var all []Stats
	largest := 0.0
	for _, want := range file.Segments {
		got := scorer.Align(want.Hyp, want.Refs)
		all = append(all, got.Stats)
		largest = max(largest, math.Abs(got.Score()-want.Score))
		if text := numbers(got.Stats); text != want.Stats || got.Reference != want.BestRef {
			t.Errorf("%q: reference %d, numbers %s; want %d, %s", want.Hyp, got.Reference, text, want.BestRef, want.Stats)
		}
		if matches := rows(got.Matches); !slices.Equal(matches, want.Matches) {
			t.Errorf("%q: matches %v, want %v", want.Hyp, matches, want.Matches)
		}
	}
	largest = max(largest, math.Abs(Aggregate(all)-file.Corpus.Corpus))
	if largest > tolerance {
		t.Errorf("largest difference %g, want at most %g", largest, tolerance)
	}
	t.Logf("%d segments: largest difference %.1e", len(file.Segments), largest)
}

// numbers writes s as METEOR prints it.
func numbers(s Stats) string {
	var words []string
	for _, n := range s {
		words = append(words, strconv.FormatFloat(n, 'f', 1, 64))
	}
	return strings.Join(words, " ")
}

func rows(matches []Match) [][5]int {
	var all [][5]int
	for _, m := range matches {
		all = append(all, [5]int{m.Start, m.Length, m.MatchStart, m.MatchLength, m.Stage})
	}
	return all
}

// systems are the captions of coco_py, and whose references they go with.
var systems = map[string]string{
	"flickr8k_karpathy_human_1": "karpathy",
	"flickr8k_karpathy_init_2":  "karpathy",
	"flickr8k_karpathy_merge_1": "karpathy",
	"flickr8k_karpathy_par_3":   "karpathy",
	"flickr8k_raw_merge_1":      "raw",
}

type goldenReferences []struct {
	Tokens []string `json:"refs_tok"`
}

type goldenSystem struct {
	Corpus struct{ Corpus float64 } `json:"corpus_meteor_no_paraphrase"`
	Images []struct {
		Hyp     string   `json:"hyp_tok"`
		Score   float64  `json:"METEOR_nopara"`
		Stats   string   `json:"METEOR_stats"`
		BestRef int      `json:"METEOR_best_ref"`
		Matches [][5]int `json:"METEOR_matches"`
	} `json:"per_image"`
}

func TestGoldenParaphrases(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	scorer, err := Load(testshared.Dir(t, "metrics", "golden", "meteor", "synthetic_paraphrase.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"stress_paraphrase", "flickr8k_merge_1_synthpara"} {
		t.Run(name, func(t *testing.T) {
			var file goldenSegments
			testshared.GoldenJSON(t, &file, "meteor", name+".json.gz")
			file.check(t, scorer)
		})
	}
}

func TestGoldenCaptions(t *testing.T) {
	for name, references := range systems {
		t.Run(name, func(t *testing.T) {
			var refs goldenReferences
			var system goldenSystem
			testshared.GoldenJSON(t, &refs, "coco_py", "flickr8k_test_refs_"+references+".json.gz")
			testshared.GoldenJSON(t, &system, "coco_py", name+".json.gz")
			var file goldenSegments
			file.Corpus.Corpus = system.Corpus.Corpus
			for i, image := range system.Images {
				file.Segments = append(file.Segments, goldenSegment{
					image.Hyp, refs[i].Tokens, image.Score, image.Stats, image.BestRef, image.Matches,
				})
			}
			file.check(t, New())
		})
	}
}

func TestGoldenEdgeCases(t *testing.T) {
	var cases []struct {
		Name  string
		Items []struct {
			Hyp  string
			Refs []string
		}
		Want struct {
			Corpus float64
			Images []float64 `json:"per_image"`
		} `json:"METEOR_nopara"`
	}
	testshared.GoldenJSON(t, &cases, "coco_py", "edge_cases.json.gz")
	scorer, largest := New(), 0.0
	for _, test := range cases {
		var sum Stats
		for i, item := range test.Items {
			stats := scorer.Segment(item.Hyp, item.Refs)
			sum.Add(&stats)
			difference := math.Abs(stats.Score() - test.Want.Images[i])
			if largest = max(largest, difference); difference > tolerance {
				t.Errorf("%s: %q scores %v, want %v", test.Name, item.Hyp, stats.Score(), test.Want.Images[i])
			}
		}
		difference := math.Abs(sum.Score() - test.Want.Corpus)
		if largest = max(largest, difference); difference > tolerance {
			t.Errorf("%s: corpus %v, want %v", test.Name, sum.Score(), test.Want.Corpus)
		}
	}
	t.Logf("%d corpora: largest difference %.1e", len(cases), largest)
}
