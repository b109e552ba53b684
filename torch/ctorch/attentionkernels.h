// The loops of the attending LSTM and of its words' scores, over float32,
// compiled for several processors. Sizes are counts of elements; rows follow
// each other without gaps.
#pragma once

#include <cstdint>

namespace seetell {

// Sizes of what is attended to and of the cell.
struct AttentionSizes {
  int64_t places, features, attention, hidden;
};

// attend_row scores the places with a row's query, e_l = Σ_a w_a tanh(P_la +
// q_a), and weighs the features by the scores' softmax α: z = Σ_l α_l f_l.
void attend_row(const AttentionSizes& n, const float* features,
                const float* keys, const float* query, const float* weight,
                float* alpha, float* z);

// What attend_row's gradient is added to; a picture's rows share keys and
// features.
struct AttentionGradients {
  float *features, *keys, *weight;
};

// attend_row_backward takes the gradients of z and α, writes the query's, and
// adds the others'. scores is room for a number for each place.
void attend_row_backward(const AttentionSizes& n, const float* features,
                         const float* keys, const float* query,
                         const float* weight, const float* alpha,
                         const float* dz, const float* dalpha, float* scores,
                         float* dquery, const AttentionGradients& d);

// open_gate writes σ of each of n values, and times z.
void open_gate(int64_t n, const float* values, const float* z, float* gate,
               float* gated);

// open_gate_backward takes the gradient of what was gated; it writes those of
// the values and of z, which may lie where it lay.
void open_gate_backward(int64_t n, const float* gate, const float* z,
                        const float* dgated, float* dvalues, float* dz);

// lstm_row moves a cell of n numbers on: sums are those of the gates i, f, g
// and o, n each, and are replaced by the gates' values.
void lstm_row(int64_t n, float* gates, const float* c, float* next_h,
              float* next_c);

// lstm_row_backward takes the gradients of the next h and c; it writes those
// of the gates' sums and replaces dc by that of the state before.
void lstm_row_backward(int64_t n, const float* gates, const float* c,
                       const float* next_c, const float* dh, float* dc,
                       float* dsums);

// likeliest_row writes the k likeliest of n words, in rising order, and the
// logarithms of their probabilities, by the softmax of scores. Of equally
// likely ones the lower are taken. Where a score is no number, none is.
void likeliest_row(int64_t n, const float* scores, int64_t k, float* logp,
                   int64_t* words);

}  // namespace seetell
