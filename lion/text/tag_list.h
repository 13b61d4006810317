#pragma once
/// The names of RAM's tags and the score from which each counts: two text files, a line per tag.

#include <cstdint>
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

  /// The same for a tagger of so many tags. Throws InputError when the files have another number.
  static TagList load_for(int64_t tags, const std::filesystem::path& names_path,
                          const std::filesystem::path& thresholds_path);
};

}  // namespace lion
