#pragma once
/// The names of COCO's images: "COCO_train2014_000000000009.jpg" in the folders of 2014,
/// "000000000009.jpg" in those of 2017; an image has the same id in both.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lion {

struct CocoName {
  std::string split;  ///< "train2014", "val2014", ...; "" when the name does not say
  int64_t id = 0;
  bool operator==(const CocoName&) const = default;
};

/// Of a file name or a path that ends with one; nothing when it is no name of COCO's.
std::optional<CocoName> parse_coco_name(std::string_view path);

/// The file name of image `id` in the folder `split`.
std::string coco_file_name(std::string_view split, int64_t id);

}  // namespace lion
