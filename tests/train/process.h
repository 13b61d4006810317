#pragma once
/// Runs the program `lion train` in processes of its own, to be killed or to meet others.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lion/base/file.h"

namespace lion::testing {

class Process {
 public:
  /// Starts a program; what it writes goes to the file `output`.
  Process(const std::vector<std::string>& command, const std::filesystem::path& output,
          const std::map<std::string, std::string>& environment = {})
      : output_(output) {
    pid_ = ::fork();
    if (pid_ == 0) {
      const int fd = ::open(output.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
      ::dup2(fd, STDOUT_FILENO);
      ::dup2(fd, STDERR_FILENO);
      for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
      std::vector<char*> arguments;
      for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  ~Process() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::kill(pid_, SIGCONT);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const { ::kill(pid_, number); }

  /// Waits for the end: the exit code, or 128 + the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string output() const { return read_file(output_); }

 private:
  pid_t pid_ = -1;
  std::filesystem::path output_;
};

/// A port that was free a moment ago.
int free_port();

/// The variables by which rank `rank` of `world` finds the others on this machine.
std::map<std::string, std::string> rank_environment(int rank, int world, int port);

}  // namespace lion::testing
