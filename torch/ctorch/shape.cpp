// Shapes: views, joins, splits and selections.
#include <ATen/ops/cat.h>
#include <ATen/ops/where.h>

#include "internal.h"

using namespace seetell;

char* tg_reshape(tg_tensor** out, const tg_tensor* x, tg_sizes shape) {
  return guard([&] { *out = wrap(value(x).reshape(list(shape))); });
}

char* tg_permute(tg_tensor** out, const tg_tensor* x, tg_sizes dims) {
  return guard([&] { *out = wrap(value(x).permute(list(dims))); });
}

char* tg_transpose(tg_tensor** out, const tg_tensor* x, int64_t a, int64_t b) {
  return guard([&] { *out = wrap(value(x).transpose(a, b)); });
}

char* tg_unsqueeze(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(value(x).unsqueeze(dim)); });
}

char* tg_squeeze(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(value(x).squeeze(dim)); });
}

char* tg_narrow(tg_tensor** out, const tg_tensor* x, int64_t dim, int64_t start,
                int64_t length) {
  return guard([&] { *out = wrap(value(x).narrow(dim, start, length)); });
}

char* tg_flatten(tg_tensor** out, const tg_tensor* x, int64_t from) {
  return guard([&] { *out = wrap(value(x).flatten(from)); });
}

char* tg_cat(tg_tensor** out, tg_list parts, int64_t dim) {
  return guard([&] { *out = wrap(at::cat(list(parts), dim)); });
}

char* tg_chunk(tg_tensor** out, const tg_tensor* x, int64_t n, int64_t dim) {
  return guard([&] {
    std::vector<at::Tensor> parts = value(x).chunk(n, dim);
    TORCH_CHECK(static_cast<int64_t>(parts.size()) == n, "size ",
                value(x).size(dim), " of dimension ", dim, " gives ",
                parts.size(), " parts, not ", n);
    wrap_all(out, std::move(parts));
  });
}

char* tg_split(tg_tensor** out, const tg_tensor* x, const int64_t* lengths,
               int64_t n, int64_t dim) {
  return guard([&] {
    check_memory(lengths, n);
    at::IntArrayRef all(lengths, static_cast<size_t>(n));
    wrap_all(out, value(x).split_with_sizes(all, dim));
  });
}

char* tg_index_select(tg_tensor** out, const tg_tensor* x, int64_t dim,
                      const tg_tensor* index) {
  return guard([&] { *out = wrap(value(x).index_select(dim, value(index))); });
}

char* tg_gather(tg_tensor** out, const tg_tensor* x, int64_t dim,
                const tg_tensor* index) {
  return guard([&] { *out = wrap(value(x).gather(dim, value(index))); });
}

char* tg_where(tg_tensor** out, const tg_tensor* condition, const tg_tensor* a,
               const tg_tensor* b) {
  return guard(
      [&] { *out = wrap(at::where(value(condition), value(a), value(b))); });
}
