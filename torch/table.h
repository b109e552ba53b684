// The lists of torch's shims, for package capi to fill.
#ifndef SEETELL_TORCH_TABLE_H
#define SEETELL_TORCH_TABLE_H

#include "internal/capi/loader.h"

extern const struct capi_list tg_torch_list, tg_cuda_list, tg_graph_list;

#endif
