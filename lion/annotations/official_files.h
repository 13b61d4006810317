#pragma once
/// Finds the data sets' files by their official names, however the user has laid out the folders.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lion {

class OfficialFiles {
 public:
  /// Lists `root` and the folders below it down to depth 3. Throws ResourceError when `root` is no
  /// folder.
  explicit OfficialFiles(std::filesystem::path root);

  /// The first name that is there, of several places the least deep, then the first by alphabet.
  std::optional<std::filesystem::path> find_file(std::span<const std::string> names) const;
  /// Throws ResourceError listing the names looked for; `what` says what they are, for instance
  /// "VQAv2 questions".
  std::filesystem::path file(std::span<const std::string> names, const std::string& what) const;

  /// The same for folders; those beside the file `near` come first.
  std::optional<std::filesystem::path> find_folder(std::span<const std::string> names,
                                                   const std::filesystem::path& near = {}) const;

  /// `path` itself when it is absolute, else below the root.
  std::filesystem::path resolve(const std::filesystem::path& path) const { return root_ / path; }
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
  // Least deep first, then by alphabet. Images are not among the files: there are too many.
  std::vector<std::filesystem::path> files_;
  std::vector<std::filesystem::path> folders_;
};

}  // namespace lion
