#include "lion/train/train_checkpoint.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "lion/base/error.h"
#include "lion/checkpoint/safetensors.h"

namespace lion::train {

namespace fs = std::filesystem;

namespace {

constexpr const char* kStateKey = "lion_train_state";
constexpr const char* kParameterPrefix = "parameter/";
constexpr std::string_view kFilePrefix = "step-";
constexpr std::string_view kFileSuffix = ".safetensors";

/// All tensors of a checkpoint by the names that they have in the file.
ParameterMap checkpoint_tensors(const ParameterMap& trained, const Optimizer& optimizer) {
  ParameterMap all = optimizer.moments();
  for (const auto& [name, parameter] : trained) all.emplace(kParameterPrefix + name, parameter);
  return all;
}

Json to_json(const TrainState& state, int64_t updates) {
  return {{"version", 1},
          {"step", state.step},
          {"updates", updates},
          {"sampler", state.sampler.to_json()},
          {"datasets", state.datasets},
          {"metrics", state.metrics},
          {"best_validation", state.best_validation},
          {"config", state.config}};
}

/// Reads what `to_json` made.
TrainState from_json(const Json& json, const std::string& where, Optimizer& optimizer) {
  JsonReader reader(json, where);
  TrainState state;
  int64_t updates = 0;
  reader.ignore("version");
  reader.require("step", state.step);
  reader.require("updates", updates);
  reader.require("best_validation", state.best_validation);
  for (const char* key : {"sampler", "datasets", "metrics", "config"}) reader.ignore(key);
  reader.finish();
  state.sampler = data::SamplerState::from_json(json.value("sampler", Json()), where);
  state.datasets = json.value("datasets", Json::object());
  state.metrics = json.value("metrics", Json::object());
  state.config = json.value("config", Json::object());
  optimizer.set_updates(updates);
  return state;
}

}  // namespace

int64_t checkpoint_step(const fs::path& file) {
  std::string name = file.filename().string();
  if (!name.starts_with(kFilePrefix) || !name.ends_with(kFileSuffix)) return -1;
  name = name.substr(kFilePrefix.size(), name.size() - kFilePrefix.size() - kFileSuffix.size());
  const bool digits = !name.empty() && name.size() < 18 &&
                      name.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::stoll(name) : -1;
}

fs::path checkpoint_path(const fs::path& folder, int64_t step) {
  constexpr size_t kDigits = 8;
  std::string number = std::to_string(step);
  if (number.size() < kDigits) number.insert(0, kDigits - number.size(), '0');
  return folder / str(kFilePrefix, number, kFileSuffix);
}

void save_checkpoint(const fs::path& file, const ParameterMap& trained, const Optimizer& optimizer,
                     const TrainState& state) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  const ParameterMap tensors = checkpoint_tensors(trained, optimizer);
  std::vector<TensorSpec> specs;
  for (const auto& [name, tensor] : tensors) {
    specs.push_back({name, from_torch(tensor.scalar_type()), tensor.sizes().vec()});
  }
  SafetensorsWriter writer(file, specs, {{kStateKey, to_json(state, optimizer.updates()).dump()}});
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor bytes = tensor.detach().cpu().contiguous();
    writer.write(name, {static_cast<const std::byte*>(bytes.const_data_ptr()), bytes.nbytes()});
  }
  writer.commit();
}

TrainState load_checkpoint(const fs::path& file, const ParameterMap& trained,
                           Optimizer& optimizer) {
  const at::NoGradGuard no_grad;
  const Safetensors stored = read_safetensors(file);
  const auto it = stored.metadata.find(kStateKey);
  if (it == stored.metadata.end()) {
    throw InputError(str(file.string(),
                         ": is no checkpoint of a training run. Name a file that "
                         "`lion train` wrote."));
  }
  const ParameterMap tensors = checkpoint_tensors(trained, optimizer);
  std::map<std::string, std::vector<int64_t>> expected;
  for (const auto& [name, tensor] : tensors) expected.emplace(name, tensor.sizes().vec());
  if (const auto problems = compare(expected, stored.tensors); !problems.empty()) {
    throw ResourceError(str(file.string(), ": ", problems.size(),
                            " tensors do not fit the run:\n  ", join(problems, "\n  "),
                            "\nThe settings have changed what is trained: name another \"out\"."));
  }
  for (const auto& [name, tensor] : tensors) {
    tensor.copy_(borrow(stored.tensors.at(name)));
  }
  return from_json(parse_json(it->second, file.string()), file.string(), optimizer);
}

void share_checkpoint(ProcessGroup& group, const ParameterMap& trained, Optimizer& optimizer,
                      TrainState& state) {
  const std::string text = group.broadcast(to_json(state, optimizer.updates()).dump());
  if (group.rank() != 0) {
    state = from_json(parse_json(text, "state of rank 0"), "state of rank 0", optimizer);
  }
  for (const auto& [name, tensor] : checkpoint_tensors(trained, optimizer)) {
    group.broadcast(tensor);
  }
}

std::vector<fs::path> list_checkpoints(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (checkpoint_step(entry.path()) >= 0) files.push_back(entry.path());
  }
  std::ranges::sort(files, {}, checkpoint_step);
  return files;
}

void prune_checkpoints(const fs::path& folder, int64_t keep) {
  const std::vector<fs::path> files = list_checkpoints(folder);
  for (size_t i = 0; i + static_cast<size_t>(keep) < files.size(); ++i) {
    std::error_code ignored;
    fs::remove(files[i], ignored);
  }
}

}  // namespace lion::train
