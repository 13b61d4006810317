#include "lion/train/process_group.h"

#include <torch/torch.h>

#include <cstdlib>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef LION_CUDA
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include "lion/base/error.h"
#include "lion/base/process_rank.h"
#include "lion/train/heartbeat.h"

namespace lion::train {
namespace {

c10::intrusive_ptr<c10d::TCPStore> connect(const DistributedContext& context, bool serve,
                                           std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(context.port);
  options.isServer = serve;
  options.waitWorkers = false;
  options.timeout = timeout;
  return c10::make_intrusive<c10d::TCPStore>(context.address, options);
}

/// Gloo picks the interface of the host's name, which need not resolve where one machine trains
/// alone.
std::shared_ptr<gloo::transport::Device> gloo_device(const DistributedContext& context) {
  const std::string interface = environment("GLOO_SOCKET_IFNAME");
  if (!interface.empty()) return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
  const bool alone = context.address == "localhost" || context.address.starts_with("127.");
  if (alone) return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
  return c10d::ProcessGroupGloo::createDefaultDevice();
}

}  // namespace

DistributedContext distributed_context(Rendezvous rendezvous) {
  const ProcessRank process = rank_from_environment();
  DistributedContext context{process.rank, process.world, process.local_rank, {}, 0, false};
  if (context.world == 1) return context;
  if (rendezvous == Rendezvous::kNone) return context;
  context.port = launcher_number("MASTER_PORT", 1, 65535);
  context.address = environment("MASTER_ADDR");
  if (context.address.empty()) {
    throw InputError(
        "environment: MASTER_ADDR is not set, but WORLD_SIZE is. Set it to the host of rank 0.");
  }
  context.agent_store = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
  return context;
}

struct ProcessGroup::Impl {
  c10::intrusive_ptr<c10d::TCPStore> store;
  c10::intrusive_ptr<c10d::Backend> backend;
  std::unique_ptr<Heartbeat> heartbeat;
  bool failed = false;

  /// Turns what c10d says into a message that names the rank at fault.
  [[noreturn]] void fail(int64_t rank, const std::exception& error) {
    failed = true;
    const std::string failed_ranks = heartbeat->find_failed_ranks();
    throw ResourceError(
        str("rank ", rank, ": the processes lost each other: ",
            failed_ranks.empty() ? std::string("no rank is late: ") + error.what() : failed_ranks,
            ". Fix that and start all ranks again with --resume."));
  }
};

ProcessGroup::ProcessGroup(const DistributedContext& context, at::Device device,
                           std::chrono::seconds timeout)
    : context_(context), device_(device) {
  if (context.world == 1) return;
  impl_ = std::make_unique<Impl>();
  const auto rank = static_cast<int>(context.rank);
  const auto world = static_cast<int>(context.world);
  try {
    impl_->store = connect(context, rank == 0 && !context.agent_store, timeout);
    impl_->heartbeat =
        std::make_unique<Heartbeat>(connect(context, false, timeout), context.rank, context.world);
    // Elastic restarts keep the store: keys of an earlier attempt must not be met again.
    const std::string attempt = str("lion/", environment("TORCHELASTIC_RESTART_COUNT"));
    const auto store = c10::make_intrusive<c10d::PrefixStore>(attempt, impl_->store);
    if (device.is_cuda()) {
#ifdef LION_CUDA
      auto options = c10d::ProcessGroupNCCL::Options::create();
      options->timeout = timeout;
      impl_->backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, world, options);
#else
      throw ResourceError("device: this program was built without CUDA. Build the preset cuda.");
#endif
    } else {
      auto options = c10d::ProcessGroupGloo::Options::create(timeout);
      options->devices.push_back(gloo_device(context));
      impl_->backend = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, world, options);
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw ResourceError(str("rank ", rank, ": could not meet the other ranks at ", context.address,
                            ":", context.port, " within ", timeout.count(), " s: ", error.what(),
                            ". Start all ", world,
                            " ranks with the same MASTER_ADDR and "
                            "MASTER_PORT."));
  }
}

ProcessGroup::~ProcessGroup() = default;

ProcessGroup::Pending ProcessGroup::start_sum(const at::Tensor& tensor) {
  if (!impl_) return {};
  try {
    std::vector<at::Tensor> tensors = {tensor};
    auto work = impl_->backend->allreduce(tensors);
    return Pending([this, work, tensor] {
      try {
        work->wait();
      } catch (const std::exception& error) {
        impl_->fail(context_.rank, error);
      }
    });
  } catch (const std::exception& error) {
    impl_->fail(context_.rank, error);
  }
}

void ProcessGroup::sum(const at::Tensor& tensor) {
  const at::Tensor moved = tensor.to(device_);
  start_sum(moved).wait();
  if (!moved.is_same(tensor)) tensor.copy_(moved);
}

void ProcessGroup::broadcast(const at::Tensor& tensor) {
  if (!impl_) return;
  const at::NoGradGuard no_grad;
  const at::Tensor moved = tensor.to(device_);
  try {
    std::vector<at::Tensor> tensors = {moved};
    impl_->backend->broadcast(tensors)->wait();
  } catch (const std::exception& error) {
    impl_->fail(context_.rank, error);
  }
  if (!moved.is_same(tensor)) tensor.copy_(moved);
}

std::string ProcessGroup::broadcast(const std::string& text) {
  if (!impl_) return text;
  const at::Tensor size = at::full({1}, static_cast<int64_t>(text.size()), at::kLong);
  broadcast(size);
  std::string out = rank() == 0 ? text : std::string();
  out.resize(static_cast<size_t>(size.item<int64_t>()));
  if (!out.empty()) {
    broadcast(at::from_blob(out.data(), {static_cast<int64_t>(out.size())}, at::kByte));
  }
  return out;
}

void ProcessGroup::barrier() {
  if (!impl_) return;
  try {
    impl_->backend->barrier()->wait();
  } catch (const std::exception& error) {
    impl_->fail(context_.rank, error);
  }
}

void ProcessGroup::give_up(const std::string& reason) noexcept {
  if (!impl_ || impl_->failed) return;  // not the rank that began it
  try {
    impl_->heartbeat->give_up(reason);
  } catch (const std::exception&) {
    // Nobody is left to read it.
  }
}

}  // namespace lion::train
