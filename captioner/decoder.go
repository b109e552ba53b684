package captioner

import (
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// Decoder tells: an LSTM that attends to the places before each word. See Xu
// et al. 2015, sections 3.1.2 and 4.2.
type Decoder struct {
	config       Config
	embedding    *nn.Embedding
	attention    *attention
	initH, initC *nn.Linear
	gate         *nn.Linear
	lstm         *nn.LSTMCell
	output       *nn.Linear
	context      *nn.Linear // gated context to output; nil where that is plain
	word         *nn.Linear // word read to output; nil likewise
	fixed        *fused     // the weights joined, where they do not change for a while
	stepwise     bool       // tests: an operator at a time, also where a step is one
	sight        sightOf    // tests: which of a step's words searches see
}

func newDecoder(s *torch.Scope, c Config, vocabularySize int) *Decoder {
	d := &Decoder{
		config:    c,
		embedding: nn.NewEmbedding(s, vocabularySize, c.Embedding),
		attention: newAttention(s, c),
		initH:     nn.NewLinear(s, c.Features, c.Hidden, nn.Options{Bias: true}),
		initC:     nn.NewLinear(s, c.Features, c.Hidden, nn.Options{Bias: true}),
		gate:      nn.NewLinear(s, c.Hidden, c.Features, nn.Options{Bias: true}),
		lstm:      nn.NewLSTMCell(s, c.Embedding+c.Features, c.Hidden),
		output:    nn.NewLinear(s, c.Hidden, vocabularySize, nn.Options{Bias: true}),
	}
	if c.Output == checkpoint.OutputDeep {
		d.context = nn.NewLinear(s, c.Features, c.Hidden, nn.Options{Bias: true})
		d.word = nn.NewLinear(s, c.Embedding, c.Hidden, nn.Options{})
	}
	return d
}

// Named lists the tensors behind prefix, in the checkpoint's order.
func (d *Decoder) Named(prefix string) []nn.Entry {
	entries := d.embedding.Named(prefix + "embedding.")
	entries = append(entries, d.attention.named(prefix+"attention.")...)
	entries = append(entries, d.initH.Named(prefix+"init_h.")...)
	entries = append(entries, d.initC.Named(prefix+"init_c.")...)
	entries = append(entries, d.gate.Named(prefix+"gate.")...)
	entries = append(entries, d.lstm.Named(prefix+"lstm.")...)
	entries = append(entries, d.output.Named(prefix+"output.")...)
	if d.config.Output == checkpoint.OutputDeep {
		entries = append(entries, d.context.Named(prefix+"output_context.")...)
		entries = append(entries, d.word.Named(prefix+"output_word.")...)
	}
	return entries
}

// fused holds the decoder's weights joined so that a step takes two products
// where the equations have five: one of the hidden state (attention's W_h and
// the gate's W_β), one of the gated context and the hidden state (the LSTM's).
// What words add, to the LSTM's gates and to a deep output, is multiplied for
// all steps at once.
type fused struct {
	stateWeight, stateBias *torch.Tensor // (A+F, H), (A+F)
	wordWeight, wordBias   *torch.Tensor // (4H, E), (4H); 5H with a deep output, W_y and W_z's bias last
	stepWeight             *torch.Tensor // (4H, F+H)
	contextWeight          *torch.Tensor // (H, F), W_z; nil where the output is plain
	outputWeight           *torch.Tensor // (V, H)
	outputBias             *torch.Tensor // (V)
	precision              Precision
}

func (d *Decoder) fuse(s *torch.Scope, p Precision) fused {
	c := d.config
	e, f := int64(c.Embedding), int64(c.Features)
	input := d.lstm.WeightIH
	join := func(ts ...*torch.Tensor) *torch.Tensor { return p.cast(s, torch.Cat(s, 0, ts...)) }
	step := torch.Cat(s, 1, input.Narrow(s, 1, e, f), d.lstm.WeightHH)
	w := fused{
		stateWeight:  join(d.attention.hidden.Weight, d.gate.Weight),
		stateBias:    join(d.attention.hidden.Bias, d.gate.Bias),
		stepWeight:   p.cast(s, step),
		outputWeight: p.cast(s, d.output.Weight), outputBias: p.cast(s, d.output.Bias),
		precision: p,
	}
	words, bias := input.Narrow(s, 1, 0, e), d.lstm.BiasIH.Add(s, d.lstm.BiasHH)
	if d.config.Output != checkpoint.OutputDeep {
		w.wordWeight, w.wordBias = p.cast(s, words), p.cast(s, bias)
		return w
	}
	w.wordWeight, w.wordBias = join(words, d.word.Weight), join(bias, d.context.Bias)
	w.contextWeight = p.cast(s, d.context.Weight)
	return w
}

// searchWeights returns the weights as searches and draws take them.
func (d *Decoder) searchWeights(s *torch.Scope, p Precision) fused {
	if d.fixed != nil && d.fixed.precision == p {
		return *d.fixed
	}
	return d.fuse(s, p).pack(s)
}

// rowsAtOnce is about how many rows a search works on.
const rowsAtOnce = 32

// pack lays the weights out for many products; they take no part in gradients
// any more.
func (w fused) pack(s *torch.Scope) fused {
	for _, weight := range []**torch.Tensor{&w.stateWeight, &w.wordWeight, &w.stepWeight, &w.contextWeight, &w.outputWeight} {
		if *weight != nil {
			*weight = (*weight).PackLinear(s, rowsAtOnce)
		}
	}
	return w
}

// scores returns the scores of the vocabulary, (B, V) in the products' type, for
// rows that the output layer reads.
func (w fused) scores(s *torch.Scope, preOutput *torch.Tensor) *torch.Tensor {
	return w.precision.cast(s, preOutput).Linear(s, w.outputWeight, w.outputBias)
}

// logits is scores in float32.
func (w fused) logits(s *torch.Scope, preOutput *torch.Tensor) *torch.Tensor {
	return w.scores(s, preOutput).To(s, torch.Float32)
}

// memory is what the decoder attends to, the same for all words of a caption.
type memory struct {
	features *torch.Tensor // (N, L, F)
	keys     *torch.Tensor // attention's projection of them, (N, L, A)
	pictures []int64       // of each row, its picture, where rows share them; nil where row i attends to the ith
}

// attentionKeys returns the features with what attention compares them by, in
// float32 where a step is one operator, which reads them so.
func (d *Decoder) attentionKeys(s *torch.Scope, features *torch.Tensor) memory {
	m := memory{features: features, keys: d.attention.feature.Forward(s, features)}
	if d.atOnce(features.Device()) {
		m.features, m.keys = m.features.To(s, torch.Float32), m.keys.To(s, torch.Float32)
	}
	return m
}

// share returns the memory of rows that look at the given pictures: a step that
// is one operator reads them where they are, others want copies.
func (d *Decoder) share(s *torch.Scope, m memory, pictures []int64) memory {
	if !d.atOnce(m.features.Device()) {
		return m.gather(s, pictures)
	}
	return memory{m.features, m.keys, pictures}
}

// gather returns copies of the given rows.
func (m memory) gather(s *torch.Scope, rows []int64) memory {
	return m.rows(s, indices(s, m.features, rows))
}

// rows is gather with rows that are a tensor.
func (m memory) rows(s *torch.Scope, rows *torch.Tensor) memory {
	return memory{features: m.features.IndexSelect(s, 0, rows), keys: m.keys.IndexSelect(s, 0, rows)}
}

// pick returns the memory of the given rows.
func (m memory) pick(s *torch.Scope, rows []int64) memory {
	if m.pictures == nil {
		return m.gather(s, rows)
	}
	pictures := make([]int64, len(rows))
	for i, row := range rows {
		pictures[i] = m.pictures[row]
	}
	return memory{m.features, m.keys, pictures}
}

// first returns the memory of the first rows, a view of the same tensors.
func (m memory) first(s *torch.Scope, rows int64) memory {
	return memory{features: m.features.Narrow(s, 0, 0, rows), keys: m.keys.Narrow(s, 0, 0, rows)}
}

// state is the LSTM's, h and c, float32 of shape (B, H).
type state struct{ h, c *torch.Tensor }

func (st state) pick(s *torch.Scope, rows *torch.Tensor) state {
	return state{st.h.IndexSelect(s, 0, rows), st.c.IndexSelect(s, 0, rows)}
}

// first returns the state of the first rows, a view of the same tensors.
func (st state) first(s *torch.Scope, rows int64) state {
	return state{st.h.Narrow(s, 0, 0, rows), st.c.Narrow(s, 0, 0, rows)}
}

// initState returns h₀ and c₀, linear in the mean of the features over places.
func (d *Decoder) initState(s *torch.Scope, features *torch.Tensor) state {
	mean := features.To(s, torch.Float32).Mean(s, 1)
	return state{
		d.initH.Forward(s, mean).To(s, torch.Float32),
		d.initC.Forward(s, mean).To(s, torch.Float32),
	}
}

// wordGates returns what words add to the LSTM's gates, (…, 4H), and behind it
// to a deep output, (…, H).
func (d *Decoder) wordGates(s *torch.Scope, w fused, words *torch.Tensor) *torch.Tensor {
	return w.precision.cast(s, d.embedding.Forward(s, words)).Linear(s, w.wordWeight, w.wordBias)
}

// stepResult is what a word read comes to.
type stepResult struct {
	state                   // the LSTM's, after it
	preOutput *torch.Tensor // what the output layer reads, (B, H): h, or a deep output's sum
	alpha     *torch.Tensor // (B, L)
	gate      *torch.Tensor // the gate's values, (B, F)
}

// step reads one word: it attends with the previous state, gates the context
// and moves the state on. gates is the word's row of wordGates.
func (d *Decoder) step(s *torch.Scope, w fused, m memory, before state, gates *torch.Tensor) stepResult {
	if m.pictures != nil {
		return d.stepAtOnce(s, w, m, before, gates)
	}
	a, f, hidden := int64(d.config.Attention), int64(d.config.Features), int64(d.config.Hidden)
	kept := s.Within(func(s *torch.Scope) []*torch.Tensor {
		h := w.precision.cast(s, before.h)
		projected := h.Linear(s, w.stateWeight, w.stateBias)
		alpha := d.attention.weigh(s, m.keys, projected.Narrow(s, 1, 0, a))
		z := alpha.Unsqueeze(s, 1).BMM(s, m.features).Squeeze(s, 1)
		gate := projected.Narrow(s, 1, a, f).Sigmoid(s)
		context := gate.Mul(s, z)
		sum := torch.Cat(s, 1, context, h).Linear(s, w.stepWeight, nil).Add(s, gates.Narrow(s, 1, 0, 4*hidden))
		next, cell := nn.LSTMGates(s, sum.To(s, torch.Float32), before.c)
		return []*torch.Tensor{next, cell, d.preOutput(s, w, next, context, gates), alpha, gate}
	})
	return stepResult{state{kept[0], kept[1]}, kept[2], kept[3], kept[4]}
}

// preOutput returns what the output layer reads: h, or a deep output's sum, of
// the state, the gated context and the words' rows of wordGates.
func (d *Decoder) preOutput(s *torch.Scope, w fused, h, context, gates *torch.Tensor) *torch.Tensor {
	if w.contextWeight == nil {
		return h
	}
	hidden := int64(d.config.Hidden)
	words := gates.Narrow(s, 1, 4*hidden, hidden)
	return w.precision.cast(s, h).Add(s, context.Linear(s, w.contextWeight, nil)).Add(s, words)
}
