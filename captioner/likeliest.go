package captioner

import (
	"cmp"
	"math"
	"slices"

	"github.com/seetell/seetell/torch"
)

// row is the log-probabilities of what may follow a hypothesis: of every word, or
// of the likeliest ones.
type row struct {
	logp  []float32
	words []int // in rising order; nil for every word
}

// word returns the word of a place in the row.
func (r row) word(place int) int {
	if r.words == nil {
		return place
	}
	return r.words[place]
}

// forbid makes a word impossible.
func (r row) forbid(word int) {
	place := word
	if r.words != nil {
		place = slices.Index(r.words, word)
	}
	if place >= 0 {
		r.logp[place] = float32(math.Inf(-1))
	}
}

// sight is what a step shows of each hypothesis: what may follow it, and where it
// looked.
type sight struct {
	rows   []row
	alphas [][]float32
	gates  []float64
}

// sightOf says which words of a step searches see.
type sightOf int

const (
	sightOfAny     sightOf = iota // the likeliest, where they can choose none but these
	sightOfAll                    // every one
	sightOfOrdered                // the likeliest, as on a device
)

// read copies from the device what a step came to: the scores of words (R, V), one
// or several whose probabilities' mean counts, α (R, L) and the gates' openness
// (R). Where they suffice, those words alone come that the searches can choose:
// with an order, of the words, all in one copy.
func read(s *torch.Scope, scores []*torch.Tensor, alpha, openness, order *torch.Tensor, of sightOf, searches []*search) sight {
	k := reach(searches)
	some := of != sightOfAll && k > 0 && k < scores[0].Dim(1)
	if some && order == nil && len(scores) == 1 && alpha.Device() == torch.CPU {
		if seen, ok := seeLikeliest(s, scores[0], alpha, openness, k); ok {
			return seen
		}
	}
	logp := meanOf(s, scores)
	if some && order != nil {
		if seen, ok := readLikeliest(s, logp, alpha, openness, order, k); ok {
			return seen
		}
	}
	seen := see(s, alpha, openness)
	for _, values := range cut(logp.Float32s(s), len(seen.gates)) {
		seen.rows = append(seen.rows, row{logp: values})
	}
	if s.Err() != nil {
		return sight{}
	}
	return seen
}

// see returns where a step looked.
func see(s *torch.Scope, alpha, openness *torch.Tensor) sight {
	gates := openness.Float32s(s)
	return sight{gates: widen(gates), alphas: cut(alpha.Float32s(s), len(gates))}
}

// seeLikeliest is read with k words a row, on the CPU; not ok where some are no
// numbers.
func seeLikeliest(s *torch.Scope, scores, alpha, openness *torch.Tensor, k int64) (seen sight, ok bool) {
	logp, words := scores.Likeliest(s, k)
	seen = see(s, alpha, openness)
	which := words.Int64s(s)
	for i, values := range cut(logp.Float32s(s), len(seen.gates)) {
		if slices.ContainsFunc(values, func(p float32) bool { return p != p }) {
			return sight{}, false
		}
		r := row{logp: values, words: make([]int, len(values))}
		for j := range r.words {
			r.words[j] = int(which[i*len(values)+j])
		}
		seen.rows = append(seen.rows, r)
	}
	return seen, s.Err() == nil
}

// readLikeliest is read with k words a row; not ok where some are no numbers.
func readLikeliest(s *torch.Scope, logp, alpha, openness, order *torch.Tensor, k int64) (seen sight, ok bool) {
	_, words := logp.Mul(s, order).TopK(s, k)
	all := torch.Cat(s, 1, logp.Gather(s, 1, words), words.To(s, torch.Float32), alpha, openness.Unsqueeze(s, 1))
	for _, one := range cut(all.Float32s(s), int(logp.Dim(0))) {
		r, alpha, gate := likeliestRow(one[:k], one[k:2*k]), one[2*k:len(one)-1], one[len(one)-1]
		if slices.ContainsFunc(r.logp, func(p float32) bool { return p != p }) {
			return seen, false
		}
		seen.rows, seen.alphas, seen.gates = append(seen.rows, r), append(seen.alphas, alpha), append(seen.gates, float64(gate))
	}
	return seen, s.Err() == nil
}

// likeliestRow is a row of words, which a tensor of float32 holds, in rising order,
// that of equally likely ones the lower is found first.
func likeliestRow(logp, words []float32) row {
	places := make([]int, len(words))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Compare(words[a], words[b]) })
	r := row{logp: make([]float32, len(words)), words: make([]int, len(words))}
	for i, place := range places {
		r.logp[i], r.words[i] = logp[place], int(words[place])
	}
	return r
}

// mostOrdered is the largest vocabulary that tieOrder has room for between two
// numbers of float32.
const mostOrdered = 1 << 18

// tieOrder returns, float64 of shape (V), what the log-probabilities of words are
// multiplied by, in float64, so that of equal ones the lower word's is the larger
// and all others keep their order. Nil on the CPU, where nothing has to be copied.
func tieOrder(s *torch.Scope, n *Network) *torch.Tensor {
	if n.Device == torch.CPU && n.Decoder.sight != sightOfOrdered || n.VocabularySize > mostOrdered {
		return nil
	}
	order := make([]float64, n.VocabularySize)
	for word := range order {
		order[word] = 1 + float64(word)*0x1p-44
	}
	return torch.FromSlice(s, order, int64(len(order))).ToDevice(s, n.Device)
}

// reach returns how many of a row's likeliest words the searches can choose from:
// as many as they keep, with those that they may not say, and with those that a
// group finds dearer since groups before it said them. 0 where draws want all.
func reach(searches []*search) (words int64) {
	for _, q := range searches {
		switch {
		case q.done():
			continue
		case q.Sample:
			return 0
		}
		most := slices.Max(q.beamsLeft)
		if q.Groups > 1 {
			most += q.Width
		}
		for _, h := range q.live {
			words = max(words, int64(most+len(q.banned(h))))
		}
	}
	return words
}

// cut returns the rows of a matrix, so many in all.
func cut(matrix []float32, total int) [][]float32 {
	rows := make([][]float32, total)
	if len(matrix) == 0 { // after a failure
		return rows
	}
	width := len(matrix) / total
	for i := range rows {
		rows[i] = matrix[i*width : (i+1)*width : (i+1)*width]
	}
	return rows
}

func widen(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}
