// The tables of entry points, and the lists by which they are filled.
#include "table.h"

#include "ctorch.h"
#include "ctorch_cuda.h"
#include "ctorch_graph.h"

struct tg_table tg_functions;
struct tg_cuda_table tg_cuda_functions;
struct tg_graph_table tg_graph_functions;

#define ENTRY(type, name, parameters, arguments) \
  {"tg_" #name, offsetof(struct tg_table, name)},
#define CUDA_ENTRY(type, name, parameters, arguments) \
  {"tg_cuda_" #name, offsetof(struct tg_cuda_table, name)},
#define GRAPH_ENTRY(type, name, parameters, arguments) \
  {"tg_graph_" #name, offsetof(struct tg_graph_table, name)},

static const struct capi_entry entries[] = {TG_FUNCTIONS(ENTRY){NULL, 0}};
static const struct capi_entry cuda_entries[] = {
    TG_CUDA_FUNCTIONS(CUDA_ENTRY){NULL, 0}};
static const struct capi_entry graph_entries[] = {
    TG_GRAPH_FUNCTIONS(GRAPH_ENTRY){NULL, 0}};

static const size_t layout[] = TG_LAYOUT;
static const size_t cuda_layout[] = TG_CUDA_LAYOUT;
static const size_t graph_layout[] = TG_GRAPH_LAYOUT;

const struct capi_list tg_torch_list = {TG_SIGNATURE, layout, entries,
                                        &tg_functions};
const struct capi_list tg_cuda_list = {TG_CUDA_SIGNATURE, cuda_layout,
                                       cuda_entries, &tg_cuda_functions};
const struct capi_list tg_graph_list = {TG_GRAPH_SIGNATURE, graph_layout,
                                        graph_entries, &tg_graph_functions};
