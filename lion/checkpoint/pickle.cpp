#include "lion/checkpoint/pickle.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/pickle_globals.h"
#include "lion/checkpoint/pickle_tensor.h"

namespace lion {
namespace {

constexpr uint64_t kMaxSteps = 4'000'000;  // a state dict of 2,000 tensors takes about 100,000

using Kind = PickleGlobal::Kind;

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
                            ". The file is damaged: get it again from its authors."));
  }

  /// Every opcode and every copied item counts, so that a small file cannot ask for much memory.
  void spend(uint64_t steps) {
    steps_ += steps;
    if (steps_ <= kMaxSteps) return;
    throw ResourceError(
        str(reader_.where(), ": pickle takes more than ", kMaxSteps,
            " steps, far more than a state dict needs. Save the state dict alone, or ask ",
            "its authors for such a file."));
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
    if (const PickleGlobal* known = known_global(module, name)) return make(*known);
    if (runs_commands(module, name)) {
      throw ResourceError(str(reader_.where(), ": pickle wants to call \"", shown(module), ".",
                              shown(name), "\", which runs commands when Python loads the file. ",
                              "Nothing was run here. The file may be hostile: do not load it with ",
                              "Python, and get the weights from somewhere else."));
    }
    make(PickleObject{module, name});
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

  PickleObject* top_object() { return std::get_if<PickleObject>(&top()->value); }

  void append(const Refs& items) {
    if (top_object()) return;  // a kind of list: of no use here
    auto& list = expect<PickleList>(top(), "a list").items;
    list.insert(list.end(), items.begin(), items.end());
  }

  void set_items(const Refs& items) {
    PickleObject* object = top_object();
    auto& dict = object ? object->items : expect<PickleDict>(top(), "a dict").items;
    if (items.size() % 2) fail("sets a key without a value");
    for (size_t i = 0; i < items.size(); i += 2) dict.emplace_back(items[i], items[i + 1]);
  }

  /// BUILD: sets attributes. Those of a state dict are version numbers.
  void build(PickleRef state) {
    PickleValue* value = top();
    if (auto* object = std::get_if<PickleObject>(&value->value)) {
      object->state = state;
    } else if (auto* tensor = std::get_if<PickleTensor>(&value->value)) {
      tensor->unreadable = "a tensor with a state of its own";
    } else if (!value->get_if<PickleOpaque>()) {
      expect<PickleDict>(value, "a dict");
    }
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
    const Refs& args = expect<PickleTuple>(arguments, "a tuple of arguments").items;
    if (const auto* object = callable->get_if<PickleObject>()) return call_object(*object, args);
    const auto& global = expect<PickleGlobal>(callable, "a class or function");
    const auto need = [&](size_t least, size_t most) {
      if (args.size() < least || args.size() > most)
        fail(str("calls with ", args.size(), " values"));
    };
    switch (global.kind) {
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
      case Kind::kDefaultDict:
        return make(PickleDict{});  // the argument makes what is missing
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
      case Kind::kPlain:
        return make(PickleOpaque{});
      case Kind::kDType:
      case Kind::kStorage:
        fail("calls something that is not a function");
      default:
        return make_tensor(global, args);
    }
  }

  /// The placeholder of what a call of an unknown class or function would make.
  void call_object(const PickleObject& callee, const Refs& args) {
    PickleObject result{callee.module, callee.name, /*called=*/true};
    // copyreg._reconstructor(class, base, state) and getattr(class, name) speak of their argument.
    const bool helper = callee.module == "copyreg" || callee.module == "copy_reg" ||
                        callee.module == "builtins" || callee.module == "__builtin__";
    const auto* subject = helper && !args.empty() ? args[0]->get_if<PickleObject>() : nullptr;
    if (subject) {
      result.module = subject->module;
      result.name = subject->name;
      if (const auto* dict = args.size() == 3 ? args[2]->get_if<PickleDict>() : nullptr) {
        spend(dict->items.size());
        result.items = dict->items;
      }
    }
    make(std::move(result));
  }

  void make_tensor(const PickleGlobal& function, const Refs& args) {
    PickleTensor tensor =
        rebuild_tensor(function, args, [this](const std::string& what) { fail(what); });
    spend(2 * tensor.shape.size());
    make(std::move(tensor));
  }

  void make_storage(PickleRef id) {
    const Refs& fields = expect<PickleTuple>(id, "a storage id").items;
    const auto* kind = fields.empty() ? nullptr : fields[0]->get_if<PickleText>();
    if (kind && kind->text == "module" && fields.size() == 4) {  // (class, its file, its source)
      return make(PickleObject(expect<PickleObject>(fields[1], "a class")));
    }
    if (fields.size() < 5 || fields.size() > 6 ||
        expect<PickleText>(fields[0], "a text").text != "storage") {
      fail("names something that is not a storage");
    }
    if (fields.size() == 6 && !fields[5]->get_if<PickleNone>()) {
      throw ResourceError(str(reader_.where(), ": a storage is a view of another one, as PyTorch ",
                              "before 0.4 wrote. Load it in PyTorch and save it again."));
    }
    const std::string_view key = expect<PickleText>(fields[2], "a storage key").text;
    const auto numel = expect<int64_t>(fields[4], "a number of elements");
    if (const auto* unknown = fields[1]->get_if<PickleObject>()) {
      return make(PickleStorage{std::nullopt, 0, unknown->name, key, numel});
    }
    const auto& type = expect<PickleGlobal>(fields[1], "a storage type");
    if (type.kind != Kind::kStorage) fail("names a storage whose type is none");
    make(PickleStorage{type.dtype, type.element_size, type.name, key, numel});
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
        if (top_object()) return;
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
      case 0x92: {  // NEWOBJ_EX: with arguments by name
        pop();
        const PickleRef arguments = pop();
        return call(pop(), arguments);
      }
      case 'o': {  // OBJ: Python 2's classes
        const Refs all = pop_mark();
        if (all.empty()) fail("makes an object without a class");
        make(PickleTuple{{all.begin() + 1, all.end()}});
        return call(all.front(), pop());
      }
      case 'i': {  // INST: the same in protocol 0
        const std::string_view module = take_line();
        const std::string_view name = take_line();
        make(PickleTuple{pop_mark()});
        const PickleRef arguments = pop();
        make_global(module, name);
        return call(pop(), arguments);
      }
      case 'b':
        return build(pop());
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
