// The tables of entry points, and the lists by which they are filled.
#include "table.h"

#include "ctorch.h"
#include "ctorch_cuda.h"

struct tg_table tg_functions;
struct tg_cuda_table tg_cuda_functions;

#define ENTRY(type, name, parameters, arguments) \
  {"tg_" #name, offsetof(struct tg_table, name)},
#define CUDA_ENTRY(type, name, parameters, arguments) \
  {"tg_cuda_" #name, offsetof(struct tg_cuda_table, name)},

static const struct capi_entry entries[] = {TG_FUNCTIONS(ENTRY){NULL, 0}};
static const struct capi_entry cuda_entries[] = {
    TG_CUDA_FUNCTIONS(CUDA_ENTRY){NULL, 0}};

static const size_t layout[] = TG_LAYOUT;
static const size_t cuda_layout[] = TG_CUDA_LAYOUT;

const struct capi_list tg_torch_list = {TG_SIGNATURE, layout, entries,
                                        &tg_functions};
const struct capi_list tg_cuda_list = {TG_CUDA_SIGNATURE, cuda_layout,
                                       cuda_entries, &tg_cuda_functions};
