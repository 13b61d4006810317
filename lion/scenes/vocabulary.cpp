#include "lion/scenes/vocabulary.h"

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <system_error>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

std::string utf8(char32_t code) {
  std::string out;
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
  return out;
}

struct Annotation {
  std::string name;
  std::vector<std::string> keywords;
};

/// CLDR annotations by their characters. Layout: <annotation cp="X">a | b</annotation> and
/// <annotation cp="X" type="tts">name</annotation>. Source: Unicode TS #35, part 2, annotations.
std::map<std::string, Annotation> read_annotations(const std::filesystem::path& path) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_file(path.c_str());
  if (!parsed) {
    throw ResourceError(str(path.string(), ": is no readable XML (", parsed.description(),
                            "). Reinstall the Debian package unicode-cldr-core."));
  }
  std::map<std::string, Annotation> annotations;
  for (const pugi::xml_node node : document.child("ldml").child("annotations")) {
    Annotation& entry = annotations[node.attribute("cp").value()];
    if (std::string_view(node.attribute("type").value()) == "tts") {
      entry.name = node.text().get();
    } else {
      for (const std::string& word : split(node.text().get(), '|')) {
        entry.keywords.emplace_back(trim(word));
      }
    }
  }
  return annotations;
}

Kind make_kind(const KindRow& row, const Annotation& annotation,
               const std::filesystem::path& path) {
  Kind kind;
  kind.code = row.code;
  kind.name = row.name.empty() ? annotation.name : std::string(row.name);
  if (kind.name.empty()) {
    throw ResourceError(str(path.string(), ": has no name for ", utf8(row.code),
                            ". Install the Debian package unicode-cldr-core."));
  }
  kind.one = with_article(kind.name);
  kind.plural = plural_of(kind.name);
  kind.category = row.category;
  kind.traits = row.traits;
  kind.keywords = annotation.keywords;
  std::erase(kind.keywords, kind.name);
  return kind;
}

std::string shape_name(const Object& object) {
  return str(kColours.at(static_cast<size_t>(object.colour)).name, " ",
             kShapes.at(static_cast<size_t>(object.shape)));
}

}  // namespace

std::string_view category_name(Category category) {
  static constexpr std::array<std::string_view, 11> kNames = {"animal",   "food",
                                                              "vehicle",  "plant",
                                                              "tool",     "household item",
                                                              "clothing", "musical instrument",
                                                              "toy",      "sky",
                                                              "building"};
  return kNames.at(static_cast<size_t>(category));
}

const SettingWords& setting_words(Setting place) {
  static constexpr std::array<SettingWords, kSettingCount> kPlaces = {{
      {"meadow", "in a meadow", true},
      {"beach", "on a beach", true},
      {"sea", "at sea", true},
      {"desert", "in a desert", true},
      {"snow", "in the snow", true},
      {"night", "at night", true},
      {"room", "in a room", false},
      {"plain", "on a plain background", false},
      {"dots", "on a dotted background", false},
      {"stripes", "on a striped background", false},
  }};
  return kPlaces.at(static_cast<size_t>(place));
}

std::filesystem::path find_cldr_annotations() {
  for (const char* path : {"/usr/share/unicode/cldr/common/annotations/en.xml",
                           "/usr/local/share/unicode/cldr/common/annotations/en.xml"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  throw ResourceError(
      "scenes: the names of emoji are missing (expected "
      "/usr/share/unicode/cldr/common/annotations/en.xml). Install the Debian package "
      "unicode-cldr-core.");
}

Vocabulary::Vocabulary(int64_t kinds, const std::filesystem::path& annotations) {
  SceneConfig{.kinds = kinds}.validate();
  const std::map<std::string, Annotation> known = read_annotations(annotations);
  for (int64_t i = 0; i < kinds; ++i) {
    const KindRow& row = kind_table()[static_cast<size_t>(i)];
    const auto entry = known.find(utf8(row.code));
    kinds_.push_back(
        make_kind(row, entry == known.end() ? Annotation{} : entry->second, annotations));
  }
}

std::string Vocabulary::name(const Object& object) const {
  if (object.form == Form::kSign) return "sign";
  return object.form == Form::kShape ? shape_name(object) : kind(object).name;
}

std::string Vocabulary::one(const Object& object) const {
  return object.form == Form::kEmoji ? kind(object).one : with_article(name(object));
}

std::string Vocabulary::plural(const Object& object) const {
  return object.form == Form::kEmoji ? kind(object).plural : plural_of(name(object));
}

std::string Vocabulary::category(const Object& object) const {
  if (object.form == Form::kSign) return "sign";
  return object.form == Form::kShape ? "shape" : std::string(category_name(kind(object).category));
}

std::vector<std::string> Vocabulary::tag_list() const {
  std::vector<std::string> list;
  for (const Kind& kind : kinds_) list.push_back(kind.name);
  for (const std::string_view shape : kShapes) list.emplace_back(shape);
  list.emplace_back("sign");
  for (const NamedColour& colour : kColours) list.emplace_back(colour.name);
  for (size_t i = 0; i < kSettingCount; ++i) {
    list.emplace_back(setting_words(static_cast<Setting>(i)).tag);
  }
  return list;
}

std::vector<std::string> Vocabulary::tags(const Scene& scene) const {
  std::vector<std::string> found = {std::string(setting_words(scene.background.place).tag)};
  for (const Object& object : scene.objects) {
    if (object.form == Form::kShape) {
      found.emplace_back(kShapes.at(static_cast<size_t>(object.shape)));
      found.emplace_back(kColours.at(static_cast<size_t>(object.colour)).name);
    } else {
      found.push_back(name(object));
    }
  }
  std::vector<std::string> tags;
  for (std::string& tag : tag_list()) {
    if (std::find(found.begin(), found.end(), tag) != found.end()) tags.push_back(std::move(tag));
  }
  return tags;
}

}  // namespace lion::scenes
