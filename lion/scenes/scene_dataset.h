#pragma once
/// Synthetic scenes as a data set: planned, worded and painted when they are asked for, without
/// files.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lion/data/data_config.h"
#include "lion/data/dataset.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/questions.h"

namespace lion::scenes {

struct SceneDatasetConfig {
  SceneConfig scene;
  int64_t count = 100'000;  ///< records; record i is scene i
  /// Corners of boxes are rounded to multiples of this fraction before they are printed; 0: they
  /// are not. With 0.02 the last of the three decimals is always 0, which small models learn
  /// sooner.
  double box_step = 0.0;
  bool symbolic = false;  ///< codes of what is where in the place of the image (symbolic_scene.h)
  /// Whether the tags of an image are what it shows; if not, they come from a tag cache, with the
  /// tagger's mistakes.
  bool true_tags = true;
  std::vector<QuestionType> ask;  ///< types of the questions; empty: all
  std::string name;               ///< "": "rec_scenes", "vqa_scenes", ...
};

/// Throws InputError, naming `where` and the key, when scenes like these never give what a data set
/// of `task` needs: a type of question that is asked, or an object that words can single out.
void require_examples(const Painter& painter, const SceneDatasetConfig& config, Task task,
                      const std::string& where);

/// A data set of kCaption, kVqa, kVqg, kDialogue, kRec or kReg. The random numbers that `example`
/// is given draw the template and what is asked about the image; answers are the usual word,
/// never a synonym. Throws InputError for another task or a config out of range, ResourceError when
/// fonts or names are missing.
std::unique_ptr<data::Dataset> make_scene_dataset(const SceneDatasetConfig& config, Task task,
                                                  const PromptTemplates& templates);

/// The same with a painter that several data sets share (each painter keeps its sprites, about 40
/// MB); `config.scene` is not looked at.
std::unique_ptr<data::Dataset> make_scene_dataset(std::shared_ptr<const Painter> painter,
                                                  const SceneDatasetConfig& config, Task task,
                                                  const PromptTemplates& templates);

/// Reads the keys of a data set of "format": "scenes" (data::GeneratedDataReader); docs/training.md
/// lists them. Throws InputError.
std::shared_ptr<const data::GeneratedData> read_scene_data(JsonReader& reader,
                                                           const std::string& split,
                                                           const std::vector<Task>& tasks);

}  // namespace lion::scenes
