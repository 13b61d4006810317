#include "lion/annotations/image_finder.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "lion/annotations/coco_name.h"
#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

/// Where else an image of `split` may lie. train2017 holds train2014 and most of val2014.
std::vector<std::string> splits_like(std::string_view split) {
  std::vector<std::string> all = {std::string(split)};
  for (const char* other : {"train2017", "train2014", "val2014", "val2017", "test2014"}) {
    if (split != other) all.emplace_back(other);
  }
  return all;
}

}  // namespace

ImageFinder::ImageFinder(const OfficialFiles& files, std::optional<fs::path> images)
    : files_(files), images_(std::move(images)) {
  if (images_ && !is_on_disk(*images_)) {
    throw ResourceError(str(images_->string(), ": there is no such folder of images. ",
                            "Fix \"images\", or leave it out to have the folder looked for."));
  }
}

const std::vector<ImageFinder::Directory>& ImageFinder::places(std::string_view split) {
  if (const auto known = places_.find(split); known != places_.end()) return known->second;
  std::vector<Directory> found;
  const std::vector<std::string> splits = splits_like(split);
  for (const std::string& one : splits) {
    if (images_) {
      if (const fs::path folder = *images_ / one; is_on_disk(folder))
        found.push_back({folder, one});
    } else if (const auto folder = files_.find_folder(std::array{one})) {
      found.push_back({*folder, one});
    }
  }
  // Images that lie in the given folder itself may be called either way.
  if (images_ && found.empty()) {
    for (const std::string& one : splits) found.push_back({*images_, one});
  }
  if (found.empty()) {
    throw ResourceError(str(files_.root().string(), ": no folder with COCO's images (looked for ",
                            join(splits, ", "), "). Put one of them there, or give \"images\"."));
  }
  return places_.emplace(split, std::move(found)).first->second;
}

fs::path ImageFinder::coco(std::string_view split, int64_t id) {
  const std::vector<Directory>& all = places(split);
  const auto path_in = [&](const Directory& place) {
    return place.folder / coco_file_name(place.split, id);
  };
  const bool official = all.front().split == split && !(images_ && all.front().folder == *images_);
  if (all.size() == 1 || official) return path_in(all.front());
  for (const Directory& place : all) {
    if (fs::path path = path_in(place); is_on_disk(path)) return path;
  }
  return path_in(all.front());
}

fs::path ImageFinder::named(std::string_view name, std::string_view split) {
  if (const auto coco_name = parse_coco_name(name)) {
    return coco(coco_name->split.empty() ? split : coco_name->split, coco_name->id);
  }
  const fs::path path(name);
  const fs::path base = images_.value_or(files_.root());
  const std::string parent = path.parent_path().string();
  const auto known = folders_.find(parent);
  if (known != folders_.end()) return on_disk(known->second / path.filename());
  // The first image of a folder decides for all: as written, or by the folder's last name.
  const fs::path as_written = on_disk(base / path);
  fs::path folder = as_written.parent_path();
  if (!is_on_disk(as_written)) {
    if (images_ && is_on_disk(on_disk(base / path.filename()))) {
      folder = base;
    } else if (const auto found =
                   files_.find_folder(std::array{path.parent_path().filename().string()})) {
      folder = *found;
    }
  }
  folders_.emplace(parent, folder);
  return on_disk(folder / path.filename());
}

fs::path ImageFinder::folder(const std::vector<std::string>& names, const fs::path& near) const {
  if (images_) return *images_;
  if (const auto found = files_.find_folder(names, near)) return *found;
  throw ResourceError(str(files_.root().string(), ": no folder of images (looked for ",
                          join(names, ", "), " beside ", near.filename().string(),
                          " and down to 3 folders below). Put it there, or give \"images\"."));
}

}  // namespace lion
