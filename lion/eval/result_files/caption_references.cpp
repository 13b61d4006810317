#include "lion/eval/result_files/caption_references.h"

#include <algorithm>
#include <set>

#include "lion/annotations/json_stream.h"
#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::eval {
namespace {

/// The captions under a key: one text, or a list of them.
std::vector<std::string> captions_of(const RecordFields& fields, const char* key) {
  if (!fields.value(key).is_array()) return {std::string(fields.text(key))};
  std::vector<std::string> captions;
  for (const simdjson::dom::element one : fields.list(key)) {
    std::string_view text;
    if (one.get(text) != simdjson::SUCCESS) {
      throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" holds what is no text")};
    }
    captions.emplace_back(text);
  }
  if (captions.empty()) throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" is empty")};
  return captions;
}

std::vector<std::string> sentences_of(const RecordFields& fields) {
  std::vector<std::string> captions;
  for (const simdjson::dom::element one : fields.list("sentences")) {
    captions.emplace_back(RecordFields(one).text("raw"));
  }
  if (captions.empty()) throw BadRecord{ProblemKind::kMalformed, "\"sentences\" is empty"};
  return captions;
}

bool contains(const std::vector<std::string>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

CaptionReferences::CaptionReferences(const FileScoreOptions& options, FindingLog& log)
    : path_(options.references), log_(log) {
  read();
}

void CaptionReferences::read() {
  if (!is_json_object(path_)) return read_list();
  const std::vector<std::string> keys = JsonStream(path_).keys();
  if (contains(keys, "annotations")) return read_annotations("annotations", "caption");
  if (contains(keys, "data")) return read_annotations("data", "caption_str");
  if (contains(keys, "images")) return read_karpathy();
  throw InputError(str(path_.string(), ": holds no captions (got the keys ", join(keys, ", "),
                       ", expected annotations, data or images). Name a file of references in the "
                       "layout of COCO, TextCaps, Karpathy or LAVIS."));
}

std::string CaptionReferences::id_of_number(const std::string& imgid) const {
  const auto found = imgids_.find(imgid);
  return found == imgids_.end() ? "" : found->second;
}

void CaptionReferences::add(const std::string& id, std::string_view caption) {
  const auto [place, is_new] = numbers_.emplace(id, images_.size());
  if (is_new) images_.push_back({id, {}});
  images_[place->second].captions.emplace_back(caption);
}

std::string CaptionReferences::named(std::string_view name) {
  std::string id = image_id(name);
  const auto [known, is_new] = names_.emplace(id, name);
  // Two images of one name in two folders: the second goes by its whole name.
  return is_new || known->second == name ? id : std::string(name);
}

void CaptionReferences::read_list() {
  each_result(path_, log_, [&](const ResultRecord& record) {
    const std::vector<std::string> captions = captions_of(record.fields, "caption");
    const std::string id = record.fields.has("image") ? named(record.fields.text("image"))
                                                      : record.fields.id("image_id");
    for (const std::string& caption : captions) add(id, caption);
  });
}

void CaptionReferences::read_annotations(const std::string& list, const char* caption) {
  each_result_in(path_, list, log_, [&](const ResultRecord& record) {
    const std::string_view text = record.fields.text(caption);
    add(record.fields.id("image_id"), text);
  });
}

void CaptionReferences::read_karpathy() {
  struct Split {
    std::string id;
    std::string name;
  };
  std::vector<Split> splits;
  std::set<std::string> names;
  each_result_in(path_, "images", log_, [&](const ResultRecord& record) {
    const RecordFields& fields = record.fields;
    const std::vector<std::string> captions = sentences_of(fields);
    std::string id;
    if (fields.has("cocoid")) {
      id = fields.id("cocoid");
    } else if (fields.has("filename")) {
      id = named(fields.text("filename"));
      if (fields.has("imgid")) imgids_.emplace(fields.id("imgid"), id);
    } else {
      id = fields.id("imgid");
    }
    if (numbers_.contains(id)) {
      return log_.duplicate(record.where, str("image ", id, " is there twice; the first counts"));
    }
    for (const std::string& caption : captions) add(id, caption);
    const std::string split(fields.maybe_text("split").value_or(""));
    splits.push_back({id, split});
    names.insert(split);
  });
  if (!names.contains("test") || names.size() == 1) return;
  std::vector<Image> all = std::move(images_);
  images_.clear();
  numbers_.clear();
  for (size_t i = 0; i < all.size(); ++i) {
    if (splits[i].name != "test") continue;
    numbers_.emplace(all[i].id, images_.size());
    images_.push_back(std::move(all[i]));
  }
  std::erase_if(imgids_, [&](const auto& entry) { return !numbers_.contains(entry.second); });
}

}  // namespace lion::eval
