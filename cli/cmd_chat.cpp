#include <memory>
#include <optional>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/image_path.h"
#include "cli/line_editor.h"
#include "cli/result.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/engine/tagger.h"
#include "lion/engine/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string image;
};

constexpr std::string_view kHelp =
    "Type a question.\n"
    "/tags                    what is in the image\n"
    "/box x0,y0,x1,y1[px]     what is in this box\n"
    "/image FILE              go on with another image\n"
    "/reset                   forget the earlier questions and answers\n"
    "/help                    this text\n"
    "exit                     end (as /quit and the end of the input do)";

/// A dialogue about an image, which the model encodes once.
class Chat {
 public:
  Chat(const Arguments& arguments, Terminal& terminal)
      : common_(arguments.common),
        terminal_(terminal),
        templates_(prompt_templates(common_)),
        file_(open_image(path_of(arguments.image), common_)),
        model_(open_model(common_)),
        image_(model_.lion.encode_image(file_.image)) {}

  /// What a person should know at the start.
  std::string greeting() const {
    return str(kHelp, "\n",
               model_.lion.reads_dialogue_history()
                   ? "Earlier questions and answers are remembered."
                   : "This model answers each question alone: it never learned to read earlier "
                     "ones.");
  }

  /// Answers one line. Returns whether the dialogue goes on. Throws InputError or ResourceError for
  /// a line that cannot be answered; the dialogue then stands as before.
  bool reply(std::string_view line) {
    const std::string_view command = line.substr(0, line.find(' '));
    const std::string_view rest = trim(line.substr(command.size()));
    if (is_blank(line)) return true;
    if (line == "/quit" || line == "/exit" || line == "exit" || line == "quit") return false;
    if (line == "/help") {
      terminal_.info(greeting());
    } else if (line == "/tags") {
      tags();
    } else if (line == "/reset") {
      history_.clear();
      terminal_.info("The earlier questions and answers are forgotten.");
    } else if (command == "/image") {
      change_image(rest);
    } else if (command == "/box") {
      const Box box = parse_box_argument(rest, file_.image.width, file_.image.height);
      answer(describe_question(templates_, box));
    } else if (command.starts_with('/')) {
      throw InputError(str(command,
                           ": is no command (expected /tags, /box, /image, /reset, /help or "
                           "/quit). /help says what they do."));
    } else {
      std::string text = answer_in_dialogue(line);
      if (model_.lion.reads_dialogue_history()) history_.emplace_back(line, std::move(text));
    }
    return true;
  }

 private:
  void change_image(std::string_view name) {
    if (name.empty()) throw InputError("/image: names no file. Write for instance /image cat.jpg");
    file_ = open_image(path_of(std::string(name)), common_);
    image_ = model_.lion.encode_image(file_.image);
    history_.clear();
    terminal_.info(str("Now about ", name, ", ", file_.image.width, " x ", file_.image.height,
                       ". Earlier questions and answers are forgotten."));
  }

  /// The answer, after as many of the earlier turns as the prompt has room for.
  std::string answer_in_dialogue(std::string_view line) {
    for (;;) {
      try {
        return answer(dialogue_question(templates_, history_, line));
      } catch (const PromptTooLong&) {
        if (history_.empty()) throw;
        // A quarter at a time: one by one, every later question would meet the limit again.
        const size_t dropped = (history_.size() + 3) / 4;
        history_.erase(history_.begin(), history_.begin() + static_cast<std::ptrdiff_t>(dropped));
        terminal_.info(str("The dialogue grew too long: the oldest ", dropped,
                           dropped == 1 ? " question is" : " questions are", " forgotten."));
      }
    }
  }

  void tags() {
    const auto [tags, seconds] = timed([&] { return model_.lion.tags(image_); });
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
    const Answer answer = model_.lion.answer(image_, question, on_text);
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
  ImageFile file_;
  Model model_;
  EncodedImage image_;
  std::vector<Turn> history_;
};

void run(const Arguments& arguments, Terminal& terminal) {
  with_options({}, arguments.common);  // wrong options are reported before the model is loaded
  if (arguments.image == kStdinName) {
    throw InputError(
        "lion chat: the image cannot come from stdin, which holds the questions. Name a file.");
  }
  Chat chat(arguments, terminal);
  if (terminal.typed_by_person()) terminal.info(chat.greeting());
  LineEditor editor("> ", terminal.typed_by_person());
  int64_t failed = 0;
  while (const std::optional<std::string> line = editor.next()) {
    const auto tell = [&](const Error& error) {
      terminal.error(error.what());
      ++failed;
    };
    try {
      if (!chat.reply(trim(*line))) break;
    } catch (const InputError& error) {
      tell(error);
    } catch (const ResourceError& error) {  // no such image, say
      tell(error);
    }
  }
  if (failed > 0 && !terminal.typed_by_person()) {
    throw InputError(str("lion chat: ", failed,
                         " lines of the input could not be answered, as said above. Correct "
                         "them."));
  }
}

}  // namespace

void add_chat(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "chat", "Talk about an image, line by line",
                                  "lion chat street.jpg --beams 1");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->image, "Image file")->required();
  add_all_options(*command, arguments->common);
  command->get_option("--json")->description("A line of JSON per answer (docs/json.md)");
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
