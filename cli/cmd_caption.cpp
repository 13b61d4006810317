#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "cli/arguments.h"
#include "cli/caption_file.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/pipeline/tasks.h"

namespace lion::cli {
namespace fs = std::filesystem;
namespace {

struct Arguments {
  CommonArguments common;
  std::string path;
  bool csv = false;
  bool jsonl = false;
  std::string out;
};

/// Names of pictures, readable or not: files of these names are captioned or reported.
constexpr std::array<std::string_view, 12> kExtensions{".jpg", ".jpeg", ".jpe",  ".jfif",
                                                       ".png", ".webp", ".gif",  ".heic",
                                                       ".bmp", ".avif", ".tiff", ".tif"};

bool looks_like_picture(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end()) {
    return true;
  }
  try {
    probe_image(MappedFile::open(path)->bytes(), path.string());
    return true;
  } catch (const Error&) {
    return false;  // a text file beside the pictures is no failure
  }
}

/// The pictures of a folder by name, without its sub-folders and hidden files.
std::vector<std::string> pictures_in(const std::string& folder) {
  std::vector<std::string> pictures;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const fs::path path = entry->path().lexically_normal();
    std::error_code ignored;
    if (path.filename().string().starts_with('.') || !entry->is_regular_file(ignored)) continue;
    if (looks_like_picture(path)) pictures.push_back(path.string());
  }
  if (failed) {
    throw ResourceError(str(folder, ": the folder cannot be read (", failed.message(),
                            "). Check its permissions."));
  }
  if (pictures.empty()) {
    throw InputError(str(folder,
                         ": holds no picture (expected JPEG, PNG, WebP or GIF files). Name a "
                         "folder with pictures; its sub-folders are not searched."));
  }
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

/// The picture, or nothing when it is broken, which is reported.
std::optional<PictureFile> try_picture(const std::string& path, const CommonArguments& arguments,
                                       Terminal& terminal) {
  try {
    return open_picture(path, arguments);
  } catch (const Error& error) {
    terminal.error(error.what());
    return std::nullopt;
  }
}

void caption_all(const Arguments& arguments, LineFormat format, std::vector<std::string> pictures,
                 Terminal& terminal) {
  const CommonArguments& common = arguments.common;
  const Question question = with_options(caption_question(prompt_templates(common)), common);
  decode_options(common);  // a wrong option is no broken picture
  model_folder(common);
  std::optional<CaptionFile> file;
  if (!arguments.out.empty()) {
    file.emplace(arguments.out, format);
    const size_t found = pictures.size();
    std::erase_if(pictures, [&](const std::string& path) { return file->has(path); });
    if (const size_t skipped = found - pictures.size(); skipped > 0) {
      terminal.info(str(arguments.out, ": has ", skipped, " of ", found,
                        " pictures already; these are skipped."));
    }
    if (pictures.empty()) return;
  }
  const Model model = open_model(common);
  if (!file && !header_line(format).empty()) terminal.result(header_line(format));

  const ProgressSink progress = terminal.progress();
  const auto total = static_cast<int64_t>(pictures.size());
  int64_t done = 0;
  int64_t failed = 0;
  for (const std::string& path : pictures) {
    progress({"caption", done++, total, "pictures"});
    const std::optional<PictureFile> picture = try_picture(path, common, terminal);
    if (!picture) {
      ++failed;
      continue;
    }
    const Answer answer = model.lion.answer(model.lion.see(picture->image), question);
    const std::string line = caption_line(format, answer_json("caption", model, *picture, answer));
    file ? file->append(line) : terminal.result(line);
  }
  progress({"caption", total, total, "pictures"});
  if (failed > 0) {
    throw InputError(str(arguments.path, ": ", failed, " of ", total,
                         " pictures could not be read, as told above; the others have their "
                         "captions. Mend or remove them and start again."));
  }
}

void run(const Arguments& arguments, Terminal& terminal) {
  const bool json_lines = arguments.jsonl || arguments.common.json;
  std::error_code ignored;
  const bool is_folder = fs::is_directory(arguments.path, ignored);
  if (!is_folder && !arguments.csv && !arguments.jsonl && arguments.out.empty()) {
    const Asked asked = ask(arguments.path, arguments.common, [&](const PictureFile&) {
      return caption_question(prompt_templates(arguments.common));
    });
    show_answer("caption", arguments.common, terminal, asked);
    return;
  }
  const LineFormat format = arguments.csv ? LineFormat::kCsv
                            : json_lines  ? LineFormat::kJson
                                          : LineFormat::kText;
  caption_all(arguments, format,
              is_folder ? pictures_in(arguments.path) : std::vector<std::string>{arguments.path},
              terminal);
}

}  // namespace

void add_caption(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "caption", "Describe a picture, or all in a folder",
                                  "lion caption photos/ --csv --out captions.csv");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->path, "Picture file, or a folder of them")->required();
  command->add_option("--out", arguments->out, "Append the lines here; pictures in it are skipped")
      ->type_name("FILE");
  CLI::Option* csv = command->add_flag("--csv", arguments->csv, "Lines of path,caption,score");
  command->add_flag("--jsonl", arguments->jsonl, "Lines of JSON objects (docs/json.md)")
      ->excludes(csv);
  add_all_options(*command, arguments->common);
  command->get_option("--json")->excludes(csv);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
