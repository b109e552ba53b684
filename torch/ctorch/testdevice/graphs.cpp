// The test device's graphs: while a stream is captured its operators run, and
// are noted with their tensors; a replay runs them again on these, in order,
// without what libtorch and Go do between them.
#include <ATen/core/LegacyTypeDispatch.h>
#include <c10/core/GradMode.h>
#include <ctorch_graph.h>

#include <limits>
#include <memory>

#include "../internal.h"
#include "device.h"

using c10::IValue;

struct tg_graph {
  std::vector<std::function<void()>> spoil, work;
};

namespace testdevice {

namespace {

// The capture that there is, and its stream; autograd's threads work for it
// too.
tg_graph* captured = nullptr;
c10::StreamId stream = 0;

thread_local int inside = 0;

// tensors calls f with each tensor of values.
template <typename F>
void tensors(const std::vector<IValue>& values, const F& f) {
  for (const IValue& value : values) {
    if (value.isTensor()) {
      if (value.toTensor().defined()) f(value.toTensor());
    } else if (value.isTensorList()) {
      for (const at::Tensor& x : value.toTensorVector()) f(x);
    } else {
      TORCH_CHECK(value.isNone(), "a graph: an operator has a value for the ",
                  "processor, ", value, ", which it would have to wait for");
    }
  }
}

std::vector<at::Tensor> all(const std::vector<IValue>& values) {
  std::vector<at::Tensor> found;
  tensors(values, [&](const at::Tensor& x) { found.push_back(x); });
  return found;
}

void replace(const std::vector<at::Tensor>& outputs,
             const std::vector<IValue>& values) {
  std::vector<at::Tensor> fresh = all(values);
  TORCH_CHECK(fresh.size() == outputs.size(), "a replay has other outputs");
  for (size_t i = 0; i < fresh.size(); i++) {
    TORCH_CHECK(fresh[i].sizes() == outputs[i].sizes(), "a replay has ",
                fresh[i].sizes(), " where the capture had ",
                outputs[i].sizes());
    if (!fresh[i].is_alias_of(outputs[i]))
      on_host(outputs[i]).copy_(on_host(fresh[i]));
  }
}

}  // namespace

bool capturing() {
  return captured && inside == 0 && current_stream() == stream;
}

Inside::Inside() { inside++; }
Inside::~Inside() { inside--; }

std::vector<IValue> kept(const std::vector<IValue>& values) {
  std::vector<IValue> all;
  auto alone = [](const at::Tensor& x) {
    return x.defined() ? x.variable_data() : x;
  };
  for (const IValue& value : values) {
    if (value.isTensor()) {
      all.emplace_back(alone(value.toTensor()));
    } else if (value.isTensorList()) {
      std::vector<at::Tensor> list = value.toTensorVector();
      for (at::Tensor& x : list) x = alone(x);
      all.emplace_back(std::move(list));
    } else {
      all.push_back(value);
    }
  }
  return all;
}

void capture(std::function<std::vector<IValue>()> work,
             const std::vector<IValue>& inputs,
             const std::vector<IValue>& outputs) {
  std::vector<at::Tensor> made = all(kept(outputs));
  for (const at::Tensor& x : made) {
    bool written = false;  // in place
    for (const IValue& value : inputs) {
      if (value.isTensor() && value.toTensor().defined())
        written |= value.toTensor().is_alias_of(x);
      if (value.isTensorList())
        for (const at::Tensor& y : value.toTensorVector())
          written |= y.is_alias_of(x);
    }
    if (!written && x.is_floating_point())
      captured->spoil.push_back(
          [x] { on_host(x).fill_(std::numeric_limits<double>::quiet_NaN()); });
  }
  captured->work.push_back(
      [work = std::move(work), made] { replace(made, work()); });
}

}  // namespace testdevice

using namespace testdevice;

const char* tg_graph_signature() noexcept { return TG_GRAPH_SIGNATURE; }

const size_t* tg_graph_layout() noexcept {
  static const size_t layout[] = TG_GRAPH_LAYOUT;
  return layout;
}

char* tg_graph_begin(tg_graph** out, tg_graph*, int32_t) {
  return seetell::guard([&] {
    TORCH_CHECK(!captured, "a graph is being captured");
    TORCH_CHECK(current_stream() != 0, "the default stream is not captured");
    stream = current_stream();
    captured = *out = new tg_graph;
  });
}

char* tg_graph_end(tg_graph* graph, bool) {
  return seetell::guard([&] {
    TORCH_CHECK(captured == graph && current_stream() == stream,
                "a capture ends where it began");
    captured = nullptr;  // its work has been done
  });
}

char* tg_graph_replay(tg_graph* graph) {
  return seetell::guard([&] {
    TORCH_CHECK(graph && captured != graph, "a graph without an end");
    at::AutoDispatchBelowADInplaceOrView below;
    c10::NoGradGuard no_grad;
    for (const auto& spoil : graph->spoil) spoil();
    for (const auto& work : graph->work) work();
  });
}

void tg_graph_free(tg_graph* graph) noexcept {
  if (captured == graph) captured = nullptr;
  delete graph;
}
