#include "lion/scenes/dataset_files.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/image/encode.h"

namespace lion::scenes {
namespace {

constexpr size_t kBlockBytes = 1 << 20;
constexpr int kQuality = 92;
constexpr int64_t kChunk = 256;  // items between two reports of progress

}  // namespace

TextFile::TextFile(const std::filesystem::path& path) : file_(path) {}

void TextFile::write(std::string_view text) {
  block_ += text;
  if (block_.size() < kBlockBytes) return;
  file_.write(std::string_view(block_));
  block_.clear();
}

void TextFile::finish() {
  file_.write(std::string_view(block_));
  file_.commit();
}

JsonFile::JsonFile(const std::filesystem::path& path) : file_(path) {}

void JsonFile::begin(char bracket) {
  file_.write(std::string_view(&bracket, 1));
  first_ = true;
}

void JsonFile::separate() {
  file_.write(first_ ? "\n" : ",\n");
  first_ = false;
}

void JsonFile::member(std::string_view key, const Json& value) {
  separate();
  file_.write(str(Json(key).dump(), ": ", value.dump()));
}

void JsonFile::begin_list(std::string_view key) {
  separate();
  file_.write(str(Json(key).dump(), ": ["));
  first_ = true;
}

void JsonFile::item(const Json& value) {
  separate();
  file_.write(value.dump());
}

void JsonFile::end_list() {
  file_.write("]");
  first_ = false;
}

void JsonFile::end(char bracket) {
  file_.write(str("\n", bracket, "\n"));
  file_.finish();
}

std::filesystem::path Context::path(const std::string& name) {
  std::filesystem::path full = root / name;
  std::error_code failed;
  std::filesystem::create_directories(full.parent_path(), failed);
  if (failed) {
    throw ResourceError(str(full.parent_path().string(), ": cannot be made (", failed.message(),
                            "). Choose another place."));
  }
  return full;
}

std::filesystem::path Context::annotations(const std::string& name) {
  ++files;
  return path(name);
}

Random text_random(const Context& context, std::string_view purpose, int64_t id) {
  uint64_t state = Random(context.options.scene.seed ^ 0x74657874u).next();
  for (const char c : purpose) state = Random(state ^ static_cast<unsigned char>(c)).next();
  return Random(Random(state ^ static_cast<uint64_t>(id)).next());
}

Block own_block(const Block& like, uint64_t set, int64_t count) {
  return {like.painter, set << 40, count, 1};
}

void for_all(const Context& context, std::string_view task, int64_t count,
             const std::function<void(int64_t)>& write) {
  for (int64_t begin = 0; begin < count; begin += kChunk) {
    const int64_t end = std::min(begin + kChunk, count);
    std::atomic<int64_t> next = begin;
    std::exception_ptr failure;
    std::mutex mutex;
    const auto work = [&] {
      try {
        for (int64_t i = next++; i < end; i = next++) write(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
        next = end;
      }
    };
    {
      const std::jthread helper(work);
      work();
    }
    if (failure) std::rethrow_exception(failure);
    if (context.progress) context.progress({task, end, count, "images"});
  }
}

void write_image(const std::filesystem::path& path, const Image& image) {
  write_file(path, encode_jpeg(image, kQuality));
}

void write_images(Context& context, const Block& block, std::string_view task,
                  const std::function<std::string(int64_t)>& name) {
  if (block.count > 0) context.path(name(block.first_id));
  for_all(context, task, block.count, [&](int64_t i) {
    write_image(context.root / name(block.id(i)), block.painter.paint(block.plan(i)));
  });
  context.images += block.count;
}

void link_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failed;
  std::filesystem::create_hard_link(from, to, failed);
  if (failed) std::filesystem::copy_file(from, to, failed);
  if (!failed) return;
  throw ResourceError(str(to.string(), ": cannot be written (", failed.message(),
                          "). Free space or choose another place."));
}

std::string twelve_digits(int64_t id) {
  const std::string digits = str(id);
  return str(std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0'), digits);
}

std::string coco_name(std::string_view set, int64_t id) {
  return str("COCO_", set, "_", twelve_digits(id), ".jpg");
}

Json xywh(const Object& object) { return {object.left, object.top, object.width, object.height}; }

}  // namespace lion::scenes
