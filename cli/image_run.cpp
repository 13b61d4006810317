#include "cli/image_run.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <optional>
#include <utility>

#include "cli/interrupt.h"
#include "cli/result_file.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/engine/lion.h"
#include "lion/eval/fingerprint.h"

namespace lion::cli {
namespace {

/// Whether --out means stdout.
bool is_stdout(const std::string& out) {
  return out.empty() || out == "-" || out == "/dev/stdout" || out == "/dev/fd/1";
}

LineLayout layout_of(const ImageTask& task, LineFormat format) {
  LineLayout layout{format, {"path"}, !task.asked.empty()};
  if (layout.has_asked) layout.columns.push_back(task.asked_column);
  const size_t count = format == LineFormat::kText ? task.text_columns : task.columns.size();
  layout.columns.insert(layout.columns.end(), task.columns.begin(),
                        task.columns.begin() + static_cast<std::ptrdiff_t>(count));
  return layout;
}

/// All that answers depend on. A run that goes on must have the same.
Json settings_of(const ImageTask& task, const CommonArguments& common) {
  const std::string& model = model_folder(common);
  Json settings = {{"command", task.command},
                   {"model", eval::folder_fingerprint(model)},
                   {"--dtype", common.dtype},
                   {"--exif", common.exif}};
  if (task.is_searched) {
    const GenerateOptions& generate = common.generate;
    if (common.no_tags) settings["--no-tags"] = true;
    if (common.tags) settings["--tags"] = *common.tags;
    settings["tag sentence"] = prompt_templates(common).tag_sentence("{tags}");
    if (common.sample) {
      settings.update({{"--sample", true},
                       {"--temperature", generate.temperature},
                       {"--top-p", generate.top_p},
                       {"--top-k", generate.top_k},
                       {"--seed", generate.seed}});
    } else {
      settings.update(
          {{"--beams", generate.num_beams}, {"--length-penalty", generate.length_penalty}});
    }
    settings.update({{"--max-new-tokens", generate.max_new_tokens},
                     {"--min-length", generate.min_length},
                     {"--repetition-penalty", generate.repetition_penalty},
                     {"--num-answers", generate.num_return_sequences}});
  }
  settings.update(task.settings);
  return settings;
}

/// The findings of one image, for those questions that `wanted` has.
std::vector<std::pair<size_t, Finding>> find_all(const ImageTask& task, const Model& model,
                                                 const ImageFile& file,
                                                 const std::vector<size_t>& wanted) {
  const EncodedImage image = model.lion.encode_image(file.image);
  std::vector<std::pair<size_t, Finding>> all;
  for (const size_t index : wanted) {
    Finding finding = task.find({model, file, image, index});
    if (!task.asked.empty()) finding.json["asked"] = task.asked[index];
    all.emplace_back(index, std::move(finding));
  }
  return all;
}

/// The numbers of the questions; a command that asks nothing has one.
std::vector<size_t> all_questions(const ImageTask& task) {
  std::vector<size_t> all(std::max<size_t>(task.asked.size(), 1));
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

void show_one(const ImageTask& task, const std::string& path, const CommonArguments& common,
              Terminal& terminal) {
  const ImageFile file = open_image(path, common);
  if (task.prepare) task.prepare(file);
  const Model model = open_model(common);
  auto findings = find_all(task, model, file, all_questions(task));
  if (task.finish) task.finish(file);
  for (auto& [index, finding] : findings) {
    if (common.json) {
      if (findings.size() == 1) finding.json.erase("asked");
      terminal.json_result(finding.json);
      continue;
    }
    for (size_t i = 0; i < finding.lines.size(); ++i) {
      const bool labelled = findings.size() > 1 && i == 0;
      terminal.result(str(labelled ? str(task.asked[index], "\t") : "", finding.lines[i]));
    }
  }
}

/// A run over many images.
class ImageRun {
 public:
  ImageRun(const ImageTask& task, const RunArguments& arguments, const CommonArguments& common,
           Terminal& terminal)
      : task_(task), arguments_(arguments), common_(common), terminal_(terminal) {
    layout_ = layout_of(task, arguments.csv                    ? LineFormat::kCsv
                              : arguments.jsonl || common.json ? LineFormat::kJson
                                                               : LineFormat::kText);
  }

  /// Returns the signal that ended it early; 0 when none did.
  int run() {
    decode_options(common_);  // a wrong option is no broken image
    model_folder(common_);
    ImageList list = list_images(arguments_.images, terminal_);
    failed_ = list.failed;
    total_ = static_cast<int64_t>(list.paths.size()) + list.failed;
    if (!is_stdout(arguments_.out) && is_result_file(arguments_.out)) {
      file_.emplace(arguments_.out, layout_, settings_of(task_, common_), terminal_);
    } else if (!is_stdout(arguments_.out)) {
      stream_.emplace(arguments_.out);  // a pipe or device: nothing to go on from
    }
    const std::vector<Job> jobs = jobs_of(list.paths);
    const int signal = jobs.empty() ? 0 : work(jobs);
    if (signal == 0 && failed_ > 0) {
      throw InputError(str("lion ", task_.command, ": ", failed_, " of ", total_,
                           " images could not be read, as said above; the others have their "
                           "results. Correct or remove them and start again."));
    }
    return signal;
  }

 private:
  struct Job {
    std::string path;
    std::vector<size_t> questions;
  };

  std::string asked(size_t index) const { return task_.asked.empty() ? "" : task_.asked[index]; }

  /// What is not in the file yet.
  std::vector<Job> jobs_of(const std::vector<std::string>& paths) {
    std::vector<Job> jobs;
    int64_t done = 0;
    for (const std::string& path : paths) {
      Job job{path, all_questions(task_)};
      if (file_) {
        std::erase_if(job.questions, [&](size_t index) { return file_->has(path, asked(index)); });
      }
      job.questions.empty() ? void(++done) : jobs.push_back(std::move(job));
    }
    if (done > 0) {
      terminal_.info(str(arguments_.out, ": has ", done, " of ", paths.size(),
                         " images already; these are skipped."));
    }
    return jobs;
  }

  int work(const std::vector<Job>& jobs) {
    const StopRequest stop;
    const Model model = open_model(common_);
    const std::string header = header_line(layout_);
    if (!file_ && !header.empty()) write(header);
    const ProgressSink progress = terminal_.progress();
    const auto total = static_cast<int64_t>(jobs.size());
    int64_t done = 0;
    for (const Job& job : jobs) {
      if (stop.came()) return tell_stop(stop.signal(), done, total);
      progress({task_.command, done++, total, "images"});
      if (const std::optional<ImageFile> file = open(job.path)) answer(model, *file, job);
    }
    progress({task_.command, total, total, "images"});
    return 0;
  }

  void answer(const Model& model, const ImageFile& file, const Job& job) {
    std::vector<std::pair<size_t, Finding>> findings;
    try {
      findings = find_all(task_, model, file, job.questions);
    } catch (const InputError& error) {  // its tags make the prompt too long, say
      tell_failure(job.path, error.what());
    }
    for (auto& [index, finding] : findings) {
      std::vector<std::string> fields;
      if (!task_.asked.empty()) fields.push_back(asked(index));
      const size_t kept = layout_.columns.size() - 1 - fields.size();
      for (size_t i = 0; i < kept && i < finding.fields.size(); ++i) {
        fields.push_back(std::move(finding.fields[i]));
      }
      ResultLine line{job.path, std::move(fields), std::move(finding.json)};
      file_ ? file_->append(std::move(line)) : write(format_line(layout_, line));
    }
  }

  /// The image, or nothing when it is broken, which is reported.
  std::optional<ImageFile> open(const std::string& path) {
    try {
      ImageFile file = open_image(path, common_);
      if (task_.prepare) task_.prepare(file);
      return file;
    } catch (const Error& error) {
      tell_failure(path, error.what());
      return std::nullopt;
    }
  }

  void tell_failure(const std::string& path, std::string_view what) {
    const bool named = what.starts_with(path) || path == kStdinName;
    terminal_.error(named ? std::string(what) : str(path, ": ", what));
    ++failed_;
  }

  void write(const std::string& line) {
    if (!stream_) {
      terminal_.result(line);
    } else if (!(*stream_ << line << std::endl)) {
      throw ResourceError(
          str("--out ", arguments_.out, ": cannot be written. Check what is connected to it."));
    }
  }

  int tell_stop(int signal, int64_t done, int64_t total) {
    terminal_.info(str(
        "stopped after ", done, " of ", total, " images. ",
        file_ ? str("The same command goes on from there: ", arguments_.out, " keeps what is done.")
              : "With --out FILE, the same command would go on from there."));
    return signal;
  }

  const ImageTask& task_;
  const RunArguments& arguments_;
  const CommonArguments& common_;
  Terminal& terminal_;
  LineLayout layout_;
  std::optional<ResultFile> file_;
  std::optional<std::ofstream> stream_;
  int64_t total_ = 0;
  int64_t failed_ = 0;
};

}  // namespace

void add_run_options(CLI::App& command, RunArguments& arguments) {
  add_image_list_options(command, arguments.images);
  command
      .add_option("--out", arguments.out,
                  "Append results to this file; what it has is skipped; - is stdout")
      ->type_name("FILE")
      ->group("Output");
  CLI::Option* csv =
      command.add_flag("--csv", arguments.csv, "Results as CSV (RFC 4180), with a header")
          ->group("Output");
  command
      .add_flag("--jsonl", arguments.jsonl, "Results as JSON objects, one a line (docs/json.md)")
      ->excludes(csv)
      ->group("Output");
}

void run_task(const ImageTask& task, const RunArguments& arguments, const CommonArguments& common,
              Terminal& terminal) {
  if (arguments.images.images.empty() && arguments.images.files.empty()) {
    throw InputError(str("lion ", task.command,
                         ": IMG is required (an image, a folder, or - for stdin). Name one, or a "
                         "list of them with --files. lion ",
                         task.command, " --help shows what there is."));
  }
  if (arguments.csv && common.json) {
    throw InputError("--json: excludes --csv (got both). Pass one of them.");
  }
  if (is_one_image(arguments.images) && !arguments.csv && !arguments.jsonl &&
      (arguments.out.empty() || arguments.out == "-")) {
    show_one(task, path_of(arguments.images.images.front()), common, terminal);
    return;
  }
  int signal = 0;
  {
    ImageRun run(task, arguments, common, terminal);
    signal = run.run();
  }
  if (signal != 0) std::raise(signal);  // as whoever sent it expects
}

}  // namespace lion::cli
