// A decoder's words in one call: attention, gate and LSTM cell over all steps
// of a batch of captions, and their gradients, written out. What does not
// depend on the step before is one product over all of them.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "attentionkernels.h"
#include "internal.h"
#include "product.h"

using namespace seetell;
using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

namespace {

// The operator's tensors, in the order of tg_attention_lstm_inputs.
enum Input {
  kFeatures,
  kKeys,
  kH,
  kC,
  kWords,
  kStateWeight,
  kStateBias,
  kScoreWeight,
  kScoreBias,
  kStepWeight,
  kInputs
};

// Which rows there are: step t takes the first count[t] captions, caption b
// looks at picture[b], and the rows of all steps follow each other.
struct Plan {
  std::vector<int64_t> counts, pictures;

  int64_t captions() const { return counts.empty() ? 0 : counts[0]; }
  int64_t rows() const {
    int64_t sum = 0;
    for (int64_t count : counts) sum += count;
    return sum;
  }
};

void check(const Plan& plan, const Tensor* in) {
  TORCH_CHECK(!plan.counts.empty(), "no steps");
  for (size_t t = 0; t < plan.counts.size(); t++) {
    int64_t most = t ? plan.counts[t - 1] : plan.pictures.size();
    TORCH_CHECK(plan.counts[t] > 0 && plan.counts[t] <= most, "step ", t,
                " has ", plan.counts[t], " rows, where ", most,
                " is the most and 1 the fewest");
  }
  TORCH_CHECK(plan.captions() == static_cast<int64_t>(plan.pictures.size()),
              "the first step takes every caption");
  TORCH_CHECK(in[kFeatures].dim() == 3 && in[kH].dim() == 2 &&
                  in[kScoreWeight].dim() == 2,
              "features (N, L, F), h (B, H) and score weight (1, A) wanted");
  int64_t n = in[kFeatures].size(0), l = in[kFeatures].size(1),
          f = in[kFeatures].size(2), h = in[kH].size(1),
          a = in[kScoreWeight].size(1);
  TORCH_CHECK(l > 0, "no places");
  for (int64_t picture : plan.pictures)
    TORCH_CHECK(picture >= 0 && picture < n, "picture ", picture, " of ", n);
  auto expect = [&](Input which, at::IntArrayRef shape, at::ScalarType type) {
    const Tensor& x = in[which];
    const bool laid_out = which == kStateWeight || which == kStepWeight;
    TORCH_CHECK((laid_out ? at::IntArrayRef(weight_sizes(x)) == shape
                          : x.sizes() == shape) &&
                    x.scalar_type() == type && x.device().is_cpu(),
                "tensor ", int{which}, " is ", x.scalar_type(), x.sizes(),
                " on ", x.device(), "; ", type, shape, " on the CPU wanted");
  };
  at::ScalarType products = in[kStepWeight].scalar_type();
  TORCH_CHECK(products == at::kFloat || products == at::kBFloat16,
              "products in ", products);
  expect(kFeatures, {n, l, f}, in[kFeatures].scalar_type());
  expect(kKeys, {n, l, a}, in[kKeys].scalar_type());
  expect(kH, {plan.captions(), h}, at::kFloat);
  expect(kC, {plan.captions(), h}, at::kFloat);
  expect(kWords, {plan.rows(), 4 * h}, in[kWords].scalar_type());
  expect(kStateWeight, {a + f, h}, products);
  expect(kStateBias, {a + f}, products);
  expect(kScoreWeight, {1, a}, in[kScoreWeight].scalar_type());
  expect(kScoreBias, {1}, in[kScoreBias].scalar_type());
  expect(kStepWeight, {4 * h, f + h}, products);
}

Tensor plain(const Tensor& x) { return x.to(at::kFloat).contiguous(); }

float* data(const Tensor& x) { return x.mutable_data_ptr<float>(); }

// parallel runs body for each of n rows, some at once.
template <typename Body>
void parallel(int64_t n, const Body& body) {
  at::parallel_for(0, n, 1, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) body(i);
  });
}

// What the steps leave behind, a row for each row of the plan.
struct Steps {
  Tensor hidden, cell, context, alpha, gate;  // what the caller is given
  Tensor z, projected, gates, inputs, states;

  Steps(int64_t rows, const AttentionSizes& n, at::ScalarType products) {
    auto make = [rows](int64_t width, at::ScalarType type) {
      return at::empty({rows, width}, type);
    };
    hidden = make(n.hidden, at::kFloat);
    cell = make(n.hidden, at::kFloat);
    context = make(n.features, at::kFloat);
    alpha = make(n.places, at::kFloat);
    gate = make(n.features, at::kFloat);
    z = make(n.features, at::kFloat);
    projected = make(n.attention + n.features, at::kFloat);
    gates = make(4 * n.hidden, at::kFloat);
    inputs = make(n.features + n.hidden, products);
    states = make(n.hidden, products);
  }
};

AttentionSizes sizes_of(const Tensor* in) {
  return {in[kFeatures].size(1), in[kFeatures].size(2),
          in[kScoreWeight].size(1), in[kH].size(1)};
}

void run_forward(const Plan& plan, const Tensor* in, Steps& all) {
  const AttentionSizes n = sizes_of(in);
  Tensor features = plain(in[kFeatures]), keys = plain(in[kKeys]);
  Tensor weight = plain(in[kScoreWeight]), words = plain(in[kWords]);
  Tensor h = in[kH].contiguous(), c = in[kC].contiguous();
  const Tensor state_weight = pack(in[kStateWeight], plan.captions());
  const Tensor step_weight = pack(in[kStepWeight], plan.captions());
  int64_t first = 0;
  for (int64_t count : plan.counts) {
    auto rows = [&](const Tensor& x) { return x.narrow(0, first, count); };
    Tensor state = rows(all.states), input = rows(all.inputs);
    state.copy_(h.narrow(0, 0, count));
    input.narrow(1, n.features, n.hidden).copy_(state);
    Tensor projected = rows(all.projected);
    projected.copy_(product(state, state_weight, in[kStateBias]));
    const float *f = data(features), *k = data(keys), *w = data(weight);
    const float* q = data(projected);
    float *alpha = data(rows(all.alpha)), *z = data(rows(all.z));
    float *gate = data(rows(all.gate)), *context = data(rows(all.context));
    parallel(count, [&](int64_t i) {
      const int64_t picture = plan.pictures[i];
      const float* query = q + i * (n.attention + n.features);
      attend_row(n, f + picture * n.places * n.features,
                 k + picture * n.places * n.attention, query, w,
                 alpha + i * n.places, z + i * n.features);
      open_gate(n.features, query + n.attention, z + i * n.features,
                gate + i * n.features, context + i * n.features);
    });
    input.narrow(1, 0, n.features).copy_(rows(all.context));
    Tensor gates = rows(all.gates);
    gates.copy_(product(input, step_weight)).add_(rows(words));
    Tensor next_h = rows(all.hidden), next_c = rows(all.cell);
    float *g = data(gates), *nh = data(next_h), *nc = data(next_c);
    const float* before = data(c);
    parallel(count, [&](int64_t i) {
      lstm_row(n.hidden, g + i * 4 * n.hidden, before + i * n.hidden,
               nh + i * n.hidden, nc + i * n.hidden);
    });
    h = next_h, c = next_c;
    first += count;
  }
}

// captions_of lists, for each picture, its captions in rising order.
std::vector<std::vector<int64_t>> captions_of(const Plan& plan,
                                              int64_t pictures) {
  std::vector<std::vector<int64_t>> out(pictures);
  for (size_t i = 0; i < plan.pictures.size(); i++)
    out[plan.pictures[i]].push_back(i);
  return out;
}

// gradients of what run_forward read, in the order of Input.
tensor_list run_backward(const Plan& plan, const Tensor* in, const Steps& all,
                         const Tensor& dhidden, const Tensor& dcontext,
                         const Tensor& dalpha) {
  const AttentionSizes n = sizes_of(in);
  const at::ScalarType products = in[kStepWeight].scalar_type();
  const int64_t pictures = in[kFeatures].size(0), total = plan.rows();
  Tensor features = plain(in[kFeatures]), keys = plain(in[kKeys]);
  Tensor weight = plain(in[kScoreWeight]), c = in[kC].contiguous();
  Tensor dfeatures = at::zeros_like(features), dkeys = at::zeros_like(keys);
  Tensor dweights = at::zeros({pictures, n.attention}, at::kFloat);
  Tensor dsums = at::empty({total, 4 * n.hidden}, at::kFloat);
  Tensor dgates = at::empty({total, 4 * n.hidden}, products);
  Tensor dprojected = at::empty({total, n.attention + n.features}, at::kFloat);
  Tensor dqueries = at::empty({total, n.attention + n.features}, products);
  Tensor dh = at::zeros({plan.captions(), n.hidden}, at::kFloat);
  Tensor dc = at::zeros_like(dh);
  Tensor scores = at::empty({pictures, n.places}, at::kFloat);
  const Tensor state_weight = pack(in[kStateWeight].t(), plan.captions());
  const Tensor step_weight = pack(in[kStepWeight].t(), plan.captions());
  auto owners = captions_of(plan, pictures);
  int64_t first = total;
  for (size_t t = plan.counts.size(); t-- > 0;) {
    const int64_t count = plan.counts[t];
    first -= count;
    auto rows = [&](const Tensor& x) { return x.narrow(0, first, count); };
    Tensor down_h = dh.narrow(0, 0, count), down_c = dc.narrow(0, 0, count);
    if (dhidden.defined()) down_h.add_(rows(dhidden));
    const float* before =
        t ? data(all.cell) + (first - plan.counts[t - 1]) * n.hidden : data(c);
    const float *gates = data(rows(all.gates)), *cell = data(rows(all.cell));
    float *ph = data(down_h), *pc = data(down_c), *ps = data(rows(dsums));
    parallel(count, [&](int64_t i) {
      lstm_row_backward(n.hidden, gates + i * 4 * n.hidden,
                        before + i * n.hidden, cell + i * n.hidden,
                        ph + i * n.hidden, pc + i * n.hidden,
                        ps + i * 4 * n.hidden);
    });
    Tensor dgate = rows(dgates).copy_(rows(dsums));
    Tensor dinput = product(dgate, step_weight).to(at::kFloat);
    Tensor dz = dinput.narrow(1, 0, n.features).contiguous();
    if (dcontext.defined()) dz.add_(rows(dcontext));
    float *pz = data(dz), *pq = data(rows(dprojected));
    const float *f = data(features), *k = data(keys), *w = data(weight);
    const float *alpha = data(rows(all.alpha)), *z = data(rows(all.z));
    const float *gate = data(rows(all.gate)), *q = data(rows(all.projected));
    const float* da = dalpha.defined() ? data(rows(dalpha)) : nullptr;
    parallel(pictures, [&](int64_t p) {
      const AttentionGradients d{data(dfeatures) + p * n.places * n.features,
                                 data(dkeys) + p * n.places * n.attention,
                                 data(dweights) + p * n.attention};
      for (int64_t i : owners[p]) {
        if (i >= count) break;
        float* dquery = pq + i * (n.attention + n.features);
        open_gate_backward(n.features, gate + i * n.features,
                           z + i * n.features, pz + i * n.features,
                           dquery + n.attention, pz + i * n.features);
        attend_row_backward(
            n, f + p * n.places * n.features, k + p * n.places * n.attention,
            q + i * (n.attention + n.features), w, alpha + i * n.places,
            pz + i * n.features, da ? da + i * n.places : nullptr,
            data(scores) + p * n.places, dquery, d);
      }
    });
    Tensor dquery = rows(dqueries).copy_(rows(dprojected));
    down_h.copy_(dinput.narrow(1, n.features, n.hidden));
    down_h.add_(product(dquery, state_weight));
  }
  tensor_list out(kInputs);
  out[kFeatures] = dfeatures.to(in[kFeatures].scalar_type());
  out[kKeys] = dkeys.to(in[kKeys].scalar_type());
  out[kH] = dh;
  out[kC] = dc;
  out[kWords] = dgates.to(in[kWords].scalar_type());
  out[kStateWeight] = at::mm(dqueries.t(), all.states);
  out[kStateBias] = dprojected.sum(0).to(products);
  out[kScoreWeight] = dweights.sum(0, true).to(in[kScoreWeight].scalar_type());
  out[kScoreBias] = at::zeros_like(in[kScoreBias]);  // softmax takes no shift
  out[kStepWeight] = at::mm(dgates.t(), all.inputs);
  return out;
}

// The operator as autograd knows it.
struct AttentionLSTM : torch::autograd::Function<AttentionLSTM> {
  static tensor_list forward(AutogradContext* ctx, at::TensorList in,
                             const Plan& plan) {
    check(plan, in.data());
    Steps all(plan.rows(), sizes_of(in.data()), in[kStepWeight].scalar_type());
    run_forward(plan, in.data(), all);
    tensor_list saved(in.begin(), in.end());
    for (const Tensor& x :
         {all.hidden, all.cell, all.context, all.alpha, all.gate})
      saved.push_back(x);
    ctx->save_for_backward(saved);
    ctx->saved_data["z"] = all.z;
    ctx->saved_data["projected"] = all.projected;
    ctx->saved_data["gates"] = all.gates;
    ctx->saved_data["inputs"] = all.inputs;
    ctx->saved_data["states"] = all.states;
    ctx->saved_data["counts"] = plan.counts;
    ctx->saved_data["pictures"] = plan.pictures;
    ctx->mark_non_differentiable({all.cell, all.gate});
    ctx->set_materialize_grads(false);
    return {all.hidden, all.context, all.alpha, all.cell, all.gate};
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    tensor_list saved = ctx->get_saved_variables();
    Plan plan{ctx->saved_data["counts"].toIntVector(),
              ctx->saved_data["pictures"].toIntVector()};
    Steps all(0, sizes_of(saved.data()), saved[kStepWeight].scalar_type());
    all.hidden = saved[kInputs], all.cell = saved[kInputs + 1];
    all.context = saved[kInputs + 2], all.alpha = saved[kInputs + 3];
    all.gate = saved[kInputs + 4];
    all.z = ctx->saved_data["z"].toTensor();
    all.projected = ctx->saved_data["projected"].toTensor();
    all.gates = ctx->saved_data["gates"].toTensor();
    all.inputs = ctx->saved_data["inputs"].toTensor();
    all.states = ctx->saved_data["states"].toTensor();
    auto whole = [](const Tensor& x) { return x.defined() ? plain(x) : x; };
    tensor_list out = run_backward(plan, saved.data(), all, whole(grads[0]),
                                   whole(grads[1]), whole(grads[2]));
    out.resize(kInputs + 1);  // none for the plan
    return out;
  }
};

}  // namespace

char* tg_attention_lstm(tg_tensor** out, tg_list inputs, const int64_t* counts,
                        int64_t steps, const int64_t* pictures,
                        int64_t captions) {
  return guard([&] {
    TORCH_CHECK(inputs.count == kInputs, inputs.count, " tensors where ",
                int{kInputs}, " are wanted");
    std::vector<Tensor> in = list(inputs);
    check_memory(counts, steps);
    check_memory(pictures, captions);
    const Plan plan{{counts, counts + steps}, {pictures, pictures + captions}};
    wrap_all(out, AttentionLSTM::apply(at::TensorList(in), plan));
  });
}
