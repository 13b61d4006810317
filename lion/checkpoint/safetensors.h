#pragma once
/// The safetensors format: 8 bytes of header length, a JSON header, tensor bytes.
/// Source: https://github.com/huggingface/safetensors (format section of its README).

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/checkpoint/tensor_map.h"

namespace lion {

/// The header's `__metadata__`: free texts.
using Metadata = std::map<std::string, std::string>;

/// What one safetensors file holds.
struct Safetensors {
  TensorMap tensors;
  Metadata metadata;
};

/// Reads a memory-mapped file. Throws ResourceError when it is missing or its header breaks a rule
/// of the format: length, JSON, types, shapes, offsets in order without gap or overlap up to the
/// last byte of the file, no name twice.
Safetensors read_safetensors(const std::filesystem::path& path);

/// As `read_safetensors`, over bytes in memory; `file` (may be null) keeps them alive, `where`
/// names them in errors.
Safetensors parse_safetensors(std::span<const std::byte> bytes,
                              std::shared_ptr<const MappedFile> file, const std::string& where);

/// Name, type and shape of a tensor that is going to be written.
struct TensorSpec {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;

  /// Throws InputError when the shape has a negative size or overflows.
  uint64_t nbytes() const;
};

/// Writes one file from a list known beforehand; only what is passed to `write` is in memory.
class SafetensorsWriter {
 public:
  /// Begins the file beside its name. Throws InputError for a repeated name or a bad shape,
  /// ResourceError when the file cannot be created.
  SafetensorsWriter(const std::filesystem::path& path, std::vector<TensorSpec> specs,
                    const Metadata& metadata = {});

  /// Appends bytes of the tensor `name`, whole or in pieces. Tensors come in the order of the
  /// specs. Throws InputError for another name or too many bytes.
  void write(std::string_view name, std::span<const std::byte> bytes);

  /// The file appears under its name. Throws InputError when bytes are missing.
  void commit();

 private:
  void skip_complete();

  std::string where_;
  std::vector<TensorSpec> specs_;
  AtomicFile file_;
  size_t current_ = 0;    ///< the spec that is being written
  uint64_t written_ = 0;  ///< its bytes so far
};

/// Writes `<prefix>-00001-of-0000N.safetensors` and `<prefix>.safetensors.index.json` into a
/// folder, or the single `<prefix>.safetensors` when everything fits into one shard.
class ShardedWriter {
 public:
  /// `max_shard_bytes` counts tensor bytes; a larger tensor gets a shard of its own. Throws as
  /// SafetensorsWriter does.
  ShardedWriter(std::filesystem::path folder, std::vector<TensorSpec> specs,
                uint64_t max_shard_bytes = uint64_t{2} << 30, std::string prefix = "model",
                const Metadata& metadata = {});

  /// As SafetensorsWriter::write.
  void write(std::string_view name, std::span<const std::byte> bytes);

  /// All shards appear, then the index. Throws InputError when bytes are missing.
  void commit();

 private:
  std::filesystem::path folder_;
  std::string prefix_;
  std::map<std::string, size_t, std::less<>> shard_of_;  ///< tensor name -> index into shards_
  std::vector<std::unique_ptr<SafetensorsWriter>> shards_;
  Json index_;
};

}  // namespace lion
