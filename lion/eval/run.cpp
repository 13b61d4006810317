#include "lion/eval/run.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/fingerprint.h"
#include "lion/eval/journal.h"

namespace lion::eval {
namespace {

constexpr auto kLook = std::chrono::milliseconds(200);  // how often rank 0 looks at the others
constexpr int64_t kSameFault = 8;  // questions refused, and none answered, that end a run
constexpr auto kStall = std::chrono::seconds(2);  // so long without an answer is a silence

std::string image_name(const Item& item) {
  return item.image.bytes ? str(item.id, ": image") : item.image.path.string();
}

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

bool same_image(const Item& a, const Item& b) {
  return a.image.bytes == b.image.bytes && a.image.path == b.image.path;
}

/// Items `first` to `last` - 1.
struct Stretch {
  int64_t first = 0, last = 0;
};

/// Whole batches for each rank, so that an item meets the same others however many ranks there are:
/// the last bits of a likelihood may depend on them.
Stretch stretch_of(int64_t items, int64_t batch, int64_t rank, int64_t world) {
  const int64_t batches = (items + batch - 1) / batch;
  return {batches * rank / world * batch, std::min(items, batches * (rank + 1) / world * batch)};
}

/// What all parts of a run look at.
struct Work {
  const Benchmark& benchmark;
  const Answerer& answerer;
  const RunOptions& options;
  Journal& journal;
  std::vector<std::string> keys;  ///< what each item asks

  int64_t size() const { return static_cast<int64_t>(benchmark.items.size()); }
  const Item& item(int64_t i) const { return benchmark.items[static_cast<size_t>(i)]; }
  const std::string& key(int64_t i) const { return keys[static_cast<size_t>(i)]; }
  const Prediction* answer(int64_t i) const { return journal.find(item(i).id, key(i)); }
  std::string failure(int64_t i) const { return journal.failure(item(i).id, key(i)); }
  Stretch stretch(int64_t rank) const {
    return stretch_of(size(), answerer.batch, rank, options.world);
  }
  bool stop_requested() const { return options.stop_requested && options.stop_requested(); }
};

/// The items of one rank, batch by batch, with their images.
class Shard {
 public:
  explicit Shard(const Work& work) : work_(work), stretch_(work.stretch(work.options.rank)) {
    for (int64_t i = stretch_.first; i < stretch_.last; ++i) done_ += work.answer(i) ? 1 : 0;
    for (int64_t i = 0; i < work.size() && !answered_; ++i) answered_ = work.answer(i) != nullptr;
  }

  /// False when a stop was requested.
  bool run() {
    show();
    const int64_t size = work_.answerer.batch;
    std::vector<int64_t> batch;
    for (int64_t start = stretch_.first; start < stretch_.last; start += size) {
      for (int64_t i = start; i < std::min(start + size, stretch_.last); ++i) {
        if (!work_.answer(i)) batch.push_back(i);
      }
      if (batch.empty()) continue;
      ask(batch);
      done_ += static_cast<int64_t>(batch.size());
      batch.clear();
      show();
      if (work_.stop_requested()) return false;
    }
    return true;
  }

 private:
  void ask(std::span<const int64_t> batch) {
    std::vector<ItemRequest> asked;
    std::vector<Prediction> predictions(batch.size());
    std::vector<size_t> places;
    std::vector<std::string> keys;
    for (size_t k = 0; k < batch.size(); ++k) {
      const Item& item = work_.item(batch[k]);
      predictions[k].id = item.id;
      keys.push_back(work_.key(batch[k]));
      if (std::shared_ptr<const Image> image = image_of(item)) {
        asked.push_back({&item, std::move(image)});
        places.push_back(k);
      } else {
        predictions[k].error = image_error_;
      }
    }
    std::string refused;
    if (!asked.empty()) {
      std::vector<Prediction> answers = work_.answerer.answer(*work_.benchmark.info, asked);
      LION_CHECK(answers.size() == asked.size(), answers.size(), " answers of ", asked.size());
      for (size_t k = 0; k < answers.size(); ++k) {
        answers[k].id = asked[k].item->id;
        if (answers[k].error.empty())
          answered_ = true;
        else if (++refused_; refused.empty())
          refused = answers[k].error;
        predictions[places[k]] = std::move(answers[k]);
      }
    }
    work_.journal.add(predictions, keys);
    // A fault of every question (a wrong parameter, say) is not worth asking thousands.
    if (!answered_ && refused_ >= kSameFault) {
      throw RunRefused(str(work_.benchmark.info->name, ": the first ", refused_,
                           " questions were refused, and none was answered: ", refused,
                           ". Fix what it says and run the same command again."));
    }
  }

  /// Null when it cannot be read; `image_error_` says why.
  std::shared_ptr<const Image> image_of(const Item& item) {
    if (last_item_ && same_image(*last_item_, item)) return last_image_;
    last_item_ = &item;
    last_image_.reset();
    try {
      last_image_ = std::make_shared<const Image>(load_item_image(item, work_.options.decode));
    } catch (const InputError& error) {
      image_error_ = error.what();
    } catch (const ResourceError& error) {
      image_error_ = error.what();
    }
    return last_image_;
  }

  void show() const {
    if (!work_.options.progress) return;
    work_.options.progress(
        {work_.benchmark.info->name, done_, stretch_.last - stretch_.first, "items"});
  }

  const Work& work_;
  Stretch stretch_;
  int64_t done_ = 0;
  bool answered_ = false;  // one of the benchmark's questions, by any run
  int64_t refused_ = 0;    // by the answerer
  const Item* last_item_ = nullptr;
  std::shared_ptr<const Image> last_image_;
  std::string image_error_;
};

/// Rank 0 waits here for the items of the others.
class OtherRanks {
 public:
  explicit OtherRanks(const Work& work) : work_(work) {
    for (int64_t i = work.stretch(0).last; i < work.size(); ++i) {
      if (!work.answer(i)) open_.push_back(i);
    }
  }

  void wait() {
    auto last_change = Clock::now();
    while (!open_.empty()) {
      if (work_.stop_requested()) return;
      work_.journal.refresh();
      const auto now = Clock::now();
      if (std::erase_if(open_, [&](int64_t i) { return work_.answer(i) != nullptr; })) {
        last_change = now;
      }
      show();
      // Failures count when nobody is busy any more: a rank that just started tries them again.
      if (now - last_change > kStall) {
        std::erase_if(open_, [&](int64_t i) { return !work_.failure(i).empty(); });
      }
      if (now - last_change > std::chrono::seconds(work_.options.patience)) give_up();
      if (!open_.empty()) std::this_thread::sleep_for(kLook);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  void show() const {
    if (!work_.options.progress) return;
    work_.options.progress({str(work_.benchmark.info->name, ", other ranks"),
                            work_.size() - static_cast<int64_t>(open_.size()), work_.size(),
                            "items"});
  }

  [[noreturn]] void give_up() const {
    throw ResourceError(str(work_.options.folder.string(), ": the other ranks have not answered ",
                            open_.size(), " of ", work_.size(), " items and wrote nothing for ",
                            work_.options.patience,
                            " s. Look why they stopped and start the run again, with any number of "
                            "processes: it goes on from here."));
  }

  const Work& work_;
  std::vector<int64_t> open_;
};

}  // namespace

Json benchmark_settings(const Benchmark& benchmark) {
  const GenerateOptions& decoding = benchmark.info->decoding;
  return {{"benchmark", benchmark.info->name},
          {"prompt_sha256", sha256(benchmark.prompt)},
          {"mode", mode_name(benchmark.info->mode)},
          {"num_beams", decoding.num_beams},
          {"max_new_tokens", decoding.max_new_tokens},
          {"min_length", decoding.min_length},
          {"repetition_penalty", decoding.repetition_penalty},
          {"length_penalty", decoding.length_penalty}};
}

Image load_item_image(const Item& item, const DecodeOptions& options) {
  if (!item.image.bytes) return load_image(item.image.path, options);
  return decode_image(as_bytes(*item.image.bytes), options, image_name(item));
}

RunResult run_benchmark(const Benchmark& benchmark, const Answerer& answerer,
                        const RunOptions& options) {
  Json settings = benchmark_settings(benchmark);
  settings.update(answerer.settings);
  Journal journal(options.folder, options.rank, std::move(settings));
  Work work{benchmark, answerer, options, journal, {}};
  RunResult result;
  for (const Item& item : benchmark.items) {
    work.keys.push_back(item_key(item));
    result.resumed += journal.find(item.id, work.keys.back()) ? 1 : 0;
    result.outdated += journal.is_outdated(item.id, work.keys.back()) ? 1 : 0;
  }
  result.finished = Shard(work).run();
  if (options.rank > 0) {
    result.finished = false;
    return result;
  }
  if (result.finished && options.world > 1) OtherRanks(work).wait();
  for (int64_t i = 0; i < work.size(); ++i) {
    if (const Prediction* answer = work.answer(i)) {
      result.predictions.push_back(*answer);
      continue;
    }
    Prediction none;
    none.id = work.item(i).id;
    none.error = work.failure(i);
    if (none.error.empty()) {
      none.error = "was not asked: the run was stopped";
      result.finished = false;
    }
    result.predictions.push_back(std::move(none));
  }
  return result;
}

}  // namespace lion::eval
