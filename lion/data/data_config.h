#pragma once
/// Which data sets a training reads, as a JSON object:
///
///   {"root": DIR, "templates": FILE, "text": "raw", "answer": "distinct", "exif": "auto",
///    "datasets": [{"format": "vqav2", "tasks": ["vqa", "vqg"]}, ...]}
///
/// Every key but "root", "datasets" and "format" has a default ("root" too where all are scenes).
/// Paths are relative to the root. Files that are not given are looked for there by their official
/// names.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/annotations/text_rules.h"
#include "lion/base/json.h"
#include "lion/data/dataset.h"
#include "lion/image/decode.h"
#include "lion/text/box_format.h"
#include "lion/text/prompt.h"

namespace lion::data {

/// The official files of one data set.
enum class Format {
  kVqav2,
  kOkvqa,
  kAokvqa,
  kOcrvqa,
  kCocoCaptions,
  kTextcaps,
  kLlava,
  kVisualGenome,
  kRefcoco,
  kRefcocoPlus,
  kRefcocog,
  kGrounding,
  kOwn,     ///< a person's own files, docs/own-data.md
  kScenes,  ///< painted as they are asked for; no files
};

/// "vqav2", "refcoco+", ...
std::string_view format_name(Format format);

/// "caption", "vqa", "vqg", "dialogue", "rec" or "reg".
std::string_view task_name(Task task);

/// The tasks that a format can give, the usual ones first.
std::vector<Task> format_tasks(Format format);

/// Data sets that are made, not read from files; by a component above this one (lion/scenes).
class GeneratedData {
 public:
  virtual ~GeneratedData() = default;

  struct Wanted {
    std::string name;
    Task task;
  };
  /// A data set for each. Throws InputError for a task that cannot be had.
  virtual std::vector<std::unique_ptr<Dataset>> open(std::span<const Wanted> wanted,
                                                     const PromptTemplates& templates) const = 0;
};

/// Reads the keys that an entry of "format": "scenes" has of its own, for its "split" and "tasks".
/// Throws InputError.
using GeneratedDataReader = std::function<std::shared_ptr<const GeneratedData>(
    JsonReader& reader, const std::string& split, const std::vector<Task>& tasks)>;

struct DatasetConfig {
  Format format = Format::kVqav2;
  std::vector<Task> tasks;      ///< a data set each; default: what the paper trains with
  std::string name;             ///< instead of the format's, in the names of the data sets
  std::string split = "train";  ///< which official files, or which of their records
  std::vector<std::string> annotations;
  std::string images;   ///< folder
  double weight = 1.0;  ///< multiplies what the mixture gives each of the data sets

  std::string questions;     ///< vqav2, okvqa
  bool history = false;      ///< llava, own: "history" is "concat", not "none"
  BoxFormat boxes;           ///< own: "box_format" of lines that have none
  bool tasks_given = false;  ///< else an own file has the tasks that its lines speak of
  std::string image_data;    ///< visual_genome
  std::vector<std::string> exclude_images;  ///< visual_genome: files with ids of its images
  std::vector<std::string> exclude_coco;    ///< visual_genome: files with ids of COCO
  int64_t max_regions = 0;                  ///< visual_genome; 0: all
  std::string instances;                    ///< refcoco*, grounding: for lists of references

  int64_t seed = 0;  ///< visual_genome: of the draw of regions

  std::shared_ptr<const GeneratedData> generated;  ///< scenes
};

struct DataConfig {
  std::filesystem::path root;
  std::string templates;                      ///< file with prompts; "": the built-in ones
  TextRule text = TextRule::kRaw;             ///< of texts in files
  AnswerRule answer = AnswerRule::kDistinct;  ///< of answers in files
  Exif exif = Exif::kAuto;                    ///< whether images of files are turned as EXIF says
  std::vector<DatasetConfig> datasets;

  /// `where` names the object in errors. Throws InputError, for instance for a key that is unknown
  /// or that the format has no use for, or for "scenes" without their reader.
  static DataConfig from_json(const Json& json, const std::string& where,
                              const GeneratedDataReader& read_scenes = {});
  /// Reads a file of this form. Throws ResourceError when it cannot be read.
  static DataConfig load(const std::filesystem::path& path,
                         const GeneratedDataReader& read_scenes = {});
};

/// The prompts that the config asks for.
PromptTemplates load_templates(const DataConfig& config);

}  // namespace lion::data
