// Speed of the data loader alone: reads, decodes, crops, resizes, mirrors, normalises and tokenises
// the JPEG images of a folder, and prints milliseconds per image as JSON.
//
//   loader_bench IMAGES T5_FOLDER BERT_FOLDER [THREADS] [ROUNDS]

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/data/loader.h"
#include "lion/image/decode.h"

namespace {

namespace fs = std::filesystem;
using namespace lion;
using namespace lion::data;

/// Every image of a folder with the same kind of caption.
class Folder : public Dataset {
 public:
  explicit Folder(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".jpg") files_.push_back(entry.path());
    }
    std::sort(files_.begin(), files_.end());
  }

  const std::string& name() const override { return name_; }
  Task task() const override { return Task::kCaption; }
  int64_t size() const override { return std::ssize(files_); }
  Example example(int64_t, Random& random) const override {
    const auto& templates = templates_.all(Task::kCaption);
    return {templates[random.below(templates.size())],
            "Two people walk over a wide square with a dog and a red umbrella.",
            {}};
  }
  Image image(int64_t index) const override { return load_image(files_[index]); }
  std::string image_name(int64_t index) const override { return files_[index].string(); }
  std::string describe(int64_t index) const override { return files_[index].string(); }

 private:
  std::string name_ = "folder";
  PromptTemplates templates_ = PromptTemplates::builtin();
  std::vector<fs::path> files_;
};

int run(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: loader_bench IMAGES T5_FOLDER BERT_FOLDER [THREADS] [ROUNDS]\n";
    return 2;
  }
  const int64_t threads = argc > 4 ? std::atoi(argv[4]) : 0;
  const int64_t rounds = argc > 5 ? std::atoi(argv[5]) : 20;
  const auto dataset = std::make_shared<const Folder>(argv[1]);
  const TextEncoder encoder(std::make_shared<const T5Tokenizer>(T5Tokenizer::load(argv[2])),
                            std::make_shared<const BertTokenizer>(BertTokenizer::load(argv[3])),
                            PromptTemplates::builtin(), {});
  LoaderOptions options;
  options.sampler = {.batch = dataset->size(), .draw = 1};
  options.shards.micro_batch = dataset->size();
  options.threads = threads;
  Loader loader({{dataset, 1.0}}, options, encoder);
  for (int i = 0; i < 2; ++i) loader.next();
  std::vector<double> times;
  for (int64_t i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    loader.next();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    times.push_back(taken.count() / static_cast<double>(dataset->size()));
  }
  std::sort(times.begin(), times.end());
  const Json out{{"case", "loader: JPEG to [3,224,224], random resized crop, tokens"},
                 {"images", dataset->size()},
                 {"threads", threads},
                 {"rounds", rounds},
                 {"median_ms", times[times.size() / 2]},
                 {"p25_ms", times[times.size() / 4]},
                 {"p75_ms", times[times.size() * 3 / 4]},
                 {"min_ms", times.front()}};
  std::cout << out.dump() << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
