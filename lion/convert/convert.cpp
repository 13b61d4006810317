#include "lion/convert/convert.h"

#include <torch/torch.h>

#include <functional>
#include <map>

#include "lion/base/file.h"
#include "lion/checkpoint/load.h"
#include "lion/checkpoint/name_fit.h"
#include "lion/checkpoint/safetensors.h"
#include "lion/convert/convert_config.h"
#include "lion/model_folder/model_folder.h"
#include "lion/model_folder/networks.h"
#include "lion/models/lion_weights.h"
#include "lion/models/parameter_groups.h"
#include "lion/nn/torch_errors.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"

namespace lion {

namespace fs = std::filesystem;

StoredType parse_stored_type(std::string_view name) {
  if (name == "keep") return StoredType::kKeep;
  if (name == "fp32" || name == "float32") return StoredType::kFp32;
  if (name == "bf16" || name == "bfloat16") return StoredType::kBf16;
  throw InputError(
      str("dtype: got \"", name, "\", expected keep, fp32 or bf16. Pass one of these."));
}

namespace {

/// One released file (or folder), the table of its names, and which of our parameters it supplies.
struct Source {
  fs::path path;
  TensorMap tensors;
  std::vector<nn::NameRule> rules;
  std::function<bool(std::string_view name)> supplies;
};

bool is_vit(std::string_view name) {
  return models::parameter_group(name) == models::ParameterGroup::kVisionEncoder;
}
bool is_tagger(std::string_view name) {
  return models::parameter_group(name) == models::ParameterGroup::kTagger;
}
bool is_llm(std::string_view name) {
  return models::parameter_group(name) == models::ParameterGroup::kLanguageModel;
}
bool is_any(std::string_view) { return true; }

/// Reads a released file or folder, its names brought to those of `rules`.
TensorMap read_source(const fs::path& path, const std::vector<nn::NameRule>& rules) {
  const auto is_known = [&rules](std::string_view name) {
    const auto mapped = map_name(rules, name);
    return mapped && !mapped->ours.empty();
  };
  return without_wrappers(read_tensors(path), is_known, path.string());
}

/// T5 has one embedding under three names, and files may hold it under any of them.
void restore_tied_embedding(TensorMap& tensors, const std::string& prefix, const fs::path& path) {
  const std::string shared = prefix + "shared.weight";
  if (tensors.contains(shared)) return;
  for (const char* tied : {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}) {
    const auto it = tensors.find(prefix + tied);
    if (it == tensors.end()) continue;
    log_info(str(path.string(), ": takes \"", it->first, "\" for \"", shared,
                 "\", which it is tied to"));
    tensors.emplace(shared, it->second);
    return;
  }
}

/// A tensor of ours: where it comes from. `computed` holds the few that are not stored as such.
struct Found {
  TensorView view;
  std::shared_ptr<std::vector<float>> computed;
};

using FoundMap = std::map<std::string, Found>;

/// Applies every source's table. Left-out tensors are counted by reason.
FoundMap find_all(const std::vector<Source>& sources, ConvertReport& report) {
  FoundMap found;
  for (const Source& source : sources) {
    std::map<std::string, int64_t> unused;
    for (const auto& [name, view] : source.tensors) {
      const auto mapped = map_name(source.rules, name);
      if (!mapped && !view.is_readable()) continue;  // an object beside the weights
      if (!mapped)
        throw ResourceError(str(source.path.string(), ": tensor \"", name,
                                "\" is not known (the file holds ", some_names(source.tensors),
                                "). Is it a file of this kind?"));
      if (mapped->ours.empty())
        ++unused[std::string(mapped->unused)];
      else if (!found.emplace(mapped->ours, Found{view, nullptr}).second) {
        throw ResourceError(
            str(source.path.string(), ": tensor \"", name, "\" becomes \"", mapped->ours,
                "\", which another tensor became already. Name one file per part."));
      }
    }
    for (const auto& [reason, count] : unused) {
      report.unused.push_back(str(source.path.string(), ": ", count,
                                  count == 1 ? " tensor" : " tensors", " not used: ", reason));
    }
  }
  return found;
}

/// A view over numbers that were computed here.
Found computed(std::vector<int64_t> shape, std::vector<float> values) {
  Found found;
  found.computed = std::make_shared<std::vector<float>>(std::move(values));
  found.view =
      contiguous_view(DType::kF32, std::move(shape), std::as_bytes(std::span(*found.computed)));
  return found;
}

/// Brings the position table of a ViT trained at another image size to the wanted grid.
void fit_position_table(FoundMap& found, const models::LionConfig& config) {
  const auto it = found.find("visual_encoder.pos_embed");
  if (it == found.end() || !it->second.view.is_readable()) return;
  const std::vector<int64_t>& shape = it->second.view.shape;
  if (shape.size() != 3 || shape[0] != 1 || shape[1] < 2 || shape[1] == config.vit.tokens()) return;
  const at::Tensor resized =
      models::resize_position_table(borrow(it->second.view), config.vit.grid()).contiguous();
  const auto* data = resized.const_data_ptr<float>();
  it->second = computed(resized.sizes().vec(), std::vector<float>(data, data + resized.numel()));
}

/// Hugging Face stores q, k and v biases of a ViT block as one vector. Ours has none for the key:
/// it adds the same number to all scores of a query, which softmax removes.
void split_qkv_biases(FoundMap& found) {
  constexpr std::string_view kJoined = ".attn.qkv.bias";
  std::vector<std::string> names;
  for (const auto& [name, item] : found) {
    if (name.starts_with("visual_encoder.") && name.ends_with(kJoined)) names.push_back(name);
  }
  for (const std::string& name : names) {
    const TensorView view = found.at(name).view;
    if (!view.is_readable() || !is_floating(view.dtype)) continue;  // reported as such
    std::vector<float> all(static_cast<size_t>(view.numel()));
    convert(view, DType::kF32, std::as_writable_bytes(std::span(all)));
    const auto third = static_cast<std::ptrdiff_t>(all.size() / 3);
    const std::string attn = name.substr(0, name.size() - std::string_view("qkv.bias").size());
    found[attn + "q_bias"] = computed({third}, {all.begin(), all.begin() + third});
    found[attn + "v_bias"] = computed({third}, {all.begin() + 2 * third, all.end()});
    found.erase(name);
  }
}

/// Throws InputError that lists, file by file, every tensor that is missing or misshapen.
void require_fit(const std::vector<Source>& sources,
                 const std::map<std::string, std::vector<int64_t>>& expected,
                 const FoundMap& found) {
  std::string report;
  for (const Source& source : sources) {
    std::map<std::string, std::vector<int64_t>> wanted;
    TensorMap there;
    for (const auto& [name, shape] : expected) {
      if (source.supplies(name)) wanted.emplace(name, shape);
    }
    for (const auto& [name, item] : found) {
      if (source.supplies(name)) there.emplace(name, item.view);
    }
    const auto problems = compare(wanted, there);
    if (problems.empty()) continue;
    report += str("\n", source.path.string(), ": ", problems.size(), " tensors do not fit:\n  ",
                  join(a_handful(problems), "\n  "), "\n  The file holds ",
                  some_names(source.tensors), ".");
  }
  if (report.empty()) return;
  throw InputError(str("convert: these files do not make one model.", report,
                       "\nUse files of one model; for sizes that are not a released model's, pass "
                       "--config."));
}

/// The type that a tensor is written in. For bf16, what a bf16 model reads as such: matrices;
/// norms, routers and tables keep the precision they were released in.
DType stored_type(const TensorView& view, StoredType wanted, at::ScalarType computed_in) {
  switch (wanted) {
    case StoredType::kKeep:
      return view.dtype;
    case StoredType::kFp32:
      return DType::kF32;
    case StoredType::kBf16:
      return computed_in == at::kBFloat16 ? DType::kBF16 : view.dtype;
  }
  throw InternalError("stored_type: unknown type.");
}

void write_weights(const fs::path& folder, const FoundMap& found,
                   const std::vector<TensorSpec>& specs, const ProgressSink& progress) {
  uint64_t total = 0;
  for (const TensorSpec& spec : specs) total += spec.nbytes();
  ShardedWriter writer(folder, specs);
  uint64_t done = 0;
  for (const TensorSpec& spec : specs) {
    const TensorView& view = found.at(spec.name).view;
    if (view.dtype == spec.dtype && view.is_plain()) {
      writer.write(spec.name, view.bytes);
    } else {
      std::vector<std::byte> bytes(spec.nbytes());
      convert(view, spec.dtype, bytes);
      writer.write(spec.name, bytes);
    }
    release(view);
    done += spec.nbytes();
    if (progress)
      progress(
          {"writing weights", static_cast<int64_t>(done), static_cast<int64_t>(total), "bytes"});
  }
  writer.commit();
}

/// Copies those of `names` that exist.
void copy_files(const fs::path& from, const fs::path& to,
                std::initializer_list<const char*> names) {
  fs::create_directories(to);
  for (const char* name : names) {
    std::error_code ignored;
    if (fs::exists(from / name, ignored)) write_file(to / name, read_file(from / name));
  }
}

/// Loads before copying: a tokenizer that cannot be read is found now, under the user's name for
/// it.
void copy_t5_tokenizer(const fs::path& from, const ModelFolder& to) {
  T5Tokenizer::load(from);
  copy_files(from, to.t5_tokenizer(), {"tokenizer.json", "spiece.model", "tokenizer_config.json"});
}

void copy_bert_tokenizer(const fs::path& from, const ModelFolder& to) {
  BertTokenizer::load(from);
  copy_files(from, to.bert_tokenizer(), {"vocab.txt", "tokenizer_config.json"});
}

void require_paths(const ConvertOptions& options) {
  std::vector<std::string> missing;
  const auto need = [&missing](const fs::path& path, const char* flag, const char* what) {
    if (path.empty()) missing.push_back(str("  ", flag, "  ", what));
  };
  need(options.out, "--out", "the folder to write");
  const bool released =
      !options.vit.empty() || !options.llm.empty() || !options.lion.empty() || !options.ram.empty();
  if (!options.model.empty()) {
    if (released || options.base || !options.instructblip.empty()) {
      throw InputError(
          "convert: --model is a whole model folder. Leave out the released files, --base and "
          "--instructblip.");
    }
  } else if (options.instructblip.empty()) {
    need(options.vit, "--vit", "eva_vit_g.pth");
    need(options.llm, "--llm", "the folder of Flan-T5");
    need(options.bert, "--bert", "the folder of bert-base-uncased (its vocabulary)");
    if (!options.base) {
      need(options.lion, "--lion",
           "LION-FlanT5-XL.pth or -XXL.pth; or --base for what training starts from");
    }
    if (!options.ram.empty() || !options.ram_tags.empty() || !options.ram_thresholds.empty()) {
      need(options.ram, "--ram", "ram_swin_large_14m.pth");
      need(options.ram_tags, "--ram-tags", "ram_tag_list.txt");
      need(options.ram_thresholds, "--ram-thresholds", "ram_tag_list_threshold.txt");
    }
  } else if (released) {
    throw InputError(
        "convert: --instructblip is a whole model. Leave out --vit, --llm, --lion and --ram.");
  }
  if (options.base && !(options.lion.empty() && options.instructblip.empty())) {
    throw InputError(
        "convert: --base makes a folder without LION's own weights. Leave out --lion and "
        "--instructblip.");
  }
  if (!missing.empty()) {
    throw InputError(str("convert: these are needed too:\n", join(missing, "\n"),
                         "\nSee docs/getting-started.md for where they come from."));
  }
}

/// Checks that the tensors are those of `config` and writes them.
void write_checked(const fs::path& folder, const std::vector<Source>& sources,
                   const models::LionConfig& config, FoundMap& found, StoredType wanted,
                   ConvertReport& report, const ProgressSink& progress) {
  const ParameterMap parameters = Networks(config, at::kBFloat16).parameters();
  std::map<std::string, std::vector<int64_t>> expected;
  for (const auto& [name, parameter] : parameters) expected.emplace(name, parameter.sizes().vec());
  require_fit(sources, expected, found);
  std::erase_if(found, [](const auto& item) { return !item.second.view.is_readable(); });
  std::vector<TensorSpec> specs;
  for (const auto& [name, item] : found) {
    const DType type = stored_type(item.view, wanted, parameters.at(name).scalar_type());
    specs.push_back({name, type, item.view.shape});
    report.bytes += specs.back().nbytes();
  }
  report.tensors = static_cast<int64_t>(specs.size());
  write_weights(folder, found, specs, progress);
}

/// The same model, its weights stored in another type.
ConvertReport convert_folder(const ConvertOptions& options, const ProgressSink& progress) {
  const ModelFolder from{options.model};
  const models::LionConfig config = from.read_config();
  const std::vector<Source> sources = {{options.model, read_tensors(options.model), {}, is_any}};
  FoundMap found;
  for (const auto& [name, view] : sources[0].tensors) found.emplace(name, Found{view, nullptr});
  AtomicFolder out(options.out);
  const ModelFolder folder{out.path()};
  folder.write_config(config);
  copy_t5_tokenizer(from.t5_tokenizer(), folder);
  if (config.has_qformer()) copy_bert_tokenizer(from.bert_tokenizer(), folder);
  if (config.ram) {
    write_file(folder.tags(), read_file(from.tags()));
    write_file(folder.thresholds(), read_file(from.thresholds()));
  }
  ConvertReport report;
  write_checked(folder.root, sources, config, found, options.dtype, report, progress);
  out.commit();
  return report;
}

ConvertReport run_convert(const ConvertOptions& options, const ProgressSink& progress) {
  const at::NoGradGuard no_grad;
  require_paths(options);
  if (!options.model.empty()) return convert_folder(options, progress);
  AtomicFolder out(options.out);
  const ModelFolder folder{out.path()};
  ConvertReport report;
  models::LionConfig config;
  std::vector<Source> sources;
  if (options.instructblip.empty()) {
    const auto lion_rules = models::lion_rules();
    TensorMap lion = options.base ? TensorMap() : read_source(options.lion, lion_rules);
    config = released_config(options, lion);
    const auto add = [&sources](const fs::path& path, std::vector<nn::NameRule> rules,
                                std::function<bool(std::string_view)> supplies) {
      TensorMap tensors = read_source(path, rules);
      sources.push_back({path, std::move(tensors), std::move(rules), std::move(supplies)});
    };
    add(options.vit, models::vit_rules(config.vit.depth), is_vit);
    add(options.llm, models::t5_rules(), is_llm);
    restore_tied_embedding(sources.back().tensors, "", options.llm);
    if (!options.base) {
      sources.push_back({options.lion, std::move(lion), lion_rules, models::is_trained_by_lion});
    }
    if (config.ram) add(options.ram, models::ram_rules(), is_tagger);
  } else {
    config = instructblip_config(options.instructblip);
    auto rules = models::instructblip_rules();
    TensorMap tensors = read_source(options.instructblip, rules);
    restore_tied_embedding(tensors, "language_model.", options.instructblip);
    sources.push_back({options.instructblip, std::move(tensors), std::move(rules), is_any});
  }
  FoundMap found = find_all(sources, report);
  split_qkv_biases(found);
  fit_position_table(found, config);

  folder.write_config(config);
  const fs::path& t5_files = options.instructblip.empty() ? options.llm : options.instructblip;
  copy_t5_tokenizer(t5_files, folder);
  if (config.has_qformer()) {
    copy_bert_tokenizer(
        !options.bert.empty() ? options.bert : options.instructblip / "qformer_tokenizer", folder);
  }
  if (config.ram) {
    write_file(folder.tags(), read_file(options.ram_tags));
    write_file(folder.thresholds(), read_file(options.ram_thresholds));
  }
  write_checked(folder.root, sources, config, found, options.dtype, report, progress);
  out.commit();
  return report;
}

}  // namespace

ConvertReport convert(const ConvertOptions& options, const ProgressSink& progress) {
  return nn::with_our_errors("convert", nn::Fault::kInput,
                             [&] { return run_convert(options, progress); });
}

}  // namespace lion
