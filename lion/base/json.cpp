#include "lion/base/json.h"

#include <algorithm>
#include <cmath>

#include "lion/base/file.h"
#include "lion/base/json_nan.h"

namespace lion {
namespace {

constexpr int kMaxDepth = 64;  // a config is 4 deep; a hostile file must not exhaust the stack

/// The depth of brackets outside strings and comments; copying a value recurses as deep.
int max_depth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
    } else if (text.substr(i, 2) == "//") {
      i = text.find_first_of("\n\r", i);
    } else if (text.substr(i, 2) == "/*") {
      i = text.find("*/", i + 2);
      if (i != text.npos) ++i;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
    if (i == text.npos) break;  // a comment without an end
  }
  return deepest;
}

}  // namespace

Json parse_json(std::string_view text, std::string_view where) {
  // The parser takes a NUL byte for the end and would not look at what follows.
  if (const size_t nul = text.find('\0'); nul != text.npos) {
    throw InputError(str(where, ": not valid JSON (a NUL byte at byte ", nul,
                         "). Save it as UTF-8 text without NUL bytes."));
  }
  if (max_depth(text) > kMaxDepth) {
    throw InputError(
        str(where, ": JSON is nested more than ", kMaxDepth, " levels deep. Flatten it."));
  }
  try {
    return Json::parse(text, nullptr, /*allow_exceptions=*/true, /*ignore_comments=*/true);
  } catch (const nlohmann::json::exception& e) {
    if (const auto json = without_nan(text)) {
      Json parsed = Json::parse(*json, nullptr, /*allow_exceptions=*/false, true);
      if (!parsed.is_discarded()) return parsed;
    }
    std::string reason = e.what();
    if (const size_t at = reason.find("] "); at != std::string::npos) reason.erase(0, at + 2);
    throw InputError(str(where, ": not valid JSON (", reason, "). Correct the text there."));
  }
}

Json read_json_file(const std::filesystem::path& path, uint64_t max_bytes) {
  return parse_json(read_file(path, max_bytes), path.string());
}

JsonReader::JsonReader(const Json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) {
    throw InputError(str(where_, ": got ", object.type_name(), ", expected a JSON object {...}."));
  }
}

JsonReader JsonReader::object(const std::string& key) {
  seen_.insert(key);
  const auto it = object_.find(key);
  return JsonReader(it == object_.end() ? Json::object() : *it, str(where_, ": ", key));
}

void JsonReader::finish() const {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : object_.items()) {
    if (!seen_.contains(key)) unknown.push_back(str('"', key, '"'));
  }
  if (unknown.empty()) return;
  std::vector<std::string> known(seen_.begin(), seen_.end());
  throw InputError(str(where_, ": unknown key ", join(unknown, ", "),
                       ". Remove it; known keys are ", join(known, ", "), "."));
}

void JsonReader::convert(const Json& json, const std::string& key, bool& value) const {
  if (!json.is_boolean()) fail(key, json, "true or false");
  value = json.get<bool>();
}

void JsonReader::convert(const Json& json, const std::string& key, int64_t& value) const {
  if (!json.is_number_integer()) fail(key, json, "a whole number");
  if (json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
    fail(key, json, "a whole number below 2^63");
  }
  value = json.get<int64_t>();
}

void JsonReader::convert(const Json& json, const std::string& key, double& value) const {
  if (!json.is_number()) fail(key, json, "a number");
  value = json.get<double>();
  if (!std::isfinite(value)) fail(key, json, "a finite number");
}

void JsonReader::convert(const Json& json, const std::string& key, std::string& value) const {
  if (!json.is_string()) fail(key, json, "a text");
  value = json.get<std::string>();
}

void JsonReader::fail(const std::string& key, const Json& got, std::string_view expected) const {
  std::string shown = got.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
  throw InputError(str(where_, ": key \"", key, "\" is ", shown, ", expected ", expected, "."));
}

}  // namespace lion
