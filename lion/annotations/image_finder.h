#pragma once
/// From what a data set says about an image to the path of its file.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lion/annotations/disk_names.h"
#include "lion/annotations/official_files.h"

namespace lion {

/// Looks in the folder `images` when there is one, else below the root of `files`. Files are only
/// looked for where several places are possible: whether they exist is the data check's question.
class ImageFinder {
 public:
  ImageFinder(const OfficialFiles& files, std::optional<std::filesystem::path> images);

  /// Whether a folder was given, and the folder that names are relative to.
  bool has_folder() const { return images_.has_value(); }
  std::filesystem::path base() const { return images_.value_or(files_.root()); }

  /// An image of COCO in the folder `split` ("train2014", ...), or where that folder is missing,
  /// in one of another year or part: ids are the same. Throws ResourceError when none of the
  /// folders is there.
  std::filesystem::path coco(std::string_view split, int64_t id);

  /// `name` as annotations write it: "val2014/COCO_val2014_000000000042.jpg", "VG_100K/2.jpg",
  /// "0a1b2c.jpg". COCO's names without folder count as `split`.
  std::filesystem::path named(std::string_view name, std::string_view split = "train2014");

  /// `path` as it is called on the disk, where accents may be written otherwise (disk_names.h).
  std::filesystem::path on_disk(const std::filesystem::path& path) { return disk_.find(path); }

  /// The folder that holds a data set's images: `images`, else one of `names`, those beside the
  /// file `near` first. Throws ResourceError listing the names.
  std::filesystem::path folder(const std::vector<std::string>& names,
                               const std::filesystem::path& near) const;

 private:
  /// A folder with images of COCO, and how they are called there.
  struct Directory {
    std::filesystem::path folder;
    std::string split;
  };
  const std::vector<Directory>& places(std::string_view split);

  const OfficialFiles& files_;
  DiskNames disk_;
  std::optional<std::filesystem::path> images_;
  std::map<std::string, std::vector<Directory>, std::less<>> places_;
  std::map<std::string, std::filesystem::path, std::less<>> folders_;  // of `named`
};

}  // namespace lion
