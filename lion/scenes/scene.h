#pragma once
/// What a synthetic scene consists of, before it is painted: objects, their places, a background.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lion/text/box.h"

namespace lion::scenes {

/// Which scenes: `kVal` and `kTest` are like `kTrain` with other random numbers; every scene of
/// `kHeldOut` has a combination that occurs in none of the others (held_out.h).
enum class Split { kTrain, kVal, kTest, kHeldOut };

/// Throws InputError unless `name` is "train", "val", "test" or "held_out".
Split parse_split(std::string_view name);

struct SceneConfig {
  int64_t size = 128;        ///< width and height in pixels, 16 to 4096
  double scale = 0.0;        ///< image pixels per unit of object size; 0: size / 128
  int64_t kinds = 72;        ///< how many of the vocabulary's kinds, 1 to kMaxKinds
  int64_t min_objects = 1;   ///< wanted at least, where there is room
  int64_t max_objects = 5;   ///< at most, 1 to 12
  double shape_share = 0.2;  ///< probability that an object is a plain shape
  double sign_share = 0.12;  ///< probability that a scene has a sign with a word or a number
  double link_share = 0.15;  ///< probability that an object lies in or stands on a shape
  double copy_share = 0.25;  ///< probability that an object comes several times
  uint64_t seed = 1;
  Split split = Split::kTrain;

  /// Throws InputError naming the first value that is out of range.
  void validate() const;
};

enum class Setting {
  kMeadow,
  kBeach,
  kSea,
  kDesert,
  kSnow,
  kNight,
  kRoom,
  kPlain,
  kDots,
  kStripes,
};
inline constexpr size_t kSettingCount = 10;

/// `look` seeds all that varies within the place: colours, heights of the hills, texture.
struct Background {
  Setting place = Setting::kPlain;
  uint64_t look = 0;
};

enum class Form { kEmoji, kShape, kSign };

/// How large and how turned an object is painted; `sprite.h` has the steps.
struct Pose {
  int64_t size = 0;  ///< index of kObjectSizes
  int64_t turn = 0;  ///< index of kTurns
  bool mirrored = false;
};

struct Object {
  Form form = Form::kEmoji;
  int64_t kind = -1;    ///< in the vocabulary, of an emoji
  int64_t shape = -1;   ///< in kShapes, of a shape
  int64_t colour = -1;  ///< in kColours, of a shape or a sign
  std::string text;     ///< on a sign: a word in capitals or a number
  Pose pose;
  int64_t left = 0;  ///< of the visible pixels; the box is exact
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;

  PixelBox box() const;
  double centre_x() const { return static_cast<double>(left) + static_cast<double>(width) / 2; }
  double centre_y() const { return static_cast<double>(top) + static_cast<double>(height) / 2; }
  double area() const { return static_cast<double>(width) * static_cast<double>(height); }
};

enum class Relation { kLeftOf, kRightOf, kAbove, kBelow, kInside, kOn, kLargerThan, kSmallerThan };

/// `object` is inside, or stands on, `other` (indices of Scene::objects).
struct Link {
  Relation relation = Relation::kInside;
  size_t object = 0;
  size_t other = 0;
};

struct Scene {
  uint64_t index = 0;
  int64_t size = 0;  ///< width and height in pixels
  Background background;
  std::vector<Object> objects;  ///< in the order of painting
  std::optional<Link> link;
};

}  // namespace lion::scenes
