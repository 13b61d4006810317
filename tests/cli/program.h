#pragma once
/// Runs the real program, as a shell would, on the project's tiny oracle.

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lion/base/json.h"

namespace lion::cli_test {

struct Outcome {
  int exit_code = -1;  ///< 128 + signal when one ended the program
  std::string out;
  std::string err;
};

struct Setting {
  std::string input = "";  ///< what the program reads from stdin
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string out = "";  ///< where stdout goes instead, for instance "/dev/full"
  bool stdout_is_closed = false;
  std::string program = "";  ///< started instead of the one that was built
};

/// LION_MODEL and NO_COLOR are not set unless `setting` does so.
Outcome lion(const std::vector<std::string>& arguments, const Setting& setting = {});

/// With stdin, stdout and stderr on a terminal; all that appears there is in `out`.
Outcome lion_on_terminal(const std::vector<std::string>& arguments, const Setting& setting = {});

/// Starts the program and sends it `signal` as soon as `when` holds, unless it ended before.
Outcome lion_killed(const std::vector<std::string>& arguments, int signal,
                    const std::function<bool()>& when);

/// `arguments`, then those that give the oracle's words: the tiny model, fp32, EXIF ignored.
std::vector<std::string> with_model(std::vector<std::string> arguments);

/// The tiny model. ctest has it made first; otherwise the first caller makes it.
std::filesystem::path model_folder();

std::filesystem::path oracle(const std::string& name);
std::string oracle_image(const std::string& name);  ///< of the oracle

/// The arguments of `lion convert` for the oracle, without --out.
std::vector<std::string> convert_arguments();

/// A folder of this test, empty at first and removed at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string path(const std::string& name = "") const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

std::string read(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& content);

/// Names of what is in a folder.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace lion::cli_test
