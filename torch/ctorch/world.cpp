// Processes that compute together: libtorch's c10d, with Gloo on the CPU.
#define USE_C10D_GLOO  // libtorch is built with it; its headers ask
#include "world.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Logging.h>
#include <c10/util/hash.h>
#include <pthread.h>
#include <signal.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/comm.hpp>

#include "internal.h"

using namespace seetell;
using std::chrono::milliseconds;
using Group = c10::intrusive_ptr<c10d::ProcessGroup>;
using StorePointer = c10::intrusive_ptr<c10d::Store>;

namespace {

constexpr size_t kBucket = 25 << 20;  // bytes, as DistributedDataParallel has
constexpr size_t kLarge = 1 << 20;    // bytes; copying costs more than a start

// Meeting finds a name that the processes now alive share. A launcher's store
// outlives processes that it starts again, and holds the addresses of the
// dead. Each rank says a random word, rank 0 lists them, and the meeting is on
// when all have confirmed one list.
class Meeting {
 public:
  Meeting(c10d::Store& store, const tg_world_options& o)
      : store_(store), rank_(o.rank), size_(o.size), join_ms_(o.join_ms) {}

  std::string name() {
    std::random_device random;
    store_.set(key("word", rank_),
               std::to_string(random()) + std::to_string(random()));
    auto end = std::chrono::steady_clock::now() + milliseconds(join_ms_);
    while (std::chrono::steady_clock::now() < end) {
      std::string list = words();
      if (agreed(list)) return list;
      std::this_thread::sleep_for(milliseconds(20));
    }
    TORCH_CHECK(false, came(), " of ", size_, " processes came within ",
                join_ms_ / 1000., " s");
  }

 private:
  static std::string key(const char* kind, int rank) {
    return std::string("seetell/") + kind + "/" + std::to_string(rank);
  }

  std::string get(const std::string& name) {
    return store_.check({name}) ? store_.get_to_str(name) : "?";
  }

  std::string words() {
    std::string list;
    for (int rank = 0; rank < size_; rank++)
      list += get(key("word", rank)) + " ";
    return list;
  }

  int came() {
    int n = 0;
    for (int rank = 0; rank < size_; rank++) n += get(key("word", rank)) != "?";
    return n;
  }

  bool agreed(const std::string& list) {
    if (rank_ == 0 && said_ != list) store_.set("seetell/list", said_ = list);
    if (get("seetell/list") != list || list.find('?') != std::string::npos) {
      return false;
    }
    store_.set(key("ready", rank_), list);
    for (int rank = 0; rank < size_; rank++) {
      if (get(key("ready", rank)) != list) return false;
    }
    return true;
  }

  c10d::Store& store_;
  int32_t rank_, size_;
  int64_t join_ms_;
  std::string said_;
};

StorePointer open_store(const tg_world_options& o) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(o.port);
  options.isServer = o.rank == 0 && !o.launcher;
  options.multiTenant = true;
  options.numWorkers = o.size;
  options.waitWorkers = false;  // the meeting waits, and says how many came
  options.timeout = milliseconds(o.join_ms);
  return c10::make_intrusive<c10d::TCPStore>(o.host, options);
}

// meeting_store is the part of the store that this meeting has for itself, or
// the one where torch.distributed's processes look.
StorePointer meeting_store(const StorePointer& store,
                           const tg_world_options& o) {
  std::string name = o.pytorch ? "0" : Meeting(*store, o).name();
  auto group = c10::make_intrusive<c10d::PrefixStore>("default_pg", store);
  return c10::make_intrusive<c10d::PrefixStore>(name + "/", group);
}

c10::intrusive_ptr<c10d::ProcessGroupGloo::Options> gloo_options(
    const tg_world_options& o) {
  using Gloo = c10d::ProcessGroupGloo;
  if (!*o.address) {
    return Gloo::Options::create_default(milliseconds(o.timeout_ms));
  }
  auto options = Gloo::Options::create(milliseconds(o.timeout_ms));
  options->devices.push_back(Gloo::createDeviceForHostname(o.address));
  return options;
}

// buckets are the tensors in their order, cut where one is full or the type
// changes. Large ones are each a bucket of their own.
std::vector<std::vector<at::Tensor>> buckets(
    const std::vector<at::Tensor>& all) {
  std::vector<std::vector<at::Tensor>> out;
  size_t joined = 0, bytes = kBucket;  // where small ones are joined
  for (const at::Tensor& x : all) {
    if (x.nbytes() >= kLarge) {
      out.push_back({x.detach()});
      continue;
    }
    if (bytes >= kBucket || !out[joined][0].options().type_equal(x.options())) {
      joined = out.size();
      out.emplace_back();
      bytes = 0;
    }
    out[joined].push_back(x.detach());
    bytes += x.nbytes();
  }
  return out;
}

// as_it_lies is the memory of a bucket's only tensor, if it can travel as it
// is: where its values lie in the order in which the others' do.
at::Tensor as_it_lies(const tg_world* w,
                      const std::vector<at::Tensor>& bucket) {
  const at::Tensor& x = bucket[0];
  if (bucket.size() > 1) return {};
  if (x.is_contiguous()) return x.view({-1});
  if (!w->checked || !x.is_non_overlapping_and_dense()) return {};
  return x.as_strided({x.numel()}, {1});
}

const Group& group(const tg_world* w) {
  TORCH_CHECK(w->group, "the connection to the others was closed");
  return w->group;
}

// kept_buffer is memory for a bucket's values while they travel, kept from one
// call to the next: new memory costs more than the way.
at::Tensor kept_buffer(tg_world* w, const std::vector<at::Tensor>& bucket,
                       size_t index) {
  int64_t bytes = 0;
  for (const at::Tensor& x : bucket) bytes += static_cast<int64_t>(x.nbytes());
  auto& kept = w->buffers[{bucket[0].device().str(), index}];
  if (!kept.defined() || kept.numel() < bytes) {
    kept = at::empty({bytes}, bucket[0].options().dtype(at::kByte));
  }
  return kept.narrow(0, 0, bytes).view(bucket[0].scalar_type());
}

// places are a bucket's tensors within its buffer, each in the order in which
// its values lie where the processes compare that, as PyTorch's do not.
std::vector<at::Tensor> places(const tg_world* w,
                               const std::vector<at::Tensor>& bucket,
                               const at::Tensor& buffer) {
  std::vector<at::Tensor> out;
  int64_t at = 0;
  for (const at::Tensor& x : bucket) {
    at::Tensor place = buffer.narrow(0, at, x.numel());
    out.push_back(w->checked && x.is_non_overlapping_and_dense()
                      ? place.as_strided(x.sizes(), x.strides())
                      : place.view(x.sizes()));
    at += x.numel();
  }
  return out;
}

void sum(const Group& group, const at::Tensor& x) {
  std::vector<at::Tensor> one{x};
  group->allreduce(one)->wait();
}

// Plan is what a process is about to do, in one number that the others can
// compare and read: Gloo ends a process where theirs have another size.
class Plan {
 public:
  enum Kind { kBroadcast, kSum, kSumThrough, kGather };

  Plan(Kind kind, const std::vector<at::Tensor>& tensors) {
    uint64_t elements = 0, shapes = tensors.size();
    for (const at::Tensor& x : tensors) {
      elements += x.numel();
      shapes = c10::hash_combine(shapes, static_cast<size_t>(x.scalar_type()));
      for (int64_t side : x.sizes()) shapes = c10::hash_combine(shapes, side);
      if (x.is_contiguous() || !x.is_non_overlapping_and_dense()) continue;
      for (int64_t step : x.strides()) shapes = c10::hash_combine(shapes, step);
    }
    number_ = static_cast<int64_t>(kind) << 60 |
              static_cast<int64_t>(elements & kElements) << kShapeBits |
              static_cast<int64_t>(shapes >> 7 & kShapes);
  }

  // compare fails, on every process, where one is about to do something else.
  void compare(const Group& group) const {
    at::Tensor all = at::zeros({group->getSize()}, at::kLong);
    all.mutable_data_ptr<int64_t>()[group->getRank()] = number_;
    sum(group, all);
    const int64_t* plans = all.const_data_ptr<int64_t>();
    for (int rank = 1; rank < group->getSize(); rank++) {
      TORCH_CHECK(plans[rank] == plans[0],
                  "the processes do not do the same: rank ", rank,
                  " is about to ", text(plans[rank]), " and rank 0 to ",
                  text(plans[0]));
    }
  }

 private:
  static constexpr int kShapeBits = 24;
  static constexpr uint64_t kShapes = (1 << kShapeBits) - 1;
  static constexpr uint64_t kElements = (uint64_t{1} << 36) - 1;

  static std::string text(int64_t plan) {
    static const std::array<const char*, 4> names{"broadcast", "sum",
                                                  "sum through", "gather"};
    uint64_t elements = static_cast<uint64_t>(plan) >> kShapeBits & kElements;
    return std::string(names[plan >> 60 & 3]) + " " + std::to_string(elements) +
           " values (" + std::to_string(plan & kShapes) + ")";
  }

  int64_t number_;
};

void compare(const tg_world* w, Plan::Kind kind,
             const std::vector<at::Tensor>& tensors) {
  if (w->checked) Plan(kind, tensors).compare(group(w));
}

// begin_sum lets tensors travel: the next is copied while this one does.
void begin_sum(tg_world* w, const std::vector<at::Tensor>& tensors) {
  compare(w, Plan::kSum, tensors);
  for (auto& bucket : buckets(tensors)) {
    tg_travelling t{bucket, {}, {}};
    std::vector<at::Tensor> one{as_it_lies(w, bucket)};
    if (!one[0].defined()) {
      one[0] = kept_buffer(w, bucket, w->travelling.size());
      t.places = places(w, bucket, one[0]);
      for (size_t i = 0; i < bucket.size(); i++) t.places[i].copy_(bucket[i]);
    }
    t.work = group(w)->allreduce(one);
    w->travelling.push_back(std::move(t));
  }
}

// end_sums waits for all that travels. What a failure leaves behind is of no
// more use.
void end_sums(tg_world* w) {
  std::vector<tg_travelling> all;
  all.swap(w->travelling);
  for (tg_travelling& t : all) {
    t.work->wait();
    for (size_t i = 0; i < t.places.size(); i++) {
      t.tensors[i].copy_(t.places[i]);
    }
  }
}

// SumThrough is the sum over the processes, forward and, of the gradients,
// backward.
struct SumThrough : torch::autograd::Function<SumThrough> {
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& x, const Group& group,
                            bool checked) {
    context->saved_data["group"] = group;
    context->saved_data["checked"] = checked;
    return summed(x, group, checked);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      torch::autograd::variable_list gradients) {
    auto group =
        context->saved_data["group"].toCustomClass<c10d::ProcessGroup>();
    bool checked = context->saved_data["checked"].toBool();
    return {summed(gradients[0], group, checked), at::Tensor(), at::Tensor()};
  }

  static at::Tensor summed(const at::Tensor& x, const Group& group,
                           bool checked) {
    if (checked) Plan(Plan::kSumThrough, {x}).compare(group);
    at::Tensor y = x.contiguous().clone();
    sum(group, y);
    return y;
  }
};

// log_errors_alone has libtorch print its errors and not its warnings, which
// hold backtraces, unless the user's environment says otherwise.
void log_errors_alone() {
  const char* name = "TORCH_CPP_LOG_LEVEL";
  bool unset = !std::getenv(name);
  if (unset) setenv(name, "ERROR", 0);
  c10::initLogging();
  if (unset) unsetenv(name);
}

// WithoutPipeSignals has threads that are started in its scope live through a
// write to a connection that is closed: Go leaves a signal in threads that are
// not its own to the system, which ends the process without a word.
class WithoutPipeSignals {
 public:
  WithoutPipeSignals() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before_);
  }
  ~WithoutPipeSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutPipeSignals(const WithoutPipeSignals&) = delete;
  WithoutPipeSignals& operator=(const WithoutPipeSignals&) = delete;

 private:
  sigset_t before_;
};

// wait_for_all returns when every process is connected to all others: one that
// left at once would break off what these still connect. It waits for seconds
// alone, since who died meanwhile is found at the first sum.
void wait_for_all(c10d::Store& store, const tg_world_options& o) {
  try {
    std::vector<std::string> keys;
    for (int rank = 0; rank < o.size; rank++) {
      keys.push_back("connected/" + std::to_string(rank));
    }
    store.set(keys[o.rank], "");
    store.wait(keys, milliseconds(std::min<int64_t>(o.join_ms, 10'000)));
  } catch (const std::exception&) {
  }
}

std::string note_key(const char* key) { return std::string("note/") + key; }

}  // namespace

const char* tg_world_signature() noexcept { return TG_WORLD_SIGNATURE; }

const size_t* tg_world_layout() noexcept {
  static const size_t layout[] = TG_WORLD_LAYOUT;
  return layout;
}

char* tg_world_join(tg_world** out, tg_world_options o) {
  return guard([&] {
    log_errors_alone();
    WithoutPipeSignals scope;
    StorePointer store = meeting_store(open_store(o), o);
    auto cpu = c10::make_intrusive<c10d::PrefixStore>("cpu/", store);
    auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(cpu, o.rank, o.size,
                                                            gloo_options(o));
    gloo->setSequenceNumberForGroup();
    if (!o.pytorch) wait_for_all(*cpu, o);
    auto group = c10::make_intrusive<c10d::ProcessGroup>(store, o.rank, o.size);
    group->setBackend(at::kCPU, c10d::ProcessGroup::BackendType::GLOO, gloo);
    group->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
    *out = new tg_world{o.rank, o.size, store, group, !o.pytorch, o.timeout_ms};
  });
}

void tg_world_hang_up(tg_world* w) noexcept {
  char* message = guard([&] {
    w->travelling.clear();  // which would hold the connections
    w->group.reset();
  });
  std::free(message);  // what was to be closed is of no more use
}

void tg_world_leave(tg_world* w) noexcept {
  char* message = guard([&] { delete w; });
  std::free(message);  // nobody is left to hear it
}

char* tg_world_broadcast(tg_world* w, tg_list tensors) {
  return guard_no_grad([&] {
    compare(w, Plan::kBroadcast, list(tensors));
    for (auto& bucket : buckets(list(tensors))) {
      c10d::broadcast_coalesced(group(w), bucket, kBucket, 0);
    }
  });
}

char* tg_world_sum(tg_world* w, tg_list tensors) {
  return guard_no_grad([&] {
    begin_sum(w, list(tensors));
    end_sums(w);
  });
}

char* tg_world_begin_sum(tg_world* w, tg_list tensors) {
  return guard_no_grad([&] { begin_sum(w, list(tensors)); });
}

char* tg_world_end_sums(tg_world* w) {
  return guard_no_grad([&] { end_sums(w); });
}

char* tg_world_sum_through(tg_tensor** out, tg_world* w, const tg_tensor* x) {
  return guard(
      [&] { *out = wrap(SumThrough::apply(value(x), group(w), w->checked)); });
}

char* tg_world_gather(tg_world* w, const void* data, int64_t size, void** all,
                      int64_t* sizes) {
  return guard_no_grad([&] {
    compare(w, Plan::kGather, {});
    at::Tensor lengths = at::zeros({w->size}, at::kLong);
    lengths.mutable_data_ptr<int64_t>()[w->rank] = size;
    sum(group(w), lengths);
    int64_t most = std::max<int64_t>(1, lengths.max().item<int64_t>());
    std::vector<at::Tensor> mine{at::zeros({most}, at::kByte)};
    if (size > 0) std::memcpy(mine[0].mutable_data_ptr(), data, size);
    std::vector<std::vector<at::Tensor>> each;
    if (w->rank == 0) {
      each.emplace_back();
      for (int i = 0; i < w->size; i++) {
        each[0].push_back(at::empty({most}, at::kByte));
      }
    }
    group(w)->gather(each, mine)->wait();
    *all = nullptr;
    if (w->rank != 0) return;
    std::memcpy(sizes, lengths.const_data_ptr(), w->size * sizeof(int64_t));
    int64_t total = lengths.sum().item<int64_t>();
    char* to = static_cast<char*>(std::malloc(std::max<int64_t>(1, total)));
    if (!to) throw std::bad_alloc();
    *all = to;
    for (int i = 0; i < w->size; i++) {
      std::memcpy(to, each[0][i].const_data_ptr(), sizes[i]);
      to += sizes[i];
    }
  });
}

char* tg_world_note(tg_world* w, const char* key, const char* text) {
  return guard([&] { w->store->set(note_key(key), std::string(text)); });
}

char* tg_world_read_note(tg_world* w, const char* key, char** text) {
  return guard([&] {
    *text = nullptr;
    if (!w->store->check({note_key(key)})) return;
    *text = message(w->store->get_to_str(note_key(key)).c_str());
  });
}
