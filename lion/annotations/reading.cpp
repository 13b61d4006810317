#include "lion/annotations/reading.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/text/box_format.h"

namespace lion {

JsonStream open_stream(const std::filesystem::path& path, const ReadContext& context) {
  JsonStream stream(path, context.progress);
  stream.report_broken([&problems = context.problems, name = path.filename().string()](
                           std::string_view list, int64_t number, std::string_view what) {
    const std::string_view noun = list.empty() ? "element" : list;
    problems.add(ProblemKind::kMalformed, str(name, ", ", noun, " ", number), std::string(what));
  });
  return stream;
}

std::string read_text(std::string_view text, std::string_view what, TextRule rule, TextKind kind) {
  std::string clean = clean_text(text, rule, kind);
  if (clean.empty()) throw BadRecord{ProblemKind::kEmptyText, str("\"", what, "\" is empty")};
  return clean;
}

std::string read_text(const RecordFields& record, std::string_view key, TextRule rule,
                      TextKind kind) {
  return read_text(record.text(key), key, rule, kind);
}

uint32_t coco_image(RecordTable& table, const ReadContext& context, const std::string& split,
                    int64_t id) {
  if (id < 0) throw BadRecord{ProblemKind::kMalformed, str("the image's id is ", id)};
  return table.image(str(id), [&] { return context.images.coco(split, id); });
}

uint32_t named_image(RecordTable& table, const ReadContext& context, std::string_view name,
                     const std::string& split) {
  if (name.empty()) throw BadRecord{ProblemKind::kMalformed, "the image's name is empty"};
  return table.image(std::string(name), [&] { return context.images.named(name, split); });
}

Box read_box(const std::array<double, 4>& corners, double width, double height) {
  if (!(width >= 1 && height >= 1)) {
    throw BadRecord{ProblemKind::kMalformed, str("the image's size is ", width, " x ", height)};
  }
  const double x0 = std::clamp(corners[0], 0.0, width);
  const double y0 = std::clamp(corners[1], 0.0, height);
  const double x1 = std::clamp(corners[2], 0.0, width);
  const double y1 = std::clamp(corners[3], 0.0, height);
  // Written so that NaN fails.
  if (!(x1 - x0 >= 1 && y1 - y0 >= 1)) {
    const std::string fault = corners_fault(corners);
    throw BadRecord{ProblemKind::kBadBox,
                    str("the box [", corners[0], ",", corners[1], ",", corners[2], ",", corners[3],
                        "] has less than a pixel in the image of ", width, " x ", height,
                        fault.empty() ? "" : str(" (", fault, ")"))};
  }
  return {x0 / width, y0 / height, x1 / width, y1 / height};
}

void report_box_format(const BoxFormatGuess& guess, const std::string& file, Problems& problems) {
  std::string words = guess.result(/*converts=*/false).words;
  if (!words.empty()) problems.add(ProblemKind::kBoxFormat, file, std::move(words));
}

std::array<double, 4> corners_of(const std::array<double, 4>& xywh) {
  return {xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]};
}

TablePtr finish_table(std::unique_ptr<RecordTable> table, const Paths& files,
                      const Problems& problems) {
  if (table->size() == 0) {
    std::vector<std::string> names;
    for (const auto& file : files) names.push_back(file.string());
    const std::string found = problems.summary();
    const Problem* main = problems.main();
    const std::string first = main ? str("; the first: ", main->where, ": ", main->what) : "";
    throw InputError(str(join(names, ", "), ": no usable record (got ",
                         found.empty() ? "none at all" : found, first,
                         "). Is it the file of this format and split?"));
  }
  table->finish();
  return table;
}

}  // namespace lion
