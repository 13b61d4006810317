#include "lion/train/own_config.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "lion/annotations/read_own.h"
#include "lion/base/error.h"
#include "lion/base/json.h"
#include "lion/image/decode.h"
#include "lion/train/presets.h"

namespace lion::train {
namespace {

namespace fs = std::filesystem;

struct Counts {
  std::map<std::string, int64_t> of;
  int64_t all = 0;
};

/// The records of one split.
Counts count(const OwnConfigOptions& options, const std::string& split, Problems& problems) {
  const fs::path root = options.file.has_parent_path() ? options.file.parent_path() : fs::path(".");
  const OfficialFiles files(root);
  ImageFinder images(files, options.images.empty() ? std::nullopt : std::optional(options.images));
  const ReadContext context{
      root,     images,
      problems, TextRule::kRaw,
      {},       [](const fs::path& file) { return image_file_size(file, Exif::kAuto); }};
  const OwnTables tables = read_own({options.file}, {options.boxes, split}, context);
  Counts counts;
  const auto add = [&](const char* what, const TablePtr& table) {
    if (!table) return;
    counts.of[what] = table->size();
    counts.all += table->size();
  };
  add("captions", tables.captions);
  add("questions", tables.questions);
  add("turns", tables.dialogues);
  add("boxes", tables.regions);
  return counts;
}

std::string quoted(const fs::path& path) { return Json(path.string()).dump(); }

/// Largest power of two that is at most `most`.
int64_t power_of_two(int64_t most) {
  int64_t power = 1;
  while (2 * power <= most) power *= 2;
  return power;
}

/// Higher where little is trained. docs/training.md has what was measured.
const char* rate_of(const std::string& preset) {
  const bool few = preset == "adapters" || preset == "projections";
  return few ? "1e-3" : preset == "vision_encoder" || preset == "all" ? "2e-4" : "5e-4";
}

std::string preset_comments() {
  std::ostringstream out;
  for (const Preset& one : presets()) out << "  //   " << one.name << ": " << one.about << "\n";
  return std::move(out).str();
}

}  // namespace

OwnConfig own_config(const OwnConfigOptions& options) {
  const auto all = presets();
  if (std::none_of(all.begin(), all.end(),
                   [&](const Preset& one) { return one.name == options.train; })) {
    std::vector<std::string> names;
    for (const Preset& one : all) names.emplace_back(one.name);
    throw InputError(str("train: got \"", options.train, "\", expected ", join(names, ", "),
                         ". Choose one of them."));
  }
  OwnConfig config;
  const Counts train = count(options, "train", config.problems);
  config.records = train.of;
  Problems again;
  try {
    // Lines without a split are of every one: what is there beyond them is held out.
    const int64_t without = count(options, "no such split", again).all;
    config.validation = count(options, "val", again).all - without;
  } catch (const InputError&) {
    try {  // every line has a split
      config.validation = count(options, "val", again).all;
    } catch (const InputError&) {
      config.validation = 0;
    }
  }

  const std::string name = options.file.stem().string();
  const fs::path root = options.file.has_parent_path() ? options.file.parent_path() : fs::path(".");
  const fs::path out = options.out.empty() ? fs::path("runs") / name : options.out;
  constexpr int64_t kLargestBatch = 32;
  constexpr int64_t kPasses = 10;
  const int64_t batch = std::clamp<int64_t>(power_of_two(train.all / 8 + 1), 4, kLargestBatch);
  const int64_t steps = std::clamp<int64_t>(kPasses * train.all / batch, 100, 20000);
  const int64_t part = std::min<int64_t>(batch, 8);

  const auto write_data = [&](const char* split, const char* indent) {
    std::ostringstream one;
    one << "{\"root\": " << quoted(root) << ", \"exif\": \"auto\",\n"
        << indent << " \"datasets\": [{\"format\": \"own\", \"annotations\": ["
        << quoted(options.file.filename()) << "], \"split\": \"" << split << "\",\n"
        << indent << "               \"box_format\": \"" << box_format_name(options.boxes) << "\"";
    if (!options.images.empty()) {
      one << ", \"images\": " << quoted(fs::absolute(options.images));
    }
    one << "}]}";
    return std::move(one).str();
  };

  std::ostringstream text;
  text << "// Fine-tuning on " << options.file.string() << ":";
  for (const auto& [what, number] : train.of) text << " " << number << " " << what;
  text << ". Every key: docs/training.md.\n{\n"
       << "  \"name\": " << Json(name).dump() << ",\n"
       << "  \"model\": " << quoted(options.model) << ",  // a model folder, what is fine-tuned\n"
       << "  \"out\": " << quoted(out) << ",  // checkpoints, log, and at the end the new model\n\n"
       << "  // What is trained, a preset or a list of them and of beginnings of names:\n"
       << preset_comments() << "  \"train\": \"" << options.train << "\",\n\n"
       << "  // \"exif\": images are turned as a person sees them; \"ignore\" takes them as "
          "stored.\n"
       << "  \"data\": " << write_data("train", "          ") << ",\n";
  if (config.validation > 0) {
    text << "  // Lines with \"split\": \"val\". best.safetensors keeps the weights of the lowest "
            "loss.\n"
         << "  \"validation\": {\"every\": " << std::max<int64_t>(steps / 10, 10)
         << ", \"samples\": 256,\n"
         << "    \"data\": " << write_data("val", "            ") << "},\n";
  } else {
    text << "  // No line has \"split\": \"val\": with some, the loss on them shows overfitting.\n";
  }
  text
      << "\n  // Crops and mirrored images make more of few images, where words name no side and\n"
      << "  // what is asked for is never cut off.\n"
      << "  \"augment\": {\"crop\": false, \"flip\": 0},\n\n"
      << "  // About " << kPasses << " passes through " << train.all
      << " records. Samples a step; at a time in memory (lower it\n"
      << "  // when memory runs out, the result is the same).\n"
      << "  \"batch\": " << batch << ",\n  \"micro_batch\": " << part << ",\n  \"draw\": " << part
      << ",\n  \"steps\": " << steps << ",\n"
      << "  // The learning rate: a third of it where the loss jumps, three times it where nothing "
         "is learned.\n"
      << "  \"optimizer\": {\"lr\": " << rate_of(options.train)
      << ", \"floor\": 1e-6, \"warmup\": " << std::max<int64_t>(steps / 20, 10)
      << ", \"decay\": \"cosine\", \"clip\": 1,\n                \"weight_decay\": 0.02},\n"
      << "  \"dropout\": 0,\n  \"t5_dropout\": 0,\n"
      << "  \"precision\": \"auto\",\n"
      << "  \"log\": {\"every\": 10, \"save_every\": " << std::clamp<int64_t>(steps / 4, 50, 1000)
      << "}\n}\n";
  config.text = std::move(text).str();
  return config;
}

}  // namespace lion::train
