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
constexpr auto kStall = std::chrono::seconds(2);        // so long without an answer is a silence

std::string picture_name(const Item& item) {
  return item.picture.bytes ? str(item.id, ": picture") : item.picture.path.string();
}

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

bool same_picture(const Item& a, const Item& b) {
  return a.picture.bytes == b.picture.bytes && a.picture.path == b.picture.path;
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

/// The items of one rank, batch by batch, with their pictures.
class Shard {
 public:
  Shard(const Benchmark& benchmark, const Answerer& answerer, const RunOptions& options,
        Journal& journal, std::vector<std::string>& errors)
      : benchmark_(benchmark),
        answerer_(answerer),
        options_(options),
        journal_(journal),
        errors_(errors) {
    stretch_ = stretch_of(static_cast<int64_t>(benchmark.items.size()), answerer.batch,
                          options.rank, options.world);
    for (int64_t i = stretch_.first; i < stretch_.last; ++i) {
      if (journal.done().contains(item(i).id)) ++done_;
    }
  }

  /// False when a stop was requested.
  bool run() {
    show();
    std::vector<int64_t> batch;
    for (int64_t start = stretch_.first; start < stretch_.last; start += answerer_.batch) {
      const int64_t end = std::min(start + answerer_.batch, stretch_.last);
      for (int64_t i = start; i < end; ++i) {
        if (!journal_.done().contains(item(i).id)) batch.push_back(i);
      }
      if (batch.empty()) continue;
      ask(batch);
      done_ += static_cast<int64_t>(batch.size());
      batch.clear();
      show();
      if (options_.stop_requested && options_.stop_requested()) return false;
    }
    return true;
  }

 private:
  const Item& item(int64_t i) const { return benchmark_.items[static_cast<size_t>(i)]; }

  void ask(std::span<const int64_t> batch) {
    std::vector<Asked> asked;
    std::vector<int64_t> places;
    for (const int64_t i : batch) {
      if (std::shared_ptr<const Image> image = picture(item(i), i)) {
        asked.push_back({&item(i), std::move(image)});
        places.push_back(i);
      }
    }
    if (!asked.empty()) {
      std::vector<Prediction> answers = answerer_.answer(*benchmark_.info, asked);
      LION_CHECK(answers.size() == asked.size(), "answers ", answers.size(), " of ", asked.size());
      for (size_t k = 0; k < answers.size(); ++k) {
        answers[k].id = asked[k].item->id;
        errors_[static_cast<size_t>(places[k])] = answers[k].error;
      }
      journal_.add(answers);
    }
  }

  /// Null when it cannot be read; the error is kept.
  std::shared_ptr<const Image> picture(const Item& item, int64_t index) {
    if (last_item_ && same_picture(*last_item_, item)) {
      if (!last_image_) errors_[static_cast<size_t>(index)] = last_error_;
      return last_image_;
    }
    last_item_ = &item;
    last_image_.reset();
    try {
      last_image_ = std::make_shared<const Image>(load_picture(item, options_.decode));
    } catch (const InputError& error) {
      last_error_ = error.what();
    } catch (const ResourceError& error) {
      last_error_ = error.what();
    }
    if (!last_image_) errors_[static_cast<size_t>(index)] = last_error_;
    return last_image_;
  }

  void show() const {
    if (options_.progress) {
      options_.progress({benchmark_.info->name, done_, stretch_.last - stretch_.first, "items"});
    }
  }

  const Benchmark& benchmark_;
  const Answerer& answerer_;
  const RunOptions& options_;
  Journal& journal_;
  std::vector<std::string>& errors_;
  Stretch stretch_;
  int64_t done_ = 0;
  const Item* last_item_ = nullptr;
  std::shared_ptr<const Image> last_image_;
  std::string last_error_;
};

/// Rank 0 waits here for the items of the others.
class OtherRanks {
 public:
  OtherRanks(const Benchmark& benchmark, int64_t batch, const RunOptions& options, Journal& journal,
             std::vector<std::string>& errors)
      : benchmark_(benchmark), options_(options), journal_(journal), errors_(errors) {
    const auto n = static_cast<int64_t>(benchmark.items.size());
    for (int64_t i = stretch_of(n, batch, 0, options.world).last; i < n; ++i) {
      if (!journal.done().contains(item(i).id)) open_.push_back(i);
    }
  }

  void wait() {
    auto last_change = Clock::now();
    while (!open_.empty()) {
      if (options_.stop_requested && options_.stop_requested()) return;
      journal_.refresh();
      const auto now = Clock::now();
      if (std::erase_if(open_, [&](int64_t i) { return journal_.done().contains(item(i).id); })) {
        last_change = now;
      }
      show();
      if (now - last_change > kStall) drop_broken_pictures();
      if (now - last_change > std::chrono::seconds(options_.patience)) give_up();
      if (!open_.empty()) std::this_thread::sleep_for(kLook);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  const Item& item(int64_t i) const { return benchmark_.items[static_cast<size_t>(i)]; }

  void show() const {
    if (!options_.progress) return;
    const auto n = static_cast<int64_t>(benchmark_.items.size());
    options_.progress({str(benchmark_.info->name, ", other ranks"),
                       n - static_cast<int64_t>(open_.size()), n, "items"});
  }

  /// Nobody will answer these. Looked for only when the others are silent: it takes a while.
  void drop_broken_pictures() {
    if (std::exchange(looked_, true)) return;
    std::erase_if(open_, [&](int64_t i) {
      std::string& error = errors_[static_cast<size_t>(i)];
      try {
        load_picture(item(i), options_.decode);
      } catch (const Error& failed) {
        error = failed.what();
      }
      return !error.empty();
    });
  }

  [[noreturn]] void give_up() const {
    throw ResourceError(str(options_.folder.string(), ": the other ranks have not answered ",
                            open_.size(), " of ", benchmark_.items.size(),
                            " items and wrote nothing for ", options_.patience,
                            " s. Look why they stopped and start the run again, with any number of "
                            "processes: it goes on from here."));
  }

  const Benchmark& benchmark_;
  const RunOptions& options_;
  Journal& journal_;
  std::vector<std::string>& errors_;
  std::vector<int64_t> open_;
  bool looked_ = false;
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

Image load_picture(const Item& item, const DecodeOptions& options) {
  if (!item.picture.bytes) return load_image(item.picture.path, options);
  return decode_image(as_bytes(*item.picture.bytes), options, picture_name(item));
}

RunResult run_benchmark(const Benchmark& benchmark, const Answerer& answerer,
                        const RunOptions& options) {
  Json settings = benchmark_settings(benchmark);
  settings.update(answerer.settings);
  Journal journal(options.folder, options.rank, std::move(settings));
  RunResult result;
  result.resumed =
      std::count_if(benchmark.items.begin(), benchmark.items.end(),
                    [&](const Item& item) { return journal.done().contains(item.id); });
  std::vector<std::string> errors(benchmark.items.size());
  result.finished = Shard(benchmark, answerer, options, journal, errors).run();
  if (options.rank > 0) {
    result.finished = false;
    return result;
  }
  if (result.finished && options.world > 1) {
    OtherRanks(benchmark, answerer.batch, options, journal, errors).wait();
  }
  for (size_t i = 0; i < benchmark.items.size(); ++i) {
    const std::string& id = benchmark.items[i].id;
    if (const auto found = journal.done().find(id); found != journal.done().end()) {
      result.predictions.push_back(found->second);
    } else {
      Prediction none;
      none.id = id;
      none.error = errors[i].empty() ? "was not asked: the run was stopped" : errors[i];
      result.predictions.push_back(std::move(none));
    }
  }
  if (options.stop_requested && options.stop_requested()) {
    result.finished =
        std::none_of(result.predictions.begin(), result.predictions.end(),
                     [](const Prediction& one) { return one.error.starts_with("was not asked"); });
  }
  return result;
}

}  // namespace lion::eval
