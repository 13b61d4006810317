#include "lion/checkpoint/pickle_tensor.h"

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"

namespace lion {
namespace {

constexpr size_t kMaxRank = 64;  // torch's own limit

using Kind = PickleGlobal::Kind;
using Refs = std::vector<PickleRef>;

class TensorBuilder {
 public:
  explicit TensorBuilder(const PickleFailure& fail) : fail_(fail) {}

  /// What one of PyTorch's functions that make tensors would make. Every argument is honoured, has
  /// no influence on the numbers (requires_grad, hooks, attributes), or makes it unreadable.
  PickleTensor rebuild(const PickleGlobal& function, const Refs& args) const {
    const auto need = [&](size_t least, size_t most) {
      if (args.size() < least || args.size() > most)
        throw_failure(str("calls with ", args.size(), " values"));
    };
    switch (function.kind) {
      case Kind::kRebuildTensor:
        need(4, 4);
        return tensor(args);
      case Kind::kRebuildTensorV2: {
        need(6, 7);
        PickleTensor result = tensor(args);
        if (args.size() == 7) read_metadata(args[6], result);
        return result;
      }
      case Kind::kRebuildTensorV3: {
        need(7, 8);
        PickleTensor result = tensor(args);
        read_dtype(args[6], result);
        if (args.size() == 8) read_metadata(args[7], result);
        return result;
      }
      case Kind::kRebuildParameter:
        need(3, 4);  // the fourth: attributes
        return inner_tensor(args[0]);
      case Kind::kRebuildFromType: {  // (function, class, its arguments, attributes)
        need(4, 4);
        const auto* inner = args[0]->get_if<PickleGlobal>();
        if (!inner || inner->kind < Kind::kRebuildTensor || inner->kind == Kind::kRebuildFromType) {
          return unreadable("a tensor made in an unknown way");
        }
        return rebuild(*inner, expect<PickleTuple>(args[2], "a tuple of arguments").items);
      }
      case Kind::kRebuildDeviceTensor: {  // (tensor, type, device, ...)
        need(4, 4);
        PickleTensor result = inner_tensor(args[0]);
        const auto* wanted = args[1]->get_if<PickleGlobal>();
        const std::optional<DType> stored = stored_type(result);
        if (!wanted || !wanted->dtype || wanted->dtype != stored) {
          result.unreadable = "a tensor saved in another type than its own";
        }
        return result;
      }
      case Kind::kRebuildQuantized:
        need(7, 7);
        return unreadable("a quantized tensor", args[2]);
      case Kind::kRebuildSparse: {
        need(2, 2);
        const auto* parts = args[1]->get_if<PickleTuple>();
        const size_t size = parts && parts->items.size() >= 3 ? parts->items.size() : 0;
        if (size == 0) return unreadable("a sparse tensor");
        // (indices, values, size[, coalesced]) or (rows, columns, values, size)
        const bool is_coo = parts->items[2]->get_if<PickleTuple>() != nullptr;
        return unreadable("a sparse tensor", parts->items[is_coo ? 2 : size - 1]);
      }
      case Kind::kRebuildMeta:
        need(4, 4);
        return unreadable("a meta tensor, which has no numbers", args[1]);
      default:
        return unreadable(str("a tensor of another kind (torch ", function.name, ")"));
    }
  }

 private:
  PickleTensor inner_tensor(PickleRef value) const {
    if (const auto* object = value->get_if<PickleObject>()) {
      return unreadable(str(shown(object->module), ".", shown(object->name)));
    }
    return expect<PickleTensor>(value, "a tensor");
  }

  PickleTensor unreadable(std::string what, PickleRef shape = nullptr) const {
    PickleTensor tensor{.unreadable = std::move(what)};
    if (!shape || !shape->get_if<PickleTuple>()) return tensor;
    tensor.shape = sizes(shape);
    if (!checked_numel(tensor.shape)) throw_failure("gives a tensor impossible sizes");
    tensor.strides = contiguous_strides(tensor.shape);
    return tensor;
  }

  static std::optional<DType> stored_type(const PickleTensor& tensor) {
    if (tensor.reinterpret) return tensor.reinterpret;
    return tensor.storage ? tensor.storage->get_if<PickleStorage>()->dtype : std::nullopt;
  }

  /// (storage, offset, size, stride, ...); of the rest, the callers care.
  PickleTensor tensor(const Refs& args) const {
    if (const auto* object = args[0]->get_if<PickleObject>()) {
      return unreadable(str(shown(object->module), ".", shown(object->name)), args[2]);
    }
    const auto& storage = expect<PickleStorage>(args[0], "a storage");
    PickleTensor tensor{.storage = args[0],
                        .offset = expect<int64_t>(args[1], "an offset"),
                        .shape = sizes(args[2]),
                        .strides = sizes(args[3])};
    if (tensor.shape.size() != tensor.strides.size())
      throw_failure("gives sizes and strides of two ranks");
    if (!storage.dtype) tensor.unreadable = shown(storage.type);
    return tensor;
  }

  /// The type that the bytes of a storage are read as.
  void read_dtype(PickleRef value, PickleTensor& tensor) const {
    const auto* known = value->get_if<PickleGlobal>();
    const auto* other = value->get_if<PickleObject>();
    if (known && known->kind == Kind::kDType) {
      tensor.reinterpret = known->dtype;
    } else {
      tensor.unreadable = other ? shown(other->name) : "a tensor of an unknown type";
    }
  }

  /// The flags of a tensor that is a lazy view.
  void read_metadata(PickleRef value, PickleTensor& tensor) const {
    if (value->get_if<PickleNone>()) return;
    for (const auto& [key, flag] : expect<PickleDict>(value, "a dict of flags").items) {
      const auto* name = key->get_if<PickleText>();
      const auto* on = flag->get_if<bool>();
      if (on && !*on) continue;
      if (on && name && name->text == "neg") {
        tensor.negated = true;
      } else if (tensor.unreadable.empty()) {
        tensor.unreadable = str("a tensor with the flag \"", name ? shown(name->text) : "?", "\"");
      }
    }
  }

  template <typename T>
  const T& expect(PickleRef value, std::string_view what) const {
    if (const T* found = value->get_if<T>()) return *found;
    throw_failure(str("gives something that is not ", what));
  }

  [[noreturn]] void throw_failure(const std::string& what) const {
    fail_(what);
    throw InternalError("pickle: a failure that did not throw.");
  }

  std::vector<int64_t> sizes(PickleRef tuple) const {
    const Refs& items = expect<PickleTuple>(tuple, "a tuple of sizes").items;
    if (items.size() > kMaxRank) throw_failure(str("gives a tensor ", items.size(), " dimensions"));
    std::vector<int64_t> out;
    for (const PickleRef item : items) out.push_back(expect<int64_t>(item, "a size"));
    return out;
  }

  const PickleFailure& fail_;
};

}  // namespace

PickleTensor rebuild_tensor(const PickleGlobal& function, const std::vector<PickleRef>& args,
                            const PickleFailure& fail) {
  return TensorBuilder(fail).rebuild(function, args);
}

}  // namespace lion
