#include "lion/data/data_check.h"

#include <optional>
#include <unordered_map>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/data/record_dataset.h"
#include "lion/image/decode.h"

namespace lion::data {
namespace {

constexpr int64_t kProgressStep = 10000;  // records

/// What was found in the file of an image.
struct ImageState {
  std::optional<ProblemKind> problem;
  std::string what;
  ImageInfo info;
};

ImageState look_at(const std::filesystem::path& path, bool decode) {
  ImageState state;
  try {
    const auto file = MappedFile::open(path);
    state.info = probe_image(file->bytes(), path.string());
    if (decode) decode_image(file->bytes(), {.exif = Exif::kIgnore}, path.string());
  } catch (const ResourceError& error) {
    state.problem = ProblemKind::kMissingImage;
    state.what = error.what();
  } catch (const InputError& error) {
    state.problem = ProblemKind::kBrokenImage;
    state.what = error.what();
  }
  return state;
}

bool is_inside(const Box& box) {
  return box.x0 >= 0 && box.y0 >= 0 && box.x1 <= 1 && box.y1 <= 1 && box.x0 < box.x1 &&
         box.y0 < box.y1;
}

/// Checks the records of one data set.
class DatasetChecker {
 public:
  /// `images`: what is known of files, by their names; data sets share it.
  DatasetChecker(const Dataset& dataset, const CheckOptions& options,
                 std::unordered_map<std::string, ImageState>& images)
      : dataset_(dataset),
        files_(dynamic_cast<const RecordDataset*>(&dataset)),
        options_(options),
        images_(images),
        result_{dataset.name(), dataset.task(), dataset.size(), 0, Problems(options.keep)} {
    if (files_) seen_.resize(static_cast<size_t>(files_->table().image_count()), nullptr);
  }

  DatasetCheck run(const ProgressSink& progress) {
    for (int64_t i = 0; i < dataset_.size(); ++i) {
      if (!check_text(i)) continue;
      if (files_) {
        check_file(i);
      } else if (options_.decode) {
        check_painted(i);
      }
      if (progress && ((i + 1) % kProgressStep == 0 || i + 1 == dataset_.size())) {
        progress({dataset_.name(), i + 1, dataset_.size(), "records"});
      }
    }
    return std::move(result_);
  }

 private:
  void add(int64_t index, ProblemKind kind, std::string what) {
    result_.problems.add(kind, dataset_.describe(index), std::move(what));
  }

  /// False when a problem was found: a record counts once.
  bool check_text(int64_t index) {
    // Any number will do, but the same one in every run.
    Random random(options_.seed * 0x9e3779b97f4a7c15u + static_cast<uint64_t>(index));
    const Example example = dataset_.example(index, random);
    for (const auto& [text, what] :
         {std::pair(&example.instruction, "instruction"), std::pair(&example.answer, "answer")}) {
      if (!trim(*text).empty()) continue;
      add(index, ProblemKind::kEmptyText, str("the ", what, " is empty"));
      return false;
    }
    for (const Box& box : example.boxes) {
      if (is_inside(box)) continue;
      add(index, ProblemKind::kBadBox, str("the box ", format_box(box), " is not in the image"));
      return false;
    }
    return true;
  }

  void check_file(int64_t index) {
    const RecordTable& table = files_->table();
    const uint32_t number = table.record(index).image;
    const ImageState*& state = seen_[number];
    if (!state) {
      ++result_.images;
      const auto [known, is_new] = images_.try_emplace(table.image_path(number).string());
      if (is_new) known->second = look_at(known->first, options_.decode);
      state = &known->second;
    }
    if (state->problem) return add(index, *state->problem, state->what);
    const auto annotated = table.image_size(number);
    if (!annotated) return;
    const Exif exif = files_->exif();
    const auto size = image_size(state->info, exif);
    if (*annotated == size) return;
    const Exif other = exif == Exif::kAuto ? Exif::kIgnore : Exif::kAuto;
    const bool turned = image_size(state->info, other) == *annotated;
    add(index, ProblemKind::kImageSize,
        str(table.image_name(number), ": is ", size.first, " x ", size.second,
            ", the annotations say ", annotated->first, " x ", annotated->second,
            !turned ? ""
            : exif == Exif::kAuto
                ? ", its size before it is turned as EXIF says: if boxes are those of the stored "
                  "pixels, set \"exif\" to \"ignore\""
                : ", its size once it is turned as EXIF says: set \"exif\" to \"auto\""));
  }

  void check_painted(int64_t index) {
    try {
      dataset_.image(index);
    } catch (const Error& error) {
      add(index, ProblemKind::kBrokenImage, error.what());
    }
  }

  const Dataset& dataset_;
  const RecordDataset* files_;  // null when the set has no files
  const CheckOptions& options_;
  std::unordered_map<std::string, ImageState>& images_;
  std::vector<const ImageState*> seen_;  // by number of the image
  DatasetCheck result_;
};

}  // namespace

int64_t CheckResult::findings() const {
  int64_t sum = 0;
  for (const DatasetCheck& dataset : datasets) sum += dataset.problems.total();
  for (const SourceProblems& source : sources) sum += source.problems.total();
  return sum;
}

std::string CheckResult::summary() const {
  Problems all(0);
  int64_t records = 0;
  for (const DatasetCheck& dataset : datasets) {
    all.merge(dataset.problems);
    records += dataset.records;
  }
  for (const SourceProblems& source : sources) all.merge(source.problems);
  const int64_t n = findings();
  return str(n == 0 ? "no" : str(n), n == 1 ? " finding" : " findings", " in ", records, " records",
             n == 0 ? "" : str(": ", all.summary()));
}

Json CheckResult::to_json() const {
  Json sets = Json::array();
  for (const DatasetCheck& dataset : datasets) {
    sets.push_back({{"name", dataset.name},
                    {"task", task_name(dataset.task)},
                    {"records", dataset.records},
                    {"images", dataset.images},
                    {"problems", dataset.problems.to_json()}});
  }
  Json files = Json::array();
  for (const SourceProblems& source : sources) {
    Json paths = Json::array();
    for (const auto& path : source.files) paths.push_back(path.string());
    files.push_back(
        {{"name", source.name}, {"files", paths}, {"left_out", source.problems.to_json()}});
  }
  return {{"findings", findings()}, {"datasets", std::move(sets)}, {"sources", std::move(files)}};
}

CheckResult check_datasets(const OpenDatasets& open, const CheckOptions& options,
                           const ProgressSink& progress) {
  CheckResult result;
  result.sources = open.sources;
  std::unordered_map<std::string, ImageState> images;
  for (const auto& dataset : open.datasets) {
    result.datasets.push_back(DatasetChecker(*dataset, options, images).run(progress));
  }
  return result;
}

}  // namespace lion::data
