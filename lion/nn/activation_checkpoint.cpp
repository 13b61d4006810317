#include "lion/nn/activation_checkpoint.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/nn/dropout.h"

namespace lion::nn {
namespace {

thread_local bool checkpointing = false;
thread_local bool to_be_repeated = false;

/// Sets a thread-local flag for a scope.
class FlagScope {
 public:
  FlagScope(bool& flag, bool value) : flag_(flag), before_(flag) { flag = value; }
  ~FlagScope() { flag_ = before_; }
  FlagScope(const FlagScope&) = delete;
  FlagScope& operator=(const FlagScope&) = delete;

 private:
  bool& flag_;
  bool before_;
};

at::Tensor random_state(const at::Device& device) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

void set_random_state(const at::Device& device, const at::Tensor& state) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

/// What the second run needs beside the inputs.
struct FirstRun : torch::CustomClassHolder {
  TensorFunction block;
  double dropout = 0;
  at::Device device = at::kCPU;
  at::Tensor random;
};

struct CheckpointedBlock : torch::autograd::Function<CheckpointedBlock> {
  using Context = torch::autograd::AutogradContext;

  /// `anchor` requires a gradient: the block's parameters may be all that does.
  static at::Tensor forward(Context* context, const at::Tensor& anchor, at::TensorList inputs,
                            const c10::intrusive_ptr<FirstRun>& run) {
    context->saved_data["run"] = torch::IValue::make_capsule(run);
    torch::autograd::variable_list saved = inputs.vec();
    saved.push_back(anchor);
    context->save_for_backward(saved);
    const FlagScope flag(to_be_repeated, true);
    return run->block(inputs.vec());
  }

  static torch::autograd::variable_list backward(Context* context,
                                                 torch::autograd::variable_list gradients) {
    const auto run =
        c10::static_intrusive_pointer_cast<FirstRun>(context->saved_data["run"].toCapsule());
    const auto saved = context->get_saved_variables();
    std::vector<at::Tensor> inputs;
    for (size_t i = 0; i + 1 < saved.size(); ++i) {
      inputs.push_back(saved[i].defined()
                           ? saved[i].detach().set_requires_grad(saved[i].requires_grad())
                           : saved[i]);
    }
    const at::Tensor random_now = random_state(run->device);
    set_random_state(run->device, run->random);
    {
      const at::AutoGradMode with_gradients(true);
      const DropoutScope dropout(run->dropout);
      const ActivationCheckpointScope plain(false);
      at::Tensor again;
      {
        const FlagScope flag(to_be_repeated, true);  // the same routines as in the first run
        again = run->block(inputs);
      }
      torch::autograd::backward({again}, {gradients[0]});
    }
    set_random_state(run->device, random_now);
    torch::autograd::variable_list out(1);  // none for the anchor
    for (const at::Tensor& input : inputs) {
      out.push_back(input.defined() ? input.grad() : at::Tensor());
    }
    out.emplace_back();  // none for the run
    return out;
  }
};

}  // namespace

ActivationCheckpointScope::ActivationCheckpointScope(bool on) : before_(checkpointing) {
  checkpointing = on;
}
ActivationCheckpointScope::~ActivationCheckpointScope() { checkpointing = before_; }

bool runs_in_checkpoint() { return to_be_repeated; }

at::Tensor checkpointed(const torch::nn::Module& module, const TensorFunction& block,
                        const std::vector<at::Tensor>& inputs) {
  const auto needs_gradient = [](const at::Tensor& t) { return t.defined() && t.requires_grad(); };
  const bool worth_it = checkpointing && at::GradMode::is_enabled() &&
                        (std::ranges::any_of(inputs, needs_gradient) ||
                         std::ranges::any_of(module.parameters(), needs_gradient));
  if (!worth_it) return block(inputs);
  auto run = c10::make_intrusive<FirstRun>();
  run->block = block;
  run->dropout = dropout_rate();
  run->device = inputs[0].device();
  run->random = random_state(run->device);
  const at::Tensor anchor = at::empty({0}, at::kFloat).set_requires_grad(true);
  return CheckpointedBlock::apply(anchor, at::TensorList(inputs), run);
}

}  // namespace lion::nn
