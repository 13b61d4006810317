#include "lion/annotations/read_own.h"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "lion/annotations/reading.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion {
namespace {

namespace fs = std::filesystem;
using simdjson::dom::element;
using Names = std::vector<std::string_view>;

/// The tables while they are filled.
struct Building {
  std::unique_ptr<RecordTable> captions, questions, dialogues, regions;
};

/// Throws BadRecord for a key that is none of `known`.
void require_known(const element& value, const Names& known, std::string_view of) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    throw BadRecord{ProblemKind::kMalformed, str(of, " is not an object {...}")};
  }
  std::vector<std::string> unknown;
  for (const auto& field : object) {
    const bool is_known = std::find(known.begin(), known.end(), field.key) != known.end();
    if (!is_known && !field.key.starts_with("_")) unknown.push_back(str('"', field.key, '"'));
  }
  if (unknown.empty()) return;
  throw BadRecord{ProblemKind::kMalformed,
                  str(of, " has the unknown key ", join(unknown, ", "), " (expected ",
                      join(std::vector<std::string>(known.begin(), known.end()), ", "),
                      "; keys that begin with _ are skipped). Correct or remove it.")};
}

/// A text or a list of texts under a key, cleaned.
std::vector<std::string> texts_of(const RecordFields& fields, std::string_view key, TextRule rule,
                                  TextKind kind) {
  const element value = fields.value(key);
  if (!value.is_array()) return {read_text(fields, key, rule, kind)};
  std::vector<std::string> texts;
  for (const element one : fields.list(key)) {
    std::string_view text;
    if (one.get(text)) {
      throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" is not a list of texts")};
    }
    texts.push_back(read_text(text, key, rule, kind));
  }
  if (texts.empty()) throw BadRecord{ProblemKind::kEmptyText, str("\"", key, "\" is empty")};
  return texts;
}

/// The texts of whichever of two keys is there; throws BadRecord when both are.
std::vector<std::string> texts_of_either(const RecordFields& fields, std::string_view one,
                                         std::string_view many, TextRule rule, TextKind kind) {
  if (fields.has(one) && fields.has(many)) {
    throw BadRecord{ProblemKind::kMalformed,
                    str("has both \"", one, "\" and \"", many, "\": keep one of them")};
  }
  return texts_of(fields, fields.has(many) ? many : one, rule, kind);
}

class OwnReader {
 public:
  OwnReader(const OwnOptions& options, const ReadContext& context)
      : options_(options), context_(context) {
    for (auto* table : tables()) *table = std::make_unique<RecordTable>(context.root);
  }

  void read_file(const fs::path& path) {
    folder_ = path.parent_path();
    const auto file = MappedFile::open(path);
    std::string_view text(reinterpret_cast<const char*>(file->bytes().data()),
                          file->bytes().size());
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
      throw InputError(str(path.string(), ": is empty. Write a line for each image."));
    }
    const bool is_list = text[first] == '[';
    for (auto* table : tables()) (*table)->begin_file(path, is_list ? "record" : "line");
    if (is_list) {
      JsonStream(path, context_.progress).each([&](const JsonElement& one) {
        read_value(static_cast<uint32_t>(one.number), [&] { return one.value; });
      });
    } else {
      read_lines(text, path);
    }
  }

  OwnTables finish(const Paths& files) {
    std::unique_ptr<RecordTable> none = std::make_unique<RecordTable>(context_.root);
    const auto all = tables();
    const bool any =
        std::any_of(all.begin(), all.end(), [](const auto* table) { return (*table)->size() > 0; });
    if (!any) finish_table(std::move(none), files, context_.problems);  // throws
    const auto done = [](std::unique_ptr<RecordTable>& table) -> TablePtr {
      if (table->size() == 0) return nullptr;
      table->finish();
      return std::move(table);
    };
    return {done(building_.captions), done(building_.questions), done(building_.dialogues),
            done(building_.regions)};
  }

 private:
  std::array<std::unique_ptr<RecordTable>*, 4> tables() {
    return {&building_.captions, &building_.questions, &building_.dialogues, &building_.regions};
  }

  void read_lines(std::string_view text, const fs::path& path) {
    simdjson::dom::parser parser;
    uint32_t number = 0;
    const auto size = static_cast<int64_t>(text.size());
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = trim(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number;
      if (line.empty()) continue;
      read_value(number, [&] {
        element value;
        const auto error = parser.parse(simdjson::padded_string(line)).get(value);
        if (!error) return value;
        throw BadRecord{ProblemKind::kMalformed,
                        str("is not JSON (", simdjson::error_message(error),
                            "). Write one object {...} on each line, as json.dumps does")};
      });
      constexpr uint32_t kProgressLines = 1000;
      if (context_.progress && number % kProgressLines == 0) {
        context_.progress(
            {path.filename().string(), size - static_cast<int64_t>(text.size()), size, "bytes"});
      }
    }
  }

  template <typename Get>
  void read_value(uint32_t source, Get get) {
    guarded(source, {}, [&] { read_line(get(), source); });
  }

  /// What is wrong with the line, or with a part of it, is a problem of this part only.
  template <typename Read>
  void guarded(uint32_t source, std::optional<uint32_t> part, Read read) {
    read_record(
        context_.problems, [&] { return building_.captions->describe_source(source, part); }, read);
  }

  void read_line(const element& value, uint32_t source) {
    require_known(
        value,
        {"image", "id", "split", "width", "height", "caption", "captions", "question", "answer",
         "answers", "questions", "turns", "phrase", "box", "boxes", "box_format"},
        "the line");
    const RecordFields line(value);
    if (const auto split = line.maybe_text("split"); split && *split != options_.split) {
      context_.problems.count(ProblemKind::kExcluded);
      return;
    }
    const std::string image(line.text("image"));
    if (image.empty()) throw BadRecord{ProblemKind::kMalformed, "\"image\" is empty"};
    bool any = false;
    if (line.has("caption") || line.has("captions")) {
      any = true;
      guarded(source, {}, [&] { add_captions(line, image, source); });
    }
    uint32_t part = 0;
    if (line.has("question") || line.has("answer") || line.has("answers")) {
      any = true;
      guarded(source, {}, [&] { add_question(line, image, source, part); });
    }
    any |= each_of(line, "questions", {"question", "answer", "answers"}, source,
                   [&](const RecordFields& one, uint32_t number) {
                     add_question(one, image, source, number);
                   });
    if (line.has("turns")) {
      any = true;
      add_turns(line, image, source);
    }
    if (line.has("phrase") || line.has("box")) {
      any = true;
      guarded(source, {}, [&] { add_box(line, line, image, source, 0); });
    }
    any |= each_of(line, "boxes", {"phrase", "box", "box_format"}, source,
                   [&](const RecordFields& one, uint32_t number) {
                     add_box(line, one, image, source, number);
                   });
    if (!any) {
      throw BadRecord{ProblemKind::kMalformed,
                      "says nothing about its image (expected \"caption\", \"question\" with "
                      "\"answer\", \"turns\", or \"phrase\" with \"box\")"};
    }
  }

  /// Reads the objects of a list under `key`; whether it is there.
  template <typename Read>
  bool each_of(const RecordFields& line, std::string_view key, const Names& known, uint32_t source,
               Read read) {
    if (!line.has(key)) return false;
    uint32_t part = 0;
    for (const element one : line.list(key)) {
      ++part;
      guarded(source, part, [&] {
        require_known(one, known, str("an element of \"", key, "\""));
        read(RecordFields(one), part);
      });
    }
    return true;
  }

  void add_captions(const RecordFields& line, const std::string& name, uint32_t source) {
    RecordTable& table = *building_.captions;
    const auto captions =
        texts_of_either(line, "caption", "captions", context_.text, TextKind::kAnswer);
    const uint32_t image = image_of(table, line, name);
    uint32_t part = 0;
    for (const std::string& caption : captions) {
      part += captions.size() > 1 ? 1 : 0;
      table.add({image, table.add_text(caption), 0, source, part});
    }
  }

  void add_question(const RecordFields& one, const std::string& name, uint32_t source,
                    uint32_t part) {
    RecordTable& table = *building_.questions;
    const std::string question = read_text(one, "question", context_.text, TextKind::kQuestion);
    const auto answers =
        texts_of_either(one, "answer", "answers", context_.text, TextKind::kAnswer);
    table.add({image_of(table, one, name), table.add_text(question), table.add_answers(answers),
               source, part});
  }

  /// A turn that cannot be used ends the dialogue: those after it may refer to it.
  void add_turns(const RecordFields& line, const std::string& name, uint32_t source) {
    RecordTable& table = *building_.dialogues;
    const uint32_t image = image_of(table, line, name);
    uint32_t part = 0;
    bool sound = true;
    for (const element one : line.list("turns")) {
      ++part;
      if (!sound) return;
      sound = false;
      guarded(source, part, [&] {
        require_known(one, {"question", "answer"}, "a turn");
        const RecordFields turn(one);
        const std::string asked = read_text(turn, "question", context_.text, TextKind::kQuestion);
        const std::string replied = read_text(turn, "answer", context_.text, TextKind::kAnswer);
        table.add({image, table.add_text(asked), table.add_text(replied), source, part});
        sound = true;
      });
    }
  }

  void add_box(const RecordFields& line, const RecordFields& one, const std::string& name,
               uint32_t source, uint32_t part) {
    RecordTable& table = *building_.regions;
    const auto phrases = texts_of(one, "phrase", context_.text, TextKind::kAnswer);
    const std::array<double, 4> numbers = one.four_numbers("box");
    const uint32_t image = image_of(table, line, name);
    const auto [width, height] = size_of(table, image);
    const BoxFormat format = format_of(one).value_or(format_of(line).value_or(options_.boxes));
    if (std::string fault = box_fault(numbers, format, width, height); !fault.empty()) {
      throw BadRecord{ProblemKind::kBadBox, std::move(fault)};
    }
    const auto [x0, y0, x1, y1] = box_in_pixels(numbers, format, width, height);
    const Box box =
        read_box({x0, y0, x1, y1}, static_cast<double>(width), static_cast<double>(height));
    for (const std::string& phrase : phrases) {
      if (without_full_stop(phrase).empty()) {
        throw BadRecord{ProblemKind::kEmptyText, "\"phrase\" is a full stop"};
      }
      table.add_region({image, table.add_text(phrase), 0, source, part}, box);
    }
  }

  static std::optional<BoxFormat> format_of(const RecordFields& fields) {
    const auto name = fields.maybe_text("box_format");
    if (!name) return std::nullopt;
    try {
      return parse_box_format(*name, "the line");
    } catch (const InputError& error) {
      throw BadRecord{ProblemKind::kMalformed, error.what()};
    }
  }

  uint32_t image_of(RecordTable& table, const RecordFields& line, const std::string& name) {
    const uint32_t image = table.image(name, [&] { return path_of(name); });
    const auto width = line.maybe_integer("width");
    const auto height = line.maybe_integer("height");
    if (width.has_value() != height.has_value()) {
      throw BadRecord{ProblemKind::kMalformed, "has one of \"width\" and \"height\": give both"};
    }
    if (width) {
      if (*width < 1 || *height < 1) {
        throw BadRecord{ProblemKind::kMalformed,
                        str("the image's size is ", *width, " x ", *height)};
      }
      table.set_image_size(image, *width, *height);
    }
    return image;
  }

  /// Below the given folder of images; else beside the file, else below the root.
  fs::path path_of(const std::string& image) const {
    const fs::path name(image);
    if (name.is_absolute()) return name;
    const fs::path beside = folder_ / name;
    const fs::path below = context_.images.base() / name;
    std::error_code error;
    if (context_.images.has_folder() || fs::exists(below, error)) return below;
    return beside;
  }

  /// What the line says, else what the file's header does, turned as the setting says.
  std::pair<int64_t, int64_t> size_of(RecordTable& table, uint32_t image) {
    if (const auto known = table.image_size(image)) return *known;
    const fs::path path = table.image_path(image);
    try {
      const auto size = context_.image_size(path);
      table.set_image_size(image, size.first, size.second);
      return size;
    } catch (const ResourceError& error) {
      throw BadRecord{ProblemKind::kMissingImage, error.what()};
    } catch (const InputError& error) {
      throw BadRecord{ProblemKind::kBrokenImage, error.what()};
    }
  }

  const OwnOptions& options_;
  const ReadContext& context_;
  Building building_;
  fs::path folder_;
};

}  // namespace

const TablePtr& OwnTables::of(Task task) const {
  switch (task) {
    case Task::kCaption:
      return captions;
    case Task::kVqa:
    case Task::kVqg:
      return questions;
    case Task::kDialogue:
      return dialogues;
    case Task::kRec:
    case Task::kReg:
      return regions;
    default:
      throw InternalError("A task of evaluation only has no table.");
  }
}

OwnTables read_own(const Paths& files, const OwnOptions& options, const ReadContext& context) {
  OwnReader reader(options, context);
  for (const fs::path& file : files) reader.read_file(file);
  return reader.finish(files);
}

}  // namespace lion
