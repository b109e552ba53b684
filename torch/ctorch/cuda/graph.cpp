// CUDA graphs.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>

#include <memory>

#include "../internal.h"
#include "ctorch_graph.h"

using seetell::guard;

struct tg_graph {
  c10::DeviceIndex device;
  at::cuda::CUDAGraph graph;  // of device, the current one when it is made
};

const char* tg_graph_signature() noexcept { return TG_GRAPH_SIGNATURE; }

const size_t* tg_graph_layout() noexcept {
  static const size_t layout[] = TG_GRAPH_LAYOUT;
  return layout;
}

// Other threads may ask CUDA for memory meanwhile, pinned memory for the next
// batches say, which a capture in the default mode would fail for.
char* tg_graph_begin(tg_graph** out, tg_graph* beside, int32_t device) {
  return guard([&] {
    auto index = static_cast<c10::DeviceIndex>(device);
    c10::cuda::CUDAGuard on(index);
    c10::cuda::device_synchronize();
    c10::cuda::CUDACachingAllocator::emptyCache();  // the graph wants its own
    std::unique_ptr<tg_graph> graph(new tg_graph{index, {}});
    graph->graph.capture_begin(
        beside ? beside->graph.pool() : c10::MempoolId_t{0, 0},
        cudaStreamCaptureModeThreadLocal);
    *out = graph.release();
  });
}

char* tg_graph_end(tg_graph* graph, bool do_it) {
  return guard([&] {
    c10::cuda::CUDAGuard on(graph->device);
    graph->graph.capture_end();
    if (do_it) graph->graph.replay();
  });
}

char* tg_graph_replay(tg_graph* graph) {
  return guard([&] {
    c10::cuda::CUDAGuard on(graph->device);
    graph->graph.replay();
  });
}

void tg_graph_free(tg_graph* graph) noexcept { delete graph; }
