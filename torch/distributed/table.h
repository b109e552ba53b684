// The world's entry points, for package capi to fill and for Go to call.
#ifndef SEETELL_DISTRIBUTED_TABLE_H
#define SEETELL_DISTRIBUTED_TABLE_H

#include "../ctorch_nccl.h"
#include "../ctorch_world.h"
#include "../internal/capi/loader.h"

extern const struct capi_list tg_world_list;
extern const struct capi_list tg_nccl_list;

#endif
