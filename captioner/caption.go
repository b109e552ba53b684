package captioner

import "math"

// Caption is one description of a picture. Its JSON form is the one schema of
// the command caption, of the server and of a program that uses the library.
type Caption struct {
	Text           string  `json:"text"`
	LogProbability float64 `json:"log_probability"` // natural logarithm, <end> counted
	Probability    float64 `json:"probability"`
	Confidence     float64 `json:"confidence"` // the words' geometric mean probability, <end> counted
	Finished       bool    `json:"finished"`   // whether it ended in <end> within the steps allowed
	Words          []Word  `json:"words"`      // <end> left out
}

// Word is one word of a caption and where the decoder looked to say it.
type Word struct {
	Text           string    `json:"word"`
	Unknown        bool      `json:"unknown,omitempty"` // whether a given word is not in the vocabulary and was read as <unk>
	LogProbability float64   `json:"log_probability"`
	Probability    float64   `json:"probability"`
	Gate           float64   `json:"gate"`                // mean of the gate over the context's features
	Attention      []float32 `json:"attention,omitempty"` // α of each place, in row order
}

// WithoutAttention returns the caption without its words' attention, which is
// most of its JSON text.
func (c Caption) WithoutAttention() Caption {
	words := make([]Word, len(c.Words))
	for i, w := range c.Words {
		w.Attention = nil
		words[i] = w
	}
	c.Words = words
	return c
}

// newCaption fills in what follows from words and the log-probability of all,
// <end>'s included.
func newCaption(v *Vocabulary, words []Word, logProbability float64, finished bool) Caption {
	if words == nil {
		words = []Word{} // which JSON writes as a list
	}
	c := Caption{LogProbability: logProbability, Probability: math.Exp(logProbability), Finished: finished, Words: words}
	texts, steps := make([]string, len(words)), len(words)
	for i := range words {
		texts[i], words[i].Probability = words[i].Text, math.Exp(words[i].LogProbability)
	}
	if finished {
		steps++
	}
	c.Text, c.Confidence = v.Join(texts), math.Exp(logProbability/float64(max(steps, 1)))
	return c
}
