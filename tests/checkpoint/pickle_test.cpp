#include "lion/checkpoint/pickle.h"

#include "files.h"

namespace lion {
namespace {

using namespace std::string_literals;

Pickle parse(const std::string& content) { return Pickle(bytes_of(content), "x.pth"); }

void expect_refused(const std::string& content, std::string_view what) {
  expect_error<ResourceError>([&] { parse(content); }, {"x.pth: ", what});
}

const std::string kStorageId = "(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6tQ"s;

TEST(Pickle, ReadsPlainData) {
  const std::string content =
      "\x80\2}(X\1\0\0\0aK\7X\1\0\0\0b]((J\xff\xff\xff\xffM\1\1G?\xf8\0\0\0\0\0\0te"
      "X\1\0\0\0c\x8a\2\0\x80X\1\0\0\0dNX\1\0\0\0e\x88X\1\0\0\0f\x8a\0u. trailing"s;
  const Pickle pickle = parse(content);
  EXPECT_EQ(pickle.size(), content.size() - 9);
  const auto* dict = pickle.root().get_if<PickleDict>();
  ASSERT_TRUE(dict);
  EXPECT_EQ(*dict->find("a")->get_if<int64_t>(), 7);
  const auto* list = dict->find("b")->get_if<PickleList>();
  ASSERT_TRUE(list);
  const auto* tuple = list->items.at(0)->get_if<PickleTuple>();
  ASSERT_TRUE(tuple);
  EXPECT_EQ(*tuple->items.at(0)->get_if<int64_t>(), -1);
  EXPECT_EQ(*tuple->items.at(1)->get_if<int64_t>(), 257);
  EXPECT_EQ(*tuple->items.at(2)->get_if<double>(), 1.5);
  EXPECT_EQ(*dict->find("c")->get_if<int64_t>(), -32768);
  EXPECT_TRUE(dict->find("d")->get_if<PickleNone>());
  EXPECT_TRUE(*dict->find("e")->get_if<bool>());
  EXPECT_EQ(*dict->find("f")->get_if<int64_t>(), 0);
  EXPECT_EQ(dict->find("g"), nullptr);
}

TEST(Pickle, ReadsTextNumbers) {
  const std::string content = "(I01\nI00\nI-12\nL34L\nL99999999999999999999L\nt."s;
  const Pickle pickle = parse(content);
  const auto& items = pickle.root().get_if<PickleTuple>()->items;
  EXPECT_TRUE(*items.at(0)->get_if<bool>());
  EXPECT_FALSE(*items.at(1)->get_if<bool>());
  EXPECT_EQ(*items.at(2)->get_if<int64_t>(), -12);
  EXPECT_EQ(*items.at(3)->get_if<int64_t>(), 34);
  EXPECT_EQ(items.at(4)->get_if<PickleBigInt>()->digits, "99999999999999999999L");
  expect_refused("Iseven\n.", "holds a number that is none");
  expect_refused("I\n.", "holds a number that is none");
  expect_refused("I12", "has a line without an end");
}

TEST(Pickle, ReadsATensorAndAParameter) {
  const std::string content =
      "ctorch._utils\n_rebuild_parameter\n(ctorch._utils\n_rebuild_tensor\n("s + kStorageId +
      "K\1K\2K\3\x86K\3K\1\x86tR\x88NtR."s;
  const Pickle pickle = parse(content);
  const auto* tensor = pickle.root().get_if<PickleTensor>();
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->offset, 1);
  EXPECT_EQ(tensor->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(tensor->strides, (std::vector<int64_t>{3, 1}));
  const auto* storage = tensor->storage->get_if<PickleStorage>();
  ASSERT_TRUE(storage);
  EXPECT_EQ(storage->dtype, DType::kF32);
  EXPECT_EQ(storage->key, "0");
  EXPECT_EQ(storage->numel, 6);
}

TEST(Pickle, ReadsOrderedDictOfPairsAsPython2Wrote) {
  const std::string content = "ccollections\nOrderedDict\n(](](U\1aK\1e](U\1bK\2eetR}b."s;
  const Pickle pickle = parse(content);
  EXPECT_EQ(*pickle.root().get_if<PickleDict>()->find("b")->get_if<int64_t>(), 2);
}

TEST(Pickle, ALaterKeyWins) {
  const std::string content = "}(U\1aK\1U\1aK\2u."s;
  const Pickle pickle = parse(content);
  EXPECT_EQ(*pickle.root().get_if<PickleDict>()->find("a")->get_if<int64_t>(), 2);
}

TEST(Pickle, RefusesWhatRunsCommandsInPython) {
  for (const std::string& content :
       {"cos\nsystem\n(U\2lstR."s, "\x80\4\x8c\2os\x8c\6system\x93\x8c\2ls\x85R."s}) {
    expect_error<ResourceError>(
        [&] { parse(content); },
        {"x.pth: pickle wants to call \"os.system\"", "which runs commands when Python loads",
         "Nothing was run here", "The file may be hostile", "from somewhere else"});
  }
  expect_refused("cbuiltins\neval\n.", "\"builtins.eval\"");
  expect_refused("c__builtin__\neval\n.", "\"__builtin__.eval\"");
  expect_refused("cposix\nexecve\n.", "\"posix.execve\"");
  expect_refused("csubprocess\nPopen\n.", "\"subprocess.Popen\"");
  expect_refused("\x80\2(iposix\nsystem\n.", "\"posix.system\"");
  expect_refused("ctorch\nfloat32\n)R.", "calls something that is not a function");
  expect_refused("U\2os)R.", "is not a class or function");
}

void expect_object(const std::string& content, std::string_view module, std::string_view name) {
  const Pickle pickle = parse(content);
  const auto* object = pickle.root().get_if<PickleObject>();
  ASSERT_TRUE(object) << name;
  EXPECT_EQ(object->module, module);
  EXPECT_EQ(object->name, name);
}

TEST(Pickle, UnknownClassesBecomePlaceholders) {
  expect_object("cargparse\nNamespace\n.", "argparse", "Namespace");
  expect_object("\x80\2cargparse\nNamespace\n)\x81}U\2lrK\1sb.", "argparse", "Namespace");
  expect_object("ctorch\nload\n(U\1xtR.", "torch", "load");
  expect_object("ctorch.storage\n_load_from_bytes\n(C\1xtR.", "torch.storage", "_load_from_bytes");
  expect_object("ctorch\n_utils._rebuild_tensor\n.", "torch", "_utils._rebuild_tensor");
  // With arguments by name; Python 2's classes; protocol 0 and 1; attributes of classes.
  expect_object("\x80\4cm\nC\n(K\1t}U\1aK\1s\x92.", "m", "C");
  expect_object("(cm\nC\nK\1o}b.", "m", "C");
  expect_object("(K\1im\nC\n.", "m", "C");
  expect_object("ccopy_reg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtR}b.", "m", "C");
  expect_object("cbuiltins\ngetattr\n(cm\nC\nU\1atR.", "m", "C");
  expect_object("cm\nf\n)R)R.", "m", "f");  // what a call made is called
}

TEST(Pickle, PlaceholdersKeepTheirEntriesAndAttributes) {
  const std::string content = "cm\nD\n)R(U\1aK\1U\1bK\2u}U\1xK\3sb.";  // its values view this
  const Pickle pickle = parse(content);
  const auto* object = pickle.root().get_if<PickleObject>();
  ASSERT_TRUE(object);
  EXPECT_TRUE(object->called);
  EXPECT_EQ(object->items.size(), 2u);
  ASSERT_TRUE(object->state);
  EXPECT_EQ(*object->state->get_if<PickleDict>()->find("x")->get_if<int64_t>(), 3);
  // A kind of list and a kind of set take what is put into them.
  EXPECT_TRUE(parse("cm\nL\n)R(K\1K\2e."s).root().get_if<PickleObject>());
  EXPECT_TRUE(parse("\x80\4cm\nS\n)R(K\1K\2\x90."s).root().get_if<PickleObject>());
}

TEST(Pickle, RefusesOpcodesThatNoFileNeeds) {
  // EXT1, EXT2, EXT4, PERSID, DUP, NEXT_BUFFER, READONLY_BUFFER.
  for (const std::string opcode :
       {"\x82\1", "\x83\1\1", "\x84\1\1\1\1", "P1\n", "2", "\x97", "\x98"}) {
    expect_refused("\x80\2(N" + opcode + ".", "which a state dict does not need");
  }
  expect_refused("(o.", "makes an object without a class");
  expect_refused(
      "\x80\x82"
      "1\1.",
      "is of protocol 130");
}

PickleTensor tensor_of(const std::string& content) {
  const Pickle pickle = parse(content);
  const auto* tensor = pickle.root().get_if<PickleTensor>();
  EXPECT_TRUE(tensor);
  return tensor ? *tensor : PickleTensor{};
}

TEST(Pickle, EveryArgumentOfATensorIsHonouredOrMakesItUnreadable) {
  const auto v2 = [](const std::string& metadata) {
    return tensor_of("ctorch._utils\n_rebuild_tensor_v2\n(" + kStorageId +
                     "K\0K\6\x85K\1\x85\x89}"s + metadata + "tR.");
  };
  EXPECT_FALSE(v2("").negated);
  EXPECT_FALSE(v2("N").negated);
  EXPECT_FALSE(v2("}").negated);
  EXPECT_TRUE(v2("}U\3neg\x88s").negated);
  EXPECT_EQ(v2("}U\3neg\x88s").unreadable, "");
  EXPECT_FALSE(v2("}(U\3neg\x89U\4conj\x89u").negated);
  EXPECT_THAT(v2("}U\4conj\x88s").unreadable, testing::HasSubstr("the flag \"conj\""));
  EXPECT_THAT(v2("}U\3newK\7s").unreadable, testing::HasSubstr("the flag \"new\""));
  const std::string v3 =
      "ctorch._utils\n_rebuild_tensor_v3\n((U\7storagectorch.storage\n"
      "UntypedStorage\nU\0010U\3cpuK\10tQK\0K\2\x85K\1\x85\x89}"s;
  EXPECT_EQ(tensor_of(v3 + "ctorch\nfloat32\ntR.").reinterpret, DType::kF32);
  EXPECT_EQ(tensor_of(v3 + "ctorch\nuint16\ntR.").unreadable, "uint16");
  EXPECT_EQ(tensor_of(v3 + "NtR.").unreadable, "a tensor of an unknown type");
  EXPECT_TRUE(tensor_of(v3 + "ctorch\nfloat32\n}U\3neg\x88stR.").negated);
  // A subclass by way of an unknown function, and a tensor with more state than torch gives it.
  const std::string type = "ctorch._tensor\n_rebuild_from_type_v2\n(";
  EXPECT_EQ(tensor_of(type + "cm\nf\ncm\nC\n)}tR.").unreadable, "a tensor made in an unknown way");
  EXPECT_EQ(tensor_of("ctorch._utils\n_rebuild_parameter\n(cm\nf\n)R\x88}tR.").unreadable, "m.f");
}

TEST(Pickle, RefusesABrokenStack) {
  expect_refused(".", "takes from an empty stack");
  expect_refused("", "ends too early");
  expect_refused("N", "ends too early");
  expect_refused("t.", "needs a mark");
  expect_refused("N(0.", "takes from an empty stack");
  expect_refused("(\x85.", "takes from an empty stack");
  expect_refused("NR.", "takes from an empty stack");
  expect_refused("h\5.", "recalls value 5, which was never stored");
  expect_refused("j\5\0\0\0."s, "recalls value 5");
  expect_refused("q\1.", "takes from an empty stack");
  expect_refused("NNa.", "is not a list");
  expect_refused("NNNs.", "is not a dict");
  expect_refused("cm\nC\n)R(Nu.", "sets a key without a value");
  expect_refused("}(Nu.", "sets a key without a value");
  expect_refused("N(N\x90.", "is not a set");
  expect_refused("NNb.", "is not a dict");
  expect_refused("NN\x93.", "is not a name");
  expect_refused("NQ.", "is not a storage id");
}

TEST(Pickle, RefusesLyingLengths) {
  expect_refused(
      "X\xff\xff\xff\xff"
      "abc.",
      "ends too early");
  expect_refused(
      "T\xff\xff\xff\xff"
      "abc.",
      "ends too early");
  expect_refused(
      "\x8b\xff\xff\xff\xff"
      "abc.",
      "ends too early");
  expect_refused(
      "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
      "abc.",
      "ends too early");
  expect_refused(
      "\x96\xff\xff\xff\xff\xff\xff\xff\x7f"
      "abc.",
      "ends too early");
}

TEST(Pickle, RefusesStoragesAndTensorsThatAreNone) {
  const std::string call = "ctorch._utils\n_rebuild_tensor_v2\n(";
  const auto tensor = [&](const std::string& rest) {
    return str(call, kStorageId, rest, "\x89)tR.");
  };
  EXPECT_TRUE(parse(tensor("K\0K\6\x85K\1\x85"s)).root().get_if<PickleTensor>());
  expect_refused(str(call, "NK\0K\6\x85K\1\x85\x89)tR."s), "is not a storage");
  expect_refused(call + "tR.", "calls with 0 values");
  expect_refused(tensor("NK\6\x85K\1\x85"), "is not an offset");
  expect_refused(tensor("K\0K\6K\1\x85"s), "is not a tuple of sizes");
  expect_refused(tensor("K\0N\x85K\1\x85"s), "is not a size");
  expect_refused(tensor("K\0K\6\x85)"s), "sizes and strides of two ranks");
  std::string many(1, '(');
  for (int i = 0; i < 65; ++i) many += "K\1";
  expect_refused(tensor(str("K\0"s, many, "t", many, "t")), "a tensor 65 dimensions");
  expect_refused("(U\6moduletQ.", "names something that is not a storage");
  expect_refused("(U\7storageccollections\nOrderedDict\nU\0010U\3cpuK\6tQ."s, "whose type is none");
  expect_error<ResourceError>(
      [&] { parse("(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6(K\1K\1K\1ttQ."s); },
      {"x.pth: a storage is a view", "save it again"});
}

TEST(Pickle, DeepNestingAndCyclesAreHarmless) {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += ']';
  for (int i = 1; i < 200'000; ++i) deep += 'a';
  deep += '.';
  EXPECT_TRUE(parse(deep).root().get_if<PickleList>());
  const std::string marks(200'000, '(');
  expect_refused(marks + ".", "takes from an empty stack");
  const std::string cycle = "]q\0h\0a}q\1U\1ah\1sh\1."s;
  EXPECT_TRUE(parse(cycle).root().get_if<PickleDict>());
}

TEST(Pickle, SmallFilesCannotAskForMuchMemory) {
  // A memo index of four billion is one entry, not a table.
  EXPECT_TRUE(parse("Nr\xff\xff\xff\xff."s).root().get_if<PickleNone>());
  // A list of 1,000 items that is copied again and again.
  std::string copies = "](";
  for (int i = 0; i < 1'000; ++i) copies += 'N';
  copies += "eq\1"s + "c__builtin__\nset\nq\2"s;
  for (int i = 0; i < 10'000; ++i) copies += "h\2h\1\x85R";
  expect_refused(copies + ".", "takes more than 4000000 steps");
  expect_refused(std::string(5'000'000, 'N'), "takes more than 4000000 steps");
}

}  // namespace
}  // namespace lion
