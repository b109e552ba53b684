// What the test device computes in bfloat16 and in float32, as CUDA does.
#include <ATen/autocast_mode.h>

namespace at::autocast {

namespace {

#define IN_BFLOAT16(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
#define IN_FLOAT32(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)

TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFallthrough());
}

TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
  AT_FORALL_LOWER_PRECISION_FP(IN_BFLOAT16)
  AT_FORALL_FP32(IN_FLOAT32)
}

}  // namespace

}  // namespace at::autocast
