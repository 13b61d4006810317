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

TEST(Pickle, NamesWhatItRefusesToCall) {
  for (const std::string& content :
       {"cos\nsystem\n(U\2lstR."s, "\x80\4\x8c\2os\x8c\6system\x93\x8c\2ls\x85R."s}) {
    expect_error<ResourceError>([&] { parse(content); },
                                {"x.pth: pickle wants to call \"os.system\"",
                                 "not on the list of things a state dict needs",
                                 "The file may be hostile", "ask its authors"});
  }
  expect_refused("cbuiltins\neval\n.", "\"builtins.eval\"");
  expect_refused("c__builtin__\neval\n.", "\"__builtin__.eval\"");
  expect_refused("ctorch\nload\n.", "\"torch.load\"");
  expect_refused("ctorch.storage\n_load_from_bytes\n.", "\"torch.storage._load_from_bytes\"");
  expect_refused("ctorch\n_utils._rebuild_tensor\n.", "\"torch._utils._rebuild_tensor\"");
  expect_refused("ctorch.\x1b[31m\nx\n.", "\"torch.?[31m.x\"");  // no escapes to the terminal
  expect_refused("ctorch\nfloat32\n)R.", "calls something that is not a function");
  expect_refused("U\2os)R.", "is not a class or function");
}

TEST(Pickle, RefusesOpcodesThatAStateDictDoesNotNeed) {
  // EXT1, EXT2, EXT4, INST, OBJ, PERSID, DUP, NEWOBJ_EX, NEXT_BUFFER, READONLY_BUFFER.
  for (const std::string opcode : {"\x82\1", "\x83\1\1", "\x84\1\1\1\1", "ios\nsystem\n", "o",
                                   "P1\n", "2", "\x92", "\x97", "\x98"}) {
    expect_refused("\x80\2(N" + opcode + ".", "which a state dict does not need");
  }
  expect_refused(
      "\x80\x82"
      "1\1.",
      "is of protocol 130");
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
