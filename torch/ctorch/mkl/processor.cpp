// MKL within libtorch asks this whether the processor is Intel's, and takes its
// slowest kernels where it is not. In a library that is opened before libtorch,
// for all to see, it is asked instead. For processors with AVX2 alone.
#include <atomic>

#define VISIBLE __attribute__((visibility("default")))

static std::atomic<long> asked{0};

extern "C" {

VISIBLE int mkl_serv_intel_cpu_true() {
  asked.fetch_add(1, std::memory_order_relaxed);
  return 1;
}

// seetell_mkl_asked returns how often MKL asked.
VISIBLE long seetell_mkl_asked() { return asked.load(); }
}
