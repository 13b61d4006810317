#pragma once
/// Annotation files of any size, one element at a time: the file is mapped and released behind the
/// reader, so memory does not grow with it. Elements are simdjson DOM values, valid until the
/// visitor returns.

#include <simdjson.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/file.h"
#include "lion/base/log.h"

namespace lion {

/// What a file holds. kLines: one JSON value after the other, a line each.
enum class JsonLayout { kList, kObject, kLines };

/// An element of a list or of a map, or a line.
struct JsonElement {
  simdjson::dom::element value;
  std::string_view key;  ///< in a map; "" elsewhere
  int64_t number = 0;    ///< in its list, map or file, from 0
};

using JsonVisitor = std::function<void(const JsonElement&)>;

/// A list under a key of the top-level object, and who gets its elements.
struct JsonList {
  std::string_view key;
  JsonVisitor visit;
};

/// An element or line that is not JSON, though it is clear where it ends: its list ("" of a list or
/// map that is the whole file), its number as in JsonElement, and what is wrong.
using BrokenVisitor =
    std::function<void(std::string_view list, int64_t number, std::string_view what)>;

/// Errors are InputErrors that name the file, the byte and the element. What a visitor throws
/// passes through. NaN, Infinity and -Infinity, as Python writes them, are read as null.
class JsonStream {
 public:
  /// Throws ResourceError when the file cannot be read, InputError when it does not begin like
  /// JSON. `progress` counts bytes.
  explicit JsonStream(const std::filesystem::path& path, ProgressSink progress = {});

  /// Hands broken elements to `broken` and goes on behind them; without it they are errors.
  void report_broken(BrokenVisitor broken) { broken_ = std::move(broken); }

  /// Tells the layouts apart by the first value; of a file ".jsonl", an object counts as a line.
  JsonLayout layout() const;

  /// The keys of a top-level object, in the order of the file; values are skipped.
  std::vector<std::string> keys() const;

  /// The elements of a top-level list.
  void each(const JsonVisitor& visit) const;

  /// The pairs of a top-level object. Values may be of any type.
  void each_pair(const JsonVisitor& visit) const;

  /// The elements of several lists of a top-level object, in the order of the file, in one pass.
  /// Other keys are skipped. Each list must be there.
  void each_in(std::span<const JsonList> lists) const;

  /// The values of a file of lines; empty lines are skipped but counted.
  void each_line(const JsonVisitor& visit) const;

  /// The elements of a list or the values of lines, whichever the file is.
  void each_record(const JsonVisitor& visit) const;

  const std::filesystem::path& path() const { return file_->path(); }

 private:
  std::shared_ptr<const MappedFile> file_;
  size_t start_ = 0;  // behind a byte order mark and white space
  ProgressSink progress_;
  BrokenVisitor broken_;
};

}  // namespace lion
