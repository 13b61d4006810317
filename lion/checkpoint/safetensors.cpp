#include "lion/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"

namespace lion {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;  // the official reader's limit

/// A tensor's entry as it stands in the header.
struct Entry {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::vector<uint64_t> offsets;
  int keys = 0;  ///< one bit for each entry of kKeys that was seen
};

constexpr std::array<std::string_view, 3> kKeys = {"dtype", "shape", "data_offsets"};

/// Receives the header's JSON event by event, so that a repeated key cannot hide and the only
/// memory used is that of the entries. Accepts exactly the shape of the format:
/// { name: {"dtype": text, "shape": [n...], "data_offsets": [n, n]}, "__metadata__": {text: text} }
class HeaderHandler {
 public:
  std::vector<Entry> entries;
  Metadata metadata;
  std::string error;

  bool null() {  // MLX writes "__metadata__": null when there is none
    const bool no_metadata = depth_ == 1 && in_metadata_;
    in_metadata_ = false;
    return no_metadata || fail("null");
  }
  bool boolean(bool) { return fail("true or false"); }
  bool number_integer(int64_t value) { return fail(str("the number ", value)); }
  bool number_float(double, const std::string& text) { return fail(str("the number ", text)); }
  bool binary(Json::binary_t&) { return fail("binary data"); }

  bool number_unsigned(uint64_t value) {
    if (!in_list_) return fail(str("the number ", value));
    if (key_ == "shape") {
      if (value > static_cast<uint64_t>(INT64_MAX)) return fail(str("the size ", value));
      entries.back().shape.push_back(static_cast<int64_t>(value));
    } else {
      entries.back().offsets.push_back(value);
    }
    return true;
  }

  bool string(std::string& value) {
    if (in_metadata_ && depth_ == 2) {
      metadata[key_] = std::move(value);
    } else if (depth_ == 2 && !in_list_ && key_ == "dtype") {
      entries.back().dtype = std::move(value);
    } else {
      return fail(str('"', shown(value), '"'));
    }
    return true;
  }

  bool start_object(size_t) {
    if (in_list_ || depth_ >= 2) return fail("an object");
    ++depth_;
    return true;
  }

  bool end_object() {
    --depth_;
    in_metadata_ = false;
    return true;
  }

  bool start_array(size_t) {
    if (depth_ != 2 || in_list_ || in_metadata_ || key_ == "dtype") return fail("a list");
    in_list_ = true;
    return true;
  }

  bool end_array() {
    in_list_ = false;
    return true;
  }

  bool key(std::string& value) {
    key_ = std::move(value);
    if (depth_ == 1) {
      in_metadata_ = key_ == "__metadata__";
      if (!in_metadata_) entries.push_back({.name = key_});
    } else if (!in_metadata_) {
      const auto known = std::find(kKeys.begin(), kKeys.end(), key_);
      if (known == kKeys.end()) return fail(str("the key \"", shown(key_), '"'));
      const int bit = 1 << (known - kKeys.begin());
      if (entries.back().keys & bit)
        return fail(str("the key \"", shown(key_), "\" a second time"));
      entries.back().keys |= bit;
    }
    return true;
  }

  bool parse_error(size_t position, const std::string&, const Json::exception&) {
    error = str("is not valid JSON at byte ", position);
    return false;
  }

 private:
  bool fail(const std::string& got) {
    error =
        str("holds ", got, entries.empty() ? "" : str(" near \"", shown(entries.back().name), '"'),
            ", where the format has none");
    return false;
  }

  int depth_ = 0;
  bool in_list_ = false;
  bool in_metadata_ = false;
  std::string key_;
};

constexpr std::string_view kDamaged = "The file is damaged or not safetensors: download it again.";

/// One entry against the rules; `position` is where the last tensor ended.
TensorView check_entry(const Entry& entry, std::span<const std::byte> data, uint64_t position,
                       std::shared_ptr<const MappedFile> file, const std::string& where) {
  const std::string tensor = str(where, ": tensor \"", shown(entry.name), "\"");
  if (entry.keys != 0b111 || entry.offsets.size() != 2) {
    throw ResourceError(str(tensor, " is described incompletely (got ", entry.offsets.size(),
                            " offsets, expected dtype, shape and two data_offsets). ", kDamaged));
  }
  const auto [begin, end] = std::pair(entry.offsets[0], entry.offsets[1]);
  if (begin != position || end < begin) {
    throw ResourceError(str(tensor, " lies at bytes ", begin, " to ", end,
                            ", expected to begin at ", position, " where the one before it ends. ",
                            kDamaged));
  }
  if (end > data.size()) {
    throw ResourceError(str(tensor, " ends at byte ", end, " of the data, but the file holds ",
                            data.size(), ". The file is truncated: download or copy it again."));
  }
  const auto numel = checked_numel(entry.shape);
  const auto dtype = dtype_from_safetensors(entry.dtype);
  if (!dtype && numel) {
    return {.shape = entry.shape,
            .strides = contiguous_strides(entry.shape),
            .unreadable = shown(entry.dtype)};
  }
  uint64_t nbytes = 0;
  if (!numel || !dtype ||
      __builtin_mul_overflow(static_cast<uint64_t>(*numel), size_of(*dtype), &nbytes) ||
      nbytes != end - begin) {
    throw ResourceError(str(tensor, " has ", end - begin, " bytes, which is not the size of ",
                            shown(entry.dtype), " ", shape_str(entry.shape), ". ", kDamaged));
  }
  return contiguous_view(*dtype, entry.shape, data.subspan(begin, nbytes), std::move(file));
}

}  // namespace

Safetensors parse_safetensors(std::span<const std::byte> bytes,
                              std::shared_ptr<const MappedFile> file, const std::string& where) {
  ByteReader reader(bytes, where);
  const auto length = reader.read<uint64_t>();
  if (length > kMaxHeader) {
    throw ResourceError(str(where, ": header of ", length, " bytes, expected at most ", kMaxHeader,
                            ". ", kDamaged));
  }
  const std::string_view header = as_text(reader.take(length));
  HeaderHandler handler;
  const bool has_nul = header.find('\0') != header.npos;  // the parser takes it for the end
  const bool complete = header.starts_with('{') && !has_nul && Json::sax_parse(header, &handler);
  if (!complete) {
    if (has_nul) handler.error = str("is not valid JSON at byte ", header.find('\0'), " (NUL)");
    if (handler.error.empty()) handler.error = "does not begin with {";
    throw ResourceError(str(where, ": header ", handler.error, ". ", kDamaged));
  }

  auto& entries = handler.entries;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.offsets < b.offsets; });
  const auto data = reader.rest();
  Safetensors result{.metadata = std::move(handler.metadata)};
  uint64_t position = 0;
  for (const Entry& entry : entries) {
    TensorView view = check_entry(entry, data, position, file, where);
    if (!result.tensors.emplace(entry.name, std::move(view)).second) {
      throw ResourceError(
          str(where, ": tensor \"", shown(entry.name), "\" is there twice. ", kDamaged));
    }
    position = entry.offsets[1];
  }
  if (position != data.size()) {
    throw ResourceError(str(where, ": ", data.size() - position, " bytes follow the last tensor, ",
                            "expected none. ", kDamaged));
  }
  report_unreadable(result.tensors, where);
  return result;
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  return parse_safetensors(file->bytes(), file, path.string());
}

}  // namespace lion
