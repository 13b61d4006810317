// Captions: COCO and Flickr30K in Karpathy's, LAVIS's and COCO's layout, TextCaps in its own.
#include <unordered_map>
#include <utility>

#include "lion/annotations/coco_name.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCaptionSplit = "val2014";

/// Gathers the captions of images, which may come in any order.
class CaptionItems {
 public:
  explicit CaptionItems(ItemReader& reader) : reader_(reader) {}

  /// The image `id`, new or known.
  Item& image(const std::string& id, const fs::path& path, std::string where) {
    const auto [known, is_new] = numbers_.try_emplace(id, items_.size());
    if (!is_new) return items_[known->second];
    wheres_.push_back(std::move(where));
    Item& item = items_.emplace_back();
    item.id = id;
    item.image.path = path;
    item.prompt = reader_.prompt();
    // TextCaps' ids are texts, even those that are all digits.
    item.official["image_id"] = reader_.info().name == "textcaps" ? Json(id) : id_value(id);
    return item;
  }

  /// Nothing when the image is unknown.
  Item* find(const std::string& id) {
    const auto known = numbers_.find(id);
    return known == numbers_.end() ? nullptr : &items_[known->second];
  }

  static void add_caption(Item& item, std::string_view caption) {
    if (trim(caption).empty()) throw BadRecord{ProblemKind::kEmptyText, "the caption is empty"};
    item.truth.texts.emplace_back(caption);
  }

  void finish() {
    for (size_t i = 0; i < items_.size(); ++i) {
      read_record(
          reader_.problems(), [&] { return wheres_[i]; },
          [&] {
            if (items_[i].truth.texts.empty()) {
              throw BadRecord{ProblemKind::kNoAnnotation,
                              str("image ", items_[i].id, " has no caption")};
            }
            reader_.add(std::move(items_[i]));
          });
    }
  }

 private:
  ItemReader& reader_;
  std::vector<Item> items_;
  std::vector<std::string> wheres_;
  std::unordered_map<std::string, size_t> numbers_;
};

/// How a benchmark's images are named and where they lie.
class CaptionImages {
 public:
  CaptionImages(ItemReader& reader, const fs::path& annotations) : reader_(reader) {
    if (reader.info().name != "coco") {
      folder_ = reader.image_folder({"flickr30k-images", "flickr30k_images"}, annotations);
    }
  }

  fs::path path(const std::string& name) {
    if (folder_.empty()) return reader_.images().named(name, kCaptionSplit);
    return folder_ / fs::path(name).filename();
  }

  std::string id(const std::string& name) const {
    if (name.empty()) throw BadRecord{ProblemKind::kMalformed, "the image's name is empty"};
    if (const auto coco = parse_coco_name(name)) return str(coco->id);
    return fs::path(name).stem().string();
  }

 private:
  ItemReader& reader_;
  fs::path folder_;
};

/// {"images": [{"filename", "split", "sentences": [{"raw"}], "filepath" and "cocoid" for COCO}]}
void read_karpathy(ItemReader& reader, const fs::path& path) {
  CaptionItems items(reader);
  CaptionImages images(reader, path);
  const auto read = [&](const RecordFields& image, int64_t number) {
    if (image.text("split") != "test") return;
    std::string name(image.text("filename"));
    if (const auto folder = image.maybe_text("filepath")) name = str(*folder, "/", name);
    const std::string id = image.has("cocoid") ? str(image.integer("cocoid")) : images.id(name);
    if (items.find(id)) throw BadRecord{ProblemKind::kDuplicate, str(id, " is there twice")};
    const std::string where = ItemReader::where(path, "image", number);
    Item& item = items.image(id, images.path(name), where);
    for (const simdjson::dom::element sentence : image.list("sentences")) {
      read_record(
          reader.problems(), [&] { return where; },
          [&] { CaptionItems::add_caption(item, RecordFields(sentence).text("raw")); });
    }
  };
  reader.open(path).each_in(std::array{reader.in_list(path, "images", "image", read)});
  items.finish();
}

/// {"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}
void read_coco(ItemReader& reader, const fs::path& path) {
  CaptionItems items(reader);
  CaptionImages images(reader, path);
  const auto read_image = [&](const RecordFields& image, int64_t number) {
    const int64_t id = image.integer("id");
    if (items.find(str(id))) throw BadRecord{ProblemKind::kDuplicate, str(id, " is there twice")};
    // LAVIS's list for scoring has ids only.
    const auto name = image.maybe_text("file_name");
    items.image(str(id),
                name ? images.path(std::string(*name)) : reader.images().coco(kCaptionSplit, id),
                ItemReader::where(path, "image", number));
  };
  const auto read_caption = [&](const RecordFields& annotation, int64_t) {
    const std::string id = str(annotation.integer("image_id"));
    Item* item = items.find(id);
    if (!item) {
      throw BadRecord{ProblemKind::kUnknownImage, str("image_id ", id, " is not in \"images\"")};
    }
    CaptionItems::add_caption(*item, annotation.text("caption"));
  };
  const JsonStream stream = reader.open(path);
  // Annotations may stand before the images that they refer to.
  stream.each_in(std::array{reader.in_list(path, "images", "image", read_image)});
  stream.each_in(std::array{reader.in_list(path, "annotations", "annotation", read_caption)});
  items.finish();
}

/// [{"image", "caption": a text or a list of them}]
void read_lavis(ItemReader& reader, const fs::path& path) {
  CaptionItems items(reader);
  CaptionImages images(reader, path);
  reader.each_record(path, [&](const RecordFields& record, int64_t number, bool) {
    const std::string name(record.text("image"));
    const std::string id = images.id(name);
    const bool several = record.value("caption").is_array();
    // With a caption in each record, an image comes once for each.
    if (several && items.find(id)) {
      throw BadRecord{ProblemKind::kDuplicate, str(id, " is there twice")};
    }
    const std::vector<std::string> captions =
        several ? read_texts(record, "caption")
                : std::vector<std::string>{std::string(record.text("caption"))};
    Item& item = items.image(id, images.path(name), ItemReader::where(path, "record", number));
    for (const std::string& caption : captions) CaptionItems::add_caption(item, caption);
  });
  items.finish();
}

/// {"data": [{"image_id", "caption_str"}]}, a record per caption.
void read_textcaps(ItemReader& reader) {
  const fs::path path = reader.file({"TextCaps_0.1_val.json"}, "captions of TextCaps");
  const fs::path folder =
      reader.image_folder({"train_images", "val_images", "textcaps_images"}, path);
  CaptionItems items(reader);
  const auto read = [&](const RecordFields& record, int64_t number) {
    const std::string id = record.id("image_id");
    Item& item =
        items.image(id, folder / str(id, ".jpg"), ItemReader::where(path, "caption", number));
    CaptionItems::add_caption(item, record.text("caption_str"));
  };
  reader.open(path).each_in(std::array{reader.in_list(path, "data", "caption", read)});
  items.finish();
}

}  // namespace

void read_caption_items(ItemReader& reader) {
  if (reader.info().name == "textcaps") return read_textcaps(reader);
  const fs::path path =
      reader.info().name == "coco"
          ? reader.file(
                {"coco_karpathy_test.json", "dataset_coco.json", "coco_karpathy_test_gt.json",
                 "captions_val2014.json", "captions_val2017.json"},
                "captions of COCO")
          : reader.file({"dataset_flickr30k.json", "flickr30k_test.json"}, "captions of Flickr30K");
  if (path.filename().string().starts_with("dataset_")) return read_karpathy(reader, path);
  if (reader.open(path).layout() == JsonLayout::kObject) return read_coco(reader, path);
  read_lavis(reader, path);
}

}  // namespace lion::eval
