#include "lion/base/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lion/base/error.h"

namespace lion {

AppendFile::AppendFile(std::filesystem::path path, uint64_t keep) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ >= 0 && ::ftruncate(fd_, static_cast<off_t>(keep)) == 0) return;
  const int error = errno;
  if (fd_ >= 0) ::close(fd_);
  throw ResourceError(str(path_.string(), ": cannot be written (", std::strerror(error),
                          "). Check that the folder exists and may be written."));
}

AppendFile::~AppendFile() { ::close(fd_); }

void AppendFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      throw ResourceError(str(path_.string(), ": writing failed (", std::strerror(errno),
                              "). Free space or choose another place."));
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

void AppendFile::sync() {
  if (::fsync(fd_) == 0) return;
  throw ResourceError(str(path_.string(), ": could not be brought to disk (", std::strerror(errno),
                          "). Free space or choose another place."));
}

}  // namespace lion
