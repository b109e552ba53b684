#include "product.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/linear.h>

#include <limits>

#include "internal.h"
#include "panels.h"

namespace seetell {

namespace {

// pays reports whether oneDNN's product is the faster one. Float32 is left to
// MKL where it is at home.
bool pays(const at::Tensor& weight) {
  if (!at::globalContext().userEnabledMkldnn() || !weight.device().is_cpu() ||
      weight.is_mkldnn() || weight.dim() != 2 || weight.numel() == 0)
    return false;
  if (weight.scalar_type() == at::kBFloat16)
    return at::get_cpu_capability() == "AVX512";
#if defined(__x86_64__)
  return weight.scalar_type() == at::kFloat && !__builtin_cpu_is("intel");
#else
  return false;
#endif
}

}  // namespace

at::Tensor pack(const at::Tensor& weight, int64_t rows) {
  TORCH_CHECK(rows > 0 && rows <= std::numeric_limits<int32_t>::max(), rows,
              " rows, where 1 is the fewest");
  if (panels_suit(weight)) return panels_of(weight.detach());
  if (!pays(weight)) return weight;
  static auto reorder =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("mkldnn::_reorder_linear_weight", "")
          .typed<at::Tensor(const at::Tensor&, std::optional<c10::SymInt>)>();
  return reorder.call(weight.detach().contiguous(), c10::SymInt(rows));
}

std::array<int64_t, 2> weight_sizes(const at::Tensor& weight) {
  if (are_panels(weight)) return {outputs_of(weight), weight.size(1)};
  TORCH_CHECK(weight.dim() == 2, "a weight of ", weight.dim(), " dimensions");
  return {weight.size(0), weight.size(1)};
}

at::Tensor product(const at::Tensor& x, const at::Tensor& weight,
                   const std::optional<at::Tensor>& bias) {
  const bool panels = are_panels(weight);
  if (!weight.is_mkldnn() && !panels) return at::linear(x, weight, bias);
  TORCH_CHECK(!c10::GradMode::is_enabled() ||
                  !(x.requires_grad() || (bias && bias->requires_grad())),
              "nothing is learned through a weight of pack_linear");
  TORCH_CHECK(x.dim() > 0 && x.size(-1) == weight.size(1) &&
                  x.device().is_cpu() &&
                  x.scalar_type() == weight.scalar_type(),
              "x is ", x.scalar_type(), x.sizes(), " on ", x.device(),
              ", the weight ", weight.scalar_type(), weight.sizes());
  TORCH_CHECK(
      !bias ||
          (bias->dim() == 1 && bias->size(0) == weight_sizes(weight)[0] &&
           bias->device().is_cpu() && bias->scalar_type() == x.scalar_type()),
      "a bias of the weight's type for each of its ", weight_sizes(weight)[0],
      " rows wanted");
  if (panels) return panels_product(x, weight, bias);
  static auto op =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
          .typed<at::Tensor(const at::Tensor&, const at::Tensor&,
                            const std::optional<at::Tensor>&, c10::string_view,
                            c10::List<std::optional<at::Scalar>>,
                            std::optional<c10::string_view>)>();
  return op.call(x.contiguous(), weight, bias, "none",
                 c10::List<std::optional<at::Scalar>>(), "");
}

}  // namespace seetell

using namespace seetell;

namespace {

// turned returns weight with its columns one behind the other, from where MKL
// takes few rows' product without copying it first.
at::Tensor turned(const at::Tensor& weight) {
  if (weight.dim() != 2 || weight.scalar_type() != at::kFloat ||
      !weight.device().is_cpu() || weight.is_mkldnn())
    return weight;
  return weight.detach().t().contiguous().t();
}

}  // namespace

char* tg_linear(tg_tensor** out, const tg_tensor* x, const tg_tensor* weight,
                const tg_tensor* bias) {
  return guard(
      [&] { *out = wrap(product(value(x), value(weight), optional(bias))); });
}

char* tg_pack_linear(tg_tensor** out, const tg_tensor* weight, int64_t rows) {
  return guard_no_grad([&] { *out = wrap(turned(pack(value(weight), rows))); });
}
