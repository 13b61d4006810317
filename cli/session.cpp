#include "cli/session.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::cli {
namespace {

/// Whether `path` must be read to its end instead of being mapped.
bool is_stream(const std::string& path) {
  struct stat info {};
  return path == kStdinName ||
         (::stat(path.c_str(), &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)));
}

Image load_stream(const std::string& path, const DecodeOptions& options) {
  const std::string bytes = read_stream(path);
  const std::string where = path == kStdinName ? "stdin" : path;
  return decode_image(std::as_bytes(std::span(bytes)), options, where);
}

}  // namespace

std::string read_stream(const std::string& path) {
  constexpr size_t kMaxBytes = 1u << 30;
  const bool is_stdin = path == kStdinName;
  const std::string where = is_stdin ? "stdin" : path;
  if (is_stdin && ::isatty(STDIN_FILENO) == 1) {
    throw InputError(
        "-: stdin is a terminal (expected bytes from a pipe or a file). Write for "
        "instance: lion caption - < photo.jpg");
  }
  struct Closer {
    int fd;
    ~Closer() {
      if (fd > STDIN_FILENO) ::close(fd);
    }
  };
  const Closer file{is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  const auto check = [&](bool good, const char* what) {
    if (good) return;
    throw ResourceError(str(where, ": cannot be ", what, " (", std::strerror(errno),
                            "). Check what is connected to it."));
  };
  check(file.fd >= 0, "opened");
  std::string content;
  const auto buffer = std::make_unique<std::array<char, 1 << 16>>();
  for (;;) {
    const ssize_t count = ::read(file.fd, buffer->data(), buffer->size());
    if (count < 0 && errno == EINTR) continue;
    check(count >= 0, "read");
    if (count == 0) return content;
    content.append(buffer->data(), static_cast<size_t>(count));
    if (content.size() > kMaxBytes) {
      throw ResourceError(str(where, ": gives more than 1 GiB. Check what is connected to it."));
    }
  }
}

ImageFile open_image(const std::string& path, const CommonArguments& arguments) {
  const DecodeOptions options = decode_options(arguments);
  auto [image, seconds] = timed(
      [&] { return is_stream(path) ? load_stream(path, options) : load_image(path, options); });
  return {path, std::move(image), seconds};
}

Model open_model(const CommonArguments& arguments) {
  const std::string& folder = model_folder(arguments);
  const LoadOptions options = load_options(arguments);
  auto [lion, seconds] = timed([&] { return Lion::load(folder, options); });
  return {folder, std::move(lion), seconds};
}

const std::string& model_folder(const CommonArguments& arguments) {
  if (arguments.model.empty()) {
    throw InputError(
        "--model: no model folder was named, neither by --model nor by LION_MODEL. Pass --model "
        "DIR; lion convert makes the folder from the released files (see lion convert --help).");
  }
  return arguments.model;
}

}  // namespace lion::cli
