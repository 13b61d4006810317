#include <iomanip>
#include <set>

#include "lion/base/error.h"
#include "lion/checkpoint/safetensors.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

/// The JSON header, padded with spaces so that the data begins at a multiple of 8.
std::string header_of(const std::vector<TensorSpec>& specs, const Metadata& metadata,
                      const std::string& where) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::set<std::string> names = {"__metadata__"};
  uint64_t offset = 0;
  for (const TensorSpec& spec : specs) {
    if (!names.insert(spec.name).second) {
      throw InputError(str(where, ": tensor \"", spec.name,
                           "\" would be written twice. Give every tensor its own name."));
    }
    const uint64_t end = offset + spec.nbytes();
    // operator[] of an ordered object searches all keys; these are known to be new.
    header.get_ref<Json::object_t&>().emplace_back(spec.name,
                                                   Json{{"dtype", safetensors_name(spec.dtype)},
                                                        {"shape", spec.shape},
                                                        {"data_offsets", {offset, end}}});
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

uint64_t TensorSpec::nbytes() const {
  const auto numel = checked_numel(shape);
  uint64_t bytes = 0;
  if (!numel || __builtin_mul_overflow(static_cast<uint64_t>(*numel), size_of(dtype), &bytes)) {
    throw InputError(str("tensor \"", name, "\": shape ", shape_str(shape),
                         " is negative or too large. Correct the shape."));
  }
  return bytes;
}

SafetensorsWriter::SafetensorsWriter(const fs::path& path, std::vector<TensorSpec> specs,
                                     const Metadata& metadata)
    : where_(path.string()), specs_(std::move(specs)), file_(path) {
  const std::string header = header_of(specs_, metadata, where_);
  const uint64_t length = header.size();
  file_.write(std::as_bytes(std::span(&length, 1)));
  file_.write(header);
  skip_complete();
}

void SafetensorsWriter::write(std::string_view name, std::span<const std::byte> bytes) {
  // An empty tensor is complete before anything is written.
  if (bytes.empty()) return;
  if (current_ == specs_.size() || specs_[current_].name != name) {
    throw InputError(
        str(where_, ": got tensor \"", name, "\", expected ",
            current_ == specs_.size() ? "no more" : str('"', specs_[current_].name, '"'),
            ". Write tensors in the order of the list."));
  }
  const uint64_t missing = specs_[current_].nbytes() - written_;
  if (bytes.size() > missing) {
    throw InputError(str(where_, ": tensor \"", name, "\": got ", bytes.size(), " bytes, expected ",
                         missing, ". Write as many as its type and shape need."));
  }
  file_.write(bytes);
  written_ += bytes.size();
  skip_complete();
}

void SafetensorsWriter::skip_complete() {
  while (current_ < specs_.size() && specs_[current_].nbytes() == written_) {
    ++current_;
    written_ = 0;
  }
}

void SafetensorsWriter::commit() {
  if (current_ != specs_.size()) {
    throw InputError(str(where_, ": tensor \"", specs_[current_].name, "\" got ", written_,
                         " bytes, expected ", specs_[current_].nbytes(),
                         ". Write every tensor of the list before commit."));
  }
  file_.commit();
}

ShardedWriter::ShardedWriter(fs::path folder, std::vector<TensorSpec> specs,
                             uint64_t max_shard_bytes, std::string prefix, const Metadata& metadata)
    : folder_(std::move(folder)), prefix_(std::move(prefix)) {
  uint64_t total = 0;
  uint64_t shard_bytes = 0;
  std::vector<std::vector<TensorSpec>> plan(1);
  for (TensorSpec& spec : specs) {
    const uint64_t bytes = spec.nbytes();
    if (!plan.back().empty() && bytes > max_shard_bytes - std::min(shard_bytes, max_shard_bytes)) {
      plan.emplace_back();
      shard_bytes = 0;
    }
    if (!shard_of_.emplace(spec.name, plan.size() - 1).second) {
      throw InputError(str(folder_.string(), ": tensor \"", spec.name,
                           "\" would be written twice. Give every tensor its own name."));
    }
    shard_bytes += bytes;
    total += bytes;
    plan.back().push_back(std::move(spec));
  }

  Json weight_map = Json::object();
  for (size_t i = 0; i < plan.size(); ++i) {
    const auto number = [](size_t n) { return str(std::setw(5), std::setfill('0'), n); };
    const std::string name = plan.size() == 1 ? str(prefix_, ".safetensors")
                                              : str(prefix_, "-", number(i + 1), "-of-",
                                                    number(plan.size()), ".safetensors");
    for (const TensorSpec& spec : plan[i]) {
      weight_map.get_ref<Json::object_t&>().emplace_back(spec.name, name);
    }
    shards_.push_back(
        std::make_unique<SafetensorsWriter>(folder_ / name, std::move(plan[i]), metadata));
  }
  index_ = Json{{"metadata", {{"total_size", total}}}, {"weight_map", std::move(weight_map)}};
}

void ShardedWriter::write(std::string_view name, std::span<const std::byte> bytes) {
  const auto shard = shard_of_.find(name);
  if (shard == shard_of_.end()) {
    throw InputError(str(folder_.string(), ": tensor \"", name,
                         "\" is not in the list. Write only the tensors that were announced."));
  }
  shards_[shard->second]->write(name, bytes);
}

void ShardedWriter::commit() {
  for (const auto& shard : shards_) shard->commit();
  if (shards_.size() > 1) {
    write_file(folder_ / str(prefix_, ".safetensors.index.json"), index_.dump(2) + "\n");
  }
}

}  // namespace lion
