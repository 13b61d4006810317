#pragma once
/// TensorBoard's event files, written by hand: records of protocol buffers, framed with checksums.
/// Source: TensorFlow's event.proto, summary.proto and record_writer.h.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "lion/base/append_file.h"
#include "lion/image/image.h"

namespace lion::train {

/// CRC-32C (Castagnoli), as iSCSI and TensorFlow use it.
uint32_t crc32c(std::string_view bytes);

/// One file in a folder of logs. A resumed run writes a file of its own; TensorBoard shows them as
/// one curve.
class EventFile {
 public:
  /// Creates `folder` when it is not there, and a new events.out.tfevents file in it.
  /// `first_step`: what earlier files of the folder say about this step and later ones is void.
  /// Throws ResourceError.
  explicit EventFile(const std::filesystem::path& folder, int64_t first_step = 0);

  /// A point of the curve `tag`, for instance "loss/region".
  void scalar(std::string_view tag, int64_t step, double value);

  /// A text in Markdown, for instance the configuration of the run.
  void text(std::string_view tag, int64_t step, std::string_view markdown);

  void image(std::string_view tag, int64_t step, const Image& image);

  /// Waits until the disk has all that was written. Each call above already hands its record to the
  /// system.
  void flush() { file_->sync(); }

  const std::filesystem::path& path() const { return file_->path(); }

 private:
  void write_summary(int64_t step, std::string_view value);
  void write_record(std::string_view event);

  std::unique_ptr<AppendFile> file_;
};

}  // namespace lion::train
