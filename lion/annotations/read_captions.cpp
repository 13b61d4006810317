#include <unordered_map>

#include "lion/annotations/reading.h"
#include "lion/base/str.h"

namespace lion {
namespace {

/// COCO's own layout: images and annotations side by side, in any order.
class CocoCaptions {
 public:
  CocoCaptions(RecordTable& table, const std::string& split, const ReadContext& context)
      : table_(table), split_(split), context_(context) {}

  void read(const JsonStream& stream) {
    file_name_ = stream.path().filename().string();
    // Annotations may stand before the images that they refer to.
    stream.each_in(std::array{JsonList{"images", [&](const JsonElement& e) { read_image(e); }}});
    stream.each_in(
        std::array{JsonList{"annotations", [&](const JsonElement& e) { read_caption(e); }}});
  }

 private:
  void read_image(const JsonElement& element) {
    read_record(
        context_.problems, [&] { return str(file_name_, ", image ", element.number); },
        [&] {
          const RecordFields record(element.value);
          const uint32_t image = named_image(table_, context_, record.text("file_name"), split_);
          images_.insert_or_assign(record.integer("id"), image);
        });
  }

  void read_caption(const JsonElement& element) {
    const auto source = static_cast<uint32_t>(element.number);
    read_record(
        context_.problems, [&] { return table_.describe_source(source); },
        [&] {
          const RecordFields record(element.value);
          const std::string caption =
              read_text(record, "caption", context_.text, TextKind::kAnswer);
          const int64_t id = record.integer("image_id");
          const auto image = images_.find(id);
          if (image == images_.end()) {
            throw BadRecord{ProblemKind::kUnknownImage,
                            str("image_id ", id, " is not in \"images\"")};
          }
          table_.add({image->second, table_.add_text(caption), 0, source});
        });
  }

  RecordTable& table_;
  const std::string& split_;
  const ReadContext& context_;
  std::string file_name_;
  std::unordered_map<int64_t, uint32_t> images_;
};

/// One record of LAVIS's list: "caption" is a text or a list of texts.
void read_lavis(const JsonElement& element, const std::string& split, RecordTable& table,
                const ReadContext& context) {
  const RecordFields record(element.value);
  const uint32_t image = named_image(table, context, record.text("image"), split);
  const auto source = static_cast<uint32_t>(element.number);
  const auto add = [&](std::string_view text, uint32_t part) {
    const std::string caption = read_text(text, "caption", context.text, TextKind::kAnswer);
    table.add({image, table.add_text(caption), 0, source, part});
  };
  if (!record.value("caption").is_array()) return add(record.text("caption"), 0);
  uint32_t part = 0;
  for (const simdjson::dom::element one : record.list("caption")) {
    ++part;
    read_record(
        context.problems, [&] { return table.describe_source(source, part); },
        [&] {
          std::string_view text;
          if (one.get(text)) throw BadRecord{ProblemKind::kMalformed, "a caption is not a text"};
          add(text, part);
        });
  }
}

/// Calls `read(record, source)` for each element of a list, problems distinguished by record.
template <typename Read>
JsonVisitor per_record(const RecordTable& table, const ReadContext& context, Read read) {
  return [&table, &context, read](const JsonElement& element) {
    read_record(
        context.problems, [&] { return table.describe_source(element.number); },
        [&] { read(element); });
  };
}

}  // namespace

TablePtr read_captions(const Paths& annotations, const std::string& split,
                       const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  for (const auto& path : annotations) {
    const JsonStream stream = open_stream(path, context);
    if (stream.layout() == JsonLayout::kObject) {
      table->begin_file(path, "annotation");
      CocoCaptions(*table, split, context).read(stream);
    } else {
      table->begin_file(path, "record");
      stream.each_record(per_record(*table, context, [&](const JsonElement& element) {
        read_lavis(element, split, *table, context);
      }));
    }
  }
  return finish_table(std::move(table), annotations, context.problems);
}

TablePtr read_textcaps(const Paths& annotations, const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  for (const auto& path : annotations) {
    table->begin_file(path, "caption");
    const JsonStream stream = open_stream(path, context);
    const auto folder = context.images.folder({"train_images", "train"}, path);
    const auto read = per_record(*table, context, [&](const JsonElement& element) {
      const RecordFields record(element.value);
      const std::string caption = read_text(record, "caption_str", context.text, TextKind::kAnswer);
      const std::string id = record.id("image_id");
      const uint32_t image =
          table->image(id, [&] { return context.images.on_disk(folder / str(id, ".jpg")); });
      table->add({image, table->add_text(caption), 0, static_cast<uint32_t>(element.number)});
    });
    stream.each_in(std::array{JsonList{"data", read}});
  }
  return finish_table(std::move(table), annotations, context.problems);
}

}  // namespace lion
