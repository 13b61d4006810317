#include <iostream>
#include <memory>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/pipeline/tagger.h"
#include "lion/pipeline/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string picture;
};

constexpr std::string_view kHelp =
    "Type a question. Earlier questions and answers are remembered.\n"
    "/tags                    what is in the picture\n"
    "/box x0,y0,x1,y1[px]     what is in this box\n"
    "/help                    this text\n"
    "/quit                    end (as does the end of the input)";

/// A dialogue about one picture, which the model sees once.
class Chat {
 public:
  Chat(const Arguments& arguments, Terminal& terminal)
      : common_(arguments.common),
        terminal_(terminal),
        templates_(prompt_templates(common_)),
        file_(open_picture(arguments.picture, common_)),
        model_(open_model(common_)),
        picture_(model_.lion.see(file_.image)) {}

  /// Answers one line. Returns whether the dialogue goes on. Throws InputError for a wrong line.
  bool reply(std::string_view line) {
    const std::string_view command = line.substr(0, line.find(' '));
    if (line.empty()) return true;
    if (line == "/quit") return false;
    if (line == "/help") {
      terminal_.info(kHelp);
    } else if (line == "/tags") {
      tags();
    } else if (command == "/box") {
      const std::string_view corners = trim(line.substr(command.size()));
      const Box box = parse_box_argument(corners, file_.image.width, file_.image.height);
      answer(describe_question(templates_, box));
    } else if (command.starts_with('/')) {
      throw InputError(str(command,
                           ": is no command (expected /tags, /box, /help or /quit). /help says "
                           "what they do."));
    } else {
      std::string text = answer(dialogue_question(templates_, history_, line));
      history_.emplace_back(line, std::move(text));
    }
    return true;
  }

 private:
  void tags() {
    const auto [tags, seconds] = timed([&] { return model_.lion.tags(picture_); });
    if (common_.json) {
      terminal_.json_result(tags_json("chat", model_, file_, tags, {.tagger = seconds}));
    } else {
      terminal_.result(tag_names(tags));
    }
  }

  /// Shows the answer, word by word where a person reads and the search allows it.
  std::string answer(const Question& plain) {
    const Question question = with_options(plain, common_);
    std::string shown;
    Lion::OnText on_text;
    if (terminal_.read_by_person() && !common_.json && grows(question.generate)) {
      on_text = [&](std::string_view text) {
        if (!text.starts_with(shown)) return;
        terminal_.partial_result(text.substr(shown.size()));
        shown = text;
      };
    }
    const Answer answer = model_.lion.answer(picture_, question, on_text);
    if (common_.json) {
      terminal_.json_result(answer_json("chat", model_, file_, answer));
    } else if (answer.best.text.starts_with(shown)) {
      terminal_.result(answer.best.text.substr(shown.size()));
    } else {
      terminal_.result(str("\n", answer.best.text));
    }
    return answer.best.text;
  }

  /// Whether words, once there, stay: beams may change their minds.
  static bool grows(const GenerateOptions& options) {
    return options.num_return_sequences == 1 &&
           (options.strategy == Strategy::kSample || options.num_beams == 1);
  }

  const CommonArguments& common_;
  Terminal& terminal_;
  PromptTemplates templates_;
  PictureFile file_;
  Model model_;
  Picture picture_;
  std::vector<Turn> history_;
};

void run(const Arguments& arguments, Terminal& terminal) {
  with_options({}, arguments.common);  // wrong options are told before the model is loaded
  Chat chat(arguments, terminal);
  if (terminal.typed_by_person()) terminal.info(kHelp);
  int64_t failed = 0;
  std::string line;
  terminal.ask();
  while (std::getline(std::cin, line)) {
    try {
      if (!chat.reply(trim(line))) break;
    } catch (const InputError& error) {
      terminal.error(error.what());
      ++failed;
    }
    terminal.ask();
  }
  if (failed > 0 && !terminal.typed_by_person()) {
    throw InputError(str("lion chat: ", failed,
                         " lines of the input could not be answered, as told above. Mend them."));
  }
}

}  // namespace

void add_chat(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "chat", "Talk about a picture, line by line",
                                  "lion chat street.jpg --beams 1");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->picture, "Picture file")->required();
  add_all_options(*command, arguments->common);
  command->get_option("--json")->description("A line of JSON per answer (docs/json.md)");
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
