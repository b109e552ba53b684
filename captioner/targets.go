package captioner

// Targets are captions as the decoder learns them: one row a caption, padded
// behind <end> to the longest.
type Targets struct {
	Captions int     // B
	Steps    int     // T
	Picture  []int64 // of each caption, its picture's row in the batch
	inputs   []int64 // (T, B): <start> and all words but the last
	scored   []int64 // rows of (T·B) whose target is not <pad>, then some to fill up
	words    []int64 // their targets, <pad> for those that fill up
	count    int     // of scored words
	mask     []float32
}

// NewTargets encodes the captions of each picture, cut to maximum words.
func NewTargets(v *Vocabulary, captions [][]string, maximum int) Targets {
	var pictures []int64
	var encoded [][]int64
	for i, picture := range captions {
		for _, caption := range picture {
			encoded = append(encoded, v.Encode(caption, maximum))
			pictures = append(pictures, int64(i))
		}
	}
	return newTargets(encoded, pictures)
}

// SampledTargets are captions that Sample drew, count of each picture.
func SampledTargets(drawn [][]int64, count int) Targets {
	pictures := make([]int64, len(drawn))
	for i := range pictures {
		pictures[i] = int64(i / count)
	}
	return newTargets(drawn, pictures)
}

func newTargets(captions [][]int64, pictures []int64) Targets {
	t := Targets{Captions: len(captions), Picture: pictures}
	for _, caption := range captions {
		t.Steps = max(t.Steps, len(caption))
	}
	t.fill(captions)
	t.fillUp()
	return t
}

func (t *Targets) fill(rows [][]int64) {
	t.inputs = make([]int64, t.Steps*t.Captions)
	t.mask = make([]float32, t.Steps*t.Captions)
	for step := range t.Steps {
		for caption, row := range rows {
			at := step*t.Captions + caption
			if step < len(row) {
				t.mask[at] = 1
				t.scored = append(t.scored, int64(at))
				t.words = append(t.words, row[step])
			}
			t.inputs[at] = input(row, step)
		}
	}
}

// scoredStep is what the number of scored rows is a multiple of. Libtorch makes
// and keeps code for each size of product that it meets, so sizes are few.
const scoredStep = 64

// fillUp adds rows that are not scored.
func (t *Targets) fillUp() {
	t.count = len(t.words)
	for len(t.words)%scoredStep != 0 {
		t.scored = append(t.scored, 0)
		t.words = append(t.words, Pad)
	}
}

// input is the word read at a step: <start>, then the row's own words.
func input(row []int64, step int) int64 {
	switch {
	case step == 0:
		return Start
	case step <= len(row)-1:
		return row[step-1]
	default:
		return Pad
	}
}

// Scored returns the number of words that the loss is the mean of.
func (t Targets) Scored() int { return t.count }
