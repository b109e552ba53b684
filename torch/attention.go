package torch

// #include "ctorch.h"
import "C"

// AttentionLSTM is a decoder that attends before each step of its cell (Xu et
// al. 2015, equations 1 to 6 and 9): for the state h of a row, which looks at
// a picture's features f and at the attention's keys k made of them,
//
//	[q; g] = StateWeight h + StateBias
//	α = softmax(ScoreWeight tanh(k + q)),  z = Σ α_l f_l,  z' = σ(g) ⊙ z
//	i, f, g, o = Words + StepWeight [z'; h]
//
// and h and c are the LSTM's. It runs on the CPU, its products in the type of
// the weights, float32 or bfloat16, and all else in float32.
type AttentionLSTM struct {
	Features, Keys         *Tensor // (N, L, F) and (N, L, A)
	H, C                   *Tensor // states before the first step, float32 of shape (B, H)
	Words                  *Tensor // each row's share of the gates' sums, (R, 4H)
	StateWeight, StateBias *Tensor // (A+F, H) and (A+F)
	ScoreWeight, ScoreBias *Tensor // (1, A) and (1)
	StepWeight             *Tensor // (4H, F+H)

	// Rows is the number of captions that each step takes: the first of those
	// that the step before took. All steps' rows follow each other, R of them.
	Rows []int64
	// Pictures has, for each of the B captions, the picture it looks at.
	Pictures []int64
}

// AttentionSteps is what the steps of an AttentionLSTM came to, float32, a row
// for each of the R. Cell and Gate take no part in gradients.
type AttentionSteps struct {
	Hidden  *Tensor // h, (R, H)
	Context *Tensor // z', (R, F)
	Alpha   *Tensor // α, (R, L)
	Cell    *Tensor // c, (R, H)
	Gate    *Tensor // σ(g), (R, F)
}

// Run takes all steps in one call; so does Backward through it.
func (a AttentionLSTM) Run(s *Scope) AttentionSteps {
	inputs := []*Tensor{a.Features, a.Keys, a.H, a.C, a.Words, a.StateWeight, a.StateBias, a.ScoreWeight, a.ScoreBias, a.StepWeight}
	out := s.parts("attention_lstm", 5, func(out *handle) *C.char {
		return C.tg_attention_lstm(out, list(handles(inputs)), int64s(a.Rows), C.int64_t(len(a.Rows)), int64s(a.Pictures), C.int64_t(len(a.Pictures)))
	}, inputs...)
	return AttentionSteps{Hidden: out[0], Context: out[1], Alpha: out[2], Cell: out[3], Gate: out[4]}
}

// int64s returns the memory of values for C, nil for none.
func int64s(values []int64) *C.int64_t {
	if len(values) == 0 {
		return nil
	}
	return (*C.int64_t)(&values[0])
}
