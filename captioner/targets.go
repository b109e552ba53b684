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
	var t Targets
	var rows [][]int64
	for i, picture := range captions {
		for _, caption := range picture {
			row := v.Encode(caption, maximum)
			rows = append(rows, row)
			t.Picture = append(t.Picture, int64(i))
			t.Steps = max(t.Steps, len(row))
		}
	}
	t.Captions = len(rows)
	t.fill(rows)
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
