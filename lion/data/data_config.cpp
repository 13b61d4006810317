#include "lion/data/data_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "lion/base/collected_errors.h"
#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::data {
namespace {

struct FormatRules {
  Format format;
  std::string_view name;
  std::vector<Task> tasks;  // the first `usual` are the default
  size_t usual;
};

const std::vector<FormatRules>& format_rules() {
  using enum Task;
  static const std::vector<FormatRules> rules = {
      {Format::kVqav2, "vqav2", {kVqa, kVqg}, 2},
      {Format::kOkvqa, "okvqa", {kVqa, kVqg}, 2},
      {Format::kAokvqa, "aokvqa", {kVqa, kVqg}, 2},
      {Format::kOcrvqa, "ocrvqa", {kVqa, kVqg}, 1},
      {Format::kCocoCaptions, "coco_captions", {kCaption}, 1},
      {Format::kTextcaps, "textcaps", {kCaption}, 1},
      {Format::kLlava, "llava", {kDialogue}, 1},
      {Format::kVisualGenome, "visual_genome", {kRec, kReg}, 2},
      {Format::kRefcoco, "refcoco", {kRec, kReg}, 1},
      {Format::kRefcocoPlus, "refcoco+", {kRec, kReg}, 1},
      {Format::kRefcocog, "refcocog", {kRec, kReg}, 1},
      {Format::kGrounding, "grounding", {kRec, kReg}, 2},
      {Format::kOwn, "own", {kCaption, kVqa, kDialogue, kRec, kReg, kVqg}, 5},
      {Format::kScenes, "scenes", {kCaption, kVqa, kVqg, kDialogue, kRec, kReg}, 6},
  };
  return rules;
}

const FormatRules& rules_of(Format format) {
  const auto& all = format_rules();
  return *std::find_if(all.begin(), all.end(),
                       [&](const FormatRules& one) { return one.format == format; });
}

Format parse_format(const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (const FormatRules& rules : format_rules()) {
    if (rules.name == name) return rules.format;
    names.emplace_back(rules.name);
  }
  throw InputError(str(where, ": \"format\" is unknown (got \"", name, "\", expected ",
                       join(names, ", "), "). Choose one of them."));
}

std::vector<Task> parse_tasks(const std::vector<std::string>& names, Format format,
                              const std::string& where) {
  const FormatRules& rules = rules_of(format);
  if (names.empty()) return {rules.tasks.begin(), rules.tasks.begin() + rules.usual};
  std::vector<Task> tasks;
  for (const std::string& name : names) {
    const auto it = std::find_if(rules.tasks.begin(), rules.tasks.end(),
                                 [&](Task task) { return task_name(task) == name; });
    if (it == rules.tasks.end()) {
      std::vector<std::string> known;
      for (const Task task : rules.tasks) known.emplace_back(task_name(task));
      throw InputError(str(where, ": \"tasks\": ", rules.name, " has none of that name (got \"",
                           name, "\", expected ", join(known, ", "), "). Choose of them."));
    }
    if (std::find(tasks.begin(), tasks.end(), *it) != tasks.end()) {
      throw InputError(str(where, ": \"tasks\" has ", name, " twice. Remove one."));
    }
    tasks.push_back(*it);
  }
  return tasks;
}

bool parse_history(const std::string& name, const std::string& where) {
  if (name == "none") return false;
  if (name == "concat") return true;
  throw InputError(str(where, ": \"history\" is no rule (got \"", name,
                       "\", expected none or concat). Choose one of them."));
}

Exif parse_exif(const std::string& name, const std::string& where) {
  if (name == "auto") return Exif::kAuto;
  if (name == "ignore") return Exif::kIgnore;
  throw InputError(
      str(where, ": \"exif\" is no rule (got \"", name,
          "\", expected auto, images "
          "are turned as a person sees them, or ignore, they stay as they are stored). "
          "Choose one of them."));
}

void require_positive(int64_t value, const char* key, const std::string& where) {
  if (value > 0) return;
  throw InputError(str(where, ": \"", key, "\" is ", value, ", expected at least 1. Raise it."));
}

/// Reads the keys that only some formats have; others stay unread, so that they are errors.
void read_options(JsonReader& reader, DatasetConfig& config,
                  const GeneratedDataReader& read_scenes) {
  switch (config.format) {
    case Format::kVqav2:
    case Format::kOkvqa:
      reader.read("questions", config.questions);
      break;
    case Format::kLlava: {
      std::string history = "none";
      reader.read("history", history);
      config.history = parse_history(history, reader.where());
      break;
    }
    case Format::kOwn: {
      // Turns may refer to those before.
      std::string history = "concat";
      reader.read("history", history);
      config.history = parse_history(history, reader.where());
      std::string boxes = box_format_name(config.boxes);
      reader.read("box_format", boxes);
      config.boxes = parse_box_format(boxes, reader.where());
      if (config.annotations.empty()) {
        throw InputError(str(reader.where(), ": \"own\" needs \"annotations\", the files. Add ",
                             "\"annotations\": [\"my-data.jsonl\"]."));
      }
      break;
    }
    case Format::kVisualGenome:
      reader.read("image_data", config.image_data);
      reader.read("exclude_images", config.exclude_images);
      reader.read("exclude_coco", config.exclude_coco);
      reader.read("max_regions", config.max_regions);
      reader.read("seed", config.seed);
      break;
    case Format::kRefcoco:
    case Format::kRefcocoPlus:
    case Format::kRefcocog:
    case Format::kGrounding:
      reader.read("instances", config.instances);
      break;
    case Format::kScenes:
      if (!read_scenes) {
        throw InputError(str(reader.where(),
                             ": \"format\" is scenes, which cannot be made here. Use "
                             "a format with files."));
      }
      config.generated = read_scenes(reader, config.split, config.tasks);
      break;
    case Format::kAokvqa:
    case Format::kOcrvqa:
    case Format::kCocoCaptions:
    case Format::kTextcaps:
      break;
  }
}

DatasetConfig read_dataset(const Json& json, const std::string& where,
                           const GeneratedDataReader& read_scenes) {
  JsonReader reader(json, where);
  DatasetConfig config;
  std::string format;
  reader.require("format", format);
  config.format = parse_format(format, where);
  std::vector<std::string> tasks;
  reader.read("tasks", tasks);
  config.tasks = parse_tasks(tasks, config.format, where);
  config.tasks_given = !tasks.empty();
  reader.read("name", config.name);
  reader.read("split", config.split);
  reader.read("weight", config.weight);
  if (config.format != Format::kScenes) {
    reader.read("annotations", config.annotations);
    reader.read("images", config.images);
  }
  read_options(reader, config, read_scenes);
  reader.finish();
  if (!(config.weight > 0) || !std::isfinite(config.weight)) {
    throw InputError(str(where, ": \"weight\" is ", config.weight,
                         ", expected more than 0. Leave the data set out instead."));
  }
  if (config.max_regions < 0) require_positive(config.max_regions, "max_regions", where);
  return config;
}

}  // namespace

std::string_view format_name(Format format) { return rules_of(format).name; }

std::string_view task_name(Task task) {
  static constexpr std::array<std::string_view, kTaskCount> kNames = {
      "caption", "vqa", "vqg", "dialogue", "rec", "reg", "iconqa", "vsr", "visdial"};
  return kNames[static_cast<size_t>(task)];
}

std::vector<Task> format_tasks(Format format) { return rules_of(format).tasks; }

DataConfig DataConfig::from_json(const Json& json, const std::string& where,
                                 const GeneratedDataReader& read_scenes) {
  JsonReader reader(json, where);
  DataConfig config;
  CollectedErrors errors;
  const auto read = [&](const std::string& key, auto& value) {
    errors.add([&] { reader.read(key, value); });
  };
  std::string root;
  std::string text = "raw";
  std::string answer = "distinct";
  std::string exif = "auto";
  read("root", root);
  read("templates", config.templates);
  read("text", text);
  read("answer", answer);
  read("exif", exif);
  reader.ignore("datasets");
  errors.add([&] { reader.finish(); });
  config.root = root;
  errors.add([&] { config.text = parse_text_rule(text, where); });
  errors.add([&] { config.answer = parse_answer_rule(answer, where); });
  errors.add([&] { config.exif = parse_exif(exif, where); });
  const Json datasets = json.value("datasets", Json::array());
  errors.add([&] {
    if (datasets.is_array() && !datasets.empty()) return;
    throw InputError(str(where, ": \"datasets\" is no list with entries. Add one, for instance ",
                         "{\"format\": \"coco_captions\"}."));
  });
  for (size_t i = 0; datasets.is_array() && i < datasets.size(); ++i) {
    errors.add([&] {
      config.datasets.push_back(
          read_dataset(datasets[i], str(where, ": datasets[", i, "]"), read_scenes));
    });
  }
  const bool all_made =
      std::all_of(config.datasets.begin(), config.datasets.end(),
                  [](const DatasetConfig& one) { return one.format == Format::kScenes; });
  errors.add([&] {
    if (!root.empty() || all_made) return;
    throw InputError(str(
        where, ": key \"root\" is missing, expected the folder with the data sets. ", "Add it."));
  });
  errors.throw_if_any(where);
  return config;
}

DataConfig DataConfig::load(const std::filesystem::path& path,
                            const GeneratedDataReader& read_scenes) {
  return from_json(read_json_file(path), path.string(), read_scenes);
}

PromptTemplates load_templates(const DataConfig& config) {
  if (config.templates.empty()) return PromptTemplates::builtin();
  return PromptTemplates::load(config.root / config.templates);
}

}  // namespace lion::data
