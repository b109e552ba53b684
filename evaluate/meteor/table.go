package meteor

// A Table holds the paraphrases of METEOR's fourth stage. A nil table has none.
type Table struct{}

// A phraseWord is what a table knows of a word.
type phraseWord struct{}

func (t *Table) word(string) phraseWord { return phraseWord{} }

// propose adds the paraphrases in hyp and ref.
func (t *Table) propose(*proposals, []*word, []*word) {}
