// The test device's memory: each block has an address that traps and, beside
// it, the bytes that the device's operators work on.
#include <ATen/ops/from_blob.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "device.h"

namespace testdevice {

namespace {

struct Block {
  char *address, *bytes;
  size_t size;
};

void free_block(void* context) {
  auto* block = static_cast<Block*>(context);
  munmap(block->address, block->size);
  std::free(block->bytes);
  delete block;
}

struct Memory final : c10::Allocator {
  c10::DataPtr allocate(size_t size) override {
    if (size == 0) return {nullptr, kDevice};
    void* address = mmap(nullptr, size, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    auto* bytes = static_cast<char*>(std::malloc(size));
    TORCH_CHECK(address != MAP_FAILED && bytes, "the test device has no ", size,
                " bytes");
    std::memset(bytes, 0xff, size);  // NaN, in each floating type
    auto* block = new Block{static_cast<char*>(address), bytes, size};
    return {address, block, free_block, kDevice};
  }

  void copy_data(void*, const void*, size_t) const override {
    TORCH_CHECK(false, "the test device copies tensors, not memory");
  }
};

}  // namespace

c10::Allocator* memory() {
  static Memory memory;
  return &memory;
}

at::Tensor on_host(const at::Tensor& x) {
  if (!x.defined() || x.is_cpu()) return x;
  auto* block = static_cast<Block*>(x.storage().data_ptr().get_context());
  char* first =
      block ? block->bytes + x.storage_offset() * x.element_size() : nullptr;
  return at::from_blob(first, x.sizes(), x.strides(),
                       at::TensorOptions(x.scalar_type()));
}

}  // namespace testdevice
