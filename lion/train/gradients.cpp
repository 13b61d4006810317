#include "lion/train/gradients.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/base/error.h"

namespace lion::train {

/// Gradients lie in memory in the order in which the backward pass makes them: last layers first.
struct Gradients::State {
  struct Bucket {
    int64_t begin = 0;  ///< elements
    int64_t end = 0;
    int64_t parameters = 0;
    int64_t ready = 0;
  };

  NamedParameters trained;  ///< in memory order
  std::vector<size_t> bucket_of;
  at::Tensor flat;
  std::vector<Bucket> buckets;
  ProcessGroup& group;
  bool summing = false;
  size_t launched = 0;
  std::vector<ProcessGroup::Pending> pending;

  explicit State(ProcessGroup& all) : group(all) {}

  /// Sums the buckets that are complete. All ranks take them in the same order.
  void launch(bool all) {
    while (launched < buckets.size()) {
      const Bucket& bucket = buckets[launched];
      if (!all && bucket.ready < bucket.parameters) return;
      pending.push_back(group.start_sum(flat.narrow(0, bucket.begin, bucket.end - bucket.begin)));
      ++launched;
    }
  }

  void on_ready(size_t parameter) {
    if (!summing) return;
    ++buckets[bucket_of[parameter]].ready;
    launch(/*all=*/false);
  }
};

namespace {

/// Runs when a parameter's gradient of one backward pass is complete.
struct ReadyHook : torch::autograd::PostAccumulateGradHook {
  explicit ReadyHook(std::function<void()> call) : call_(std::move(call)) {}
  void operator()(const torch::autograd::Variable& /*parameter*/) override { call_(); }

 private:
  std::function<void()> call_;
};

}  // namespace

Gradients::Gradients(const NamedParameters& trained, ProcessGroup& group, int64_t bucket_bytes)
    : state_(std::make_unique<State>(group)) {
  State& state = *state_;
  state.trained.assign(trained.rbegin(), trained.rend());
  int64_t total = 0;
  for (const auto& [name, parameter] : state.trained) {
    LION_CHECK(parameter.scalar_type() == at::kFloat && parameter.is_leaf(), name);
    if (state.buckets.empty() ||
        (total - state.buckets.back().begin) * int64_t{sizeof(float)} >= bucket_bytes) {
      state.buckets.push_back({total, total, 0, 0});
    }
    total += parameter.numel();
    state.buckets.back().end = total;
    ++state.buckets.back().parameters;
    state.bucket_of.push_back(state.buckets.size() - 1);
  }
  LION_CHECK(total > 0, "nothing is trained");
  state.flat = at::zeros({total}, state.trained[0].second.options().requires_grad(false));
  int64_t offset = 0;
  for (size_t i = 0; i < state.trained.size(); ++i) {
    at::Tensor parameter = state.trained[i].second;
    parameter.mutable_grad() =
        state.flat.narrow(0, offset, parameter.numel()).view(parameter.sizes());
    offset += parameter.numel();
    torch::autograd::impl::set_post_acc_grad_hooks(
        parameter, std::make_unique<ReadyHook>([&state, i] { state.on_ready(i); }));
  }
}

Gradients::~Gradients() {
  for (auto& [name, parameter] : state_->trained) {
    torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
    at::Tensor(parameter).mutable_grad().reset();
  }
}

void Gradients::zero() { state_->flat.zero_(); }

void Gradients::sum_as_they_come() {
  state_->summing = true;
  state_->launched = 0;
  state_->pending.clear();
  for (State::Bucket& bucket : state_->buckets) bucket.ready = 0;
}

void Gradients::finish() {
  LION_CHECK(state_->summing, "sum_as_they_come was not called");
  state_->launch(/*all=*/true);
  for (ProcessGroup::Pending& sum : state_->pending) sum.wait();
  state_->pending.clear();
  state_->summing = false;
}

double Gradients::norm() const {
  // Summed in double: a float sum over millions of squares would lose digits.
  return at::linalg_vector_norm(state_->flat, 2, {}, /*keepdim=*/false, at::kDouble).item<double>();
}

void Gradients::scale(double factor) { state_->flat.mul_(factor); }

std::string Gradients::first_not_finite() const {
  for (const auto& [name, parameter] : state_->trained) {
    if (!at::isfinite(parameter.grad()).all().item<bool>()) return name;
  }
  return "";
}

}  // namespace lion::train
