#include "lion/annotations/official_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

constexpr int kDepth = 3;

bool is_annotation_file(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".json" || extension == ".jsonl" || extension == ".tsv" ||
         extension == ".txt";
}

std::optional<fs::path> first_named(const std::vector<fs::path>& paths,
                                    std::span<const std::string> names) {
  for (const std::string& name : names) {
    const auto it = std::find_if(paths.begin(), paths.end(),
                                 [&](const fs::path& path) { return path.filename() == name; });
    if (it != paths.end()) return *it;
  }
  return std::nullopt;
}

}  // namespace

OfficialFiles::OfficialFiles(fs::path root) : root_(std::move(root)) {
  std::error_code error;
  if (!fs::is_directory(root_, error)) {
    throw ResourceError(str(root_.string(), ": is no folder, expected the one with the data sets. ",
                            "Set \"root\" to it."));
  }
  std::vector<fs::path> level = {root_};
  for (int depth = 0; depth <= kDepth && !level.empty(); ++depth) {
    std::vector<fs::path> next;
    for (const fs::path& folder : level) {
      std::vector<fs::path> files;
      // A folder that may not be read has nothing for us.
      for (fs::directory_iterator it(folder, error), end; !error && it != end;
           it.increment(error)) {
        std::error_code unknown;
        if (is_annotation_file(it->path()))
          files.push_back(it->path());
        else if (it->is_directory(unknown))
          next.push_back(it->path());
      }
      std::sort(files.begin(), files.end());
      files_.insert(files_.end(), files.begin(), files.end());
    }
    std::sort(next.begin(), next.end());
    folders_.insert(folders_.end(), next.begin(), next.end());
    level = std::move(next);
  }
}

std::optional<fs::path> OfficialFiles::find_file(std::span<const std::string> names) const {
  return first_named(files_, names);
}

fs::path OfficialFiles::file(std::span<const std::string> names, const std::string& what) const {
  if (std::optional<fs::path> path = find_file(names)) return *std::move(path);
  throw ResourceError(str(root_.string(), ": no ", what, " (looked for ", join(names, ", "),
                          " here and down to ", kDepth,
                          " folders below). Put the file there, or give its path."));
}

std::optional<fs::path> OfficialFiles::find_folder(std::span<const std::string> names,
                                                   const fs::path& near) const {
  if (!near.empty()) {
    for (const std::string& name : names) {
      fs::path path = near.parent_path() / name;
      std::error_code error;
      if (fs::is_directory(path, error)) return path;
    }
  }
  return first_named(folders_, names);
}

}  // namespace lion
