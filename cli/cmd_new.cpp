#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/scene_words.h"
#include "lion/scenes/symbolic_scene.h"
#include "lion/scenes/vocabulary.h"
#include "lion/scenes/words.h"
#include "lion/train/run.h"

namespace lion::cli {
namespace {

constexpr int64_t kScenes = 5000;  // whose texts are looked through for words

struct Arguments {
  CommonArguments common;
  std::string shape = "lion-mini";
  std::string out;
  scenes::SceneConfig scene;
  uint64_t seed = 1;
};

train::FirstWeights::Patches first_patches(int64_t width, int64_t d_model) {
  scenes::SymbolicPatches reader = scenes::symbolic_patches(width, d_model);
  return {std::move(reader.weight), std::move(reader.bias)};
}

void run(const Arguments& arguments, Terminal& terminal) {
  if (arguments.shape != "lion-mini") {
    throw InputError(str("--shape: is none that can be trained from nothing (got \"",
                         arguments.shape, "\", expected lion-mini). For the others, lion convert ",
                         "--base makes a folder of pretrained parts."));
  }
  if (arguments.out.empty()) {
    throw InputError("--out: is missing. Name the folder to make.");
  }
  const WordVocabulary words =
      scenes::scene_words(arguments.scene, PromptTemplates::builtin(), kScenes);
  const std::vector<std::string> tags = scenes::Vocabulary(arguments.scene.kinds).tag_list();
  const train::NewModelSizes sizes = train::write_new_lion_mini(
      arguments.out, words, tags, {first_patches, scenes::plural_of}, arguments.seed);
  if (arguments.common.json) {
    terminal.json_result({{"command", "new"},
                          {"out", arguments.out},
                          {"shape", arguments.shape},
                          {"words", words.words()},
                          {"t5_vocabulary", sizes.t5},
                          {"bert_vocabulary", sizes.bert},
                          {"tags", tags.size()}});
    return;
  }
  terminal.result(str(arguments.out, ": ", words.words(), " words, ", tags.size(),
                      " tags, untrained weights; lion train makes something of them"));
}

}  // namespace

void add_new(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "new", "Make an untrained model, to be trained from nothing on scenes",
                  "lion new --shape lion-mini --out runs/mini/base");
  command->group("About training");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--shape", arguments->shape, "lion-mini")
      ->type_name("NAME")
      ->capture_default_str();
  command->add_option("--out", arguments->out, "Folder to make; must not exist")->type_name("DIR");
  command->add_option("--kinds", arguments->scene.kinds, "Kinds of objects that it will know")
      ->type_name("K")
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "Of the weights")
      ->type_name("S")
      ->capture_default_str();
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
