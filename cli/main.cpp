/// The program `lion`: parses the command line, runs one command, reports errors.

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "cli/usage.h"
#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/base/str.h"

namespace lion::cli {
namespace {

// Exit codes of docs/errors.md.
constexpr int kInputError = 2;
constexpr int kResourceError = 3;
constexpr int kInternalError = 70;

/// A closed stdout must not become the number of a file that is opened later.
void open_missing_streams() {
  int fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::dup(fd);
  if (fd > STDERR_FILENO) ::close(fd);
}

/// Keeps freed tensors of the networks in the process: handing their pages back and getting zeroed
/// ones again takes a tenth of the time of an answer.
void keep_freed_memory() {
  constexpr int kLargestKept = 32 << 20;  // bytes; glibc allows no more
  ::mallopt(M_MMAP_THRESHOLD, kLargestKept);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

/// Looked at before parsing, so that errors of the command line come in this format as well.
LogFormat log_format(int argc, char** argv) {
  std::string name = "text";
  constexpr std::string_view kOption = "--log-format";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == kOption && i + 1 < argc) name = argv[i + 1];
    if (word.starts_with(str(kOption, "="))) name = word.substr(kOption.size() + 1);
  }
  if (name != "text" && name != "json") {
    throw InputError(str(kOption, ": is no format (got \"", name,
                         "\", expected text or json). Name one of them."));
  }
  return name == "json" ? LogFormat::kJson : LogFormat::kText;
}

void add_commands(CLI::App& program, Terminal& terminal) {
  add_caption(program, terminal);
  add_query(program, terminal);
  add_ground(program, terminal);
  add_describe(program, terminal);
  add_tags(program, terminal);
  add_rank(program, terminal);
  add_generate(program, terminal);
  add_chat(program, terminal);
  add_convert(program, terminal);
  add_info(program, terminal);
  add_doctor(program, terminal);
  add_bench(program, terminal);
  add_data(program, terminal);
  add_train(program, terminal);
  add_scenes(program, terminal);
  add_new(program, terminal);
  add_eval(program, terminal);
  add_score(program, terminal);
}

void run(int argc, char** argv, Terminal& terminal) {
  terminal.set_log_format(log_format(argc, argv));
  CLI::App program("lion: answers in words and boxes about an image", "lion");
  program.formatter(help_formatter());
  program.set_help_flag("-h,--help", "This page");
  program.set_version_flag("--version", "lion " LION_VERSION, "The version");
  program.require_subcommand(1);
  program.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  program.footer(
      "lion COMMAND --help shows the options of a command.\n"
      "Example:\n  lion query street.jpg \"How many people are there?\" --model lion-4b/");
  add_commands(program, terminal);
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    terminal.partial_result(program.help());
  } catch (const CLI::CallForVersion& version) {
    terminal.result(version.what());
  } catch (const CLI::ParseError& error) {
    throw usage_error(program, error);
  }
}

/// The part of a message that is for people: torch adds the stack below it.
std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

int tell(Terminal& terminal, std::string_view message, int exit_code) {
  terminal.error(message);
  return exit_code;
}

int guarded(int argc, char** argv, Terminal& terminal) {
  try {
    run(argc, argv, terminal);
    return 0;
  } catch (const InputError& error) {
    return tell(terminal, error.what(), kInputError);
  } catch (const ResourceError& error) {
    return tell(terminal, error.what(), kResourceError);
  } catch (const std::bad_alloc&) {
    return tell(terminal,
                "lion: memory ran out. Close other programs, or use --dtype bf16, fewer --beams or "
                "a smaller model.",
                kResourceError);
  } catch (const InternalError& error) {
    return tell(terminal, error.what(), kInternalError);
  } catch (const std::exception& error) {
    return tell(terminal, str("lion: ", first_line(error.what()), " Please report this."),
                kInternalError);
  }
}

}  // namespace
}  // namespace lion::cli

int main(int argc, char** argv) {
  using lion::cli::Terminal;
  lion::cli::open_missing_streams();
  lion::cli::keep_freed_memory();
  std::signal(SIGPIPE, SIG_DFL);  // who closes our output ends us, quietly
  Terminal terminal;
  lion::set_log_sink([&terminal](lion::LogLevel level, std::string_view message) {
    level == lion::LogLevel::kWarning ? terminal.warning(message) : terminal.info(message);
  });
  const int exit_code = lion::cli::guarded(argc, argv, terminal);
  lion::set_log_sink({});
  return exit_code;
}
