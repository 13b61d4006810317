#include "lion/train/event_file.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <string>
#include <system_error>

#include "lion/base/error.h"
#include "lion/image/encode.h"

namespace lion::train {
namespace {

namespace fs = std::filesystem;

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    table[i] = crc;
  }
  return table;
}

/// TensorFlow's records hold checksums in this form, so that a checksum of checksums is no 0.
uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8u; }

/// `count` bytes of a number, the lowest first.
std::string little_endian(uint64_t value, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

/// A message of protocol buffers. https://protobuf.dev/programming-guides/encoding
class Message {
 public:
  Message& integer(uint32_t field, int64_t value) {
    key(field, 0);
    varint(static_cast<uint64_t>(value));
    return *this;
  }
  Message& number(uint32_t field, double value) {
    key(field, 1);
    bytes_ += little_endian(std::bit_cast<uint64_t>(value), 8);
    return *this;
  }
  Message& number(uint32_t field, float value) {
    key(field, 5);
    bytes_ += little_endian(std::bit_cast<uint32_t>(value), 4);
    return *this;
  }
  /// A text, bytes, or another message.
  Message& block(uint32_t field, std::string_view content) {
    key(field, 2);
    varint(content.size());
    bytes_ += content;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void key(uint32_t field, uint32_t wire_type) { varint(field << 3 | wire_type); }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

double now() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since_1970).count();
}

Message new_event(int64_t step) {
  Message event;
  event.number(1, now()).integer(2, step);
  return event;
}

/// A name that no file of the folder has. TensorBoard reads the files in the order of their names.
fs::path free_name(const fs::path& folder) {
  for (int number = 0;; ++number) {
    // Ten digits of seconds, then what tells processes and files apart.
    fs::path path = folder / str("events.out.tfevents.", static_cast<int64_t>(now()), ".lion.",
                                 ::getpid(), ".", number);
    if (!fs::exists(path)) return path;
  }
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = make_crc_table();
  uint32_t crc = 0xffffffffu;
  for (const char c : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  return ~crc;
}

EventFile::EventFile(const fs::path& folder, int64_t first_step) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw ResourceError(str(folder.string(), ": cannot be created (", failed.message(),
                            "). Check that the folder above may be written."));
  }
  file_ = std::make_unique<AppendFile>(free_name(folder), 0);
  write_record(new_event(0).block(3, "brain.Event:2").bytes());
  constexpr int64_t kStart = 1;  // SessionLog.START
  write_record(new_event(first_step).block(7, Message().integer(1, kStart).bytes()).bytes());
}

void EventFile::scalar(std::string_view tag, int64_t step, double value) {
  write_summary(step, Message().block(1, tag).number(2, static_cast<float>(value)).bytes());
}

void EventFile::text(std::string_view tag, int64_t step, std::string_view markdown) {
  constexpr int64_t kString = 7;                                              // DT_STRING
  const Message shape = Message().block(2, Message().integer(1, 1).bytes());  // [1]
  const Message tensor = Message().integer(1, kString).block(2, shape.bytes()).block(8, markdown);
  const Message metadata = Message().block(1, Message().block(1, "text").bytes());
  write_summary(
      step, Message().block(1, tag).block(8, tensor.bytes()).block(9, metadata.bytes()).bytes());
}

void EventFile::image(std::string_view tag, int64_t step, const Image& image) {
  constexpr int64_t kRgb = 3;
  const Message message = Message()
                              .integer(1, image.height)
                              .integer(2, image.width)
                              .integer(3, kRgb)
                              .block(4, encode_png(image));
  write_summary(step, Message().block(1, tag).block(4, message.bytes()).bytes());
}

void EventFile::write_summary(int64_t step, std::string_view value) {
  write_record(new_event(step).block(5, Message().block(1, value).bytes()).bytes());
}

void EventFile::write_record(std::string_view event) {
  const std::string length = little_endian(event.size(), 8);
  std::string record = length + little_endian(masked_crc(length), 4);
  record += event;
  record += little_endian(masked_crc(event), 4);
  file_->write(record);
}

}  // namespace lion::train
