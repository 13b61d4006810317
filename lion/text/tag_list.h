#pragma once
/// The names of RAM's tags and the score from which each counts: two text files, a line per tag.

#include <filesystem>
#include <string>
#include <vector>

namespace lion {

struct TagList {
  std::vector<std::string> names;  ///< index = class of the tagger
  std::vector<float> thresholds;   ///< same length, 0..1; a tag of 1 never counts

  /// Layout of ram_tag_list.txt and ram_tag_list_threshold.txt (RAM repository). A line end at the
  /// end of a file is optional. Throws ResourceError when a file cannot be read, InputError when a
  /// line is wrong or the counts differ.
  static TagList load(const std::filesystem::path& names_path,
                      const std::filesystem::path& thresholds_path);
};

}  // namespace lion
