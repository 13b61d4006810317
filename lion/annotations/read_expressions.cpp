#include <optional>
#include <unordered_map>

#include "lion/annotations/coco_name.h"
#include "lion/annotations/reading.h"
#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

namespace fs = std::filesystem;

// References and MDETR's files are made on COCO's train2014.
constexpr const char* kSplit = "train2014";

constexpr BoxFormat kCorners = {BoxUnit::kPixels, BoxOrder::kCorners};  // of grounding lines
constexpr BoxFormat kSizes = {BoxUnit::kPixels, BoxOrder::kSizes};      // of COCO's layout

/// Adds records of expression and box to a table.
class ExpressionReader {
 public:
  ExpressionReader(RecordTable& table, const ReadContext& context)
      : table_(table), context_(context) {}

  /// `numbers` are the box as the layout `format` has it. Its size comes from the record, else from
  /// the image's header.
  void add(std::string_view text, std::string_view key, uint32_t image,
           const std::array<double, 4>& numbers, const BoxFormat& format,
           std::optional<std::pair<int64_t, int64_t>> size, uint32_t source, uint32_t part = 0) {
    const std::string phrase = read_text(text, key, context_.text, TextKind::kAnswer);
    if (without_full_stop(phrase).empty()) {
      throw BadRecord{ProblemKind::kEmptyText, str("\"", key, "\" is a full stop")};
    }
    if (!size) size = size_of(image);
    guess(format).add(numbers, size->first, size->second);
    const std::array<double, 4> corners =
        format.order == BoxOrder::kSizes ? corners_of(numbers) : numbers;
    const Box box =
        read_box(corners, static_cast<double>(size->first), static_cast<double>(size->second));
    table_.set_image_size(image, size->first, size->second);
    table_.add_region({image, table_.add_text(phrase), 0, source, part}, box);
  }

  uint32_t image(std::string_view name) {
    // A list of references gives the crop's name, which has a suffix: the image is its id.
    if (const auto coco = parse_coco_name(name)) {
      return coco_image(table_, context_, coco->split.empty() ? kSplit : coco->split, coco->id);
    }
    return named_image(table_, context_, name, kSplit);
  }

  uint32_t image(int64_t coco_id) { return coco_image(table_, context_, kSplit, coco_id); }

  /// To be called behind each file.
  void report_format(const fs::path& file) {
    for (const BoxFormatGuess& one : {corners_, sizes_}) {
      report_box_format(one, file.filename().string(), context_.problems);
    }
    corners_ = BoxFormatGuess(kCorners);
    sizes_ = BoxFormatGuess(kSizes);
  }

  /// Runs `read` on an element; what is wrong with it is reported under its number.
  template <typename Read>
  void record(uint64_t source, Read&& read) {
    read_record(
        context_.problems, [&] { return table_.describe_source(source); }, read);
  }

 private:
  BoxFormatGuess& guess(const BoxFormat& format) { return format == kSizes ? sizes_ : corners_; }

  std::pair<int64_t, int64_t> size_of(uint32_t image) {
    if (const auto known = table_.image_size(image)) return *known;
    const fs::path path = table_.image_path(image);
    try {
      return context_.image_size(path);
    } catch (const ResourceError& error) {
      throw BadRecord{ProblemKind::kMissingImage, error.what()};
    } catch (const InputError& error) {
      throw BadRecord{ProblemKind::kBrokenImage, error.what()};
    }
  }

  RecordTable& table_;
  const ReadContext& context_;
  BoxFormatGuess corners_{kCorners};
  BoxFormatGuess sizes_{kSizes};
};

std::optional<std::pair<int64_t, int64_t>> size_in(const RecordFields& record) {
  const auto width = record.maybe_integer("width");
  const auto height = record.maybe_integer("height");
  if (!width || !height) return std::nullopt;
  return std::pair(*width, *height);
}

/// A line of the grounding files (`img_path`, `expression`) or of the other kind (`image`, `sent`).
void read_line(ExpressionReader& reader, const RecordFields& record, uint32_t number) {
  const bool grounding = record.has("img_path");
  const char* text = grounding ? "expression" : "sent";
  reader.add(record.text(text), text, reader.image(record.text(grounding ? "img_path" : "image")),
             record.four_numbers("bbox"), kCorners, size_in(record), number);
}

/// An image in COCO's layout; MDETR's have the expression as `caption`.
struct CocoImage {
  uint32_t image = 0;
  std::optional<std::pair<int64_t, int64_t>> size;
  std::string caption;
};

/// MDETR's finetune_refcoco*.json: an image per expression, an annotation per image.
void read_mdetr(ExpressionReader& reader, const JsonStream& stream, Problems& problems) {
  std::unordered_map<int64_t, CocoImage> images;
  const auto read_image = [&](const JsonElement& element) {
    const auto where = [&] {
      return str(stream.path().filename().string(), ", image ", element.number);
    };
    read_record(problems, where, [&] {
      const RecordFields image(element.value);
      images.insert_or_assign(image.integer("id"),
                              CocoImage{reader.image(image.text("file_name")), size_in(image),
                                        std::string(image.text("caption"))});
    });
  };
  const auto read_annotation = [&](const JsonElement& element) {
    reader.record(static_cast<uint64_t>(element.number), [&] {
      const RecordFields record(element.value);
      const int64_t id = record.integer("image_id");
      const auto image = images.find(id);
      if (image == images.end()) {
        throw BadRecord{ProblemKind::kUnknownImage, str("image_id ", id, " is not in \"images\"")};
      }
      reader.add(image->second.caption, "caption", image->second.image, record.four_numbers("bbox"),
                 kSizes, image->second.size, static_cast<uint32_t>(element.number));
    });
  };
  // Annotations may stand before the images that they refer to.
  stream.each_in(std::array{JsonList{"images", read_image}});
  stream.each_in(std::array{JsonList{"annotations", read_annotation}});
}

/// The boxes and images of instances.json, which a list of references refers to.
struct Instances {
  std::unordered_map<int64_t, std::array<double, 4>> boxes;  // x, y, width, height, by annotation
  std::unordered_map<int64_t, std::pair<int64_t, int64_t>> sizes;  // by image
};

Instances read_instances(const fs::path& path, const ReadContext& context) {
  Instances instances;
  const std::string name = path.filename().string();
  const auto read = [&](const char* noun, auto one) {
    return [&context, &name, noun, one](const JsonElement& element) {
      read_record(
          context.problems, [&] { return str(name, ", ", noun, " ", element.number); },
          [&] { one(RecordFields(element.value)); });
    };
  };
  const auto read_image = [&](const RecordFields& image) {
    if (const auto size = size_in(image)) instances.sizes[image.integer("id")] = *size;
  };
  const auto read_box_of = [&](const RecordFields& annotation) {
    instances.boxes[annotation.integer("id")] = annotation.four_numbers("bbox");
  };
  open_stream(path, context)
      .each_in(std::array{JsonList{"images", read("image", read_image)},
                          JsonList{"annotations", read("annotation", read_box_of)}});
  return instances;
}

/// A reference has several sentences for one box.
void read_reference(ExpressionReader& reader, const RecordFields& record,
                    const Instances& instances, const std::string& split, uint32_t number) {
  if (record.has("split") && record.text("split") != split) return;
  const int64_t id = record.integer("ann_id");
  const auto box = instances.boxes.find(id);
  if (box == instances.boxes.end()) {
    throw BadRecord{ProblemKind::kNoAnnotation, str("ann_id ", id, " is not in the instances")};
  }
  const int64_t image_id = record.integer("image_id");
  const auto known = instances.sizes.find(image_id);
  std::optional<std::pair<int64_t, int64_t>> size;
  if (known != instances.sizes.end()) size = known->second;
  const uint32_t image = reader.image(image_id);
  uint32_t part = 0;
  for (const simdjson::dom::element sentence : record.list("sentences")) {
    ++part;
    reader.record(number, [&] {
      const RecordFields fields(sentence);
      reader.add(fields.text("sent"), "sent", image, box->second, kSizes, size, number, part);
    });
  }
}

}  // namespace

TablePtr read_expressions(const Paths& annotations, const std::optional<fs::path>& instances_path,
                          const std::string& split, const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  ExpressionReader reader(*table, context);
  Instances instances;
  if (instances_path) instances = read_instances(*instances_path, context);
  for (const fs::path& path : annotations) {
    const JsonStream stream = open_stream(path, context);
    const JsonLayout layout = stream.layout();
    if (layout == JsonLayout::kObject) {
      table->begin_file(path, "annotation");
      read_mdetr(reader, stream, context.problems);
      reader.report_format(path);
      continue;
    }
    table->begin_file(path, layout == JsonLayout::kLines ? "line" : "record");
    stream.each_record([&](const JsonElement& element) {
      // Lines of a file are counted from 1, elements of a list from 0.
      const auto number =
          static_cast<uint32_t>(element.number + (layout == JsonLayout::kLines ? 1 : 0));
      reader.record(number, [&] {
        const RecordFields record(element.value);
        if (!record.has("sentences")) return read_line(reader, record, number);
        if (!instances_path) {
          throw InputError(str(path.string(),
                               ": is a list of references, which needs the boxes of "
                               "an instances.json. Give its path as \"instances\"."));
        }
        read_reference(reader, record, instances, split, number);
      });
    });
    reader.report_format(path);
  }
  return finish_table(std::move(table), annotations, context.problems);
}

}  // namespace lion
