#pragma once
/// Tags of images, computed once by the tagger and kept in a file. A line of JSON each: first
/// {"tag_cache": 1, "fingerprint": "..."}, then {"image": "train2014/x.jpg", "tags": ["dog", ...]}.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lion/base/append_file.h"

namespace lion::data {

/// The tags in memory: a number for each tag of an image, names of images in one block.
class TagCache {
 public:
  /// Reads a file; a torn last line is skipped. Of several lines about one image the last one
  /// counts. Throws ResourceError when it cannot be read, InputError naming the line when it is no
  /// tag cache.
  static TagCache load(const std::filesystem::path& path);

  /// Which tagger made the tags: in the words of whoever wrote the file.
  const std::string& fingerprint() const { return fingerprint_; }

  int64_t size() const { return std::ssize(entries_); }  ///< images

  bool contains(std::string_view image) const { return find(image) != nullptr; }

  /// The tags of an image, joined with ", ". Throws InputError naming the file and how to make
  /// them when the image is not in it.
  std::string tags(std::string_view image) const;

 private:
  struct Entry {
    uint64_t name = 0;  ///< where it begins in names_
    uint64_t tags = 0;  ///< where they begin in tags_
    uint32_t name_size = 0;
    uint32_t tag_count = 0;
  };

  void read_line(std::string_view line, std::string_view where);
  void sort_entries();
  uint32_t tag_id(const std::string& tag);
  std::string_view name_of(const Entry& entry) const {
    return std::string_view(names_).substr(entry.name, entry.name_size);
  }
  const Entry* find(std::string_view image) const;

  std::string path_;
  std::string fingerprint_;
  std::vector<Entry> entries_;  // by name
  std::string names_;
  std::vector<uint32_t> tags_;  // indices of vocabulary_
  std::vector<std::string> vocabulary_;
  std::unordered_map<std::string, uint32_t> tag_ids_;
};

/// Adds images to a file, in runs that may be broken off at any time.
class TagCacheWriter {
 public:
  /// Goes on with `path`, or begins it. A torn last line is cut off. Throws InputError when the
  /// file is no tag cache or has another fingerprint, ResourceError when it cannot be written.
  TagCacheWriter(const std::filesystem::path& path, std::string_view fingerprint);

  /// Whether the file had the image when it was opened.
  bool had(std::string_view image) const { return before_ && before_->contains(image); }

  void add(std::string_view image, std::span<const std::string> tags);

  /// Waits until the disk has all that was added.
  void sync() { file_->sync(); }

 private:
  std::optional<TagCache> before_;
  std::unique_ptr<AppendFile> file_;
};

}  // namespace lion::data
