#include "lion/scenes/scene_dataset.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/data/data_config.h"
#include "lion/scenes/captions.h"
#include "lion/scenes/expressions.h"
#include "lion/scenes/questions.h"
#include "lion/scenes/statements.h"
#include "lion/scenes/symbolic_scene.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr int64_t kMaxScenes = 100'000;  // looked at for one example
constexpr int64_t kDialogueTurns = 4;    // of the conversations that dialogue takes a turn from

void check(const SceneDatasetConfig& config, Task task) {
  if (config.count < 1) {
    throw InputError(
        str("scenes: \"count\" is ", config.count, ", expected at least 1. Ask for more images."));
  }
  if (!(config.box_step >= 0 && config.box_step <= 0.25)) {
    throw InputError(str("scenes: \"box_step\" is ", config.box_step,
                         ", expected 0 to 0.25. Choose a step in between, for instance 0.02."));
  }
  switch (task) {
    case Task::kCaption:
    case Task::kVqa:
    case Task::kVqg:
    case Task::kDialogue:
    case Task::kRec:
    case Task::kReg:
      return;
    default:
      throw InputError(
          "scenes: the task is one of evaluation only. Choose caption, vqa, vqg, dialogue, rec or "
          "reg.");
  }
}

bool asks_some_types(const SceneDatasetConfig& config, Task task) {
  return !config.ask.empty() && task != Task::kCaption && !data::is_region(task);
}

}  // namespace

void require_examples(const Painter& painter, const SceneDatasetConfig& config, Task task,
                      const std::string& where) {
  // What no scene of a thousand gives would be looked for without end.
  constexpr uint64_t kScenes = 1000;
  constexpr int kTries = 8;
  const auto any_scene = [&](auto gives) {
    for (uint64_t i = 0; i < kScenes; ++i) {
      const Scene scene = painter.plan(i);
      Random random(scene.index);
      if (gives(Facts(scene, painter.vocabulary()), random)) return true;
    }
    return false;
  };
  if (data::is_region(task)) {
    if (any_scene([](const Facts& facts, Random&) { return !referable(facts).empty(); })) {
      return;
    }
    throw InputError(str(where, ": \"tasks\" has ", data::task_name(task), ", but in none of ",
                         kScenes,
                         " such scenes can words single out an object. Raise \"kinds\" or lower ",
                         "\"copy_share\"."));
  }
  if (!asks_some_types(config, task)) return;
  for (const QuestionType type : config.ask) {
    const auto gives = [type](const Facts& facts, Random& random) {
      for (int i = 0; i < kTries; ++i) {
        if (ask(facts, type, random)) return true;
      }
      return false;
    };
    if (any_scene(gives)) continue;
    const bool read = type == QuestionType::kRead;
    throw InputError(
        str(where, ": \"ask\" has \"", question_type_name(type), "\", but none of ", kScenes,
            " such scenes gives such a question (\"sign_share\" is ", painter.config().sign_share,
            ", \"max_objects\" ", painter.config().max_objects, ", \"kinds\" ",
            painter.config().kinds, "). Take it out of \"ask\", or raise ",
            read ? "\"sign_share\"" : "\"max_objects\", \"kinds\" or the shares it needs", "."));
  }
}

namespace {

class SceneDataset : public data::Dataset {
 public:
  SceneDataset(std::shared_ptr<const Painter> painter, const SceneDatasetConfig& config, Task task,
               const PromptTemplates& templates)
      : painter_(std::move(painter)),
        task_(task),
        count_(config.count),
        box_step_(config.box_step),
        symbolic_(config.symbolic),
        true_tags_(config.true_tags),
        ask_(config.ask),
        asks_some_types_(asks_some_types(config, task)),
        name_(config.name.empty() ? str(data::task_name(task), "_scenes") : config.name),
        templates_(templates.all(task)) {}

  const std::string& name() const override { return name_; }
  Task task() const override { return task_; }
  int64_t size() const override { return count_; }

  data::Example example(int64_t index, Random& random) const override {
    const Scene scene = scene_of(index);
    const Facts facts(scene, painter_->vocabulary());
    const std::string& prompt = pick(templates_, random);
    switch (task_) {
      case Task::kVqa:
      case Task::kVqg:
        return question(facts, prompt, random);
      case Task::kDialogue:
        return turn(facts, prompt, random);
      case Task::kRec:
      case Task::kReg:
        return region(facts, prompt, random);
      default:  // captions; `check` lets no other task in
        return {fill(prompt, {}), caption(facts, random), {}};
    }
  }

  Image image(int64_t index) const override {
    return symbolic_ ? symbolic_scene(index) : painter_->paint(scene_of(index));
  }

  Image symbolic_scene(int64_t index) const override {
    return paint_symbolic_scene(scene_of(index), painter_->vocabulary());
  }

  std::string image_name(int64_t index) const override {
    // All that decides what is painted, so that no two images share their tags.
    const SceneConfig& config = painter_->config();
    return str(symbolic_ ? "symbolic:" : "scenes:", config.size, ":", config.scale, ":",
               config.kinds, ":", config.min_objects, ":", config.max_objects, ":",
               config.shape_share, ":", config.sign_share, ":", config.link_share, ":",
               config.copy_share, ":", static_cast<int>(config.split), ":", config.seed, ":",
               scene_of(index).index);
  }

  std::optional<std::string> tags(int64_t index) const override {
    if (!true_tags_) return std::nullopt;
    return join(painter_->vocabulary().tags(scene_of(index)), ", ");
  }

  std::string describe(int64_t index) const override {
    return str("scenes of seed ", painter_->config().seed, ", scene ", scene_of(index).index);
  }

 private:
  /// Scene `index`; where nothing is to be asked about it (for regions: words can tell none of its
  /// objects from the others), the next one that no record has.
  Scene scene_of(int64_t index) const {
    if (index < 0 || index >= count_) {
      throw InputError(str(name_, ": there is no record ", index, " (expected 0 to ", count_ - 1,
                           "). Ask for another."));
    }
    auto number = static_cast<uint64_t>(index);
    for (int64_t i = 0; i < kMaxScenes; ++i) {
      Scene scene = painter_->plan(number);
      if (gives_example(scene)) return scene;
      number += static_cast<uint64_t>(count_);
    }
    throw InputError(str(name_, ", record ", index, ": none of ", kMaxScenes,
                         " scenes gives what \"ask\" and \"tasks\" want. Make it less rare: raise ",
                         "\"sign_share\", \"max_objects\" or \"kinds\"."));
  }

  bool gives_example(const Scene& scene) const {
    const Facts facts(scene, painter_->vocabulary());
    if (data::is_region(task_)) return !referable(facts).empty();
    return !asks_some_types_ || usual_question(facts).has_value();
  }

  /// Of the types that are asked, always the same about a scene; nothing when it gives none.
  std::optional<Question> usual_question(const Facts& facts) const {
    Random random(facts.scene().index);
    return ask_one_of(facts, ask_, random);
  }

  Question draw_question(const Facts& facts, Random& random) const {
    if (!asks_some_types_) return ask_any(facts, random);
    if (auto asked = ask_one_of(facts, ask_, random)) return *std::move(asked);
    return usual_question(facts).value();
  }

  data::Example question(const Facts& facts, const std::string& prompt, Random& random) const {
    Question asked = draw_question(facts, random);
    if (task_ == Task::kVqa) {
      return {fill(prompt, {{"question", std::move(asked.text)}}), std::move(asked.answer), {}};
    }
    return {fill(prompt, {{"answer", std::move(asked.answer)}}), std::move(asked.text), {}};
  }

  data::Example turn(const Facts& facts, const std::string& prompt, Random& random) const {
    if (asks_some_types_) {
      const Question asked = draw_question(facts, random);
      return {fill(prompt, {{"question", asked.text}}), asked.sentence, {}};
    }
    const std::vector<DialogueTurn> turns = converse(facts, kDialogueTurns, random);
    const DialogueTurn& one = pick(turns, random);
    return {fill(prompt, {{"question", one.question}}), one.answer, {}};
  }

  data::Example region(const Facts& facts, const std::string& prompt, Random& random) const {
    const size_t object = pick(referable(facts), random);
    std::string words = refer(facts, object, random).value();
    const Box box = printed_box(facts.object(object), facts.scene().size);
    if (task_ == Task::kRec) {
      return {fill(prompt, {{"expr", std::move(words)}}), str("Answer: ", format_box(box)), {box}};
    }
    return {fill(prompt, {{"bbox", format_box(box)}}), std::move(words), {box}};
  }

  Box printed_box(const Object& object, int64_t size) const {
    const auto fraction = [&](double pixels) {
      const double exact = pixels / static_cast<double>(size);
      if (box_step_ == 0) return exact;
      return std::min(1.0, std::round(exact / box_step_) * box_step_);
    };
    const PixelBox box = object.box();
    return {fraction(box.x0), fraction(box.y0), fraction(box.x1), fraction(box.y1)};
  }

  std::shared_ptr<const Painter> painter_;
  Task task_;
  int64_t count_;
  double box_step_;
  bool symbolic_;
  bool true_tags_;
  std::vector<QuestionType> ask_;
  bool asks_some_types_;
  std::string name_;
  std::vector<std::string> templates_;
};

/// The data sets of one entry of a config share a painter.
class SceneData : public data::GeneratedData {
 public:
  explicit SceneData(SceneDatasetConfig config) : config_(std::move(config)) {}

  std::vector<std::unique_ptr<data::Dataset>> open(
      std::span<const Wanted> wanted, const PromptTemplates& templates) const override {
    const auto painter = std::make_shared<const Painter>(config_.scene);
    std::vector<std::unique_ptr<data::Dataset>> datasets;
    for (const auto& [name, task] : wanted) {
      SceneDatasetConfig config = config_;
      config.name = name;
      datasets.push_back(make_scene_dataset(painter, config, task, templates));
    }
    return datasets;
  }

 private:
  SceneDatasetConfig config_;
};

}  // namespace

std::unique_ptr<data::Dataset> make_scene_dataset(std::shared_ptr<const Painter> painter,
                                                  const SceneDatasetConfig& config, Task task,
                                                  const PromptTemplates& templates) {
  check(config, task);
  require_examples(*painter, config, task, config.name.empty() ? "scenes" : config.name);
  return std::make_unique<SceneDataset>(std::move(painter), config, task, templates);
}

std::unique_ptr<data::Dataset> make_scene_dataset(const SceneDatasetConfig& config, Task task,
                                                  const PromptTemplates& templates) {
  check(config, task);
  return make_scene_dataset(std::make_shared<const Painter>(config.scene), config, task, templates);
}

std::shared_ptr<const data::GeneratedData> read_scene_data(JsonReader& reader,
                                                           const std::string& split,
                                                           const std::vector<Task>& tasks) {
  SceneDatasetConfig config;
  SceneConfig& scene = config.scene;
  auto seed = static_cast<int64_t>(scene.seed);
  reader.read("seed", seed);
  scene.seed = static_cast<uint64_t>(seed);
  reader.read("count", config.count);
  reader.read("size", scene.size);
  reader.read("scale", scene.scale);
  reader.read("kinds", scene.kinds);
  reader.read("min_objects", scene.min_objects);
  reader.read("max_objects", scene.max_objects);
  reader.read("shape_share", scene.shape_share);
  reader.read("sign_share", scene.sign_share);
  reader.read("link_share", scene.link_share);
  reader.read("copy_share", scene.copy_share);
  reader.read("box_step", config.box_step);
  reader.read("symbolic", config.symbolic);
  reader.read("true_tags", config.true_tags);
  std::vector<std::string> types;
  reader.read("ask", types);
  for (const std::string& name : types) config.ask.push_back(parse_question_type(name));
  scene.split = parse_split(split);
  if (config.count < 1) {
    throw InputError(
        str(reader.where(), ": \"count\" is ", config.count, ", expected at least 1. Raise it."));
  }
  if (!config.ask.empty()) {
    const Painter painter(scene);
    for (const Task task : tasks) require_examples(painter, config, task, reader.where());
  }
  return std::make_shared<SceneData>(std::move(config));
}

}  // namespace lion::scenes
