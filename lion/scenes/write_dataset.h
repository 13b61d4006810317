#pragma once
/// A folder of scenes in the official file formats of every training and evaluation set of LION.

#include <cstdint>
#include <filesystem>

#include "lion/base/log.h"
#include "lion/scenes/scene.h"

namespace lion::scenes {

struct WriteOptions {
  std::filesystem::path out;  ///< must not exist, or be an empty folder
  int64_t count = 1000;       ///< training images; each evaluation set gets a tenth, at least 8
  SceneConfig scene;          ///< size, kinds, seed; its split is not used
  /// Where evaluation sets take their scenes from: kTest or kHeldOut. RefCOCO has both in any case
  /// (testA: test, testB: held out).
  Split evaluation = Split::kTest;
};

struct WriteReport {
  int64_t images = 0;  ///< painted; links not counted
  int64_t files = 0;   ///< annotation files
};

/// Writes the folder; README.md of this component has its layout. It appears when it is complete.
/// The same options give the same bytes. Throws InputError for options out of range or an `out`
/// that holds files, ResourceError when a file cannot be written or a font is missing.
WriteReport write_dataset(const WriteOptions& options, const ProgressSink& progress = {});

}  // namespace lion::scenes
