#include "lion/data/open_datasets.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "lion/annotations/image_finder.h"
#include "lion/annotations/image_ids.h"
#include "lion/annotations/json_stream.h"
#include "lion/annotations/official_files.h"
#include "lion/annotations/read_own.h"
#include "lion/annotations/readers.h"
#include "lion/base/collected_errors.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/data/record_dataset.h"
#include "lion/image/decode.h"

namespace lion::data {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// "rec_vg": the first task of a format goes by the format's name alone.
std::string dataset_name(const DatasetConfig& config, Task task) {
  std::string base = config.name;
  if (base.empty()) {
    base = config.format == Format::kVisualGenome ? "vg" : std::string(format_name(config.format));
  }
  const std::vector<Task> tasks = format_tasks(config.format);
  const bool by_task =
      is_region(task) || config.format == Format::kScenes || config.format == Format::kOwn;
  return by_task || task != tasks.front() ? str(task_name(task), "_", base) : base;
}

std::string entry_name(const DatasetConfig& entry) {
  return entry.name.empty() ? std::string(format_name(entry.format)) : entry.name;
}

/// Reads the files of one entry.
class EntryReader {
 public:
  EntryReader(const DataConfig& config, const DatasetConfig& entry, const OfficialFiles& files,
              SourceProblems& source, const ProgressSink& progress)
      : entry_(entry),
        files_(files),
        source_(source),
        images_(files,
                entry.images.empty() ? std::nullopt : std::optional(files.resolve(entry.images))),
        context_{
            config.root,
            images_,
            source.problems,
            config.text,
            progress,
            [exif = config.exif](const fs::path& file) { return image_file_size(file, exif); }} {}

  OwnTables read_own_files() {
    return read_own(annotations({}), {entry_.boxes, entry_.split}, context_);
  }

  TablePtr read() {
    switch (entry_.format) {
      case Format::kVqav2:
        return read_vqa_pair("v2_OpenEnded_mscoco_", "v2_mscoco_", "vqa_");
      case Format::kOkvqa:
        return read_vqa_pair("OpenEnded_mscoco_", "mscoco_", "okvqa_");
      case Format::kAokvqa:
        return read_vqa_list(annotations({str("aokvqa_v1p0_", entry_.split, ".json")}),
                             str(entry_.split, "2017"), context_);
      case Format::kOcrvqa:
        return read_ocr_vqa(annotations({"dataset.json"}), ocr_split(), context_);
      case Format::kCocoCaptions:
        return read_captions(annotations({str("captions_", coco_split(), ".json"),
                                          str("coco_karpathy_", entry_.split, ".json")}),
                             coco_split(), context_);
      case Format::kTextcaps:
        return read_textcaps(annotations({str("TextCaps_0.1_", entry_.split, ".json")}), context_);
      case Format::kLlava:
        return read_dialogues(annotations({"llava_instruct_150k.json"}), context_);
      case Format::kVisualGenome:
        return read_regions();
      case Format::kRefcoco:
      case Format::kRefcocoPlus:
      case Format::kRefcocog:
        return read_references(
            {str("finetune_", format_name(entry_.format), "_", entry_.split, ".json")});
      case Format::kGrounding:
        return read_references({});
      case Format::kOwn:
      case Format::kScenes:
        break;
    }
    throw InternalError("A format without files has no reader.");
  }

 private:
  std::string coco_split() const { return str(entry_.split, "2014"); }

  /// The given annotation files, else the official one.
  Paths annotations(const Names& official) {
    Paths paths;
    for (const std::string& path : entry_.annotations) paths.push_back(files_.resolve(path));
    if (paths.empty()) paths.push_back(files_.file(official, what("annotations")));
    source_.files.insert(source_.files.end(), paths.begin(), paths.end());
    return paths;
  }

  /// A further file: the given one, else the official one.
  fs::path file(const std::string& given, const Names& official, std::string_view kind) {
    fs::path path = given.empty() ? files_.file(official, what(kind)) : files_.resolve(given);
    source_.files.push_back(path);
    return path;
  }

  std::string what(std::string_view kind) const {
    return str(kind, " of ", format_name(entry_.format));
  }

  TablePtr read_vqa_pair(std::string_view questions, std::string_view answers,
                         std::string_view one_file) {
    const Paths paths = annotations(
        {str(answers, coco_split(), "_annotations.json"), str(one_file, entry_.split, ".json")});
    if (JsonStream(paths.front()).layout() != JsonLayout::kObject) {
      return read_vqa_list(paths, coco_split(), context_);
    }
    const fs::path asked =
        file(entry_.questions, {str(questions, coco_split(), "_questions.json")}, "questions");
    return read_vqa(asked, paths, coco_split(), context_);
  }

  int64_t ocr_split() const {
    static const Names kSplits = {"train", "val", "test"};
    const auto it = std::find(kSplits.begin(), kSplits.end(), entry_.split);
    if (it != kSplits.end()) return it - kSplits.begin() + 1;
    throw InputError(str("ocrvqa: \"split\" is unknown (got \"", entry_.split, "\", expected ",
                         join(kSplits, ", "), "). Choose one of them."));
  }

  TablePtr read_regions() {
    VisualGenomeOptions options{.max_regions = entry_.max_regions,
                                .seed = static_cast<uint64_t>(entry_.seed)};
    for (const std::string& path : entry_.exclude_images) {
      options.exclude_images.merge(read_image_ids(files_.resolve(path)));
    }
    for (const std::string& path : entry_.exclude_coco) {
      options.exclude_coco.merge(read_image_ids(files_.resolve(path)));
    }
    const Paths regions = annotations({"region_descriptions.json"});
    if (regions.size() != 1) {
      throw InputError(str("visual_genome: \"annotations\" has ", regions.size(),
                           " files, expected one. Make an entry for each."));
    }
    const fs::path images = file(entry_.image_data, {"image_data.json"}, "list of images");
    return read_visual_genome(images, regions.front(), options, context_);
  }

  TablePtr read_references(const Names& official) {
    if (official.empty() && entry_.annotations.empty()) {
      throw InputError(
          "grounding: no \"annotations\", and the format has no official names. Give "
          "the files.");
    }
    const Paths paths = annotations(official);
    std::optional<fs::path> instances;
    if (!entry_.instances.empty()) instances = file(entry_.instances, {}, "boxes");
    return read_expressions(paths, instances, entry_.split, context_);
  }

  const DatasetConfig& entry_;
  const OfficialFiles& files_;
  SourceProblems& source_;
  ImageFinder images_;
  ReadContext context_;
};

void log_source(const SourceProblems& source, int64_t records) {
  const std::string left_out = source.problems.summary();
  log_info(str(source.name, ": ", records, " records",
               left_out.empty() ? "" : str(", left out: ", left_out)));
  if (source.problems.total() == 0) return;
  const Problem* first = source.problems.main();
  log_warning(str(source.name, ": ", source.problems.total(), " records cannot be used",
                  !first ? "" : str(", the first: ", first->where, ": ", first->what),
                  ". `lion data check` lists them."));
}

void add_generated(const DatasetConfig& entry, const PromptTemplates& templates,
                   OpenDatasets& open) {
  std::vector<GeneratedData::Wanted> wanted;
  for (const Task task : entry.tasks) wanted.push_back({dataset_name(entry, task), task});
  for (auto& dataset : entry.generated->open(wanted, templates)) {
    open.datasets.push_back(std::move(dataset));
    open.weights.push_back(entry.weight);
  }
}

void add_files(const DataConfig& config, const DatasetConfig& entry, const OfficialFiles& files,
               const std::shared_ptr<const PromptTemplates>& templates,
               const ProgressSink& progress, int64_t keep_problems, OpenDatasets& open) {
  SourceProblems source{entry_name(entry), {}, Problems(keep_problems)};
  EntryReader reader(config, entry, files, source, progress);
  std::function<TablePtr(Task)> table_of;
  int64_t records = 0;
  if (entry.format == Format::kOwn) {
    const OwnTables own = reader.read_own_files();
    for (const TablePtr& table : {own.captions, own.questions, own.dialogues, own.regions}) {
      if (table) records += table->size();
    }
    table_of = [own](Task task) { return own.of(task); };
  } else {
    const TablePtr table = reader.read();
    records = table->size();
    table_of = [table](Task) { return table; };
  }
  log_source(source, records);
  open.sources.push_back(std::move(source));
  for (const Task task : entry.tasks) {
    const TablePtr table = table_of(task);
    if (!table && entry.tasks_given) {
      throw InputError(str(entry_name(entry), ": no line is of use to the task ", task_name(task),
                           ". Take it out of \"tasks\", or add such lines."));
    }
    if (!table) continue;
    open.datasets.push_back(std::make_unique<RecordDataset>(
        dataset_name(entry, task), task, table, templates,
        RecordDatasetOptions{config.answer, entry.history, config.exif}));
    open.weights.push_back(entry.weight);
  }
}

void require_distinct_names(const OpenDatasets& open) {
  for (size_t i = 0; i < open.datasets.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (open.datasets[i]->name() != open.datasets[j]->name()) continue;
      throw InputError(str("datasets: two are called ", open.datasets[i]->name(),
                           ". Give one of the entries a \"name\"."));
    }
  }
}

}  // namespace

OpenDatasets open_datasets(const DataConfig& config, const PromptTemplates& templates,
                           const ProgressSink& progress, int64_t keep_problems) {
  OpenDatasets open;
  const auto shared_templates = std::make_shared<const PromptTemplates>(templates);
  std::optional<OfficialFiles> files;
  CollectedErrors errors;
  for (const DatasetConfig& entry : config.datasets) {
    errors.add([&] {
      if (entry.generated) return add_generated(entry, templates, open);
      if (!files) files.emplace(config.root);
      add_files(config, entry, *files, shared_templates, progress, keep_problems, open);
    });
  }
  errors.throw_if_any("datasets");
  require_distinct_names(open);
  return open;
}

}  // namespace lion::data
