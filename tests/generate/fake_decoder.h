#pragma once
/// Decoders without weights: logits are a function of prompt and history. Misuse of a row throws.

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lion/base/random.h"
#include "lion/generate/decoder.h"
#include "tests/message_of.h"

namespace lion {

using History = std::vector<int64_t>;  ///< all tokens of a row, start id included

/// The model: logits [V] of what follows `history`.
using Model = std::function<std::vector<float>(int64_t prompt, const History& history)>;

/// Logits in [0, spread), a hash of seed, prompt and history; `eos_bonus` is added to id 1.
inline Model random_model(uint64_t seed, int64_t vocabulary, double spread, double eos_bonus = 0) {
  return [=](int64_t prompt, const History& history) {
    uint64_t hash = Random(seed ^ (static_cast<uint64_t>(prompt) << 32)).next();
    for (int64_t token : history) hash = Random(hash ^ static_cast<uint64_t>(token + 1)).next();
    Random random(hash);
    std::vector<float> logits;
    for (int64_t i = 0; i < vocabulary; ++i) {
      logits.push_back(static_cast<float>(spread * random.uniform() + (i == 1 ? eos_bonus : 0)));
    }
    return logits;
  };
}

class FakeDecoder : public Decoder {
 public:
  explicit FakeDecoder(Model model) : model_(std::move(model)) {}

  RowId start(int64_t prompt) override { return add({prompt, {}}); }
  RowId fork(RowId row) override {
    ++forks;
    return add(rows_.at(row));
  }
  void release(RowId row) noexcept override { misused |= rows_.erase(row) != 1; }
  Logits step(std::span<const RowId> rows, std::span<const int64_t> tokens) override {
    if (rows.empty() || rows.size() != tokens.size()) throw std::logic_error("rows and tokens");
    std::map<RowId, History> grown;  // kept when all have been computed: a step is all or nothing
    values_.clear();
    size_t vocabulary = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const State& state = rows_.at(rows[i]);
      History& history = grown[rows[i]];
      if (!history.empty()) throw std::logic_error("a row twice in a step");
      history = state.history;
      history.push_back(tokens[i]);
      const std::vector<float> logits = model_(state.prompt, history);
      vocabulary = logits.size();
      values_.insert(values_.end(), logits.begin(), logits.end());
    }
    for (auto& [row, history] : grown) rows_.find(row)->second.history.swap(history);
    ++steps;
    rows_stepped += rows.size();
    return {values_, static_cast<int64_t>(vocabulary)};
  }

  /// No row is left and none was released twice.
  bool clean() const { return rows_.empty() && !misused; }

  bool misused = false;
  size_t steps = 0;
  size_t rows_stepped = 0;
  size_t forks = 0;
  size_t most_rows = 0;

 private:
  struct State {
    int64_t prompt;
    History history;
  };
  RowId add(State state) {
    rows_.emplace(next_, std::move(state));  // throws before anything is done
    most_rows = std::max(most_rows, rows_.size());
    return next_++;
  }

  Model model_;
  std::map<RowId, State> rows_;
  RowId next_ = 100;
  std::vector<float> values_;
};

/// log-softmax of logits, written plainly.
inline std::vector<double> log_softmax(const std::vector<float>& logits) {
  double sum = 0;
  for (float x : logits) sum += std::exp(static_cast<double>(x));
  std::vector<double> result;
  for (float x : logits) result.push_back(x - std::log(sum));
  return result;
}

}  // namespace lion
