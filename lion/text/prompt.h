#pragma once
/// Prompt templates: the instructions that LION was trained with, and how they are filled.

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lion {

/// What a prompt asks for. Source: LION paper, appendix B.
enum class Task {
  kCaption,
  kVqa,       ///< a short answer to a question
  kVqg,       ///< a question that has the given answer
  kDialogue,  ///< the user's words as they are
  kRec,       ///< the box of an expression
  kReg,       ///< the expression for a box
  kIconQa,
  kVsr,      ///< is a statement about the image true?
  kVisDial,  ///< a question that follows a dialogue
};
inline constexpr size_t kTaskCount = 9;

/// Placeholder and value, for instance {"question", "How many dogs?"}.
using PromptValues = std::vector<std::pair<std::string, std::string>>;

/// `prompt` with every {name} replaced by its value; braces within values stay. Throws InputError
/// when a placeholder has no value, a value has no placeholder, or a brace opens no placeholder.
std::string fill(std::string_view prompt, const PromptValues& values);

class PromptTemplates {
 public:
  /// Those that the LION paper prints (table 9, appendix B.2) and a few in our own words.
  static PromptTemplates builtin();

  /// A JSON file; what it does not mention stays built in. Task objects "captioning", "vqa", "vqg",
  /// "dialogue", "rec" and "reg" hold a list "templates" (or "released", else "paper");
  /// "evaluation" has a template per benchmark ("coco_caption", "okvqa", "rec", ...), more of them
  /// under "not_in_paper"; "tags" has one "template" and perhaps a "hard_template". Throws
  /// ResourceError when the file cannot be read, InputError naming file and key when it has another
  /// layout or a template lacks its placeholder.
  static PromptTemplates load(const std::filesystem::path& path);

  /// The template for answering.
  const std::string& evaluation(Task task) const;

  /// The templates for training, at least one.
  const std::vector<std::string>& all(Task task) const;

  /// The template of a benchmark: "okvqa", "flickr30k", ... Throws InputError when there is none.
  const std::string& benchmark(std::string_view name) const;

  /// What precedes the question in the language model's text: the soft prompt and the tags. `tags`
  /// are joined with ", ". Ends with one space.
  std::string tag_sentence(std::string_view tags) const;

  /// As `tag_sentence`, in words alone: without the token whose place the soft prompt takes.
  std::string hard_tag_sentence(std::string_view tags) const;

 private:
  PromptTemplates() = default;

  std::array<std::vector<std::string>, kTaskCount> all_;
  std::array<std::string, kTaskCount> evaluation_;
  std::map<std::string, std::string, std::less<>> benchmarks_;
  std::string tags_;
  std::string hard_tags_;
};

}  // namespace lion
