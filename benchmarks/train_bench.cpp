/// Seconds of one training step at the shape of a small LION (ViT-B, BERT-base Q-Former, Flan-T5
/// base with adapters of 64, the projection MLP), random weights: for a comparison with the same
/// step in PyTorch eager. Prints one JSON object.
///
/// usage: train_bench [BATCH] [THREADS] [REPEATS] [bf16|fp32] [DROPOUT]

#include <malloc.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "lion/base/memory.h"
#include "lion/base/random.h"
#include "lion/nn/parameter.h"
#include "lion/nn/precision.h"
#include "lion/train/freeze_map.h"
#include "lion/train/gradients.h"
#include "lion/train/optimizer.h"
#include "lion/train/train_step.h"

using namespace lion;

namespace {

models::LionConfig shape() {
  models::LionConfig config;
  config.enable_semantic_tags = false;
  config.vit = {224, 16, 768, 12, 12, 3072, 1e-6};
  config.qformer.vocab_size = 30522;
  config.aggregator.layers = {11};  // the projection alone, as in the yardstick
  config.adapter.count = 1;
  config.t5.d_model = 768;
  config.t5.num_heads = 12;
  config.t5.d_ff = 2048;
  config.t5.num_layers = config.t5.num_decoder_layers = 12;
  config.t5.activation = "gelu_new";
  return config;
}

data::Batch random_batch(int64_t size, const models::LionConfig& config) {
  constexpr int64_t kText = 40;
  constexpr int64_t kTarget = 16;
  Random random(1);
  data::Batch batch;
  batch.size = size;
  batch.image_size = config.vit.image_size;
  batch.pixels.resize(static_cast<size_t>(size * 3 * 224 * 224));
  for (float& pixel : batch.pixels) pixel = static_cast<float>(random.uniform() * 2 - 1);
  const auto fill = [&](data::TokenMatrix& matrix, int64_t length) {
    matrix = {size, length, {}, std::vector<int64_t>(static_cast<size_t>(size * length), 1)};
    for (int64_t i = 0; i < size * length; ++i) {
      matrix.ids.push_back(10 + static_cast<int64_t>(random.below(30000)));
    }
  };
  fill(batch.question, kText);
  fill(batch.prompt, kText);
  fill(batch.target, kTarget);
  batch.level.assign(static_cast<size_t>(size), 1);
  return batch;
}

template <typename Work>
Json time(int64_t repeats, Work work) {
  work();
  std::vector<double> seconds;
  for (int64_t i = 0; i < repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(seconds);
  return {{"median_s", seconds[seconds.size() / 2]},
          {"min_s", seconds.front()},
          {"max_s", seconds.back()}};
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, const char* fallback) {
    return std::string(argc > i ? argv[i] : fallback);
  };
  const int64_t size = std::stoll(argument(1, "8"));
  const int threads = std::stoi(argument(2, "2"));
  const int64_t repeats = std::stoll(argument(3, "5"));
  const std::string dtype = argument(4, "bf16");
  const double dropout = std::stod(argument(5, "0"));
  at::set_num_threads(threads);
  // As the program does (cli/main.cpp): freed tensors stay in the process.
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);

  const models::LionConfig config = shape();
  models::LionT5 lion(config);
  nn::set_compute_type(*lion, dtype == "bf16" ? at::kBFloat16 : at::kFloat);
  ParameterMap all;
  add_parameters(all, "", *lion);
  const auto names =
      train::select(all,
                    {"Qformer.", "query_tokens", "t5_proj.", "ln_vision.", "ln_adapter.",
                     "adapter_proj.", "t5_model.*.block.*.layer.*.adapter."},
                    "train_bench");
  for (const std::string& name : names)
    all.at(name).set_data(nn::placeholder(all.at(name).sizes()));
  nn::randomize(*lion, 1);
  ParameterMap trained;
  train::NamedParameters ordered;
  for (auto& item : lion->named_parameters()) {
    if (!std::ranges::binary_search(names, item.key())) continue;
    item.value().set_requires_grad(true);
    trained.emplace(item.key(), item.value());
    ordered.emplace_back(item.key(), item.value());
  }
  train::OptimizerConfig optimizer_config;
  optimizer_config.schedule.decay = train::Decay::kConstant;
  optimizer_config.schedule.warmup = 0;
  optimizer_config.schedule.peak = 1e-4;
  train::Optimizer optimizer(trained, optimizer_config);
  train::ProcessGroup alone(train::DistributedContext{}, at::kCPU, std::chrono::seconds(1));
  train::Gradients gradients(ordered, alone);
  const data::Batch batch = random_batch(size, config);
  const train::ForwardOptions options{.dropout = dropout, .t5_dropout = dropout};

  Json out = {{"batch", size}, {"threads", threads}, {"dtype", dtype}, {"dropout", dropout}};
  {
    const at::NoGradGuard no_grad;
    const at::Tensor image =
        at::from_blob(const_cast<float*>(batch.pixels.data()), {size, 3, 224, 224}, at::kFloat);
    out["vit"] = time(repeats, [&] { lion->vit_forward(image); });
    out["forward"] = time(repeats, [&] { train::forward(*lion, batch, options); });
  }
  out["step"] = time(repeats, [&] {
    gradients.zero();
    gradients.sum_as_they_come();
    const train::BatchLoss loss = train::forward(*lion, batch, options);
    (loss.sum / loss.tokens).backward();
    gradients.finish();
    optimizer.step(0);
  });
  out["peak_bytes"] = peak_memory();
  std::cout << out.dump() << "\n";
}
