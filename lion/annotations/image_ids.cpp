#include "lion/annotations/image_ids.h"

#include <array>
#include <optional>
#include <string_view>

#include "lion/annotations/coco_name.h"
#include "lion/annotations/json_stream.h"
#include "lion/annotations/record_fields.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion {
namespace {

/// "42", "coco_42" (LAVIS) or a name of COCO's.
std::optional<int64_t> id_in(std::string_view text) {
  if (const auto coco = parse_coco_name(text)) return coco->id;
  if (text.starts_with("coco_")) text.remove_prefix(5);
  return parse_integer(text);
}

[[noreturn]] void no_id(std::string_view where, std::string_view got) {
  throw InputError(str(where, ": is no image (got \"", got, "\", expected a number or a name like ",
                       "COCO_val2014_000000000042.jpg). Fix the list."));
}

int64_t id_or_throw(std::string_view text, std::string_view where) {
  const std::optional<int64_t> id = id_in(trim(text));
  if (!id) no_id(where, text);
  return *id;
}

bool is_for_training(const RecordFields& record) {
  const std::string_view split = record.maybe_text("split").value_or("");
  return split == "train" || split == "restval";
}

/// The image of an element, whichever file it is from. A name says more than an id, which may be
/// a number of the file's own.
int64_t id_of(const simdjson::dom::element& element, std::string_view where) {
  if (!element.is_object()) {
    int64_t number = 0;
    if (element.get(number) == simdjson::SUCCESS) return number;
    std::string_view text;
    if (element.get(text)) no_id(where, simdjson::minify(element));
    return id_or_throw(text, where);
  }
  const RecordFields record(element);
  for (const char* key : {"cocoid", "file_name", "image", "img_path", "image_id"}) {
    if (record.has(key)) return id_or_throw(record.id(key), where);
  }
  no_id(where, simdjson::minify(element).substr(0, 60));
}

std::set<int64_t> read_json_ids(const std::filesystem::path& path) {
  std::set<int64_t> ids;
  const auto add = [&](const JsonElement& element) {
    const std::string where = str(path.string(), ", element ", element.number);
    try {
      if (element.value.is_object() && is_for_training(RecordFields(element.value))) return;
      ids.insert(id_of(element.value, where));
    } catch (const BadRecord& bad) {
      throw InputError(str(where, ": ", bad.what, ". Fix the list."));
    }
  };
  const JsonStream stream(path);
  if (stream.layout() == JsonLayout::kObject) {
    stream.each_in(std::array{JsonList{"images", add}});
  } else {
    stream.each_record(add);
  }
  return ids;
}

}  // namespace

std::set<int64_t> read_image_ids(const std::filesystem::path& path) {
  if (path.extension() == ".json" || path.extension() == ".jsonl") return read_json_ids(path);
  std::set<int64_t> ids;
  int64_t number = 0;
  for (const std::string& line : lines(read_file(path))) {
    ++number;
    if (trim(line).empty()) continue;
    ids.insert(id_or_throw(line, str(path.string(), ", line ", number)));
  }
  return ids;
}

}  // namespace lion
