#include "lion/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lion/base/error.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

/// Closes a file descriptor at the end of a scope.
struct Fd {
  int fd;
  ~Fd() {
    if (fd >= 0) ::close(fd);
  }
};

std::string reason() { return std::strerror(errno); }

[[noreturn]] void cannot_open(const fs::path& path) {
  throw ResourceError(str(path.string(), ": cannot be opened for reading (", reason(),
                          "). Check the path and its permissions."));
}

/// Opens a regular file; `size` gets its length.
int open_regular(const fs::path& path, uint64_t& size) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) cannot_open(path);
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    throw ResourceError(str(path.string(), ": is not a regular file. Name a file."));
  }
  size = static_cast<uint64_t>(info.st_size);
  return fd;
}

/// The name of a sibling under which an unfinished `path` is written.
fs::path part_of(const fs::path& path) {
  fs::path base = path;
  if (!base.has_filename()) base = base.parent_path();  // "out/" -> "out"
  base += str(".part-", ::getpid());
  return base;
}

void sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const Fd dir{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (dir.fd >= 0) ::fsync(dir.fd);
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const fs::path& path) {
  uint64_t size = 0;
  const Fd file{open_regular(path, size)};
  void* data = nullptr;
  if (size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
    if (data == MAP_FAILED) {
      throw ResourceError(str(path.string(), ": cannot be mapped into memory (", reason(),
                              "). Free address space or memory."));
    }
  }
  return std::shared_ptr<const MappedFile>(
      new MappedFile(path, static_cast<const std::byte*>(data), size));
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::release(std::span<const std::byte> part) const {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<uintptr_t>(part.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<uintptr_t>(part.data() + part.size()) / page * page;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

std::string read_file(const fs::path& path, uint64_t max_bytes) {
  uint64_t size = 0;
  const Fd file{open_regular(path, size)};
  if (size > max_bytes) {
    throw ResourceError(str(path.string(), ": is ", bytes_str(size), ", more than the ",
                            bytes_str(max_bytes), " that are read here. Is it the right file?"));
  }
  std::string content(size, '\0');
  size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::read(file.fd, content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      throw ResourceError(str(path.string(), ": reading failed (", reason(), "). Try again."));
    if (n == 0) break;  // the file became shorter
    done += static_cast<size_t>(n);
  }
  content.resize(done);
  return content;
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), part_(part_of(path_)) {
  fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) {
    throw ResourceError(str(path_.string(), ": cannot be written (", reason(),
                            "). Check that the folder exists and may be written."));
  }
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(part_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      throw ResourceError(str(path_.string(), ": writing failed (", reason(),
                              "). Free space or choose another place."));
    }
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::commit() {
  const bool synced = ::fsync(fd_) == 0;
  const bool closed = ::close(fd_) == 0;
  fd_ = -1;
  if (!synced || !closed || ::rename(part_.c_str(), path_.c_str()) != 0) {
    const std::string why = reason();
    ::unlink(part_.c_str());
    throw ResourceError(str(path_.string(), ": could not be completed (", why,
                            "). Free space or choose another place."));
  }
  sync_folder(path_);
}

void write_file(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

AtomicFolder::AtomicFolder(fs::path target) : target_(std::move(target)), part_(part_of(target_)) {
  std::error_code ignored;
  if (fs::exists(target_, ignored) &&
      !(fs::is_directory(target_, ignored) && fs::is_empty(target_, ignored))) {
    throw InputError(str(target_.string(), ": already exists. Remove it or name another folder."));
  }
  std::error_code failed;
  fs::remove_all(part_, ignored);
  fs::create_directories(part_, failed);
  if (failed) {
    throw ResourceError(str(target_.string(), ": cannot be created (", failed.message(),
                            "). Check that the folder above may be written."));
  }
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!part_.empty()) fs::remove_all(part_, ignored);
}

void AtomicFolder::commit() {
  std::error_code failed;
  fs::rename(part_, target_, failed);
  if (failed) {
    throw ResourceError(str(target_.string(), ": could not be completed (", failed.message(),
                            "). Remove what stands there or name another folder."));
  }
  sync_folder(target_);
  part_.clear();
}

}  // namespace lion
