#include "lion/convert/bench.h"

#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "lion/base/random.h"
#include "lion/engine/compute.h"
#include "lion/engine/lion_decoder.h"
#include "lion/engine/plan_memory.h"
#include "lion/generate/scheduler.h"
#include "lion/image/decode.h"
#include "lion/image/encode.h"
#include "lion/image/normalize.h"
#include "lion/model_folder/networks.h"
#include "lion/nn/parameter.h"
#include "lion/nn/process_settings.h"
#include "lion/nn/torch_errors.h"

namespace lion {

using at::Tensor;

namespace {

/// A LION small enough for tests, every part included.
models::LionConfig tiny_shape() {
  models::LionConfig config = models::lion_4b();
  config.vit = {28, 14, 32, 39, 2, 64, 1e-6};
  config.qformer.num_query_tokens = 4;
  config.qformer.hidden_size = 32;
  config.qformer.num_hidden_layers = 2;
  config.qformer.num_attention_heads = 2;
  config.qformer.intermediate_size = 64;
  config.aggregator.num_heads = 2;
  config.aggregator.intermediate_size = 64;
  config.t5.d_model = 64;
  config.t5.d_kv = 16;
  config.t5.num_heads = 4;
  config.t5.d_ff = 128;
  config.t5.num_layers = 2;
  config.t5.num_decoder_layers = 2;
  config.ram->swin = {32, 4, 12, {1, 1}, {1, 2}, 4, 4.0};
  config.ram->num_tags = 50;
  return config;
}

models::LionConfig shape_config(const std::string& name) {
  if (name == "lion-4b") return models::lion_4b();
  if (name == "lion-12b") return models::lion_12b();
  if (name == "tiny") return tiny_shape();
  throw InputError(
      str("shape: got \"", name, "\", expected lion-4b, lion-12b or tiny. Pass one of these."));
}

double seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Seconds of several runs of the same work.
struct Samples {
  std::vector<double> values;
  double median() const {
    std::vector<double> sorted = values;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
  Json json() const {
    const auto [low, high] = std::ranges::minmax(values);
    return {{"median_s", median()}, {"min_s", low}, {"max_s", high}};
  }
};

Samples sample(int64_t repeats, const std::function<void()>& work) {
  work();  // warm up: pages, caches, thread pool
  Samples samples;
  for (int64_t i = 0; i < repeats; ++i) samples.values.push_back(seconds(work));
  return samples;
}

/// A 640x480 image with structure and noise, as a JPEG.
std::string sample_jpeg() {
  Image image;
  image.width = 640;
  image.height = 480;
  Random random(1);
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) {
      for (const int64_t level : {x / 3, y / 2, (x + y) / 5}) {
        image.rgb.push_back(
            static_cast<uint8_t>((static_cast<uint64_t>(level) + random.below(24)) & 255u));
      }
    }
  }
  return encode_jpeg(image, 90);
}

/// Speed of decoding, and what it takes to get to the first step (cross-attention keys and values).
Json decode_speed(const models::T5& t5, const Tensor& encoder_output, int64_t beams,
                  const BenchOptions& options) {
  GenerateOptions generation;
  generation.num_beams = beams;
  generation.repetition_penalty = 1.0;
  generation.max_new_tokens = options.decode_tokens + 1;
  generation.min_length = options.decode_tokens + 3;  // no early end
  Samples before;
  Samples step;
  for (int64_t i = 0; i <= options.repeats; ++i) {
    LionDecoder decoder(t5);
    std::unique_ptr<DecoderPrompt> prompt;
    const double ready =
        seconds([&] { prompt = decoder.add_prompt(encoder_output, TaskLevel::kImage); });
    Scheduler scheduler(decoder, kDefaultMaxRows);
    scheduler.add(make_search(generation), prompt->id());
    scheduler.step();  // the first step has one row whatever the beams
    const double rest = seconds([&] { scheduler.run(); });
    if (i == 0) continue;  // warm up
    before.values.push_back(ready);
    step.values.push_back(rest / static_cast<double>(options.decode_tokens));
  }
  return {{"tokens_per_s", 1.0 / step.median()},
          {"step", step.json()},
          {"before_first_step", before.json()}};
}

Json run_bench(const BenchOptions& options, const ProgressSink& progress) {
  const at::NoGradGuard no_grad;
  if (options.repeats < 1 || options.decode_tokens < 1 || options.encoder_tokens < 1) {
    throw InputError("bench: repeats, decode_tokens and encoder_tokens must be 1 or more.");
  }
  const nn::ThreadScope threads(nn::usable_threads(options.load.threads, "threads"));
  const models::LionConfig config = shape_config(options.shape);
  const at::Device device = torch_device(options.load.device);
  Networks networks(config, scalar_type(options.load.dtype));
  require_memory(plan_memory(config, networks, options.load.device), options.shape, options.load);

  int64_t done = 0;
  const auto begin_phase = [&](std::string_view name) {
    if (progress) progress({name, done++, 9, "phases"});
  };
  begin_phase("random weights");
  nn::randomize(*networks.lion, 1);
  nn::randomize(*networks.ram, 2);
  networks.lion->to(device);
  networks.ram->to(device);
  const auto cuda_sync = [&] {
    if (device.is_cuda()) torch::cuda::synchronize();
  };
  const auto time = [&](std::string_view name, const std::function<void()>& work) {
    begin_phase(name);
    return sample(options.repeats,
                  [&] {
                    work();
                    cuda_sync();
                  })
        .json();
  };

  Json out;
  out["shape"] = options.shape;
  out["weights"] = "random";
  out["device"] = device_name(options.load.device);
  out["dtype"] = compute_type_name(options.load.dtype);
  out["threads"] = at::get_num_threads();
  out["repeats"] = options.repeats;
  Json& phases = out["phases"];

  const std::string jpeg = sample_jpeg();
  phases["decode_image"] = time("decode_image", [&] {
    const Image image = decode_image(std::as_bytes(std::span(jpeg)), {}, "bench");
    preprocess(image, config.vit.image_size, Filter::kBicubic, kClipNormalization);
  });
  const auto on_device = at::TensorOptions(at::kFloat).device(device);
  const Tensor image = at::randn({1, 3, config.vit.image_size, config.vit.image_size}, on_device);
  const Tensor tag_image =
      at::randn({1, 3, config.ram->swin.image_size, config.ram->swin.image_size}, on_device);
  models::VitOutputs vit;
  phases["vit"] = time("vit", [&] { vit = networks.lion->vit_forward(image); });
  phases["tagger"] = time("tagger", [&] { networks.ram->forward(tag_image); });
  constexpr int64_t kQuestionTokens = 40;
  const Tensor question = at::full({1, kQuestionTokens}, 7, on_device.dtype(at::kLong));
  const models::TokenBatch question_batch{question, at::ones_like(question)};
  phases["qformer"] = time("qformer", [&] {
    networks.lion->qformer_forward({vit.ln_vision, {}}, question_batch);
  });
  phases["aggregator"] = time("aggregator", [&] { networks.lion->aggregator_forward(vit); });
  const Tensor embeds = at::randn({1, options.encoder_tokens, config.t5.d_model}, on_device) * 0.1;
  const Tensor attention_mask = at::ones({1, options.encoder_tokens}, on_device.dtype(at::kLong));
  const Tensor level = at::ones({1}, on_device.dtype(at::kLong));
  Tensor encoder_output;
  phases["encoder"] = time("encoder", [&] {
    encoder_output =
        networks.lion->t5_model->encoder->forward(embeds, attention_mask, level).last_hidden_state;
  });
  phases["encoder"]["tokens"] = options.encoder_tokens;
  begin_phase("greedy");
  out["greedy"] = decode_speed(networks.lion->t5_model, encoder_output, 1, options);
  begin_phase("beam 5");
  out["beam5"] = decode_speed(networks.lion->t5_model, encoder_output, 5, options);

  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  out["peak_rss_bytes"] = static_cast<int64_t>(usage.ru_maxrss) * 1024;
  return out;
}

}  // namespace

Json bench(const BenchOptions& options, const ProgressSink& progress) {
  return nn::with_our_errors("bench", nn::Fault::kOurs,
                             [&] { return run_bench(options, progress); });
}

}  // namespace lion
