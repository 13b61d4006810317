#include "lion/checkpoint/pickle.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"

namespace lion {
namespace {

constexpr uint64_t kMaxSteps = 4'000'000;  // a state dict of 2,000 tensors takes about 100,000
constexpr size_t kMaxRank = 64;            // torch's own limit

using Kind = PickleGlobal::Kind;

struct Allowed {
  std::string_view module;
  std::string_view name;
  PickleGlobal global;
};

/// Everything a pickle may name. Nothing here reads, writes or runs anything.
constexpr std::array kAllowed = {
    Allowed{"collections", "OrderedDict", {Kind::kOrderedDict}},
    Allowed{"collections", "Counter", {Kind::kCounter}},  // milestones of learning-rate schedules
    Allowed{"builtins", "set", {Kind::kSet}},
    Allowed{"builtins", "frozenset", {Kind::kSet}},
    Allowed{"__builtin__", "set", {Kind::kSet}},  // Python 2's name, used up to protocol 2
    Allowed{"__builtin__", "frozenset", {Kind::kSet}},
    Allowed{"_codecs", "encode", {Kind::kEncode}},  // bytes up to protocol 2
    Allowed{"torch", "Size", {Kind::kSize}},
    Allowed{"torch", "device", {Kind::kDevice}},
    Allowed{"torch._utils", "_rebuild_tensor", {Kind::kRebuildTensor}},
    Allowed{"torch._utils", "_rebuild_tensor_v2", {Kind::kRebuildTensorV2}},
    Allowed{"torch._utils", "_rebuild_parameter", {Kind::kRebuildParameter}},
    Allowed{"torch", "DoubleStorage", {Kind::kStorage, DType::kF64}},
    Allowed{"torch", "FloatStorage", {Kind::kStorage, DType::kF32}},
    Allowed{"torch", "HalfStorage", {Kind::kStorage, DType::kF16}},
    Allowed{"torch", "BFloat16Storage", {Kind::kStorage, DType::kBF16}},
    Allowed{"torch", "LongStorage", {Kind::kStorage, DType::kI64}},
    Allowed{"torch", "IntStorage", {Kind::kStorage, DType::kI32}},
    Allowed{"torch", "ShortStorage", {Kind::kStorage, DType::kI16}},
    Allowed{"torch", "CharStorage", {Kind::kStorage, DType::kI8}},
    Allowed{"torch", "ByteStorage", {Kind::kStorage, DType::kU8}},
    Allowed{"torch", "BoolStorage", {Kind::kStorage, DType::kBool}},
    Allowed{"torch.storage", "UntypedStorage", {Kind::kStorage, DType::kU8}},
    Allowed{"torch", "float64", {Kind::kDType}},
    Allowed{"torch", "float32", {Kind::kDType}},
    Allowed{"torch", "float16", {Kind::kDType}},
    Allowed{"torch", "bfloat16", {Kind::kDType}},
    Allowed{"torch", "int64", {Kind::kDType}},
    Allowed{"torch", "int32", {Kind::kDType}},
    Allowed{"torch", "int16", {Kind::kDType}},
    Allowed{"torch", "int8", {Kind::kDType}},
    Allowed{"torch", "uint8", {Kind::kDType}},
    Allowed{"torch", "bool", {Kind::kDType}},
};

/// The machine that CPython's pickle describes: a stack, marks in it, and a memo.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const std::string& where,
          std::deque<PickleValue>& values)
      : reader_(bytes, where), values_(values) {}

  PickleRef run() {
    while (true) {
      spend(1);
      const auto opcode = reader_.read<uint8_t>();
      if (opcode == '.') break;
      step(opcode);
    }
    return pop();
  }

  uint64_t position() const { return reader_.position(); }

 private:
  using Refs = std::vector<PickleRef>;

  [[noreturn]] void fail(const std::string& what) const {
    throw ResourceError(str(reader_.where(), ": pickle at byte ", reader_.position(), " ", what,
                            ". The file is damaged or hostile: get it again from its authors."));
  }

  /// Every opcode and every copied item counts, so that a small file cannot ask for much memory.
  void spend(uint64_t steps) {
    steps_ += steps;
    if (steps_ <= kMaxSteps) return;
    throw ResourceError(str(reader_.where(), ": pickle takes more than ", kMaxSteps,
                            " steps, far more than a state dict needs. The file may be hostile: ",
                            "ask its authors for a file with the state dict alone."));
  }

  void push(PickleValue* value) { stack_.push_back(value); }

  template <typename T>
  void make(T&& value) {
    push(&values_.emplace_back(PickleValue{std::forward<T>(value)}));
  }

  PickleValue* top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("takes from an empty stack");
    return stack_.back();
  }

  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }

  /// Everything above the last mark, which is removed.
  Refs pop_mark() {
    if (marks_.empty()) fail("needs a mark and there is none");
    const auto begin = stack_.begin() + static_cast<ptrdiff_t>(marks_.back());
    Refs items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  Refs pop_items(size_t count) {
    Refs items(count);
    while (count > 0) items[--count] = pop();
    return items;
  }

  template <typename T>
  T& expect(PickleValue* value, std::string_view what) {
    if (T* found = std::get_if<T>(&value->value)) return *found;
    fail(str("works on something that is not ", what));
  }

  template <typename T>
  const T& expect(PickleRef value, std::string_view what) const {
    if (const T* found = value->get_if<T>()) return *found;
    fail(str("gives something that is not ", what));
  }

  std::string_view take_text(uint64_t length) { return as_text(reader_.take(length)); }

  std::string_view take_line() {
    const size_t length = as_text(reader_.rest()).find('\n');
    if (length == std::string_view::npos) fail("has a line without an end");
    const std::string_view line = take_text(length);
    reader_.take(1);
    return line;
  }

  void remember(uint64_t index) { memo_[index] = top(); }

  void recall(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(str("recalls value ", index, ", which was never stored"));
    push(found->second);
  }

  void make_global(std::string_view module, std::string_view name) {
    for (const Allowed& allowed : kAllowed) {
      if (allowed.module == module && allowed.name == name) return make(allowed.global);
    }
    throw ResourceError(str(reader_.where(), ": pickle wants to call \"", shown(module), ".",
                            shown(name), "\", which is not on the list of things a state dict ",
                            "needs. The file may be hostile: do not open it with Python either; ",
                            "ask its authors for a file with the state dict alone."));
  }

  void make_text_number(std::string_view digits) {
    if (digits == "00" || digits == "01") return make(digits == "01");
    std::string_view plain = digits;
    if (plain.ends_with('L')) plain.remove_suffix(1);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
    if (end != plain.data() + plain.size()) fail("holds a number that is none");
    if (error == std::errc::result_out_of_range) return make(PickleBigInt{digits});
    if (error != std::errc()) fail("holds a number that is none");
    make(number);
  }

  /// A little-endian number in two's complement.
  void make_long(std::string_view bytes) {
    if (bytes.size() > 8) return make(PickleBigInt{bytes});
    const bool negative = !bytes.empty() && (bytes.back() & 0x80);
    int64_t number = negative ? -1 : 0;
    std::memcpy(&number, bytes.data(), bytes.size());
    make(number);
  }

  void make_float() {
    uint64_t bits = __builtin_bswap64(reader_.read<uint64_t>());  // big-endian, unlike the rest
    make(std::bit_cast<double>(bits));
  }

  void append(Refs items) {
    auto& list = expect<PickleList>(top(), "a list").items;
    list.insert(list.end(), items.begin(), items.end());
  }

  void set_items(const Refs& items) {
    auto& dict = expect<PickleDict>(top(), "a dict").items;
    if (items.size() % 2) fail("sets a key without a value");
    for (size_t i = 0; i < items.size(); i += 2) dict.emplace_back(items[i], items[i + 1]);
  }

  std::vector<int64_t> sizes(PickleRef tuple) {
    const Refs& items = expect<PickleTuple>(tuple, "a tuple of sizes").items;
    if (items.size() > kMaxRank) fail(str("gives a tensor ", items.size(), " dimensions"));
    spend(items.size());
    std::vector<int64_t> out;
    for (const PickleRef item : items) out.push_back(expect<int64_t>(item, "a size"));
    return out;
  }

  /// Items of a list, tuple or set, to be copied.
  const Refs& items_of(PickleRef value) {
    const Refs* items = nullptr;
    if (const auto* list = value->get_if<PickleList>()) items = &list->items;
    if (const auto* tuple = value->get_if<PickleTuple>()) items = &tuple->items;
    if (!items) fail("gives something that is not a list");
    spend(items->size());
    return *items;
  }

  void call(PickleRef callable, PickleRef arguments) {
    const Kind kind = expect<PickleGlobal>(callable, "a class or function").kind;
    const Refs& args = expect<PickleTuple>(arguments, "a tuple of arguments").items;
    const auto need = [&](size_t least, size_t most) {
      if (args.size() < least || args.size() > most)
        fail(str("calls with ", args.size(), " values"));
    };
    switch (kind) {
      case Kind::kOrderedDict: {
        need(0, 1);
        PickleDict dict;
        if (!args.empty()) {  // Python 2: a list of pairs
          for (const PickleRef pair : items_of(args[0])) {
            const Refs& both = items_of(pair);
            if (both.size() != 2) fail("gives something that is not a pair");
            dict.items.emplace_back(both[0], both[1]);
          }
        }
        return make(std::move(dict));
      }
      case Kind::kCounter: {
        need(0, 1);
        PickleDict dict;
        if (!args.empty()) dict = expect<PickleDict>(args[0], "a dict");
        spend(dict.items.size());
        return make(std::move(dict));
      }
      case Kind::kSet:
        need(1, 1);
        return make(PickleSet{items_of(args[0])});
      case Kind::kEncode:
        need(2, 2);
        return make(PickleBytes{expect<PickleText>(args[0], "a text").text});
      case Kind::kSize:
        need(1, 1);
        return make(PickleTuple{items_of(args[0])});
      case Kind::kDevice:
        return make(PickleOpaque{});
      case Kind::kRebuildTensor:
        need(4, 4);
        return make(tensor(args));
      case Kind::kRebuildTensorV2:
        need(6, 7);
        return make(tensor(args));
      case Kind::kRebuildParameter:
        need(3, 3);
        return make(expect<PickleTensor>(args[0], "a tensor"));
      case Kind::kDType:
      case Kind::kStorage:
        break;
    }
    fail("calls something that is not a function");
  }

  /// (storage, offset, size, stride, ...); the rest says what is of no use here.
  PickleTensor tensor(const Refs& args) {
    expect<PickleStorage>(args[0], "a storage");
    PickleTensor tensor{args[0], expect<int64_t>(args[1], "an offset"), sizes(args[2]),
                        sizes(args[3])};
    if (tensor.shape.size() != tensor.strides.size()) fail("gives sizes and strides of two ranks");
    return tensor;
  }

  void make_storage(PickleRef id) {
    const Refs& fields = expect<PickleTuple>(id, "a storage id").items;
    if (fields.size() < 5 || fields.size() > 6 ||
        expect<PickleText>(fields[0], "a text").text != "storage") {
      fail("names something that is not a storage");
    }
    if (fields.size() == 6 && !fields[5]->get_if<PickleNone>()) {
      throw ResourceError(str(reader_.where(), ": a storage is a view of another one, as PyTorch ",
                              "before 0.4 wrote. Load it in PyTorch and save it again."));
    }
    const auto& type = expect<PickleGlobal>(fields[1], "a storage type");
    if (type.kind != Kind::kStorage) fail("names a storage whose type is none");
    make(PickleStorage{type.dtype, expect<PickleText>(fields[2], "a storage key").text,
                       expect<int64_t>(fields[4], "a number of elements")});
  }

  void step(uint8_t opcode) {
    switch (opcode) {
      case 0x80: {  // PROTO
        const auto protocol = reader_.read<uint8_t>();
        if (protocol > 5) fail(str("is of protocol ", int{protocol}, ", expected at most 5"));
        return;
      }
      case 0x95:
        reader_.take(8);
        return;  // FRAME: only a hint for buffering
      // The stack.
      case '(':
        marks_.push_back(stack_.size());
        return;
      case '0':
        pop();
        return;
      case '1':
        pop_mark();
        return;
      // Constants.
      case 'N':
        return make(PickleNone{});
      case 0x88:
        return make(true);
      case 0x89:
        return make(false);
      case 'I':
      case 'L':
        return make_text_number(take_line());
      case 'J':
        return make(int64_t{reader_.read<int32_t>()});
      case 'K':
        return make(int64_t{reader_.read<uint8_t>()});
      case 'M':
        return make(int64_t{reader_.read<uint16_t>()});
      case 0x8a:
        return make_long(take_text(reader_.read<uint8_t>()));  // LONG1
      case 0x8b:
        return make_long(take_text(reader_.read<uint32_t>()));  // LONG4
      case 'G':
        return make_float();
      case 'U':  // SHORT_BINSTRING
      case 0x8c:
        return make(PickleText{take_text(reader_.read<uint8_t>())});  // SHORT_BINUNICODE
      case 'T':                                                       // BINSTRING
      case 'X':
        return make(PickleText{take_text(reader_.read<uint32_t>())});  // BINUNICODE
      case 0x8d:
        return make(PickleText{take_text(reader_.read<uint64_t>())});  // BINUNICODE8
      case 'C':
        return make(PickleBytes{take_text(reader_.read<uint8_t>())});  // SHORT_BINBYTES
      case 'B':
        return make(PickleBytes{take_text(reader_.read<uint32_t>())});  // BINBYTES
      case 0x8e:                                                        // BINBYTES8
      case 0x96:
        return make(PickleBytes{take_text(reader_.read<uint64_t>())});  // BYTEARRAY8
      // Containers.
      case ')':
        return make(PickleTuple{});
      case 't':
        return make(PickleTuple{pop_mark()});
      case 0x85:
        return make(PickleTuple{pop_items(1)});
      case 0x86:
        return make(PickleTuple{pop_items(2)});
      case 0x87:
        return make(PickleTuple{pop_items(3)});
      case ']':
        return make(PickleList{});
      case 'a':
        return append(pop_items(1));
      case 'e':
        return append(pop_mark());
      case '}':
        return make(PickleDict{});
      case 's':
        return set_items(pop_items(2));
      case 'u':
        return set_items(pop_mark());
      case 0x8f:
        return make(PickleSet{});  // EMPTY_SET
      case 0x91:
        return make(PickleSet{pop_mark()});  // FROZENSET
      case 0x90: {                           // ADDITEMS
        const Refs items = pop_mark();
        auto& set = expect<PickleSet>(top(), "a set").items;
        set.insert(set.end(), items.begin(), items.end());
        return;
      }
      // The memo.
      case 'q':
        return remember(reader_.read<uint8_t>());
      case 'r':
        return remember(reader_.read<uint32_t>());
      case 0x94:
        return remember(memo_.size());  // MEMOIZE
      case 'h':
        return recall(reader_.read<uint8_t>());
      case 'j':
        return recall(reader_.read<uint32_t>());
      // Names and calls, all by way of the list.
      case 'c': {
        const std::string_view module = take_line();
        return make_global(module, take_line());
      }
      case 0x93: {  // STACK_GLOBAL
        const PickleRef name = pop();
        const PickleRef module = pop();
        return make_global(expect<PickleText>(module, "a module's name").text,
                           expect<PickleText>(name, "a name").text);
      }
      case 'R':
      case 0x81: {  // NEWOBJ
        const PickleRef arguments = pop();
        return call(pop(), arguments);
      }
      case 'b': {  // BUILD: attributes; a state dict's own are version numbers
        pop();
        expect<PickleDict>(top(), "a dict");
        return;
      }
      case 'Q':
        return make_storage(pop());
      default:
        constexpr std::string_view kDigits = "0123456789abcdef";
        fail(str("has opcode 0x", kDigits[opcode >> 4], kDigits[opcode & 15],
                 ", which a state dict does not need"));
    }
  }

  ByteReader reader_;
  std::deque<PickleValue>& values_;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleValue*> memo_;
  uint64_t steps_ = 0;
};

}  // namespace

PickleRef PickleDict::find(std::string_view key) const {
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const auto* text = item->first->get_if<PickleText>();
    if (text && text->text == key) return item->second;
  }
  return nullptr;
}

Pickle::Pickle(std::span<const std::byte> bytes, const std::string& where) {
  Machine machine(bytes, where, values_);
  root_ = machine.run();
  size_ = machine.position();
}

}  // namespace lion
