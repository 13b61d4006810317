#include "lion/eval/fingerprint.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion::eval {
namespace fs = std::filesystem;
namespace {

constexpr size_t kPieces = 4096;
constexpr size_t kPieceBytes = 64;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    LION_CHECK(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
               "OpenSSL has no SHA-256.");
  }

  void add(std::string_view bytes) {
    LION_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "SHA-256.");
  }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    LION_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1, "SHA-256.");
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      text += kDigits[digest[i] >> 4];
      text += kDigits[digest[i] & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

void add_file(Sha256& hash, const fs::path& path) {
  const auto file = MappedFile::open(path);
  const std::span<const std::byte> bytes = file->bytes();
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  hash.add(str(path.filename().string(), "\n", all.size(), "\n"));
  if (all.size() <= kPieces * kPieceBytes) {
    hash.add(all);
    return;
  }
  const size_t last = all.size() - kPieceBytes;
  for (size_t i = 0; i < kPieces; ++i) {
    hash.add(all.substr(last / (kPieces - 1) * i, kPieceBytes));
  }
  hash.add(all.substr(last));
}

}  // namespace

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

std::string folder_fingerprint(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  if (failed) {
    throw ResourceError(str(folder.string(), ": the folder cannot be read (", failed.message(),
                            "). Name a folder made by lion convert."));
  }
  std::sort(files.begin(), files.end());
  Sha256 hash;
  for (const fs::path& path : files) add_file(hash, path);
  return hash.hex();
}

}  // namespace lion::eval
