#include "lion/scenes/scene.h"

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {
namespace {

void check_range(std::string_view name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw InputError(str("scenes: ", name, " is out of range (got ", value, ", expected ", low,
                       " to ", high, "). Choose a value in between."));
}

}  // namespace

Split parse_split(std::string_view name) {
  if (name == "train") return Split::kTrain;
  if (name == "val") return Split::kVal;
  if (name == "test") return Split::kTest;
  if (name == "held_out") return Split::kHeldOut;
  throw InputError(str("scenes: there is no such split (got \"", name,
                       "\", expected train, val, test or held_out). Name one of them."));
}

void SceneConfig::validate() const {
  check_range("size", static_cast<double>(size), 16, 4096);
  check_range("scale", scale, 0, 64);
  check_range("kinds", static_cast<double>(kinds), 1, static_cast<double>(kMaxKinds));
  check_range("max_objects", static_cast<double>(max_objects), 1, 12);
  check_range("min_objects", static_cast<double>(min_objects), 1, static_cast<double>(max_objects));
  check_range("shape_share", shape_share, 0, 1);
  check_range("sign_share", sign_share, 0, 1);
  check_range("link_share", link_share, 0, 1);
  check_range("copy_share", copy_share, 0, 1);
}

PixelBox Object::box() const {
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(left + width),
          static_cast<double>(top + height)};
}

}  // namespace lion::scenes
