#include "cli/image_list.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "cli/arguments.h"
#include "cli/image_path.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/image/decode.h"

namespace lion::cli {
namespace fs = std::filesystem;
namespace {

/// Names of images, readable or not: files of these names are done or reported.
constexpr std::array<std::string_view, 12> kExtensions{".jpg", ".jpeg", ".jpe",  ".jfif",
                                                       ".png", ".webp", ".gif",  ".heic",
                                                       ".bmp", ".avif", ".tiff", ".tif"};

bool is_named_like_image(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

/// Throws ResourceError when the file cannot be read.
bool is_image_inside(const fs::path& path) {
  const auto file = MappedFile::open(path);
  try {
    probe_image(file->bytes(), path.string());
    return true;
  } catch (const InputError&) {
    return false;  // a text file beside the images is no failure
  }
}

/// Searches folders and keeps count of what it leaves out.
class FolderSearch {
 public:
  FolderSearch(bool recursive, Terminal& terminal) : recursive_(recursive), terminal_(terminal) {}

  /// Throws ResourceError when `folder` cannot be read, InputError when it holds no image.
  void add(const fs::path& folder, ImageList& list) {
    const size_t before = list.paths.size();
    const int64_t failed_before = list.failed;
    const size_t searched_before = searched_.size();
    other_files_ = {};
    hidden_ = {};
    folders_ = {};
    search(folder, list, /*named=*/true);
    std::sort(list.paths.begin() + static_cast<std::ptrdiff_t>(before), list.paths.end());
    tell(folder);
    if (list.paths.size() > before || list.failed > failed_before) return;
    if (searched_.size() == searched_before) return;  // named a second time
    throw InputError(str(folder.string(),
                         ": holds no image (expected JPEG, PNG, WebP or GIF files). Name a folder "
                         "with images",
                         recursive_ ? "." : "; --recursive searches its sub-folders as well."));
  }

 private:
  /// Names of one kind that are left out.
  struct LeftOut {
    int64_t count = 0;
    std::string first;
    void add(const fs::path& path) {
      if (count++ == 0) first = path.filename().string();
    }
  };

  void search(const fs::path& folder, ImageList& list, bool named) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) == 0 &&
        !searched_.insert({info.st_dev, info.st_ino}).second) {
      terminal_.info(str(folder.string(), ": is a folder that is searched already; skipped."));
      return;
    }
    std::error_code failed;
    std::vector<fs::path> sub_folders;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      const fs::path path = entry->path().lexically_normal();
      if (path.filename().string().starts_with('.')) {
        hidden_.add(path);
        continue;
      }
      std::error_code broken;
      const fs::file_status status = entry->status(broken);
      if (fs::is_directory(status)) {
        recursive_ ? sub_folders.push_back(path) : folders_.add(path);
      } else if (fs::is_regular_file(status)) {
        add_file(path, list);
      } else {
        tell_no_file(path, entry->is_symlink(broken), list);
      }
    }
    if (failed) {
      const std::string message = str(folder.string(), ": the folder cannot be read (",
                                      failed.message(), "). Check its permissions.");
      if (named) throw ResourceError(message);
      fail(message, list);
    }
    std::sort(sub_folders.begin(), sub_folders.end());
    for (const fs::path& sub_folder : sub_folders) search(sub_folder, list, /*named=*/false);
  }

  void add_file(const fs::path& path, ImageList& list) {
    try {
      if (is_named_like_image(path) || is_image_inside(path)) {
        list.paths.push_back(path.string());
      } else {
        other_files_.add(path);
      }
    } catch (const ResourceError& error) {
      fail(error.what(), list);
    }
  }

  /// A link that leads nowhere, or a pipe, socket or device.
  void tell_no_file(const fs::path& path, bool is_link, ImageList& list) {
    if (!is_link) {
      if (is_named_like_image(path)) {
        fail(str(path.string(), ": is no file but a pipe, socket or device. Remove it."), list);
      } else {
        other_files_.add(path);
      }
      return;
    }
    std::error_code failed;
    const std::string target = fs::read_symlink(path, failed).string();
    fail(str(path.string(), ": is a link that leads to no file (to \"", target,
             "\"). Correct or remove the link."),
         list);
  }

  void fail(const std::string& message, ImageList& list) {
    terminal_.error(message);
    ++list.failed;
  }

  void tell(const fs::path& folder) const {
    std::vector<std::string> parts;
    const auto add = [&](const LeftOut& left_out, std::string_view kind) {
      if (left_out.count == 0) return;
      parts.push_back(str(left_out.count, " ", kind, " (", left_out.first,
                          left_out.count > 1 ? ", ...)" : ")"));
    };
    add(other_files_,
        other_files_.count == 1 ? "file that is no image" : "files that are no images");
    add(hidden_, hidden_.count == 1 ? "hidden file" : "hidden files");
    add(folders_, folders_.count == 1 ? "sub-folder" : "sub-folders");
    if (parts.empty()) return;
    terminal_.info(str(folder.string(), ": left out: ", join(parts, ", "), ".",
                       folders_.count > 0 ? " --recursive searches sub-folders." : ""));
  }

  bool recursive_;
  Terminal& terminal_;
  std::set<std::pair<dev_t, ino_t>> searched_;
  LeftOut other_files_;
  LeftOut hidden_;
  LeftOut folders_;
};

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// What --files lists: one a line, or ended by NUL bytes as `find -print0` writes them.
std::vector<std::string> listed_files(const std::string& list) {
  const std::string content = list == kStdinName ? read_stream(list) : read_file(list);
  std::vector<std::string> names =
      content.find('\0') != std::string::npos ? split(content, '\0') : lines(content);
  std::erase_if(names, [](const std::string& name) { return trim(name).empty(); });
  if (names.empty()) {
    throw InputError(str("--files ", list, ": lists no file. Write one name a line."));
  }
  return names;
}

}  // namespace

void add_images(CLI::App& command, ImageArguments& arguments) {
  command.add_option("IMG", arguments.images, "Images or folders of them; - is stdin");
}

void add_image(CLI::App& command, ImageArguments& arguments) {
  add_word(command, "IMG", arguments.images, "Image or folder; - is stdin; none with --files");
}

std::vector<std::string> asked_about(ImageArguments& arguments, std::vector<std::string> asked) {
  if (arguments.files.empty() || arguments.images.empty()) return asked;
  const std::string& first = arguments.images.front();
  std::error_code ignored;
  if (first == kStdinName || fs::exists(path_of(first), ignored)) return asked;
  asked.insert(asked.begin(), first);
  arguments.images.clear();
  return asked;
}

void add_image_list_options(CLI::App& command, ImageArguments& arguments) {
  command.add_option("--files", arguments.files, "Images listed here, one a line; - reads stdin")
      ->type_name("FILE")
      ->group("Images");
  command.add_flag("-r,--recursive", arguments.recursive, "Folders with all of their sub-folders")
      ->group("Images");
}

bool is_one_image(const ImageArguments& arguments) {
  return arguments.files.empty() && arguments.images.size() == 1 &&
         !is_folder(path_of(arguments.images.front()));
}

ImageList list_images(const ImageArguments& arguments, Terminal& terminal) {
  std::vector<std::string> named = arguments.images;
  if (!arguments.files.empty()) {
    std::vector<std::string> listed = listed_files(arguments.files);
    named.insert(named.end(), listed.begin(), listed.end());
  }
  const auto from_stdin = std::count(named.begin(), named.end(), kStdinName);
  if (from_stdin > 1 || (from_stdin == 1 && arguments.files == kStdinName)) {
    throw InputError(
        "-: stdin holds one image or the list of --files, and is read once. Name it "
        "once.");
  }
  ImageList all;
  FolderSearch search(arguments.recursive, terminal);
  for (const std::string& name : named) {
    const std::string path = path_of(name);
    is_folder(path) ? search.add(path, all) : all.paths.push_back(path);
  }
  PathIdentity identity(working_folder());
  std::set<std::string> seen;
  const size_t found = all.paths.size();
  std::erase_if(all.paths,
                [&](const std::string& path) { return !seen.insert(identity(path)).second; });
  if (const size_t twice = found - all.paths.size(); twice > 0) {
    terminal.info(str(twice, twice == 1 ? " image is" : " images are",
                      " named more than once; each is done once."));
  }
  return all;
}

}  // namespace lion::cli
