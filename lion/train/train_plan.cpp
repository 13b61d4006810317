#include "lion/train/train_plan.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "lion/base/error.h"
#include "lion/base/memory.h"
#include "lion/models/parameter_groups.h"

namespace lion::train {
namespace {

/// Tokens of a typical sample; the texts' limits are far above it.
constexpr double kTextTokens = 40;
constexpr double kTargetTokens = 16;

struct Shape {
  double patches, queries, source;  ///< tokens a sample: P, Q + text, S
};

Shape shape_of(const models::LionConfig& config) {
  return {static_cast<double>(config.vit.tokens()),
          static_cast<double>(config.qformer.num_query_tokens) + kTextTokens,
          static_cast<double>(config.visual_tokens()) + kTextTokens};
}

/// How many times the cost of a forward pass a parameter causes: its product, the gradient of its
/// input where the path to a trained parameter leads through it, and its own gradient.
double passes(bool trained, bool on_gradient_path, bool activation_checkpointing) {
  const double forward = activation_checkpointing && on_gradient_path ? 2 : 1;
  return forward + (on_gradient_path ? 1 : 0) + (trained ? 1 : 0);
}

double tokens_of(std::string_view name, const Shape& shape) {
  const auto group = models::parameter_group(name);
  if (group == models::ParameterGroup::kVisionEncoder ||
      group == models::ParameterGroup::kAggregator) {
    return shape.patches;
  }
  if (group == models::ParameterGroup::kQformer) return shape.queries;
  if (name.starts_with("t5_model.encoder.")) return shape.source;
  const bool reads_encoder = name.find("EncDecAttention.k") != std::string_view::npos ||
                             name.find("EncDecAttention.v") != std::string_view::npos;
  return reads_encoder ? shape.source : kTargetTokens;
}

/// Products of queries with keys and of weights with values, forward, in flops a sample.
double attention_flops(const models::LionConfig& config, const Shape& shape) {
  const auto layers = [](int64_t n, double from, double to, int64_t width) {
    return 4.0 * static_cast<double>(n) * from * to * static_cast<double>(width);
  };
  double flops =
      layers(config.vit.depth, shape.patches, shape.patches, config.vit.embed_dim) +
      layers(config.t5.num_layers, shape.source, shape.source, config.t5.inner()) +
      layers(config.t5.num_decoder_layers, kTargetTokens, shape.source, config.t5.inner());
  if (config.has_qformer()) {
    flops += layers(config.qformer.num_hidden_layers, shape.queries,
                    shape.queries + shape.patches / 2, config.qformer.hidden_size);
  }
  if (config.has_aggregator()) {
    flops += layers(2 * (std::ssize(config.aggregator.layers) - 1), shape.patches, shape.patches,
                    config.vit.embed_dim);
  }
  return flops;
}

double sample_flops(const TrainConfig& config, const TrainedModel& model) {
  const Shape shape = shape_of(model.config);
  const bool vit_trained = std::ranges::any_of(model.trained_names, [](const std::string& name) {
    return models::parameter_group(name) == models::ParameterGroup::kVisionEncoder;
  });
  double flops = 3 * attention_flops(model.config, shape);
  for (const auto& [name, parameter] : model.parameters) {
    const bool table = name == "t5_model.shared.weight" || name.ends_with("embeddings.weight");
    if (parameter.dim() < 2 || table) continue;
    const bool trained = std::ranges::binary_search(model.trained_names, name);
    const bool path =
        vit_trained || models::parameter_group(name) != models::ParameterGroup::kVisionEncoder;
    flops += 2.0 * static_cast<double>(parameter.numel()) * tokens_of(name, shape) *
             passes(trained, path, config.activation_checkpointing);
  }
  return flops;
}

/// Bytes that the backward pass needs of one sample: per layer the tensors that operators save. The
/// numbers of tensors were counted in the models' sources and checked against the peaks of
/// benchmarks/train_bench (docs/performance.md).
double sample_activations(const TrainConfig& config, const models::LionConfig& model) {
  const Shape shape = shape_of(model);
  const double matrix = config.precision == at::kBFloat16 ? 2 : 4;
  constexpr double kFloat = 4;
  const auto& t5 = model.t5;
  const auto d = static_cast<double>(t5.d_model);
  const auto inner = static_cast<double>(t5.inner());
  const auto ff = static_cast<double>(t5.d_ff);
  const auto heads = static_cast<double>(t5.num_heads);
  // Residual stream, statistics and normed input of both sublayers; q, k, v, o; the gated product.
  // With dropout, attention is not fused: scores, softmax, mask and dropped weights are kept too.
  const double drops = config.t5_dropout > 0 ? 1 : 0;
  const double encoder_layer =
      shape.source * (d * (6 * kFloat + 4 * matrix) + 4 * inner * matrix + 4 * ff * matrix) +
      drops * (20 * heads * shape.source * shape.source + shape.source * (15 * d + 3 * ff));
  const double decoder_layer =
      kTargetTokens * (d * (9 * kFloat + 6 * matrix) + 6 * inner * matrix + 4 * ff * matrix) +
      2 * shape.source * inner * matrix;
  const double kept_layer = shape.source * d * kFloat;
  double bytes = config.activation_checkpointing
                     ? static_cast<double>(t5.num_layers) * kept_layer + encoder_layer
                     : static_cast<double>(t5.num_layers) * encoder_layer;
  bytes += config.activation_checkpointing
               ? decoder_layer
               : static_cast<double>(t5.num_decoder_layers) * decoder_layer;
  bytes += 3 * kTargetTokens * static_cast<double>(t5.vocab_size) * kFloat;  // logits
  const auto bert_layer = [&](double tokens, double width, double inner_width) {
    return tokens * (width * (8 * kFloat + 8 * matrix) + 3 * inner_width * matrix);
  };
  if (model.has_qformer()) {
    const double layers =
        config.activation_checkpointing ? 1 : static_cast<double>(model.qformer.num_hidden_layers);
    bytes += layers * (bert_layer(shape.queries, static_cast<double>(model.qformer.hidden_size),
                                  static_cast<double>(model.qformer.intermediate_size)) +
                       shape.patches * static_cast<double>(model.qformer.hidden_size) * matrix);
  }
  if (model.has_aggregator()) {
    const auto v = static_cast<double>(model.vit.embed_dim);
    bytes +=
        2 * bert_layer(shape.patches, v, static_cast<double>(model.aggregator.intermediate_size)) +
        shape.patches * 4 * v * 3 * matrix;
  }
  return bytes;
}

double measure_flops(at::ScalarType type, at::Device device) {
  constexpr int64_t kSize = 1536;
  const at::Tensor a = at::randn({kSize, kSize}, at::TensorOptions(device)).to(type);
  const auto product = [&a] { return at::matmul(a, a).sum().item<float>(); };
  product();
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    product();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return 2.0 * kSize * kSize * kSize / best;
}

std::string duration_str(double seconds) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1);
  if (seconds < 120) {
    out << seconds << " s";
  } else if (seconds < 2 * 3600) {
    out << seconds / 60 << " min";
  } else if (seconds < 48 * 3600) {
    out << seconds / 3600 << " h";
  } else {
    out << seconds / 86400 << " days";
  }
  return out.str();
}

}  // namespace

TrainPlan plan_training(const TrainConfig& config, const TrainedModel& model, int64_t world,
                        at::Device device) {
  if (model.ram) {
    throw InputError(
        "--plan: counts LION's networks, and this run trains the tagger. Start the run: its "
        "progress line tells samples/s and the time left.");
  }
  TrainPlan plan;
  for (const auto& [name, parameter] : model.parameters) {
    if (std::ranges::binary_search(model.trained_names, name)) {
      plan.trained += parameter.numel();
    } else {
      plan.frozen += parameter.numel();
      plan.frozen_bytes += static_cast<uint64_t>(parameter.numel()) *
                           static_cast<uint64_t>(parameter.element_size());
    }
  }
  constexpr uint64_t kMasterGradientMoments = 4 * sizeof(float);
  plan.trained_bytes = static_cast<uint64_t>(plan.trained) * kMasterGradientMoments;
  plan.activation_bytes = static_cast<uint64_t>(sample_activations(config, model.config) *
                                                static_cast<double>(config.micro_batch));
  constexpr uint64_t kRuntime = 512ull << 20;
  const int64_t s = model.config.vit.image_size;
  plan.runtime_bytes =
      kRuntime + static_cast<uint64_t>(3 * config.batch / world * 3 * s * s) * sizeof(float);
  plan.available_bytes = available_memory();
  plan.step_flops =
      sample_flops(config, model) * static_cast<double>(config.batch) / static_cast<double>(world);
  plan.flops_per_second = measure_flops(config.precision, device);
  constexpr double kUsualShare = 2.0 / 3.0;
  plan.step_seconds = plan.step_flops / (plan.flops_per_second * kUsualShare);
  plan.run_seconds = plan.step_seconds * static_cast<double>(config.steps);
  return plan;
}

std::string TrainPlan::text() const {
  std::ostringstream out;
  out << "memory of one process\n"
      << "  frozen weights   " << bytes_str(frozen_bytes) << "\n"
      << "  trained weights  " << bytes_str(trained_bytes) << " (master, gradient, two moments)\n"
      << "  activations      " << bytes_str(activation_bytes) << "\n"
      << "  runtime          " << bytes_str(runtime_bytes) << "\n"
      << "  together         " << bytes_str(total_bytes()) << "\n"
      << "  available        " << bytes_str(available_bytes)
      << (fits() ? "" : "   <- not enough: lower micro_batch or set activation_checkpointing")
      << "\n"
      << std::setprecision(3) << "time\n"
      << "  one step         " << step_flops / 1e12 << " TFLOP, about "
      << duration_str(step_seconds) << " at two thirds of the " << flops_per_second / 1e9
      << " GFLOP/s measured here\n"
      << "  whole run        about " << duration_str(run_seconds) << "\n";
  return out.str();
}

Json TrainPlan::to_json() const {
  return {{"trained_parameters", trained},
          {"frozen_parameters", frozen},
          {"bytes",
           {{"frozen", frozen_bytes},
            {"trained", trained_bytes},
            {"activations", activation_bytes},
            {"runtime", runtime_bytes},
            {"total", total_bytes()},
            {"available", available_bytes}}},
          {"fits", fits()},
          {"step_flops", step_flops},
          {"measured_flops_per_s", flops_per_second},
          {"step_s", step_seconds},
          {"run_s", run_seconds}};
}

}  // namespace lion::train
