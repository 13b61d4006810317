#include "lion/train/heartbeat.h"

#include <exception>
#include <vector>

#include "lion/base/str.h"

namespace lion::train {
namespace {

using namespace std::chrono_literals;

constexpr auto kBeat = 500ms;
constexpr auto kPatience = 4 * kBeat;  // a rank that has not beaten for so long is gone

std::string beat_key(int64_t rank) { return str("lion/beat/", rank); }
std::string word_key(int64_t rank) { return str("lion/word/", rank); }
constexpr const char* kVerdict = "lion/verdict";

std::vector<uint8_t> bytes(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

Heartbeat::Heartbeat(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t world)
    : store_(std::move(store)), rank_(rank), world_(world), thread_([this] { beat(); }) {}

Heartbeat::~Heartbeat() {
  stop_ = true;
  thread_.join();
}

void Heartbeat::beat() {
  try {
    for (auto next = std::chrono::steady_clock::now(); !stop_;
         std::this_thread::sleep_for(kBeat / 10)) {
      if (std::chrono::steady_clock::now() < next) continue;
      store_->add(beat_key(rank_), 1);
      next += kBeat;
    }
  } catch (const std::exception&) {
    // The store is gone, and with it the run: the next collective call will say so.
  }
}

void Heartbeat::give_up(const std::string& reason) { store_->set(word_key(rank_), bytes(reason)); }

std::string Heartbeat::find_failed_ranks() {
  try {
    // Who finds it first tells the others: by the time they look, the finder is gone as well.
    const auto verdict = [this] {
      const std::vector<uint8_t> text = store_->get(kVerdict);
      return std::string(text.begin(), text.end());
    };
    if (store_->check({kVerdict})) return verdict();
    const auto beats = [this] {
      std::vector<int64_t> all;
      for (int64_t rank = 0; rank < world_; ++rank) all.push_back(store_->add(beat_key(rank), 0));
      return all;
    };
    const std::vector<int64_t> before = beats();
    std::this_thread::sleep_for(kPatience);
    const std::vector<int64_t> after = beats();
    std::string failed_ranks;
    for (int64_t rank = 0; rank < world_; ++rank) {
      if (rank == rank_) continue;
      const auto i = static_cast<size_t>(rank);
      std::string what;
      if (store_->check({word_key(rank)})) {
        const std::vector<uint8_t> word = store_->get(word_key(rank));
        what = str("stopped: ", std::string(word.begin(), word.end()));
      } else if (after[i] == before[i]) {
        what = "sends no heartbeat";
      }
      if (!what.empty())
        failed_ranks += str(failed_ranks.empty() ? "" : "; ", "rank ", rank, " ", what);
    }
    if (store_->check({kVerdict})) return verdict();
    if (!failed_ranks.empty()) store_->set(kVerdict, bytes(failed_ranks));
    // Rank 0 may keep the store: the others must have time to read.
    if (rank_ == 0) std::this_thread::sleep_for(2 * kPatience);
    return failed_ranks;
  } catch (const std::exception&) {
    return "rank 0, which keeps the list of ranks, sends no heartbeat";
  }
}

}  // namespace lion::train
