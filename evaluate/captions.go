package evaluate

// Captions describes a system's captions, as tokens.
type Captions struct {
	Distinct   float64 `json:"distinct"`   // share of different captions
	Vocabulary int     `json:"vocabulary"` // different words used
	Empty      int     `json:"empty"`
	// Copied is the share that stands among the training captions, where those
	// were given.
	Copied *float64 `json:"copied,omitempty"`
}

func captions(pictures []picture) Captions {
	distinct, words := map[string]bool{}, map[int32]bool{}
	var c Captions
	for i := range pictures {
		caption := &pictures[i].caption
		distinct[caption.line] = true
		for _, word := range caption.words {
			words[word] = true
		}
		if len(caption.words) == 0 {
			c.Empty++
		}
	}
	c.Distinct, c.Vocabulary = float64(len(distinct))/float64(len(pictures)), len(words)
	return c
}

// addCopied counts the captions that training captions hold word for word.
func (r *Report) addCopied(t *table, o Options) error {
	if o.TrainingCaptions == nil {
		return nil
	}
	training, err := lines(o.Tokenizer, o.TrainingCaptions)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(training))
	for _, line := range training {
		known[line] = true
	}
	copied := 0
	for i := range t.pictures {
		if known[t.pictures[i].caption.line] {
			copied++
		}
	}
	share := float64(copied) / float64(len(t.pictures))
	r.Captions.Copied = &share
	return nil
}
