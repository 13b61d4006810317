#include "lion/annotations/coco_name.h"

#include <algorithm>
#include <array>

#include "lion/annotations/record_fields.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr size_t kDigits = 12;
constexpr std::array<std::string_view, 6> kSplits = {"train2014", "val2014", "test2014",
                                                     "train2017", "val2017", "test2017"};

std::string known_split(std::string_view name) {
  const bool known = std::find(kSplits.begin(), kSplits.end(), name) != kSplits.end();
  return known ? std::string(name) : "";
}

}  // namespace

std::optional<CocoName> parse_coco_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
  std::string_view folder = slash == path.npos ? "" : path.substr(0, slash);
  folder = folder.substr(folder.rfind('/') + 1);
  CocoName coco{known_split(folder)};
  if (name.starts_with("COCO_")) {
    name.remove_prefix(5);
    const size_t end = std::min(name.find('_'), name.size());
    coco.split = known_split(name.substr(0, end));
    if (coco.split.empty() || end == name.size()) return std::nullopt;
    name.remove_prefix(end + 1);
  }
  // Behind the digits: the extension, or the suffix of a file name in a list of references.
  const size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  if (digits != kDigits || !name.ends_with(".jpg")) return std::nullopt;
  coco.id = *parse_integer(name.substr(0, digits));
  return coco;
}

std::string coco_file_name(std::string_view split, int64_t id) {
  std::string number = str(id);
  if (number.size() < kDigits) number.insert(0, kDigits - number.size(), '0');
  return split.ends_with("2014") ? str("COCO_", split, "_", number, ".jpg") : str(number, ".jpg");
}

}  // namespace lion
