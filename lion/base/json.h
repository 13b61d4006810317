#pragma once
/// JSON in and out: parsing with comments and a bounded depth, and a strict reader for configs.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/error.h"

namespace lion {

/// Keeps the order in which keys are written, so that output is stable.
using Json = nlohmann::ordered_json;

/// Parses JSON, C and C++ comments allowed, at most 64 levels deep. NaN, Infinity and -Infinity, as
/// Python writes them, become null. `where` names the source in errors. Throws InputError.
Json parse_json(std::string_view text, std::string_view where);

/// Reads and parses one JSON file of at most `max_bytes`. Throws ResourceError when it cannot be
/// read, InputError when it is not JSON.
Json read_json_file(const std::filesystem::path& path, uint64_t max_bytes = 64u << 20);

/// Reads one JSON object key by key; `finish()` fails on keys that nobody asked for.
class JsonReader {
 public:
  /// `where` names the object in errors, for instance "config.json: vit". Throws InputError when
  /// `object` is not an object.
  JsonReader(const Json& object, std::string where);

  bool has(const std::string& key) const { return object_.contains(key); }

  /// Overwrites `value` when the key is there; leaves it (the default) otherwise.
  template <typename T>
  void read(const std::string& key, T& value) {
    seen_.insert(key);
    if (const auto it = object_.find(key); it != object_.end()) convert(*it, key, value);
  }

  /// As `read`, but a missing key is an InputError.
  template <typename T>
  void require(const std::string& key, T& value) {
    if (!has(key)) throw InputError(str(where_, ": key \"", key, "\" is missing. Add it."));
    read(key, value);
  }

  /// The sub-object `key`, or an empty object when it is missing.
  JsonReader object(const std::string& key);

  /// Marks a key as known without reading it.
  void ignore(const std::string& key) { seen_.insert(key); }

  /// Throws InputError naming every key that was neither read nor ignored.
  void finish() const;

  const std::string& where() const { return where_; }

 private:
  void convert(const Json& json, const std::string& key, bool& value) const;
  void convert(const Json& json, const std::string& key, int64_t& value) const;
  void convert(const Json& json, const std::string& key, double& value) const;
  void convert(const Json& json, const std::string& key, std::string& value) const;
  template <typename T>
  void convert(const Json& json, const std::string& key, std::vector<T>& value) const {
    if (!json.is_array()) fail(key, json, "a list");
    value.clear();
    for (const Json& item : json) {
      T one{};
      convert(item, key, one);
      value.push_back(std::move(one));
    }
  }
  [[noreturn]] void fail(const std::string& key, const Json& got, std::string_view expected) const;

  Json object_;
  std::string where_;
  std::set<std::string> seen_;
};

}  // namespace lion
