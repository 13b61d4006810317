// Released files whose names people's training wrappers or savers have changed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/checkpoint/torch_file.h"
#include "lion/convert/convert.h"
#include "tests/engine/oracle_model.h"

namespace lion::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Rename = std::function<std::string(const std::string&)>;

/// Writes the tensors of `from` under other names; an empty one leaves a tensor out.
void write_renamed(const fs::path& from, const fs::path& to, const Rename& rename) {
  std::vector<std::pair<std::string, TensorView>> tensors;
  for (const auto& [name, view] : read_tensors(from)) {
    if (const std::string renamed = rename(name); !renamed.empty()) {
      tensors.emplace_back(renamed, view);
    }
  }
  write_torch_file(to, tensors);
}

Rename behind(const std::string& prefix) {
  return [prefix](const std::string& name) { return prefix + name; };
}

/// A copy of the Flan-T5 folder with other names.
fs::path renamed_t5(const TempFolder& temp, const char* name, const Rename& rename) {
  const fs::path folder = temp / name;
  fs::create_directories(folder);
  for (const auto& entry : fs::directory_iterator(oracle_files() / "flan-t5")) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with("model")) fs::copy(entry.path(), folder / file);
  }
  write_renamed(oracle_files() / "flan-t5", folder / "pytorch_model.bin", rename);
  return folder;
}

std::string converted(const ConvertOptions& options) {
  convert(options);
  return read_file(options.out / "model.safetensors");
}

class ForeignNames : public ::testing::Test {
 protected:
  void SetUp() override { expected_ = converted(oracle_options(temp_ / "expected")); }

  TempFolder temp_;
  std::string expected_;
};

TEST_F(ForeignNames, OnePrefixIsTakenAwayFromEveryFile) {
  std::string said;
  set_log_sink([&said](LogLevel, std::string_view line) { said += str(line, '\n'); });
  auto options = oracle_options(temp_ / "new");
  const auto rename = [&](fs::path& file, const char* name, const Rename& rename_one) {
    write_renamed(file, temp_ / name, rename_one);
    file = temp_ / name;
  };
  rename(options.vit, "vit.pth", behind("module.visual."));
  rename(options.lion, "lion.pth", behind("_orig_mod.model."));
  fs::copy_file(oracle_files() / "lion_config.json", temp_ / "lion_config.json");
  rename(options.ram, "ram.pth", behind("model_ema."));
  options.llm = renamed_t5(temp_, "t5", [](const std::string& name) {
    const size_t block = name.find(".layer.");
    return "model." + (block == name.npos
                           ? name
                           : name.substr(0, block) + "._fsdp_wrapped_module" + name.substr(block));
  });
  EXPECT_TRUE(converted(options) == expected_);
  set_log_sink({});
  for (const char* part :
       {"vit.pth: names are read without their prefix \"visual.\"",
        "lion.pth: names are read "
        "without \"_orig_mod.\"",
        "ram.pth: names are read without their prefix \"model_ema.\"",
        "t5: names are read without \"_fsdp_wrapped_module.\"", "prefix \"model.\""}) {
    EXPECT_THAT(said, HasSubstr(part));
  }
}

TEST_F(ForeignNames, TheEmbeddingIsFoundUnderItsTiedNames) {
  for (const char* tied : {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}) {
    SCOPED_TRACE(tied);
    auto options = oracle_options(temp_ / (tied[0] == 'e' ? "encoder" : "decoder"));
    options.llm =
        renamed_t5(temp_, tied[0] == 'e' ? "t5e" : "t5d", [tied](const std::string& name) {
          if (name.find("embed_tokens") != name.npos) return std::string();
          return name == "shared.weight" ? std::string(tied) : name;
        });
    EXPECT_TRUE(converted(options) == expected_);
  }
}

TEST_F(ForeignNames, NamesThatDoNotFitAreShownByTheHandful) {
  auto options = oracle_options(temp_ / "new");
  write_renamed(oracle_files() / "lion.pth", temp_ / "lion.pth", [](const std::string& name) {
    return name.starts_with("Qformer.") ? "Qformer.renamed." + name.substr(8) : name;
  });
  options.lion = temp_ / "lion.pth";
  fs::copy_file(oracle_files() / "lion_config.json", temp_ / "lion_config.json");
  const std::string message = message_of<InputError>([&] { convert(options); });
  EXPECT_THAT(message, AllOf(HasSubstr("lion.pth: "), HasSubstr("missing: Qformer.bert."),
                             HasSubstr(" more"), HasSubstr("The file holds \"Qformer.renamed.")));
  EXPECT_LE(std::count(message.begin(), message.end(), '\n'), 12) << message;

  write_renamed(oracle_files() / "lion.pth", temp_ / "lion.pth", behind("a/"));
  const std::string other = message_of<InputError>([&] { convert(options); });
  EXPECT_THAT(other, AllOf(HasSubstr("holds neither a Q-Former nor a vision aggregator"),
                           HasSubstr("\"a/Qformer.bert."), HasSubstr(" more")));
}

}  // namespace
}  // namespace lion::testing
