#pragma once
/// A restricted reader of Python pickles, protocols 1 to 5: enough for a state dict and the plain
/// data that training scripts save beside it. It builds values of its own and never runs anything;
/// a pickle that names a class or function outside a short list is refused.
/// Source of the opcodes: CPython, Lib/pickletools.py.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lion/checkpoint/tensor.h"

namespace lion {

struct PickleValue;
using PickleRef = const PickleValue*;  ///< a value of the same Pickle; cycles are possible

struct PickleNone {};
struct PickleText {
  std::string_view text;
};
struct PickleBytes {
  std::string_view bytes;  ///< as stored; protocol 2 stores bytes as UTF-8 of Latin-1
};
struct PickleBigInt {
  std::string_view digits;  ///< little-endian bytes, or in protocol 1 decimal digits and "L"
};
struct PickleList {
  std::vector<PickleRef> items;
};
struct PickleTuple {
  std::vector<PickleRef> items;
};
struct PickleSet {
  std::vector<PickleRef> items;
};
struct PickleDict {
  std::vector<std::pair<PickleRef, PickleRef>> items;  ///< in file order; a later key wins

  /// The value under a text key, null when there is none.
  PickleRef find(std::string_view key) const;
};

/// A class or function of the list.
struct PickleGlobal {
  enum class Kind {
    kOrderedDict,
    kCounter,
    kSet,
    kEncode,
    kSize,
    kDevice,
    kDType,
    kStorage,
    kRebuildTensor,
    kRebuildTensorV2,
    kRebuildParameter,
  };
  Kind kind;
  DType dtype = DType::kF32;  ///< element type of a kStorage
};

/// The persistent id ("storage", type, key, location, numel[, None]).
struct PickleStorage {
  DType dtype;
  std::string_view key;
  int64_t numel;
};

/// A tensor as it was saved; nothing is checked against its storage yet.
struct PickleTensor {
  PickleRef storage;
  int64_t offset;  ///< elements
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;  ///< elements
};

/// An object that is of no use here, such as a torch.device.
struct PickleOpaque {};

struct PickleValue {
  std::variant<PickleNone, bool, int64_t, double, PickleText, PickleBytes, PickleBigInt, PickleList,
               PickleTuple, PickleSet, PickleDict, PickleGlobal, PickleStorage, PickleTensor,
               PickleOpaque>
      value;

  /// The value as a `T`, null when it is something else.
  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&value);
  }
};

/// One parsed pickle. It owns its values; their texts are views into the parsed bytes.
class Pickle {
 public:
  /// Parses the pickle at the beginning of `bytes`, which must outlive the result. `where` names
  /// the file in errors. Memory is bounded by a multiple of the pickle's length and by a limit of
  /// 4 million opcodes. Throws ResourceError when it is broken, has no end, or wants something that
  /// a state dict does not need.
  Pickle(std::span<const std::byte> bytes, const std::string& where);

  Pickle(Pickle&&) = default;  // the values stay at their addresses

  const PickleValue& root() const { return *root_; }

  /// Every value that was made, in file order.
  const std::deque<PickleValue>& values() const { return values_; }

  /// Bytes of the pickle, its STOP opcode included.
  uint64_t size() const { return size_; }

 private:
  std::deque<PickleValue> values_;
  PickleRef root_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace lion
