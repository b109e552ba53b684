#include "table.h"

struct tg_world_table tg_world_functions;

#define ENTRY(type, name, parameters, arguments) \
  {"tg_world_" #name, offsetof(struct tg_world_table, name)},

static const struct capi_entry entries[] = {TG_WORLD_FUNCTIONS(ENTRY){NULL, 0}};
static const size_t layout[] = TG_WORLD_LAYOUT;

const struct capi_list tg_world_list = {TG_WORLD_SIGNATURE, layout, entries,
                                        &tg_world_functions};

struct tg_nccl_table tg_nccl_functions;

#define NCCL_ENTRY(type, name, parameters, arguments) \
  {"tg_nccl_" #name, offsetof(struct tg_nccl_table, name)},

static const struct capi_entry nccl_entries[] = {
    TG_NCCL_FUNCTIONS(NCCL_ENTRY){NULL, 0}};

const struct capi_list tg_nccl_list = {TG_NCCL_SIGNATURE, layout, nccl_entries,
                                       &tg_nccl_functions};
