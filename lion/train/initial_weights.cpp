#include "lion/train/initial_weights.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "lion/base/error.h"
#include "lion/base/random.h"
#include "lion/checkpoint/name_fit.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/models/parameter_groups.h"
#include "lion/train/freeze_map.h"

namespace lion::train {
namespace {

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

/// Seeds by name, so that a parameter's value does not depend on which others there are.
at::Generator generator_of(const std::string& name, uint64_t seed) {
  uint64_t state = seed;
  for (const char c : name) state = Random(state ^ static_cast<unsigned char>(c)).next();
  return at::detail::createCPUGenerator(state);
}

at::Tensor normal(at::IntArrayRef shape, double std, at::Generator generator) {
  return at::randn(shape, generator, at::kFloat).mul_(std);
}

/// torch.nn.Linear's: uniform within 1 / sqrt(inputs), which is Kaiming's with a = sqrt 5.
at::Tensor kaiming(at::IntArrayRef shape, int64_t inputs, at::Generator generator) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(inputs));
  return at::rand(shape, generator, at::kFloat).mul_(2 * bound).sub_(bound);
}

/// Rows or columns of length one that are orthogonal to each other.
at::Tensor orthogonal(at::IntArrayRef shape, at::Generator generator) {
  const int64_t longer = std::max(shape[0], shape[1]), shorter = std::min(shape[0], shape[1]);
  const at::Tensor basis = std::get<0>(
      at::linalg_qr(at::randn({longer, shorter}, std::move(generator), at::kFloat), "reduced"));
  return shape[0] == longer ? basis : basis.t();
}

constexpr double kSharpness = 2.5 / 8;
constexpr double kNotItself = -8;  ///< added to a token's score of itself, the highest of all

/// Attention to the encoder begins as looking up: queries are keys, so that a token attends to what
/// is like it, and what it reads there comes out as it was. Tokens of unit size and four heads,
/// half of whose sum two have in common: a score of 5, which stands out among a hundred others.
at::Tensor initial_lookup(const std::string& name, at::IntArrayRef shape, uint64_t seed) {
  const size_t which = name.size() - std::string_view("q.weight").size();
  std::string shared = name;
  const bool reads = name[which] == 'v' || name[which] == 'o';
  shared[which] = reads ? 'v' : 'k';
  if (name[which] == 'o') {
    return orthogonal({shape[1], shape[0]}, generator_of(shared, seed)).t();
  }
  at::Tensor value = orthogonal(shape, generator_of(shared, seed));
  return name[which] == 'q' ? value.mul(kSharpness) : value;
}

/// Of an encoder's self-attention: no token at itself, and two of four heads see only what stands
/// before or after, as some of a pretrained T5's do. Content scores grow to 50, bias by a rate at a
/// step: weaker, it is never heard, and no word learns which of two like it comes first.
at::Tensor initial_distances(at::Tensor value) {
  const int64_t half = value.size(0) / 2, heads = value.size(1);  // buckets of keys before, behind
  value[0].fill_(kNotItself);
  constexpr int64_t kNear = 6;
  constexpr double kNotThere = -40;
  for (int64_t head = 0; head < heads; ++head) {
    if (head % 4 < 2) continue;
    const int64_t seen = head % 4 == 2 ? 0 : half;
    for (int64_t bucket = 0; bucket < value.size(0); ++bucket) {
      const int64_t distance = bucket - seen;
      const bool near = distance > 0 && distance < std::min(kNear, half);
      value[bucket][head] += near ? -static_cast<double>(distance) : kNotThere;
    }
  }
  return value;
}

/// As T5 begins (Raffel 2020; mesh-tensorflow): products of unit size throughout, no scale in the
/// attention but in its queries. Word vectors of unit size are nearly orthogonal, and the output
/// begins as the same vectors: what was read can be matched and said again from the first step.
at::Tensor initial_t5(const std::string& name, at::IntArrayRef shape, uint64_t seed) {
  const auto inverse_root = [](int64_t n) { return 1.0 / std::sqrt(static_cast<double>(n)); };
  const bool is_output = name == "t5_model.lm_head.weight";
  const bool asks_encoder = has(name, ".EncDecAttention.") ||
                            (name.starts_with("t5_model.encoder.") && has(name, ".SelfAttention."));
  at::Generator generator = generator_of(is_output ? "t5_model.shared.weight" : name, seed);
  if (name == "t5_model.shared.weight") return normal(shape, 1.0, std::move(generator));
  if (name.ends_with(".relative_attention_bias.weight")) {
    at::Tensor value = normal(shape, 0.1, std::move(generator));
    return name.starts_with("t5_model.encoder.") ? initial_distances(value) : value;
  }
  if (asks_encoder) return initial_lookup(name, shape, seed);
  double std = inverse_root(shape[1]);  // rows are outputs
  // The queries' heads: 1 / sqrt of a head's width, which is not known here; 32 to 128 are usual.
  if (name.ends_with(".q.weight")) std *= 1.0 / 8;
  return normal(shape, std, std::move(generator));
}

at::Tensor initial_adapter(const std::string& name, at::IntArrayRef shape,
                           at::Generator generator) {
  if (name.ends_with("down_proj.weight")) return kaiming(shape, shape[1], std::move(generator));
  if (name.ends_with(".scale")) return at::ones(shape);
  at::Tensor value = at::zeros(shape);
  // Row = task level. Region level (0) starts with adapter 0 alone, image level (1) with adapter 1.
  if (name.ends_with("router_ratio1")) value[0].fill_(1.0);
  if (name.ends_with("router_ratio2")) value[1].fill_(1.0);
  return value;
}

/// Sines and cosines of row and column, a quarter of the channels each; the class token has zeros.
/// Wavelengths are in patches, 4 to 40: a part of an image has the positions of its corner.
/// Source: Vaswani 2017, in two dimensions. Only for models that are trained from nothing: a random
/// table stays small there, and where a patch is gets lost; the paper's encoder brings a table.
at::Tensor sine_positions(at::IntArrayRef shape) {
  const int64_t tokens = shape[1] - 1, width = shape[2], quarter = width / 4;
  const auto grid = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(tokens))));
  at::Tensor table = at::zeros(shape);
  if (grid * grid != tokens || quarter == 0) return table;
  const at::Tensor exponent = at::arange(quarter, at::kFloat) / static_cast<double>(quarter);
  const at::Tensor frequency = 2 * M_PI / (4.0 * at::pow(10.0, exponent));  // [V/4]
  const at::Tensor angle = at::arange(grid, at::kFloat).outer(frequency);   // [g,V/4]
  const at::Tensor wave = at::cat({angle.sin(), angle.cos()}, 1);           // [g,V/2]
  const at::Tensor rows = wave.unsqueeze(1).expand({grid, grid, 2 * quarter});
  const at::Tensor columns = wave.unsqueeze(0).expand({grid, grid, 2 * quarter});
  const at::Tensor patches = at::cat({rows, columns}, 2).reshape({tokens, 4 * quarter});
  table.select(0, 0).narrow(0, 1, tokens).narrow(1, 0, 4 * quarter).copy_(patches);
  return table;
}

/// One tensor per name, from wherever it came.
struct Collected {
  TensorMap tensors;
  std::map<std::string, at::Tensor> owned;  ///< those that lie in no file

  void keep(const std::string& name, const at::Tensor& value) {
    const at::Tensor whole = value.contiguous();
    owned[name] = whole;
    tensors[name] =
        contiguous_view(DType::kF32, whole.sizes().vec(),
                        {static_cast<const std::byte*>(whole.const_data_ptr()), whole.nbytes()});
  }
};

/// BERT's own file lacks the row of the token [DEC] that LION adds.
bool is_shorter_vocabulary(std::string_view name, const TensorView& view,
                           const at::Tensor& parameter) {
  return name.ends_with("word_embeddings.weight") && view.shape.size() == 2 &&
         view.shape[1] == parameter.size(1) && view.shape[0] < parameter.size(0);
}

at::Tensor with_initial_rows(const std::string& name, const TensorView& view, at::IntArrayRef shape,
                             uint64_t seed) {
  at::Tensor table = initial_value(name, shape, seed);
  table.narrow(0, 0, view.shape[0]).copy_(borrow(view));
  return table;
}

void take_file(const InitFile& init, const ParameterMap& parameters, uint64_t seed,
               Collected& collected, LoadedWeights& loaded) {
  int64_t taken = 0;
  int64_t left = 0;
  std::vector<std::string> misfits;
  const auto renamed = [&init](std::string_view stored) {
    std::string name(stored);
    for (const auto& [from, to] : init.rename) name = replace_all(name, from, to);
    return name;
  };
  const TensorMap tensors = without_wrappers(
      read_tensors(init.file),
      [&](std::string_view stored) { return parameters.contains(renamed(stored)); },
      init.file.string());
  for (const auto& [stored_name, view] : tensors) {
    const std::string name = renamed(stored_name);
    const auto it = parameters.find(name);
    const bool wanted =
        it != parameters.end() &&
        (init.only.empty() || std::ranges::any_of(init.only, [&name](const std::string& pattern) {
           return models::name_matches(pattern, name);
         }));
    if (!wanted) {
      ++left;
      continue;
    }
    if (is_shorter_vocabulary(name, view, it->second)) {
      collected.keep(name, with_initial_rows(name, view, it->second.sizes(), seed));
      loaded.of_folder.erase(name);
      ++taken;
      continue;
    }
    if (it->second.sizes() != at::IntArrayRef(view.shape)) {
      misfits.push_back(str(stored_name, " is ", shape_str(view.shape), ", expected ",
                            shape_str(it->second.sizes())));
      continue;
    }
    collected.owned.erase(name);
    collected.tensors[name] = view;
    loaded.of_folder.erase(name);
    ++taken;
  }
  if (!misfits.empty()) {
    throw InputError(str(init.file.string(), ": these tensors do not fit the model:\n  ",
                         join(misfits, "\n  "), "\nUse a file of the same model."));
  }
  if (taken == 0) {
    throw InputError(str(init.file.string(), ": none of its ", left,
                         " tensors belongs to this model. Check \"rename\" and \"only\"."));
  }
  loaded.report.push_back(str(init.file.string(), ": ", taken, " tensors",
                              left ? str(", ", left, " not used") : std::string()));
}

}  // namespace

at::Tensor initial_value(const std::string& name, at::IntArrayRef shape, uint64_t seed) {
  at::Generator generator = generator_of(name, seed);
  if (has(name, ".adapter.")) return initial_adapter(name, shape, std::move(generator));
  if (name == "visual_encoder.pos_embed") return sine_positions(shape);
  if (name == "ram.label_embed") return normal(shape, 1.0, std::move(generator));
  if (name == "soft_prompt_hint") return normal(shape, 1.0, std::move(generator));
  const bool norm = has(name, "LayerNorm.") || has(name, "ln_") || has(name, "norm");
  if (norm) return name.ends_with("weight") ? at::ones(shape) : at::zeros(shape);
  // An untrained aggregator block adds nothing: its output projections are zero.
  if (name.starts_with("fusion_adapter.") && has(name, "output.dense")) return at::zeros(shape);
  if (name.starts_with("t5_proj.") || name.starts_with("adapter_proj.")) {
    return shape.size() == 2 ? kaiming(shape, shape[1], std::move(generator)) : at::zeros(shape);
  }
  if (shape.size() < 2) return at::zeros(shape);
  if (name.starts_with("t5_model.")) return initial_t5(name, shape, seed);
  return normal(shape, 0.02, std::move(generator));
}

LoadedWeights load_initial_weights(const ParameterMap& parameters, const InitialWeights& sources,
                                   at::Device device) {
  LoadedWeights loaded;
  std::vector<std::string>& report = loaded.report;
  Collected collected;
  // The folder's tensors that this run has no use for (another branch, the tagger) are left aside.
  for (auto& [name, view] : read_tensors(sources.model)) {
    if (!parameters.contains(name)) continue;
    collected.tensors.emplace(name, view);
    loaded.of_folder.insert(name);
  }
  report.push_back(str(sources.model.string(), ": ", collected.tensors.size(), " tensors"));
  const auto begin = [&](const std::vector<std::string>& patterns, const char* key,
                         std::string_view what, auto&& value) {
    const auto names = select(parameters, patterns, key);
    for (const std::string& name : names) {
      collected.keep(name, value(name, parameters.at(name).sizes()));
      loaded.of_folder.erase(name);
    }
    if (!names.empty()) report.push_back(str(what, ": ", names.size(), " tensors"));
  };
  begin(sources.reinitialize, "reinitialize", "initial values",
        [&](const std::string& name, at::IntArrayRef shape) {
          return initial_value(name, shape, sources.seed);
        });
  begin(sources.zero, "zero", "zeros",
        [](const std::string&, at::IntArrayRef shape) { return at::zeros(shape); });
  for (const InitFile& file : sources.files)
    take_file(file, parameters, sources.seed, collected, loaded);
  std::vector<std::string> missing;
  for (const auto& [name, parameter] : parameters) {
    if (!collected.tensors.contains(name)) missing.push_back(name);
  }
  if (!missing.empty()) {
    throw ResourceError(str(sources.model.string(), ": these parameters have no initial value:\n  ",
                            join(missing, "\n  "),
                            "\nName a file that has them under \"init\", or list them under "
                            "\"reinitialize\" to re-initialise them."));
  }
  load_parameters(parameters, collected.tensors, sources.model.string(), device);
  // Their memory ends here.
  for (const auto& [name, value] : collected.owned) {
    at::Tensor parameter = parameters.at(name);
    parameter.set_data(parameter.clone());
  }
  return loaded;
}

}  // namespace lion::train
