#include "lion/eval/result_files/grounding_references.h"

#include <array>
#include <unordered_map>
#include <utility>

#include "lion/base/str.h"

namespace lion::eval {
namespace {

using data::BadRecord;
using data::ProblemKind;
using data::RecordFields;

void read_size(const RecordFields& fields, GroundingReference& reference) {
  reference.width = fields.maybe_integer("width").value_or(0);
  reference.height = fields.maybe_integer("height").value_or(0);
}

GroundingReference read_line(const ResultRecord& record) {
  const RecordFields& fields = record.fields;
  GroundingReference reference;
  reference.id = grounding_id(fields);
  reference.picture = picture_id(fields.text(fields.has("img_path") ? "img_path" : "image"));
  reference.expression = fields.text(fields.has("expression") ? "expression" : "sent");
  const std::array<double, 4> corners = fields.four_numbers("bbox");
  reference.box = {corners[0], corners[1], corners[2], corners[3]};
  read_size(fields, reference);
  return reference;
}

/// MDETR's: a picture per expression, an annotation per picture, in any order.
std::vector<GroundingReference> read_mdetr(const FileScoreOptions& options, FindingLog& log) {
  std::unordered_map<std::string, PixelBox> boxes;
  each_result_in(options.references, "annotations", log, [&](const ResultRecord& record) {
    const auto [x, y, width, height] = record.fields.four_numbers("bbox");
    const std::string id = record.fields.id("image_id");
    if (!boxes.emplace(id, PixelBox{x, y, x + width, y + height}).second) {
      log.duplicate(record.where, str("picture ", id, " has two boxes; the first counts"));
    }
  });
  std::vector<GroundingReference> references;
  each_result_in(options.references, "images", log, [&](const ResultRecord& record) {
    GroundingReference reference;
    reference.id = record.fields.id("id");
    reference.picture = picture_id(record.fields.text("file_name"));
    reference.expression = record.fields.text("caption");
    read_size(record.fields, reference);
    const auto box = boxes.find(reference.id);
    if (box == boxes.end()) {
      throw BadRecord{ProblemKind::kNoAnnotation, str("picture ", reference.id, " has no box")};
    }
    reference.box = box->second;
    reference.place = record.place;
    reference.where = record.where;
    references.push_back(std::move(reference));
  });
  return references;
}

}  // namespace

std::string grounding_id(const RecordFields& fields) {
  for (const char* key : {"id", "question_id"}) {
    if (fields.has(key)) return fields.id(key);
  }
  return "";
}

std::string first_text(const RecordFields& fields, std::span<const char* const> keys) {
  for (const char* key : keys) {
    if (fields.has(key)) return std::string(fields.text(key));
  }
  return "";
}

std::vector<GroundingReference> read_grounding_references(const FileScoreOptions& options,
                                                          FindingLog& log) {
  if (is_json_object(options.references) && options.references.extension() != ".jsonl") {
    return read_mdetr(options, log);
  }
  std::vector<GroundingReference> references;
  each_result(options.references, log, [&](const ResultRecord& record) {
    GroundingReference reference = read_line(record);
    reference.place = record.place;
    reference.where = record.where;
    references.push_back(std::move(reference));
  });
  return references;
}

}  // namespace lion::eval
