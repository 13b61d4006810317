#include "lion/engine/tagger.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/checkpoint/load.h"
#include "lion/engine/compute.h"
#include "lion/engine/tagger_network.h"
#include "lion/image/normalize.h"
#include "lion/nn/precision.h"
#include "lion/nn/process_settings.h"
#include "lion/nn/torch_errors.h"

namespace lion {

using at::Tensor;

std::string tag_names(std::span<const Tag> tags) {
  std::vector<std::string> names;
  for (const Tag& tag : tags) names.push_back(tag.name);
  return join(names, ", ");
}

std::vector<float> TaggerNetwork::scores(const Image& image) const {
  std::vector<float> pixels =
      preprocess(image, image_size, Filter::kBilinear, kImageNetNormalization);
  const Tensor input =
      at::from_blob(pixels.data(), {1, 3, image_size, image_size}, at::kFloat).to(device);
  const Tensor logits = ram->forward(input).logits.to(at::kCPU);
  const Tensor scores = at::sigmoid(logits[0]).contiguous();  // [N]
  const float* first = scores.const_data_ptr<float>();
  return {first, first + list.names.size()};
}

std::vector<Tag> TaggerNetwork::found(std::span<const float> scores) const {
  std::vector<Tag> tags;
  for (size_t i = 0; i < list.names.size(); ++i) {
    if (scores[i] > list.thresholds[i]) tags.push_back({list.names[i], scores[i]});
  }
  return tags;
}

TagList load_tag_list(const ModelFolder& folder, const models::LionConfig& config) {
  return TagList::load_for(config.ram->num_tags, folder.tags(), folder.thresholds());
}

struct Tagger::Impl {
  TaggerNetwork network;
  int64_t threads = 0;
};

Tagger::Tagger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tagger::Tagger(Tagger&&) noexcept = default;
Tagger& Tagger::operator=(Tagger&&) noexcept = default;
Tagger::~Tagger() = default;

Tagger Tagger::load(const std::filesystem::path& folder, const LoadOptions& options) {
  return nn::with_our_errors(folder.string(), nn::Fault::kInput,
                             [&] { return Tagger(load_tagger(folder, options)); });
}

std::unique_ptr<Tagger::Impl> Tagger::load_tagger(const std::filesystem::path& folder,
                                                  const LoadOptions& options) {
  const at::NoGradGuard no_grad;
  const ModelFolder files{folder};
  const models::LionConfig config = files.read_config();
  if (!config.ram) {
    throw InputError(str(folder.string(),
                         ": this model has no tagger. Convert it again with --ram, --ram-tags and "
                         "--ram-thresholds."));
  }
  auto impl = std::make_unique<Impl>();
  impl->threads = nn::usable_threads(options.threads, "threads");
  const nn::ThreadScope threads(impl->threads);
  TaggerNetwork& network = impl->network;
  network.device = torch_device(options.device);
  network.image_size = config.ram->swin.image_size;
  network.list = load_tag_list(files, config);
  network.ram = models::Ram(*config.ram);
  nn::set_compute_type(*network.ram, scalar_type(options.dtype));
  ParameterMap parameters;
  add_parameters(parameters, kTaggerPrefix, *network.ram);
  TensorMap tensors;
  for (auto& [name, view] : read_tensors(folder)) {
    if (name.starts_with(kTaggerPrefix)) tensors.emplace(name, view);
  }
  load_parameters(parameters, tensors, folder.string(), network.device);
  return impl;
}

std::vector<Tag> Tagger::tags(const Image& image) const {
  const at::NoGradGuard no_grad;
  const nn::ThreadScope threads(impl_->threads);
  return nn::with_our_errors("tags", nn::Fault::kOurs,
                             [&] { return impl_->network.found(impl_->network.scores(image)); });
}

std::string Tagger::fingerprint() const {
  // FNV-1a over names and thresholds: a hint against mixing taggers, not a proof.
  uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  };
  const TagList& list = impl_->network.list;
  for (size_t i = 0; i < list.names.size(); ++i) mix(str(list.names[i], '\n', list.thresholds[i]));
  return str("tagger of ", list.names.size(), " tags at ", impl_->network.image_size, " pixels, ",
             std::hex, hash);
}

}  // namespace lion
