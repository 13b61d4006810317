#include "lion/eval/readers/expressions.h"

#include <optional>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "lion/annotations/coco_name.h"
#include "lion/annotations/text_rules.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/image/decode.h"
#include "lion/text/box_format.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;

// The images of all three sets are of COCO's train2014.
constexpr const char* kExpressionSplit = "train2014";

using Size = std::pair<int64_t, int64_t>;

std::optional<Size> size_in(const RecordFields& record) {
  const auto width = record.maybe_integer("width");
  const auto height = record.maybe_integer("height");
  if (!width || !height) return std::nullopt;
  return Size(*width, *height);
}

constexpr BoxFormat kCorners = {BoxUnit::kPixels, BoxOrder::kCorners};  // of grounding lines
constexpr BoxFormat kSizes = {BoxUnit::kPixels, BoxOrder::kSizes};      // of COCO's layout

/// Which set and split a benchmark is, and what its files may be called.
struct RefFiles {
  std::string set;    ///< "refcoco", "refcoco+", "refcocog"
  std::string split;  ///< "val", "testA", "testB", "test"

  explicit RefFiles(const std::string& benchmark) {
    const std::string name = benchmark == "reg" ? "refcocog_val" : benchmark;
    const size_t cut = name.rfind('_');
    set = name.substr(0, cut);
    split = name.substr(cut + 1);
  }

  std::string partition() const { return set == "refcocog" ? "umd" : "unc"; }

  /// One split per file: grounding lines, Shikra's names for them, MDETR's files.
  Names of_split() const {
    return {str(set, "_", split, ".jsonl"),
            str("REC_", set, "_", partition(), "_", split, ".jsonl"),
            str("finetune_", set, "_", split, ".json"), str(set, "_", split, ".json")};
  }

  /// All splits in one list of references, in a folder of the set's name or anywhere.
  Names in_folder() const { return {str("refs(", partition(), ").json"), "refs.json"}; }
  Names anywhere() const {
    return {str(set, "_refs(", partition(), ").json"), str(set, "_refs.json"),
            str("refs_", set, ".json")};
  }
};

std::optional<fs::path> find_references(ItemReader& reader, const RefFiles& names) {
  if (auto path = reader.official().find_file(names.anywhere())) return path;
  const auto folder = reader.official().find_folder(Names{names.set});
  if (!folder) return std::nullopt;
  for (const std::string& name : names.in_folder()) {
    std::error_code error;
    if (fs::exists(*folder / name, error)) return *folder / name;
  }
  return std::nullopt;
}

/// Gathers the expressions of a file, checks them and hands them on. All of them together say in
/// which unit and order their boxes are.
class ExpressionReader {
 public:
  ExpressionReader(ItemReader& reader, const std::function<void(Expression)>& visit)
      : reader_(reader), visit_(visit) {}

  /// `numbers` are the box as written, `key` is where the text stood, `where` the record's name.
  void add(Expression expression, const std::array<double, 4>& numbers, std::string_view key,
           std::optional<Size> size, std::string where) {
    expression.text = clean_text(expression.text, TextRule::kRaw, TextKind::kAnswer);
    if (without_full_stop(expression.text).empty()) {
      throw BadRecord{ProblemKind::kEmptyText, str("\"", key, "\" is empty")};
    }
    if (!size) size = size_of(expression.image);
    if (size->first < 1 || size->second < 1) {
      throw BadRecord{ProblemKind::kMalformed,
                      str("the image's size is ", size->first, " x ", size->second)};
    }
    expression.width = size->first;
    expression.height = size->second;
    gathered_.push_back({std::move(expression), numbers, std::move(where)});
  }

  /// To be called behind the file, whose layout has boxes in the format `declared`.
  void finish(const BoxFormat& declared, const fs::path& file) {
    BoxFormatGuess guess(declared);
    for (const Gathered& one : gathered_) {
      guess.add(one.numbers, one.expression.width, one.expression.height);
    }
    const auto [format, other, words] = guess.result();
    if (!words.empty()) reader_.note(str(file.filename().string(), ": ", words));
    for (Gathered& one : gathered_) {
      read_record(
          reader_.problems(), [&] { return one.where; },
          [&] {
            Expression& expression = one.expression;
            expression.box =
                box_in_pixels(one.numbers, format, expression.width, expression.height);
            const PixelBox& box = expression.box;
            const std::string fault = corners_fault({box.x0, box.y0, box.x1, box.y1});
            if (!fault.empty()) {
              const auto& [a, b, c, d] = one.numbers;
              throw BadRecord{ProblemKind::kBadBox,
                              str("the box [", a, ",", b, ",", c, ",", d, "]: ", fault)};
            }
            visit_(std::move(expression));
          });
    }
    gathered_.clear();
  }

  /// The name of the image and where it is. A list of references gives a crop's name, which has a
  /// suffix: the image is its id.
  void set_image(Expression& expression, std::string_view name) {
    if (name.empty()) throw BadRecord{ProblemKind::kMalformed, "the image's name is empty"};
    expression.image_name = name;
    if (const auto coco = parse_coco_name(name)) {
      const std::string split = coco->split.empty() ? kExpressionSplit : coco->split;
      expression.image = reader_.images().coco(split, coco->id);
    } else {
      expression.image = reader_.images().named(name, kExpressionSplit);
    }
  }

  void set_image(Expression& expression, int64_t coco_id) {
    if (coco_id < 0) throw BadRecord{ProblemKind::kMalformed, str("image_id is ", coco_id)};
    expression.image_name = coco_file_name(kExpressionSplit, coco_id);
    expression.image = reader_.images().coco(kExpressionSplit, coco_id);
  }

  ItemReader& reader() { return reader_; }

 private:
  /// From the image's header, read once.
  Size size_of(const fs::path& image) {
    const auto known = sizes_.find(image.string());
    if (known != sizes_.end()) return known->second;
    try {
      const Size size = image_file_size(image, reader_.options().exif);
      return sizes_.emplace(image.string(), size).first->second;
    } catch (const ResourceError& error) {
      throw BadRecord{ProblemKind::kMissingImage, error.what()};
    } catch (const InputError& error) {
      throw BadRecord{ProblemKind::kBrokenImage, error.what()};
    }
  }

  struct Gathered {
    Expression expression;
    std::array<double, 4> numbers;
    std::string where;
  };

  ItemReader& reader_;
  const std::function<void(Expression)>& visit_;
  std::unordered_map<std::string, Size> sizes_;
  std::vector<Gathered> gathered_;
};

void read_lines(ExpressionReader& expressions, const fs::path& path) {
  ItemReader& reader = expressions.reader();
  reader.each_record(path, [&](const RecordFields& record, int64_t number, bool list) {
    const bool grounding = record.has("img_path");
    const char* key = grounding ? "expression" : "sent";
    Expression one;
    one.id = str(reader.info().name, list ? ": record " : ": line ", number);
    one.text = record.text(key);
    expressions.set_image(one, record.text(grounding ? "img_path" : "image"));
    expressions.add(std::move(one), record.four_numbers("bbox"), key, size_in(record),
                    ItemReader::where(path, list ? "record" : "line", number));
  });
  expressions.finish(kCorners, path);
}

/// MDETR: {"images": [{"id", "file_name", "caption", "width", "height"}],
/// "annotations": [{"image_id", "bbox": xywh}]}, an image per expression.
void read_mdetr(ExpressionReader& expressions, const fs::path& path) {
  struct Entry {
    Expression expression;
    std::optional<Size> size;
    int64_t number = 0;
    bool seen = false;
    std::optional<std::array<double, 4>> numbers;
  };
  ItemReader& reader = expressions.reader();
  std::vector<Entry> all;
  std::unordered_map<int64_t, size_t> numbers;
  const auto read_image = [&](const RecordFields& image, int64_t number) {
    const int64_t id = image.integer("id");
    if (numbers.contains(id)) {
      throw BadRecord{ProblemKind::kDuplicate, str("id ", id, " is there twice")};
    }
    Entry asked{.size = size_in(image), .number = number};
    asked.expression.id = str(id);
    asked.expression.text = image.text("caption");
    expressions.set_image(asked.expression, image.text("file_name"));
    numbers.emplace(id, all.size());
    all.push_back(std::move(asked));
  };
  const auto read_box = [&](const RecordFields& annotation, int64_t) {
    const int64_t id = annotation.integer("image_id");
    const auto known = numbers.find(id);
    if (known == numbers.end()) {
      throw BadRecord{ProblemKind::kUnknownImage, str("image_id ", id, " is not in \"images\"")};
    }
    Entry& asked = all[known->second];
    if (asked.seen) {
      throw BadRecord{ProblemKind::kDuplicate, str("image_id ", id, " has two boxes")};
    }
    asked.seen = true;
    asked.numbers = annotation.four_numbers("bbox");
  };
  const JsonStream stream = reader.open(path);
  // Annotations may stand before the images that they refer to.
  stream.each_in(std::array{reader.in_list(path, "images", "image", read_image)});
  stream.each_in(std::array{reader.in_list(path, "annotations", "annotation", read_box)});
  for (Entry& asked : all) {
    const auto where = [&] { return ItemReader::where(path, "image", asked.number); };
    read_record(reader.problems(), where, [&] {
      if (!asked.seen) {
        throw BadRecord{ProblemKind::kNoAnnotation,
                        str("image ", asked.expression.id, " has no box")};
      }
      // What is wrong with an unusable box was said where it stands.
      if (!asked.numbers) return;
      expressions.add(std::move(asked.expression), *asked.numbers, "caption", asked.size, where());
    });
  }
  expressions.finish(kSizes, path);
}

/// The boxes and sizes that references point to.
struct Instances {
  std::unordered_map<int64_t, std::array<double, 4>> boxes;  // as written, by annotation
  std::unordered_map<int64_t, Size> sizes;                   // by image
};

Instances read_instances(ItemReader& reader, const fs::path& path) {
  Instances instances;
  const auto read_image = [&](const RecordFields& image, int64_t) {
    if (const auto size = size_in(image)) instances.sizes[image.integer("id")] = *size;
  };
  const auto read_box = [&](const RecordFields& annotation, int64_t) {
    instances.boxes[annotation.integer("id")] = annotation.four_numbers("bbox");
  };
  reader.open(path).each_in(
      std::array{reader.in_list(path, "images", "image", read_image),
                 reader.in_list(path, "annotations", "annotation", read_box)});
  return instances;
}

/// A reference has several sentences about one box.
void read_reference(ExpressionReader& expressions, const RecordFields& record,
                    const Instances& instances, const std::string& where) {
  const int64_t id = record.integer("ann_id");
  const auto box = instances.boxes.find(id);
  if (box == instances.boxes.end()) {
    throw BadRecord{ProblemKind::kNoAnnotation, str("ann_id ", id, " is not in the instances")};
  }
  const int64_t image = record.integer("image_id");
  const auto size = instances.sizes.find(image);
  for (const simdjson::dom::element sentence : record.list("sentences")) {
    read_record(
        expressions.reader().problems(), [&] { return where; },
        [&] {
          const RecordFields fields(sentence);
          Expression one;
          one.id = fields.id("sent_id");
          one.text = fields.text("sent");
          expressions.set_image(one, image);
          expressions.add(
              std::move(one), box->second, "sent",
              size == instances.sizes.end() ? std::nullopt : std::optional(size->second), where);
        });
  }
}

void read_references(ExpressionReader& expressions, const fs::path& path,
                     const std::string& split) {
  ItemReader& reader = expressions.reader();
  const fs::path beside = path.parent_path() / "instances.json";
  std::error_code error;
  const fs::path instances_path =
      fs::exists(beside, error)
          ? reader.note_file(beside)
          : reader.file({"instances.json", "instances_train2014.json"}, "boxes of RefCOCO");
  const Instances instances = read_instances(reader, instances_path);
  reader.each_record(path, [&](const RecordFields& record, int64_t number, bool list) {
    if (record.text("split") != split) return;
    read_reference(expressions, record, instances,
                   ItemReader::where(path, list ? "record" : "line", number));
  });
  expressions.finish(kSizes, instances_path);
}

}  // namespace

void for_each_expression(ItemReader& reader, const std::function<void(Expression)>& visit) {
  const RefFiles names(reader.info().name);
  ExpressionReader expressions(reader, visit);
  if (const auto path = reader.official().find_file(names.of_split())) {
    reader.note_file(*path);
    const bool mdetr = reader.open(*path).layout() == JsonLayout::kObject;
    return mdetr ? read_mdetr(expressions, *path) : read_lines(expressions, *path);
  }
  if (const auto path = find_references(reader, names)) {
    return read_references(expressions, reader.note_file(*path), names.split);
  }
  Names all = names.of_split();
  for (const std::string& name : names.anywhere()) all.push_back(name);
  for (const std::string& name : names.in_folder()) all.push_back(str(names.set, "/", name));
  throw ResourceError(str(reader.official().root().string(), ": no expressions of ",
                          reader.info().title, " (looked for ", join(all, ", "),
                          " here and down to 3 folders below). Put one of them there."));
}

}  // namespace lion::eval
