#pragma once
/// What every training set gives: records of an image, an instruction and an answer.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/random.h"
#include "lion/base/str.h"
#include "lion/image/image.h"
#include "lion/text/box.h"
#include "lion/text/prompt.h"

namespace lion::data {

/// Region-level tasks ask for places or about places; all others ask about the whole image.
inline bool is_region(Task task) { return task == Task::kRec || task == Task::kReg; }

/// One training text, made from a template of its task (docs/templates.md).
struct Example {
  std::string instruction;  ///< the filled template, without tags: what the Q-Former reads
  std::string answer;       ///< what the language model must write
  std::vector<Box> boxes;   ///< the boxes that instruction or answer speak of, for drawing
};

/// A set of records of one task: one "loader" of the paper. Reading is const and thread-safe.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual const std::string& name() const = 0;  ///< "vqav2", "vqg_vqav2", "rec_vg", ...
  virtual Task task() const = 0;
  virtual int64_t size() const = 0;

  /// The text of record `index`; `random` draws the template and, where there are several, the
  /// answer.
  virtual Example example(int64_t index, Random& random) const = 0;

  /// The image of the record as decoded, before any augmentation. Throws ResourceError or
  /// InputError naming file and record.
  virtual Image image(int64_t index) const = 0;

  /// The file of the image, or a name that identifies it ("scenes:7:123"): the key of its tags.
  virtual std::string image_name(int64_t index) const = 0;

  /// The tags of the image where the set knows them (scenes do), in the order of the prompt.
  virtual std::optional<std::string> tags(int64_t /*index*/) const { return std::nullopt; }

  /// The image's symbolic scene: codes of what is where, as large as the image
  /// (lion/scenes/symbolic_scene.h). Throws InputError where the set knows none; scenes do.
  virtual Image symbolic_scene(int64_t /*index*/) const {
    throw InputError(
        str("dataset ", name(),
            ": knows no symbolic scenes of its images. Use scenes for this objective."));
  }

  /// Where the record stands, for error messages: "captions_train2014.json, annotation 17".
  virtual std::string describe(int64_t index) const = 0;
};

}  // namespace lion::data
