#pragma once
/// Lines that a person types, with the keys and the history of a shell; or lines of a pipe.

#include <memory>
#include <optional>
#include <string>

namespace lion::cli {

class LineEditor {
 public:
  /// Shows `prompt` on stderr where stdin and stderr are a terminal; else lines are read plainly.
  LineEditor(std::string prompt, bool typed_by_person);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// The next line without its end; nothing at the end of the input.
  std::optional<std::string> next();

 private:
  struct Editor;
  std::string prompt_;
  bool prompts_;
  std::unique_ptr<Editor> editor_;  ///< null where lines are read plainly
};

}  // namespace lion::cli
