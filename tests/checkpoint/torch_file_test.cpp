#include "lion/checkpoint/torch_file.h"

#include <algorithm>

#include "files.h"
#include "lion/base/log.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/safetensors.h"
#include "lion/checkpoint/zip.h"

namespace lion {
namespace {

using namespace std::string_literals;

/// Every fixture holds the same tensors; `plain.safetensors` is the witness.
void expect_same(const TensorMap& got, const TensorMap& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    ASSERT_TRUE(got.contains(name)) << name;
    const TensorView& view = got.at(name);
    EXPECT_EQ(view.dtype, tensor.dtype) << name;
    EXPECT_EQ(view.shape, tensor.shape) << name;
    EXPECT_EQ(to_contiguous(view), to_contiguous(tensor)) << name;
  }
}

class GoodFile : public testing::TestWithParam<std::string> {};

TEST_P(GoodFile, HoldsTheTensors) {
  const TensorMap expected = read_safetensors(fixture("checkpoints/plain.safetensors")).tensors;
  expect_same(read_torch_file(fixture("checkpoints/" + GetParam())), expected);
  EXPECT_EQ(floats(expected.at("columns")), (std::vector<float>{1, 2, 5, 6, 9, 10}));
}

INSTANTIATE_TEST_SUITE_P(TorchFile, GoodFile,
                         testing::Values("zip.pth", "zip64.pth", "training.pth", "state_dict.pt",
                                         "protocol1.pth", "protocol3.pth", "protocol4.pth",
                                         "protocol5.pth", "legacy.bin", "legacy_training.pth",
                                         "legacy_protocol1.pth"),
                         [](const auto& test) {
                           return test.param.substr(0, test.param.find('.'));
                         });

TEST(TorchFile, SharesStoragesInsteadOfCopying) {
  for (const char* name : {"zip.pth", "legacy.bin"}) {
    const TensorMap tensors = read_torch_file(fixture("checkpoints/"s + name));
    const TensorView& weight = tensors.at("weight");
    EXPECT_EQ(tensors.at("transposed").bytes.data(), weight.bytes.data());
    EXPECT_EQ(tensors.at("columns").bytes.data(), weight.bytes.data() + sizeof(float));
    EXPECT_FALSE(tensors.at("columns").is_contiguous());
    const auto file = weight.file->bytes();
    EXPECT_GE(weight.bytes.data(), file.data());
    EXPECT_LE(weight.bytes.data() + weight.bytes.size(), file.data() + file.size());
  }
}

TEST(TorchFile, ReadsAStateDictWithItsVersions) {
  const TensorMap tensors = read_torch_file(fixture("checkpoints/module.pth"));
  EXPECT_EQ(tensors.at("weight").shape, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(tensors.at("bias").shape, (std::vector<int64_t>{1}));
}

TEST(TorchFile, ReadsTheOracle) {
  EXPECT_TRUE(read_torch_file(fixture("oracle/lion.pth")).contains("soft_prompt_hint"));
  EXPECT_TRUE(read_torch_file(fixture("oracle/eva_vit_g.pth")).contains("cls_token"));
  EXPECT_TRUE(read_torch_file(fixture("oracle/ram_swin_large_14m.pth")).contains("label_embed"));
  EXPECT_FALSE(read_torch_file(fixture("oracle/lion_stage1_qformer.pth")).empty());
  EXPECT_FALSE(read_torch_file(fixture("oracle/lion_stage2_aggregator.pth")).empty());
}

struct Bad {
  std::string file;
  std::vector<std::string> expected;
};

class BadFile : public testing::TestWithParam<Bad> {};

TEST_P(BadFile, IsANamedError) {
  const Bad& bad = GetParam();
  try {
    read_torch_file(fixture("checkpoints/" + bad.file));
    FAIL() << "no error was thrown";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(bad.file + ": "));
    for (const std::string& part : bad.expected) {
      EXPECT_THAT(error.what(), testing::HasSubstr(part));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    TorchFile, BadFile,
    testing::Values(
        Bad{"hostile_protocol2.pth", {"pickle wants to call \"posix.system\"", "may be hostile"}},
        Bad{"hostile_protocol4.pth", {"pickle wants to call \"posix.system\"", "may be hostile"}},
        Bad{"hostile_legacy.pth", {"pickle wants to call \"posix.system\"", "may be hostile"}},
        Bad{"namespace.pth", {"holds no tensors", "\"args\" (argparse.Namespace)"}},
        Bad{"deflated.pth", {"is compressed (method 8", "save it again with torch.save"}},
        Bad{"torchscript.pt", {"is a TorchScript archive", "state_dict()"}},
        Bad{"plain.safetensors", {"is not a PyTorch file"}},
        Bad{"absent.pth", {"cannot be opened", "Check the path"}}),
    [](const auto& test) { return test.param.file.substr(0, test.param.file.find('.')); });

TEST(TorchFile, EveryTruncationIsAnError) {
  for (const char* name : {"training.pth", "legacy_training.pth", "legacy.bin", "zip64.pth"}) {
    const std::string whole = read_file(fixture("checkpoints/"s + name));
    for (size_t size = 0; size < whole.size(); size += 97) {
      const std::string part = whole.substr(0, size);
      expect_error<ResourceError>([&] { parse_torch_file(bytes_of(part), nullptr, name); }, {name});
    }
  }
}

TEST(TorchFile, EveryFlippedByteIsReadOrRefused) {
  for (const char* name : {"training.pth", "legacy_training.pth", "zip64.pth"}) {
    const std::string whole = read_file(fixture("checkpoints/"s + name));
    for (size_t i = 0; i < whole.size(); i += 3) {
      std::string bent = whole;
      bent[i] = static_cast<char>(bent[i] ^ 0x81);
      try {
        for (const auto& [key, view] : parse_torch_file(bytes_of(bent), nullptr, name)) {
          if (view.is_readable()) to_contiguous(view);
        }
      } catch (const ResourceError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(name));
      }
    }
  }
}

class HandMade : public FileTest {
 protected:
  /// A zip file with one tensor "w" over a storage "0" of 6 floats, 24 bytes by default.
  TensorMap read(const std::string& offset, const std::string& shape, const std::string& strides,
                 size_t bytes = 24, std::string_view order = "little") const {
    const std::string pickle =
        "\x80\2}U\1wctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\nU\0010"
        "U\3cpuK\6tQ"s +
        offset + shape + strides + "\x89)tRs."s;
    return read_pickle(pickle, bytes, order);
  }

  TensorMap read_pickle(const std::string& pickle, size_t bytes = 24,
                        std::string_view order = "little") const {
    ZipWriter zip(folder_ / "w.pth");
    zip.add("r/data.pkl", bytes_of(pickle));
    zip.add("r/byteorder", bytes_of(order));
    zip.add("r/data/0", bytes_of(std::string(bytes, '\0')));
    zip.commit();
    return read_torch_file(folder_ / "w.pth");
  }
};

TEST_F(HandMade, ViewsAreCheckedAgainstTheirStorage) {
  const std::string zero = "K\0"s;
  const std::string minus_one = "J\xff\xff\xff\xff";
  const std::string huge = "\x8a\x08\0\0\0\0\0\0\0\x40"s;  // 2^62
  EXPECT_EQ(read(zero, "K\2K\3\x86", "K\3K\1\x86").at("w").numel(), 6);
  EXPECT_EQ(read("K\1", "K\2K\2\x86", "K\3K\1\x86").at("w").bytes.size(), 20u);
  EXPECT_EQ(read("K\6", "K\0\x85"s, "K\1\x85").at("w").numel(), 0);
  const auto refused = [&](const std::string& offset, const std::string& shape,
                           const std::string& strides, std::string_view what) {
    expect_error<ResourceError>(
        [&] { read(offset, shape, strides); },
        {"w.pth: tensor \"w\" ", what, "a storage of 6 elements", "get it again"});
  };
  refused("K\1", "K\2K\3\x86", "K\3K\1\x86", "is out of bounds");
  refused("K\7", "K\0\x85"s, "K\1\x85", "is out of bounds");
  refused(minus_one, "K\1\x85", "K\1\x85", "is out of bounds");
  refused(huge, "K\1\x85", "K\1\x85", "is out of bounds");
  refused("K\5", "K\2\x85", minus_one + "\x85", "is out of bounds");
  refused(zero, minus_one + "\x85", "K\1\x85", "is out of bounds");
  refused(zero, huge + "\x85", "K\1\x85", "is out of bounds");
  refused(zero, huge + huge + "\x86", "K\1K\1\x86", "is out of bounds");
  refused(zero, "K\3\x85", huge + "\x85", "is out of bounds");
  refused(zero, "K\2K\3\x86", huge + huge + "\x86", "is out of bounds");
}

TEST_F(HandMade, RepeatedElementsAreBounded) {
  const std::string zero = "K\0"s;
  const std::string giga = "J\0\0\0\x40"s;  // 2^30
  EXPECT_EQ(read(zero, "K\x80K\2\x86", "K\0K\1\x86"s).at("w").numel(), 256);
  // A bomb of a stride of 0 takes no memory: it is unreadable.
  const TensorView bomb = read(zero, giga + "\x85", zero + "\x85").at("w");
  EXPECT_THAT(bomb.unreadable, testing::HasSubstr("1073741824 elements over a storage of 6"));
  expect_error<ResourceError>([&] { to_contiguous(bomb); }, {"cannot be read"});
}

TEST_F(HandMade, StoragesHaveTheSizeTheyClaim) {
  for (const size_t bytes : {0, 23, 25}) {
    expect_error<ResourceError>([&] { read("K\0"s, "K\1\x85", "K\1\x85", bytes); },
                                {"storage \"0\" has ", "expected 24 for 6 elements of float32"});
  }
  expect_error<ResourceError>([&] { read("K\0"s, "K\1\x85", "K\1\x85", 24, "big"); },
                              {"byte order is \"big\"", "little-endian machine"});
}

TEST_F(HandMade, SaysWhatItFoundInsteadOfTensors) {
  expect_error<ResourceError>([&] { read_pickle("]."); }, {"holds no dict of tensors"});
  expect_error<ResourceError>([&] { read_pickle("}U\5epochK\1s."); },
                              {"holds no tensors (got a dict with 1 entries: \"epoch\"",
                               "\"model\", \"state_dict\" or \"module\""});
  expect_error<ResourceError>([&] { read_pickle("}U\5model}s."); }, {"holds no tensors"});
  expect_error<ResourceError>([&] { read_pickle("cm\nC\n)R."); },
                              {"holds no dict of tensors (got an object of m.C)"});
}

/// What is said on log_info while `action` runs.
template <typename Action>
std::string said(Action action) {
  std::string text;
  set_log_sink([&text](LogLevel, std::string_view line) { text += str(line, '\n'); });
  action();
  set_log_sink({});
  return text;
}

TEST(Foreign, ObjectsBesideTheWeightsAreSkippedAndNamed) {
  const TensorMap expected = read_safetensors(fixture("checkpoints/plain.safetensors")).tensors;
  for (const char* name : {"objects.pth", "objects_legacy.pth", "objects_protocol4.pth"}) {
    SCOPED_TRACE(name);
    TensorMap got;
    const std::string text = said([&] { got = read_torch_file(fixture("checkpoints/"s + name)); });
    expect_same(got, expected);
    EXPECT_THAT(text, testing::HasSubstr(str(name, ": objects that are not weights are skipped: ",
                                             "argparse.Namespace at \"args\"")));
    EXPECT_THAT(text, testing::HasSubstr("at \"best\""));
    EXPECT_THAT(text, testing::HasSubstr("other kinds"));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("hostile")));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  }
}

TEST(Foreign, LazyViewsHaveTheirNumbers) {
  for (const char* name : {"lazy.pth", "lazy_legacy.pth"}) {
    SCOPED_TRACE(name);
    const TensorMap got = read_torch_file(fixture("checkpoints/"s + name));
    EXPECT_EQ(floats(got.at("negative")), (std::vector<float>{-2, 4}));
    EXPECT_EQ(floats(got.at("negative_half")), (std::vector<float>{2, -4}));
    EXPECT_EQ(values<int64_t>(got.at("negative_int")), (std::vector<int64_t>{-1, 2}));
    EXPECT_EQ(floats(got.at("expanded")), (std::vector<float>{0, 1, 2, 3, 0, 1, 2, 3}));
    EXPECT_EQ(floats(got.at("overlapping")),
              (std::vector<float>{0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5}));
    EXPECT_EQ(floats(got.at("w")), (std::vector<float>{1, 1}));
  }
}

TEST(Foreign, TensorsOfLackingTypesAreErrorsOnlyWhenNeeded) {
  for (const char* name : {"lacking.pth", "lacking_legacy.pth"}) {
    SCOPED_TRACE(name);
    TensorMap got;
    const std::string text = said([&] { got = read_torch_file(fixture("checkpoints/"s + name)); });
    EXPECT_EQ(floats(got.at("w")), (std::vector<float>{1, 2}));
    EXPECT_EQ(floats(got.at("after")), (std::vector<float>{3}));
    const std::pair<const char*, const char*> expected[] = {
        {"uint16", "uint16"},
        {"float8", "float8_e4m3fn"},
        {"complex32", "complex32"},
        {"complex64", "ComplexFloatStorage"},
        {"quantized", "a quantized tensor"},
        {"sparse", "a sparse tensor"},
        {"csr", "a sparse tensor"},
        {"meta", "a meta tensor, which has no numbers"}};
    for (const auto& [tensor, what] : expected) {
      EXPECT_EQ(got.at(tensor).unreadable, what);
      expect_error<ResourceError>([&] { to_contiguous(got.at(tensor)); },
                                  {"a tensor cannot be read", what});
      EXPECT_THAT(text, testing::HasSubstr(str('"', tensor, "\" (", what)));
    }
    EXPECT_EQ(got.at("quantized").shape, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(got.at("sparse").shape, (std::vector<int64_t>{3, 3}));
    EXPECT_EQ(got.at("csr").shape, (std::vector<int64_t>{3, 3}));
    EXPECT_EQ(got.at("meta").shape, (std::vector<int64_t>{2, 2}));
  }
}

TEST(Foreign, AttributesAndSubclassesDoNotMatter) {
  for (const char* name : {"attributes.pth", "attributes_legacy.pth"}) {
    const TensorMap got = read_torch_file(fixture("checkpoints/"s + name));
    EXPECT_EQ(floats(got.at("tensor")), (std::vector<float>{1, 2}));
    EXPECT_EQ(floats(got.at("parameter")), (std::vector<float>{3}));
    EXPECT_EQ(floats(got.at("buffer")), (std::vector<float>{4}));
    EXPECT_EQ(floats(got.at("subclass")), (std::vector<float>{5}));
  }
}

TEST(Foreign, AWholeModuleGivesItsStateDict) {
  for (const char* name : {"whole_module.pth", "whole_module_legacy.pth"}) {
    SCOPED_TRACE(name);
    const TensorMap got = read_torch_file(fixture("checkpoints/"s + name));
    std::vector<std::string> names;
    for (const auto& [key, view] : got) names.push_back(key);
    EXPECT_EQ(names, (std::vector<std::string>{"inner.bias", "inner.weight", "kept"}));
    EXPECT_EQ(got.at("inner.weight").shape, (std::vector<int64_t>{1, 2}));
  }
}

class Nested : public HandMade {
 protected:
  /// A dict of one tensor "w" whose offset in the storage of 6 floats says which it is.
  static std::string dict(int offset) {
    return "}U\1wctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\nU\0010"
           "U\3cpuK\6tQK"s +
           static_cast<char>(offset) + "K\1\x85K\1\x85\x89)tRs"s;
  }
  static std::string text(std::string_view name) {
    return str('U', static_cast<char>(name.size()), name);
  }
  static std::string entry(std::string_view key, const std::string& value) {
    return text(key) + value + "s"s;
  }

  /// The names that are read, each with its tensor's offset.
  std::string names(const std::string& pickle) const {
    std::vector<std::string> out;
    const TensorMap tensors = read_pickle("\x80\2"s + pickle + "."s);
    for (const auto& [name, view] : tensors) {
      // The storage is the last of the file.
      const auto file = view.file->bytes();
      const size_t data = as_text(file).find(std::string(24, '\0'));
      out.push_back(str(name, '@', (view.bytes.data() - file.data() - data) / 4));
    }
    return join(out, " ");
  }
};

TEST_F(Nested, TheWeightsAreFoundWhereverScriptsPutThem) {
  const std::string epoch = entry("epoch", "K\7");
  for (const std::string_view key :
       {"model", "state_dict", "module", "model_state_dict", "net", "params", "network", "weights",
        "params_ema", "model_ema", "ema", "anything"}) {
    SCOPED_TRACE(key);
    EXPECT_EQ(names("}"s + epoch + entry(key, dict(3))), "w@3");
    EXPECT_EQ(names("}"s + entry("checkpoint", "}"s + epoch + entry(key, dict(2)))), "w@2");
  }
  EXPECT_EQ(names("("s + dict(1) + "K\7t"s), "w@1");  // (state dict, epoch)
}

TEST_F(Nested, TheBareModelComesBeforeAveragesAndOptimizers) {
  const auto both = [&](std::string_view a, std::string_view b) {
    return names("}"s + entry(a, dict(1)) + entry(b, dict(2)));
  };
  EXPECT_EQ(both("model", "model_ema"), "w@1");
  EXPECT_EQ(both("params_ema", "params"), "w@2");
  EXPECT_EQ(both("ema", "net"), "w@2");
  EXPECT_EQ(both("teacher", "student"), "w@2");
  EXPECT_EQ(both("optimizer", "encoder"), "w@2");
  EXPECT_EQ(both("encoder", "decoder"), "decoder.w@2 encoder.w@1");  // which may be one model
  const std::string text = said([&] { both("model", "model_ema"); });
  EXPECT_THAT(text, testing::HasSubstr("reads the weights under \"model\", not those under "
                                       "\"model_ema\""));
  EXPECT_EQ(said([&] { names("}"s + entry("model", dict(1))); }), "");
}

TEST_F(Nested, SharedValuesCostNoExponentialTime) {
  std::string lists = "}U\1wK\1s";  // a list of 16 times the same list of 16 times ...
  for (int depth = 0; depth < 9; ++depth) {
    lists += "q"s + static_cast<char>(depth) + "](";
    for (int i = 0; i < 16; ++i) lists += "h"s + static_cast<char>(depth);
    lists += "e";
  }
  expect_error<ResourceError>([&] { names(lists); }, {"holds no dict of tensors"});
}

TEST_F(Nested, SubclassesOfDictAreDicts) {
  EXPECT_EQ(names("cm\nConfig\n)R"s + entry("model", "cm\nD\n)R"s + dict(4).substr(1))), "w@4");
  EXPECT_EQ(names("ccollections\ndefaultdict\n(cbuiltins\nlist\ntR"s + dict(4).substr(1)), "w@4");
}

TEST_F(Nested, KeysThatAreNoTextAreCounted) {
  const std::string tensor = dict(1).substr(4, dict(1).size() - 5);
  const std::string root = "}K\7"s + tensor + "s"s + "N"s + tensor + "s"s + entry("w", tensor);
  std::string got;
  const std::string text = said([&] { got = names(root); });
  EXPECT_EQ(got, "w@1");
  EXPECT_THAT(text, testing::HasSubstr("2 tensors are skipped, as their keys are no text: \"7\""));
  EXPECT_EQ(names("}C\1w"s + tensor + "s"s), "w@1");  // bytes, from Python 2
}

TEST_F(Nested, AnObjectWhereATensorMustBeIsKnownByItsName) {
  const TensorMap got = read_pickle("\x80\2"s + dict(1) + entry("v", "cm\nQuantized\n)R") + "."s);
  EXPECT_EQ(got.at("v").unreadable, "m.Quantized");
}

TEST(TorchFile, SaysWhatElseAFileIs) {
  const auto refused = [](const std::string& content, std::string_view what) {
    expect_error<ResourceError>([&] { parse_torch_file(bytes_of(content), nullptr, "x.pth"); },
                                {"x.pth: ", what});
  };
  refused("hello", "is not a PyTorch file");
  refused("", "is not a PyTorch file");
  refused("\x80\2K\1.\x80\2K\1.\x80\2K\1.", "is a pickle, but not one of torch.save");
  refused(std::string(257, '\0') + "ustar" + std::string(300, '\0'), "is a tar archive");
  const std::string magic = "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s;
  refused(magic + "\x80\2M\xe8\3.\x80\2}.", "legacy file of protocol 1000, expected 1001");
  const std::string head = magic + "\x80\2M\xe9\3.";
  refused(head + "\x80\2}.", "does not say that it is little-endian");
  const std::string little = head + "\x80\2}U\x0dlittle_endian\x88s.";
  refused(little + "\x80\2}.\x80\2}.", "has no list of storages");
  refused(little + "\x80\2}.\x80\2]U\1xa.", "lists a storage that no tensor uses");
  const std::string tensor =
      "\x80\2}U\1wctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\nU\0010"
      "U\3cpuK\1tQK\0K\1\x85K\1\x85\x89)tRs."s;
  const std::string keys = "\x80\2]U\0010a."s;
  refused(little + tensor + "\x80\2].", "storage \"0\" is missing");
  refused(little + tensor + keys + le(int64_t{2}) + "12345678", "has 2 elements, expected 1");
  refused(little + tensor + keys + le(int64_t{-1}) + "1234", "has -1 elements, expected 1");
  refused(little + tensor + keys + le(int64_t{1}) + "123", "ends too early");
  const std::string good = little + tensor + keys + le(int64_t{1}) + le(2.5f);
  EXPECT_EQ(floats(parse_torch_file(bytes_of(good), nullptr, "x").at("w")), std::vector{2.5f});
}

using TorchFileWriter = FileTest;

TEST_F(TorchFileWriter, WritesWhatItReads) {
  const TensorMap expected = read_torch_file(fixture("checkpoints/zip.pth"));
  const std::vector<std::pair<std::string, TensorView>> list(expected.begin(), expected.end());
  write_torch_file(folder_ / "out.pth", list);
  expect_same(read_torch_file(folder_ / "out.pth"), expected);
}

TEST_F(TorchFileWriter, RefusesANameTwice) {
  const TensorView empty = contiguous_view(DType::kF32, {0}, {});
  expect_error<InputError>(
      [&] {
        write_torch_file(folder_ / "out.pth", {{"a", empty}, {"a", empty}});
      },
      {"out.pth: tensor \"a\" would be written twice"});
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace lion
