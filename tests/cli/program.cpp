#include "program.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace lion::cli_test {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void execute(const std::vector<std::string>& arguments, const Setting& setting) {
  ::unsetenv("LION_MODEL");
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "xterm", 1);
  ::setenv("OMP_NUM_THREADS", "1", 1);  // tests run side by side
  for (const auto& [name, value] : setting.environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), setting.program.empty() ? LION_PROGRAM : setting.program);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

void redirect(int fd, const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0644);
  if (file < 0) ::_exit(126);
  ::dup2(file, fd);
  ::close(file);
}

/// Starts the program with its streams in files of `folder`.
pid_t start(const std::vector<std::string>& arguments, const Setting& setting,
            const TempFolder& folder) {
  write(folder.path("in"), setting.input);
  const pid_t child = ::fork();
  if (child != 0) return child;
  redirect(STDIN_FILENO, folder.path("in"), O_RDONLY);
  const std::string out = setting.out.empty() ? folder.path("out") : setting.out;
  redirect(STDOUT_FILENO, out, O_WRONLY | O_CREAT);
  if (setting.stdout_is_closed) ::close(STDOUT_FILENO);
  redirect(STDERR_FILENO, folder.path("err"), O_WRONLY | O_CREAT);
  execute(arguments, setting);
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Outcome finish(pid_t child, const TempFolder& folder) {
  Outcome run;
  run.exit_code = wait_for(child);
  if (fs::exists(folder.path("out"))) run.out = read(folder.path("out"));
  run.err = read(folder.path("err"));
  return run;
}

}  // namespace

Outcome lion(const std::vector<std::string>& arguments, const Setting& setting) {
  const TempFolder folder;
  return finish(start(arguments, setting, folder), folder);
}

Outcome lion_on_terminal(const std::vector<std::string>& arguments, const Setting& setting) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) execute(arguments, setting);
  if (!setting.input.empty() && ::write(terminal, setting.input.data(), setting.input.size()) < 0) {
    throw std::runtime_error("the terminal takes no input");
  }
  Outcome run;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    run.out.append(buffer, static_cast<size_t>(n));  // until the program closes its end
  }
  ::close(terminal);
  run.exit_code = wait_for(child);
  return run;
}

Outcome lion_killed(const std::vector<std::string>& arguments, int signal,
                    const std::function<bool()>& when) {
  const TempFolder folder;
  const pid_t child = start(arguments, {}, folder);
  const auto ended = [&] {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == child;
  };
  while (!when() && !ended()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ::kill(child, signal);
  return finish(child, folder);
}

std::vector<std::string> with_model(std::vector<std::string> arguments) {
  for (const std::string& word :
       {std::string("--model"), model_folder().string(), std::string("--dtype"),
        std::string("fp32"), std::string("--exif"), std::string("ignore")}) {
    arguments.push_back(word);
  }
  return arguments;
}

fs::path model_folder() {
  const fs::path folder = LION_CLI_MODEL;
  if (!fs::exists(folder / "config.json")) {
    std::vector<std::string> arguments = convert_arguments();
    arguments.insert(arguments.end(), {"--out", folder.string()});
    const Outcome run = lion(arguments);
    if (run.exit_code != 0) throw std::runtime_error("lion convert failed: " + run.err);
  }
  return folder;
}

fs::path oracle(const std::string& name) {
  return fs::path(LION_SOURCE_DIR) / "tests" / "fixtures" / "oracle" / name;
}

std::string oracle_image(const std::string& name) { return oracle("images/" + name).string(); }

std::vector<std::string> convert_arguments() {
  const auto file = [](const std::string& name) { return oracle(name).string(); };
  return {"convert",
          "--vit",
          file("eva_vit_g.pth"),
          "--llm",
          file("flan-t5"),
          "--bert",
          file("bert-base-uncased"),
          "--ram",
          file("ram_swin_large_14m.pth"),
          "--ram-tags",
          file("ram_tag_list.txt"),
          "--ram-thresholds",
          file("ram_tag_list_threshold.txt"),
          "--lion",
          file("lion.pth")};
}

TempFolder::TempFolder() {
  std::string name = (fs::temp_directory_path() / "lion-cli-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": cannot be made");
  folder_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (!file) throw std::runtime_error(path.string() + ": cannot be written");
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace lion::cli_test
