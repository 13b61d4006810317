#include "lion/eval/result_files/grounding_references.h"

#include <array>
#include <unordered_map>
#include <utility>

#include "lion/base/str.h"

namespace lion::eval {
namespace {

void read_size(const RecordFields& fields, GroundingReference& reference) {
  reference.width = fields.maybe_integer("width").value_or(0);
  reference.height = fields.maybe_integer("height").value_or(0);
}

GroundingReference read_line(const ResultRecord& record) {
  const RecordFields& fields = record.fields;
  GroundingReference reference;
  reference.id = grounding_id(fields);
  reference.image = image_id(fields.text(fields.has("img_path") ? "img_path" : "image"));
  reference.expression = fields.text(fields.has("expression") ? "expression" : "sent");
  reference.numbers = fields.four_numbers("bbox");
  read_size(fields, reference);
  return reference;
}

/// MDETR's: an image per expression, an annotation per image, in any order.
std::vector<GroundingReference> read_mdetr(const FileScoreOptions& options, FindingLog& log) {
  std::unordered_map<std::string, std::array<double, 4>> boxes;
  each_result_in(options.references, "annotations", log, [&](const ResultRecord& record) {
    const std::array<double, 4> numbers = record.fields.four_numbers("bbox");
    const std::string id = record.fields.id("image_id");
    if (!boxes.emplace(id, numbers).second) {
      log.duplicate(record.where, str("image ", id, " has two boxes; the first counts"));
    }
  });
  std::vector<GroundingReference> references;
  each_result_in(options.references, "images", log, [&](const ResultRecord& record) {
    GroundingReference reference;
    reference.id = record.fields.id("id");
    reference.image = image_id(record.fields.text("file_name"));
    reference.expression = record.fields.text("caption");
    read_size(record.fields, reference);
    const auto box = boxes.find(reference.id);
    if (box == boxes.end()) {
      throw BadRecord{ProblemKind::kNoAnnotation, str("image ", reference.id, " has no box")};
    }
    reference.numbers = box->second;
    reference.place = record.place;
    reference.where = record.where;
    references.push_back(std::move(reference));
  });
  return references;
}

/// Boxes in pixels from the numbers of the file. References without a box are left out.
void read_boxes(std::vector<GroundingReference>& references, const BoxFormat& declared,
                const std::string& file, FindingLog& log, std::vector<std::string>& notes) {
  BoxFormatGuess guess(declared);
  for (const GroundingReference& one : references) guess.add(one.numbers, one.width, one.height);
  const auto [format, other, words] = guess.result();
  if (!words.empty()) notes.push_back(str(file, ": ", words));
  std::erase_if(references, [&](GroundingReference& one) {
    if (format.unit != BoxUnit::kPixels && (one.width < 1 || one.height < 1)) {
      log.malformed(one.where, "its box is not in pixels, and it has no width and height");
      return true;
    }
    one.box = box_in_pixels(one.numbers, format, one.width, one.height);
    const std::string fault = corners_fault({one.box.x0, one.box.y0, one.box.x1, one.box.y1});
    if (fault.empty()) return false;
    const auto& [a, b, c, d] = one.numbers;
    log.malformed(one.where, str("the box [", a, ",", b, ",", c, ",", d, "]: ", fault));
    return true;
  });
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
                                                          FindingLog& log,
                                                          std::vector<std::string>& notes) {
  const std::string file = file_name(options.references);
  if (is_json_object(options.references) && options.references.extension() != ".jsonl") {
    std::vector<GroundingReference> references = read_mdetr(options, log);
    read_boxes(references, {BoxUnit::kPixels, BoxOrder::kSizes}, file, log, notes);
    return references;
  }
  std::vector<GroundingReference> references;
  each_result(options.references, log, [&](const ResultRecord& record) {
    GroundingReference reference = read_line(record);
    reference.place = record.place;
    reference.where = record.where;
    references.push_back(std::move(reference));
  });
  read_boxes(references, {BoxUnit::kPixels, BoxOrder::kCorners}, file, log, notes);
  return references;
}

}  // namespace lion::eval
