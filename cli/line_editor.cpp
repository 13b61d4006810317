#include "cli/line_editor.h"

#include <histedit.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <iostream>

namespace lion::cli {
namespace {

constexpr int kHistoryLines = 1000;

}  // namespace

/// libedit (https://www.thrysoee.dk/editline): Emacs keys, or those of ~/.editrc.
struct LineEditor::Editor {
  explicit Editor(const std::string& shown_prompt) : prompt(shown_prompt) {
    std::setlocale(LC_CTYPE, "");  // so that a letter of several bytes is one letter
    // What is typed is no result: it is echoed to stderr.
    line = el_init("lion", stdin, stderr, stderr);
    past = history_init();
    HistEvent event;
    history(past, &event, H_SETSIZE, kHistoryLines);
    history(past, &event, H_SETUNIQUE, 1);
    el_set(line, EL_CLIENTDATA, this);
    el_set(line, EL_PROMPT, &Editor::prompt_of);
    el_set(line, EL_EDITOR, "emacs");
    el_set(line, EL_HIST, history, past);
    el_set(line, EL_SIGNAL, 1);
    el_source(line, nullptr);
  }
  ~Editor() {
    el_end(line);
    history_end(past);
  }

  static char* prompt_of(EditLine* editor) {
    Editor* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return self->prompt.data();
  }

  std::string prompt;
  EditLine* line = nullptr;
  History* past = nullptr;
};

LineEditor::LineEditor(std::string prompt, bool typed_by_person)
    : prompt_(std::move(prompt)), prompts_(typed_by_person) {
  if (typed_by_person && ::isatty(STDERR_FILENO) == 1) editor_ = std::make_unique<Editor>(prompt_);
}

LineEditor::~LineEditor() = default;

std::optional<std::string> LineEditor::next() {
  if (!editor_) {
    if (prompts_) std::cerr << prompt_ << std::flush;
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
  }
  int count = 0;
  const char* typed = el_gets(editor_->line, &count);
  if (typed == nullptr || count <= 0) return std::nullopt;
  std::string line(typed, static_cast<size_t>(count));
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  if (line.find_first_not_of(" \t") != std::string::npos) {
    HistEvent event;
    history(editor_->past, &event, H_ENTER, line.c_str());
  }
  return line;
}

}  // namespace lion::cli
