#pragma once
/// The objects that scenes are made of: kinds of emoji, plain shapes, colours, places; their names.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lion/image/draw.h"
#include "lion/scenes/scene.h"

namespace lion::scenes {

inline constexpr int64_t kMaxKinds = 150;

enum class Category {
  kAnimal,
  kFood,
  kVehicle,
  kPlant,
  kTool,
  kHousehold,
  kClothing,
  kInstrument,
  kToy,
  kSky,
  kBuilding,
};

/// "animal", "food", ...
std::string_view category_name(Category category);

/// What people know about a kind beyond its look. Bits of KindRow::traits.
enum Trait : uint32_t {
  kFlies = 1u << 0,
  kLivesInWater = 1u << 1,
  kHasWheels = 1u << 2,
  kSweet = 1u << 3,
  kGivesLight = 1u << 4,
  kCuts = 1u << 5,
  kLaysEggs = 1u << 6,
  kFloats = 1u << 7,    ///< carries people on water
  kInTheSky = 1u << 8,  ///< is painted in the sky where there is one
  kLettered = 1u << 9,  ///< has letters, digits or a side: never mirrored
};

/// One line of the table in kinds.cpp.
struct KindRow {
  char32_t code = 0;
  std::string_view name;  ///< own name; "": the CLDR short name
  Category category = Category::kAnimal;
  uint32_t traits = 0;
};

/// All kinds. The first K of them are a vocabulary of K kinds; no two of the first 72 look alike.
const std::array<KindRow, kMaxKinds>& kind_table();

struct Kind {
  char32_t code = 0;
  std::string name;    ///< "dog", "light bulb"
  std::string one;     ///< "a dog", "a pair of scissors"
  std::string plural;  ///< "dogs", "pairs of scissors"
  Category category = Category::kAnimal;
  uint32_t traits = 0;
  std::vector<std::string> keywords;  ///< CLDR's, without the name itself

  bool has(Trait trait) const { return (traits & trait) != 0; }
};

enum class Shape { kCircle, kSquare, kTriangle, kStar, kHeart, kDiamond };
inline constexpr std::array<std::string_view, 6> kShapes = {"circle", "square", "triangle",
                                                            "star",   "heart",  "diamond"};

struct NamedColour {
  std::string_view name;
  Color color;
};
inline constexpr std::array<NamedColour, 10> kColours = {{{"red", {226, 54, 54}},
                                                          {"orange", {247, 147, 30}},
                                                          {"yellow", {250, 214, 50}},
                                                          {"green", {62, 168, 75}},
                                                          {"blue", {48, 108, 214}},
                                                          {"purple", {138, 68, 190}},
                                                          {"pink", {247, 138, 190}},
                                                          {"brown", {134, 86, 52}},
                                                          {"black", {44, 44, 50}},
                                                          {"white", {250, 250, 250}}}};

struct SettingWords {
  std::string_view tag;     ///< "meadow"
  std::string_view phrase;  ///< "in a meadow"
  bool outdoors = false;    ///< has a sky above a ground
};
const SettingWords& setting_words(Setting place);

/// common/annotations/en.xml of Debian's unicode-cldr-core. Throws ResourceError naming the package
/// when it is nowhere.
std::filesystem::path find_cldr_annotations();

/// The first `kinds` kinds with names and keywords. Constant after construction.
class Vocabulary {
 public:
  /// Throws ResourceError when the annotations cannot be read or lack a kind's name, InputError
  /// when `kinds` is out of range.
  explicit Vocabulary(int64_t kinds,
                      const std::filesystem::path& annotations = find_cldr_annotations());

  const std::vector<Kind>& kinds() const { return kinds_; }
  const Kind& kind(const Object& object) const {
    return kinds_.at(static_cast<size_t>(object.kind));
  }

  std::string name(const Object& object) const;      ///< "dog", "red circle", "sign"
  std::string one(const Object& object) const;       ///< "a dog", "a red circle", "a sign"
  std::string plural(const Object& object) const;    ///< "dogs", "red circles", "signs"
  std::string category(const Object& object) const;  ///< "animal", "shape", "sign"

  /// What a tagger may say of these scenes, without repetition: kinds, shapes, colours, places.
  std::vector<std::string> tag_list() const;
  /// The tags of one scene, in the order of `tag_list`.
  std::vector<std::string> tags(const Scene& scene) const;

 private:
  std::vector<Kind> kinds_;
};

}  // namespace lion::scenes
