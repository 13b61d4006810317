#include "cli/usage.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lion/base/str.h"

namespace lion::cli {
namespace {

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(32);
    label("Positionals", "Arguments");
    label("SUBCOMMAND", "COMMAND");
  }

  std::string make_help(const CLI::App* command, std::string name,
                        CLI::AppFormatMode mode) const override {
    // CLI11 leaves two empty lines between groups.
    return replace_all(Formatter::make_help(command, std::move(name), mode), "\n\n\n", "\n\n");
  }

  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    return replace_all(Formatter::make_option_name(option, is_positional), "{false}", "");
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_positional() || option->get_type_size() == 0) return "";
    return str(" ", option->get_type_name());
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string text = option->get_description();
    if (!option->get_default_str().empty()) text += str(" [", option->get_default_str(), "]");
    if (!option->get_envname().empty()) text += str(" [$", option->get_envname(), "]");
    if (option->get_required() && !option->get_positional()) text += " (needed)";
    return text;
  }
};

/// Insertions, deletions and replacements that make `a` into `b` (Levenshtein).
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, diagonal + 1, replaced});
    }
  }
  return row.back();
}

/// " Did you mean X?" when one is close enough to be a slip of the finger.
std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  const auto distance = [&](const std::string& other) { return edit_distance(name, other); };
  const auto closest = std::min_element(
      known.begin(), known.end(), [&](auto& a, auto& b) { return distance(a) < distance(b); });
  if (closest == known.end() || distance(*closest) > std::max<size_t>(2, name.size() / 3))
    return "";
  return str(" Did you mean ", *closest, "?");
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

/// CLI11's sentences end with or without a full stop.
std::string without_stop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  return text;
}

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

InputError usage_error(const CLI::App& program, const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = program.get_subcommands();
  const CLI::App& command = chosen.empty() ? program : *chosen.front();
  const std::string where = chosen.empty() ? "lion" : str("lion ", command.get_name());
  const std::string see_help = str(" ", where, " --help shows what there is.");

  std::vector<std::string> unknown = program.remaining();
  if (!chosen.empty()) {
    const std::vector<std::string> more = command.remaining();
    unknown.insert(unknown.end(), more.begin(), more.end());
  }
  for (const std::string& word : unknown) {
    if (!word.starts_with('-') || word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    return InputError(str(where, ": there is no option ", name, ".",
                          suggestion(name, option_names(command)), see_help));
  }
  if (chosen.empty()) {
    const std::vector<std::string> names = command_names(program);
    if (unknown.empty()) {
      return InputError(
          str("lion: no command was given (expected ", join(names, ", "), ").", see_help));
    }
    return InputError(str("lion: there is no command \"", unknown.front(), "\".",
                          suggestion(unknown.front(), names), see_help));
  }
  if (!unknown.empty()) {
    return InputError(str(where, ": takes no further argument (got \"", unknown.front(),
                          "\"). Put several words in quotes.", see_help));
  }
  return InputError(str(where, ": ", without_stop(error.what()), ".", see_help));
}

}  // namespace lion::cli
