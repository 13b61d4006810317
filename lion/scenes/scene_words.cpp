#include "lion/scenes/scene_words.h"

#include <memory>

#include "lion/base/random.h"
#include "lion/base/str.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/scene_dataset.h"

namespace lion::scenes {
namespace {

constexpr Task kTasks[] = {Task::kCaption,  Task::kVqa, Task::kVqg,
                           Task::kDialogue, Task::kRec, Task::kReg};
constexpr const char* kBenchmarks[] = {"vsr", "visdial", "mmbench", "mmbench_hint", "pope"};

/// Texts of the templates that scenes' own tasks do not use.
void add_templates(WordVocabulary& words, const PromptTemplates& templates) {
  for (const Task task : kTasks) {
    for (const std::string& one : templates.all(task)) words.add(one);
  }
  for (const char* name : kBenchmarks) words.add(templates.benchmark(name));
  words.add(templates.tag_sentence(""));
  words.add(templates.hard_tag_sentence(""));
}

}  // namespace

WordVocabulary scene_words(const SceneConfig& config, const PromptTemplates& templates,
                           int64_t count) {
  WordVocabulary words;
  add_templates(words, templates);
  const auto painter = std::make_shared<const Painter>(config);
  for (const std::string& tag : painter->vocabulary().tag_list()) words.add(tag);
  for (const Task task : kTasks) {
    SceneDatasetConfig dataset_config;
    dataset_config.scene = config;
    dataset_config.count = count;
    const auto dataset = make_scene_dataset(painter, dataset_config, task, templates);
    Random random(config.seed);
    for (int64_t i = 0; i < count; ++i) {
      const data::Example example = dataset->example(i, random);
      words.add(example.instruction);
      words.add(example.answer);
    }
  }
  // Behind a bracket, tags have no space before them; in lists of options, answers have one.
  for (const Kind& kind : painter->vocabulary().kinds()) {
    words.add(str("[", kind.name, ", ", kind.name, "] ", kind.one, " ", kind.plural));
  }
  return words;
}

}  // namespace lion::scenes
