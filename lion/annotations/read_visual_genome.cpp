#include <cmath>
#include <limits>
#include <unordered_map>

#include "lion/annotations/reading.h"
#include "lion/base/random.h"
#include "lion/base/str.h"

namespace lion {
namespace {

namespace fs = std::filesystem;

/// What image_data.json says of an image.
struct Image {
  uint32_t number = 0;
  int32_t width = 0;
  int32_t height = 0;
  bool excluded = false;
};

/// The last two parts of a URL: the folder and the file.
fs::path file_of_url(std::string_view url) {
  const fs::path path(url);
  if (!path.has_filename() || !path.parent_path().has_filename()) {
    throw BadRecord{ProblemKind::kMalformed, str("\"url\" has no folder and file (\"", url, "\")")};
  }
  return path.parent_path().filename() / path.filename();
}

class VisualGenome {
 public:
  VisualGenome(RecordTable& table, const VisualGenomeOptions& options, const ReadContext& context)
      : table_(table), options_(options), context_(context) {}

  void read_images(const fs::path& path) {
    const std::string name = path.filename().string();
    open_stream(path, context_).each([&](const JsonElement& element) {
      read_record(
          context_.problems, [&] { return str(name, ", element ", element.number); },
          [&] { read_image(RecordFields(element.value)); });
    });
  }

  void read_regions(const fs::path& path) {
    table_.begin_file(path, "region");
    const std::string name = path.filename().string();
    open_stream(path, context_).each([&](const JsonElement& element) {
      read_record(
          context_.problems, [&] { return str(name, ", element ", element.number); },
          [&] { read_regions_of(RecordFields(element.value)); });
    });
    report_box_format(guess_, name, context_.problems);
  }

 private:
  void read_image(const RecordFields& record) {
    const int64_t id = record.integer("image_id");
    const int64_t width = record.integer("width");
    const int64_t height = record.integer("height");
    constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
    if (width < 1 || height < 1 || width > kMost || height > kMost) {
      throw BadRecord{ProblemKind::kMalformed, str("the image's size is ", width, " x ", height)};
    }
    const std::optional<int64_t> coco_id = record.maybe_integer("coco_id");
    Image image{0, static_cast<int32_t>(width), static_cast<int32_t>(height)};
    image.excluded = options_.exclude_images.contains(id) ||
                     (coco_id && options_.exclude_coco.contains(*coco_id));
    image.number = named_image(table_, context_, file_of_url(record.text("url")).string(), "");
    table_.set_image_size(image.number, width, height);
    images_.insert_or_assign(id, image);
  }

  /// The regions of one image.
  void read_regions_of(const RecordFields& record) {
    const int64_t id = record.has("id") ? record.integer("id") : record.integer("image_id");
    const simdjson::dom::array regions = record.list("regions");
    const auto image = images_.find(id);
    if (image == images_.end()) {
      throw BadRecord{ProblemKind::kUnknownImage, str("image ", id, " is not in the list")};
    }
    if (image->second.excluded) {
      context_.problems.count(ProblemKind::kExcluded, static_cast<int64_t>(regions.size()));
      return;
    }
    first_of_image_ = table_.size();
    hashes_.clear();
    uint64_t part = 0;
    for (const simdjson::dom::element region : regions) {
      ++part;
      read_record(
          context_.problems,
          [&] {
            return str(table_.describe_source(source_), " (image ", id, ", the ", part,
                       ". of its regions)");
          },
          [&] { read_region(RecordFields(region), image->second); });
    }
  }

  void read_region(const RecordFields& region, const Image& image) {
    source_ = 0;
    const int64_t id = region.integer("region_id");
    if (id < 0 || id > std::numeric_limits<uint32_t>::max()) {
      throw BadRecord{ProblemKind::kMalformed, str("\"region_id\" is ", id)};
    }
    source_ = static_cast<uint32_t>(id);
    const std::string phrase = read_text(region, "phrase", context_.text, TextKind::kAnswer);
    if (without_full_stop(phrase).empty()) {
      throw BadRecord{ProblemKind::kEmptyText, "\"phrase\" is a full stop"};
    }
    const std::array<double, 4> numbers = {region.number("x"), region.number("y"),
                                           region.number("width"), region.number("height")};
    guess_.add(numbers, image.width, image.height);
    const Box box = read_box(corners_of(numbers), image.width, image.height);
    if (is_repeated(phrase, box)) {
      throw BadRecord{ProblemKind::kDuplicate, "phrase and box are there twice"};
    }
    table_.add_region({image.number, table_.add_text(phrase), 0, source_}, box);
  }

  /// Whether the image has this region already. A few dozen are compared by hash first.
  bool is_repeated(const std::string& phrase, const Box& box) {
    const size_t hash = std::hash<std::string>()(phrase);
    for (size_t i = 0; i < hashes_.size(); ++i) {
      if (hashes_[i] != hash) continue;
      const int64_t index = first_of_image_ + static_cast<int64_t>(i);
      if (table_.box(index) == box && table_.text(table_.record(index).text) == phrase) return true;
    }
    hashes_.push_back(hash);
    return false;
  }

  RecordTable& table_;
  const VisualGenomeOptions& options_;
  const ReadContext& context_;
  std::unordered_map<int64_t, Image> images_;
  BoxFormatGuess guess_{BoxFormat{BoxUnit::kPixels, BoxOrder::kSizes}};
  uint32_t source_ = 0;  // of the region being read; 0 until its id is known
  int64_t first_of_image_ = 0;
  std::vector<size_t> hashes_;  // of the phrases of the image's records, in order
};

/// Keeps `count` records, each set of them equally likely, in their order. Source: Knuth, The Art
/// of Computer Programming 2, 3.4.2, algorithm S.
void sample_down(RecordTable& table, int64_t count, uint64_t seed, Problems& problems) {
  const int64_t size = table.size();
  if (count <= 0 || count >= size) return;
  Random random(seed);
  std::vector<bool> keep(static_cast<size_t>(size));
  int64_t needed = count;
  for (int64_t i = 0; i < size; ++i) {
    if (random.below(static_cast<uint64_t>(size - i)) >= static_cast<uint64_t>(needed)) continue;
    keep[static_cast<size_t>(i)] = true;
    --needed;
  }
  table.filter(keep);
  problems.count(ProblemKind::kNotSampled, size - count);
}

}  // namespace

TablePtr read_visual_genome(const fs::path& image_data, const fs::path& regions,
                            const VisualGenomeOptions& options, const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  VisualGenome reader(*table, options, context);
  reader.read_images(image_data);
  reader.read_regions(regions);
  sample_down(*table, options.max_regions, options.seed, context.problems);
  return finish_table(std::move(table), {image_data, regions}, context.problems);
}

}  // namespace lion
