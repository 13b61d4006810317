// What is in COCO's images, for a tagger to find and for captions to name.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;

/// The categories of a file, numbered in the order of their ids.
class Categories {
 public:
  void add(const RecordFields& category) {
    const int64_t id = category.integer("id");
    const std::string name(trim(category.text("name")));
    if (name.empty()) throw BadRecord{ProblemKind::kEmptyText, "\"name\" is empty"};
    if (name.find(',') != name.npos) {
      throw BadRecord{ProblemKind::kMalformed,
                      str("\"name\" is ", name, ", expected none with a comma")};
    }
    const bool named = std::any_of(names_.begin(), names_.end(),
                                   [&](const auto& known) { return known.second == name; });
    if (named || names_.contains(id)) {
      throw BadRecord{ProblemKind::kDuplicate, str("category ", id, ", ", name, " is there twice")};
    }
    names_.emplace(id, name);
  }

  Names names() const {
    Names all;
    for (const auto& [id, name] : names_) all.push_back(name);
    return all;
  }

  int64_t number(int64_t id) const {
    const auto known = names_.find(id);
    if (known == names_.end()) {
      throw BadRecord{ProblemKind::kMalformed,
                      str("category_id ", id, " is not in \"categories\"")};
    }
    return std::distance(names_.begin(), known);
  }

 private:
  std::map<int64_t, std::string> names_;  // by id
};

/// {"images": [{"id", "file_name"}], "annotations": [{"image_id", "category_id"}],
///  "categories": [{"id", "name"}]}
class InstanceFile {
 public:
  InstanceFile(ItemReader& reader, fs::path path)
      : reader_(reader),
        path_(std::move(path)),
        year_(path_.filename().string().find("2017") == std::string::npos ? "val2014" : "val2017") {
    const auto read_category = [&](const RecordFields& category, int64_t) {
      categories_.add(category);
    };
    const auto read_image = [&](const RecordFields& image, int64_t) { add_image(image); };
    const auto read_annotation = [&](const RecordFields& annotation, int64_t) {
      add_object(annotation);
    };
    const JsonStream stream = reader.open(path_);
    // Annotations stand before the categories that they refer to.
    stream.each_in(std::array{reader.in_list(path_, "images", "image", read_image),
                              reader.in_list(path_, "categories", "category", read_category)});
    stream.each_in(std::array{reader.in_list(path_, "annotations", "annotation", read_annotation)});
  }

  /// Puts the images with these ids into the benchmark, or all of them. None when nothing is in
  /// any of them: then it is another file than it seems.
  void finish(const std::optional<Names>& wanted) {
    const Names names = categories_.names();
    if (wanted) keep(*wanted);
    const bool any = std::any_of(items_.begin(), items_.end(),
                                 [](const Item& item) { return !item.truth.present->empty(); });
    if (!any) return;
    for (Item& item : items_) {
      if (reader_.full()) break;
      item.candidates = names;
      std::sort(item.truth.present->begin(), item.truth.present->end());
      reader_.add(std::move(item));
    }
  }

 private:
  void add_image(const RecordFields& image) {
    const int64_t id = image.integer("id");
    if (numbers_.contains(id)) throw BadRecord{ProblemKind::kDuplicate, str(id, " is there twice")};
    Item item;
    item.id = str(id);
    item.image.path = reader_.images().named(image.text("file_name"), year_);
    item.prompt = reader_.prompt();
    item.truth.present.emplace();
    item.official["image_id"] = id;
    numbers_.emplace(id, items_.size());
    items_.push_back(std::move(item));
  }

  void add_object(const RecordFields& annotation) {
    const int64_t image = annotation.integer("image_id");
    const auto known = numbers_.find(image);
    if (known == numbers_.end()) {
      throw BadRecord{ProblemKind::kUnknownImage, str("image_id ", image, " is not in \"images\"")};
    }
    const int64_t number = categories_.number(annotation.integer("category_id"));
    std::vector<int64_t>& present = *items_[known->second].truth.present;
    if (std::find(present.begin(), present.end(), number) == present.end()) {
      present.push_back(number);
    }
  }

  /// Drops the images whose ids are not among `ids`.
  void keep(const Names& ids) {
    std::unordered_set<std::string> missing(ids.begin(), ids.end());  // until they are met
    std::erase_if(items_, [&](const Item& item) { return missing.erase(item.id) == 0; });
    for (const std::string& id : ids) {
      if (!missing.contains(id)) continue;
      reader_.problems().add(ProblemKind::kNoAnnotation, path_.filename().string(),
                             str("image ", id, " of the captions' test split is not there"));
    }
  }

  ItemReader& reader_;
  fs::path path_;
  std::string year_;
  Categories categories_;
  std::vector<Item> items_;
  std::unordered_map<int64_t, size_t> numbers_;  // of items_, by the images' ids
};

/// The images of the benchmark "coco" where a list of Karpathy's test split is there.
std::optional<Names> karpathy_test(ItemReader& reader) {
  const Names lists = {"coco_karpathy_test.json", "dataset_coco.json",
                       "coco_karpathy_test_gt.json"};
  if (!reader.official().find_file(lists)) return std::nullopt;
  ReadOptions options = reader.options();
  options.limit = 0;
  const Benchmark captions = read_benchmark(benchmark_info("coco"), options, reader.templates());
  for (const fs::path& file : captions.files) reader.note_file(file);
  reader.problems().merge(captions.problems);
  Names ids;
  for (const Item& item : captions.items) ids.push_back(item.id);
  return ids;
}

}  // namespace

void read_object_items(ItemReader& reader) {
  const fs::path path = reader.file({"instances_val2014.json", "instances_val2017.json"},
                                    "categories of COCO's images");
  InstanceFile file(reader, path);
  const bool of_2014 = path.filename() == "instances_val2014.json";  // whose images are split
  file.finish(of_2014 ? karpathy_test(reader) : std::nullopt);
}

}  // namespace lion::eval
