#include "lion/checkpoint/tensor_map.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/safetensors.h"
#include "lion/checkpoint/torch_file.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxIndex = 64u << 20;  // 2,000 tensors take 200 KB

bool is_there(const fs::path& path) {
  std::error_code unreadable;  // reported when the file is opened
  return fs::exists(path, unreadable) || unreadable;
}

/// Whether the bytes begin as safetensors do: a length below 2^32 and the header's brace. In both
/// of torch's layouts byte 8 is never '{', and no text has zeros there.
bool has_header(std::string_view text) {
  return text.size() > 8 && text[8] == '{' && text.substr(4, 4) == std::string_view("\0\0\0\0", 4);
}

/// What people get instead of weights when a download goes wrong.
void check_not_a_placeholder(std::string_view text, const std::string& where) {
  if (text.empty()) {
    throw ResourceError(str(where, ": is empty. Copy or download it again."));
  }
  if (text.starts_with("version https://git-lfs")) {
    throw ResourceError(str(where, ": is a Git LFS pointer, not the weights. Run git lfs pull."));
  }
  const size_t first = text.substr(0, 64).find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first != text.npos && text[first] == '<') {
    throw ResourceError(str(where, ": is a web page, not weights. Download the file itself."));
  }
  if (first != text.npos && text[first] == '{') {
    throw ResourceError(str(where, ": is JSON text, not weights (got \"",
                            shown(text.substr(first, 60)), "\"). Name the weights themselves, or ",
                            "the folder that holds them."));
  }
}

TensorMap read_file_tensors(const fs::path& path) {
  const auto file = MappedFile::open(path);
  const std::string_view text = as_text(file->bytes());
  const std::string where = path.string();
  if (has_header(text)) return parse_safetensors(file->bytes(), file, where).tensors;
  check_not_a_placeholder(text, where);
  const bool is_zip = text.starts_with("PK\3\4");
  const bool is_pickle = text.starts_with('\x80');
  if (path.extension() == ".safetensors" && !is_zip && !is_pickle) {
    return parse_safetensors(file->bytes(), file, where).tensors;
  }
  return parse_torch_file(file->bytes(), file, where);
}

using WeightMap = std::map<std::string, std::string>;  // tensor -> file

WeightMap read_index(const fs::path& path) {
  const std::string where = path.string();
  const std::string text = read_file(path, kMaxIndex);
  // The parser takes a NUL byte for the end. Not the ordered Json of configs: its look-up of a key
  // is linear.
  const auto index =
      text.find('\0') == text.npos ? nlohmann::json::parse(text, nullptr, false) : nlohmann::json();
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (map == index.end() || !map->is_object() || map->empty()) {
    throw ResourceError(str(where, ": is not JSON with a \"weight_map\" of tensors and files. ",
                            "Download it again."));
  }
  WeightMap weights;
  for (const auto& [tensor, file] : map->items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name == ".." || name == "." || name.find('/') != std::string::npos) {
      throw ResourceError(str(where, ": tensor \"", shown(tensor), "\" is said to be in \"",
                              shown(name), "\", expected a file of the same folder. Do not trust ",
                              "this index: download it again."));
    }
    weights.emplace(tensor, name);
  }
  return weights;
}

/// "a", "b" and 3 more
std::string some_of(const std::vector<std::string>& names) {
  constexpr size_t kShown = 10;
  const std::span shown(names.data(), std::min(names.size(), kShown));
  const size_t more = names.size() - shown.size();
  return join(shown, ", ") + (more ? str(" and ", more, " more") : "");
}

TensorMap read_sharded(const fs::path& index) {
  const WeightMap weights = read_index(index);
  std::map<std::string, TensorMap> shards;
  std::vector<std::string> missing;
  for (const auto& [tensor, file] : weights) shards[file];
  for (const auto& [file, unused] : shards) {
    if (!is_there(index.parent_path() / file)) missing.push_back(file);
  }
  if (!missing.empty()) {
    throw ResourceError(str(index.string(), ": missing shards ", some_of(missing),
                            ". Download them into the same folder."));
  }
  for (auto& [file, tensors] : shards) tensors = read_file_tensors(index.parent_path() / file);

  TensorMap result;
  for (const auto& [tensor, file] : weights) {
    if (auto found = shards[file].extract(tensor)) {
      result.insert(std::move(found));
    } else {
      missing.push_back(str('"', tensor, "\" (", file, ")"));
    }
  }
  if (!missing.empty()) {
    throw ResourceError(str(index.string(), ": missing tensors ", some_of(missing),
                            ". Index and shards are not of one download: fetch them together."));
  }
  return result;
}

}  // namespace

void report_unreadable(const TensorMap& tensors, const std::string& where) {
  std::vector<std::string> names;
  for (const auto& [name, view] : tensors) {
    if (!view.is_readable()) names.push_back(str('"', shown(name), "\" (", view.unreadable, ')'));
  }
  if (names.empty()) return;
  log_info(str(where, ": tensors of types that cannot be read are skipped: ", some_of(names)));
}

std::string some_names(const TensorMap& tensors, size_t count) {
  std::vector<std::string> names;
  for (const auto& [name, view] : tensors) {
    if (names.size() == count) break;
    names.push_back(str('"', shown(name), "\" ", shape_str(view.shape)));
  }
  const size_t more = tensors.size() - names.size();
  return join(names, ", ") + (more ? str(" and ", more, " more") : "");
}

TensorMap read_tensors(const fs::path& path) {
  if (!is_there(path)) {
    throw ResourceError(str(path.string(), ": does not exist. Check the path."));
  }
  std::error_code unreadable;
  if (!fs::is_directory(path, unreadable)) return read_file_tensors(path);
  for (const std::string_view name : {"model.safetensors", "pytorch_model.bin"}) {
    const fs::path index = path / str(name, ".index.json");
    if (is_there(index)) return read_sharded(index);
    if (is_there(path / name)) return read_file_tensors(path / name);
  }
  throw ResourceError(str(path.string(), ": holds no weights (expected model.safetensors or ",
                          "pytorch_model.bin, or one of them with .index.json). Name another ",
                          "folder, or the file itself."));
}

}  // namespace lion
