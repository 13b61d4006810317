#pragma once
/// A restricted reader of Python pickles, protocols 1 to 5: enough for a state dict and whatever
/// training scripts save beside it. It builds values of its own and never runs anything: what a
/// class or function outside a short list would make becomes a PickleObject, which has a name and
/// nothing else. Source of the opcodes: CPython, Lib/pickletools.py; of the tensors: PyTorch,
/// torch/_tensor.py and torch/_utils.py.

#include <cstdint>
#include <deque>
#include <optional>
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
    kDefaultDict,
    kCounter,
    kSet,
    kEncode,
    kSize,
    kPlain,  ///< makes plain data that is of no use here, such as a torch.device
    kDType,
    kStorage,
    kRebuildTensor,
    kRebuildTensorV2,
    kRebuildTensorV3,
    kRebuildParameter,
    kRebuildFromType,
    kRebuildDeviceTensor,
    kRebuildQuantized,
    kRebuildSparse,
    kRebuildMeta,
    kRebuildOther,  ///< a tensor of a kind that cannot be read
  };
  Kind kind;
  std::string_view name;       ///< "float32", "FloatStorage", "_rebuild_qtensor"
  std::optional<DType> dtype;  ///< of a kDType or kStorage, when it can be read
  int64_t element_size = 0;    ///< bytes, of a kStorage
};

/// The persistent id ("storage", type, key, location, numel[, None]).
struct PickleStorage {
  std::optional<DType> dtype;  ///< none for types that cannot be read
  int64_t element_size;        ///< bytes; 0 when the type is not known at all
  std::string_view type;       ///< "FloatStorage"
  std::string_view key;
  int64_t numel;
};

/// A tensor as it was saved; nothing is checked against its storage yet.
struct PickleTensor {
  PickleRef storage = nullptr;  ///< null when unreadable
  int64_t offset = 0;           ///< elements
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;      ///< elements
  std::optional<DType> reinterpret;  ///< the element type, over a storage of bytes
  bool negated = false;              ///< torch's negative bit: the storage has the other sign
  std::string unreadable;  ///< what it is ("uint16", "sparse") when its numbers cannot be read
};

/// Plain data that is of no use here, such as a torch.device.
struct PickleOpaque {};

/// An inert placeholder: a class, a function, or what a call of it would have made. Nothing was
/// called; what the file puts into it is kept.
struct PickleObject {
  std::string_view module;
  std::string_view name;
  bool called = false;                                   ///< else the class or function itself
  std::vector<std::pair<PickleRef, PickleRef>> items{};  ///< entries, when it is a kind of dict
  PickleRef state = nullptr;                             ///< its attributes, when it has some
};

struct PickleValue {
  std::variant<PickleNone, bool, int64_t, double, PickleText, PickleBytes, PickleBigInt, PickleList,
               PickleTuple, PickleSet, PickleDict, PickleGlobal, PickleStorage, PickleTensor,
               PickleOpaque, PickleObject>
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
  /// 4 million opcodes. Throws ResourceError when it is broken, has no end, or calls what runs
  /// commands when Python loads it, such as os.system.
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
