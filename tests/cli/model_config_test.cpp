/// An untrusted config.json, in every command that reads one: the key is named, nothing is
/// built of it.

#include <gmock/gmock.h>

#include <filesystem>

#include "program.h"

namespace lion::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(ModelConfig, HostileSizesAreNamedByEveryCommand) {
  const TempFolder folder;
  const std::string model = folder.path("model");
  fs::copy(model_folder(), model, fs::copy_options::recursive);
  const Json good = Json::parse(read(model + "/config.json"));
  const std::vector<std::vector<std::string>> commands{
      {"info", model},
      {"doctor", model},
      {"caption", oracle_image("rgb.png"), "--model", model},
      {"tags", oracle_image("rgb.png"), "--model", model},
      {"convert", "--model", model, "--out", folder.path("other")},
      {"train", (fs::path(LION_SOURCE_DIR) / "configs/train/example.json").string(), "--plan",
       "--set", "model=" + model}};
  const struct {
    const char* part;
    const char* key;
    Json value;
  } sizes[] = {{"t5", "num_layers", 1 << 20},
               {"ram", "window_size", 1024},
               {"vit", "embed_dim", int64_t{1} << 62},
               {"qformer", "num_attention_heads", 7},
               {"t5", "d_kv", -1}};
  for (const auto& [part, key, value] : sizes) {
    Json bad = good;
    bad[part][key] = value;
    write(model + "/config.json", bad.dump());
    for (const auto& command : commands) {
      const Outcome run = lion(command);
      EXPECT_THAT(run.exit_code, testing::AnyOf(2, 3)) << command[0] << ": " << run.err;
      EXPECT_THAT(run.out + run.err,
                  AllOf(HasSubstr("config.json"), HasSubstr(std::string(part) + "." + key),
                        Not(HasSubstr("lease report"))))
          << command[0];
    }
  }
}

}  // namespace
}  // namespace lion::cli_test
