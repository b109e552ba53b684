// The C ABI for work that a device is given once and does again as a whole:
// CUDA graphs, in the same library as ctorch_cuda.h's entry points. The device
// for tests has them too. Written as ctorch.h is.
#ifndef SEETELL_CTORCH_GRAPH_H
#define SEETELL_CTORCH_GRAPH_H

#include "ctorch.h"

// Work that was captured, with the memory that it works in.
typedef struct tg_graph tg_graph;

// F(result type, name, parameters, arguments) for every entry point.
#define TG_GRAPH_FUNCTIONS(F)                                                \
  F(const char*, signature, (void)TG_NOTHROW, ())                            \
  F(const size_t*, layout, (void)TG_NOTHROW, ())                             \
  /* Captures what the current stream is given from now on, which must not   \
     be the default one. Graphs share the memory of the one that they are    \
     made beside; none of them keeps in it what another one's replay, or     \
     capture, must leave alone. */                                           \
  F(char*, begin, (tg_graph * *out, tg_graph * beside, int32_t device),      \
    (out, beside, device))                                                   \
  /* Ends the capture, on the thread that began it, and, where it is to, has \
     the device do the work once. */                                         \
  F(char*, end, (tg_graph * graph, bool do_it), (graph, do_it))              \
  F(char*, replay, (tg_graph * graph), (graph))                              \
  F(void, free, (tg_graph * graph) TG_NOTHROW, (graph))

// As TG_SIGNATURE and TG_LAYOUT; no type of its own crosses.
#define TG_GRAPH_TEXT(type, name, parameters, arguments) \
  #type #name #parameters ";"
#define TG_GRAPH_SIGNATURE TG_GRAPH_FUNCTIONS(TG_GRAPH_TEXT)
#define TG_GRAPH_LAYOUT {0}

#ifdef __cplusplus
#define TG_GRAPH_DECLARE(type, name, parameters, arguments) \
  extern "C"                                                \
      __attribute__((visibility("default"))) type tg_graph_##name parameters;
TG_GRAPH_FUNCTIONS(TG_GRAPH_DECLARE)
#else
#define TG_GRAPH_POINTER(type, name, parameters, arguments) \
  type(*name) parameters;
extern struct tg_graph_table {
  TG_GRAPH_FUNCTIONS(TG_GRAPH_POINTER)
} tg_graph_functions;

#define TG_GRAPH_CALL(type, name, parameters, arguments) \
  static inline type tg_graph_##name parameters {        \
    return tg_graph_functions.name arguments;            \
  }
TG_GRAPH_FUNCTIONS(TG_GRAPH_CALL)
#endif

#endif
