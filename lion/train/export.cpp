#include "lion/train/export.h"

#include <torch/torch.h>

#include <fcntl.h>

#include <algorithm>
#include <cstdio>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/checkpoint/safetensors.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/checkpoint/torch_file.h"
#include "lion/model_folder/networks.h"

namespace lion::train {

namespace fs = std::filesystem;

namespace {

/// A tensor of the model as bytes on the CPU.
struct Stored {
  at::Tensor tensor;
  TensorView view;
};

Stored store(const at::Tensor& parameter) {
  Stored stored{parameter.detach().cpu().contiguous(), {}};
  stored.view = contiguous_view(
      from_torch(stored.tensor.scalar_type()), stored.tensor.sizes().vec(),
      {static_cast<const std::byte*>(stored.tensor.const_data_ptr()), stored.tensor.nbytes()});
  return stored;
}

void copy_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::is_directory(from, error)) return;
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    if (entry.is_regular_file()) write_file(to / entry.path().filename(), read_file(entry.path()));
  }
}

void copy_if_there(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::exists(from, error)) write_file(to, read_file(from));
}

fs::path with_suffix(const fs::path& path, const char* suffix) {
  return (path.has_filename() ? path : path.parent_path()).string() + suffix;
}

/// Puts `next` where `folder` is, at no moment without one of them there.
void replace_folder(const fs::path& folder, const fs::path& next) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    fs::rename(next, folder, error);
  } else if (::renameat2(AT_FDCWD, next.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(next, error);
  } else {  // a file system that cannot exchange
    const fs::path old = with_suffix(folder, ".old");
    fs::remove_all(old, error);
    fs::rename(folder, old, error);
    if (!error) fs::rename(next, folder, error);
    if (!error) fs::remove_all(old, error);
  }
  if (!error) return;
  throw ResourceError(str(folder.string(), ": could not be replaced by ", next.string(), " (",
                          error.message(), "). The latter is complete: move it there by hand."));
}

}  // namespace

void export_trained(const fs::path& folder, const TrainedModel& model) {
  fs::create_directories(folder);
  std::vector<Stored> stored;
  std::vector<TensorSpec> specs;
  std::vector<std::pair<std::string, TensorView>> named;
  for (const auto& [name, parameter] : model.trained()) {
    stored.push_back(store(parameter));
    specs.push_back({name, stored.back().view.dtype, stored.back().view.shape});
    named.emplace_back(name, stored.back().view);
  }
  SafetensorsWriter writer(folder / "trained.safetensors", specs);
  for (const auto& [name, view] : named) writer.write(name, view.bytes);
  writer.commit();
  write_torch_file(folder / "trained.pth", named);
}

void export_model(const fs::path& folder, const TrainConfig& config, const TrainedModel& model) {
  // Which types a model of this precision has: matrices in it, the rest in float32.
  ParameterMap types = Networks(model.config, config.precision).parameters();

  const ModelFolder base{config.weights.model};
  const TensorMap base_tensors = read_tensors(base.root);
  std::vector<TensorSpec> specs;
  const auto is_trained = [&model](const std::string& name) {
    return std::ranges::binary_search(model.trained_names, name);
  };
  const auto keeps_file = [&](const std::string& name) {
    const auto it = base_tensors.find(name);
    return it != base_tensors.end() && !is_trained(name) && model.of_folder.contains(name);
  };
  for (const auto& [name, parameter] : model.parameters) {
    const DType type =
        keeps_file(name) ? base_tensors.at(name).dtype : from_torch(types.at(name).scalar_type());
    specs.push_back({name, type, parameter.sizes().vec()});
  }
  // The other network is the folder's.
  for (const auto& [name, view] : base_tensors) {
    if (name.starts_with(kTaggerPrefix) != static_cast<bool>(model.ram)) {
      specs.push_back({name, view.dtype, view.shape});
    }
  }

  // Beside the folder of an earlier run, which stays until this one is complete.
  const fs::path next = with_suffix(folder, ".next");
  fs::remove_all(next);
  AtomicFolder out(next);
  const ModelFolder target{out.path()};
  target.write_config(model.config);
  copy_folder(base.t5_tokenizer(), target.t5_tokenizer());
  copy_folder(base.bert_tokenizer(), target.bert_tokenizer());
  copy_if_there(base.tags(), target.tags());
  copy_if_there(base.thresholds(), target.thresholds());
  ShardedWriter writer(target.root, specs);
  for (const TensorSpec& spec : specs) {
    const auto parameter = model.parameters.find(spec.name);
    if (parameter == model.parameters.end() || keeps_file(spec.name)) {
      writer.write(spec.name, to_contiguous(base_tensors.at(spec.name)));
    } else {
      const Stored stored = store(parameter->second.to(to_torch(spec.dtype)));
      writer.write(spec.name, stored.view.bytes);
    }
  }
  writer.commit();
  out.commit();
  replace_folder(folder, next);
}

}  // namespace lion::train
