/// How long one core takes to score a split's captions: the PTB tokenizer, n-grams,
/// CIDEr-D, BLEU and ROUGE-L. Captions are made up of a vocabulary whose words are as unevenly
/// frequent as in a language. Prints one JSON object.
///
/// usage: captions_bench [IMAGES] [REFERENCES] [WORDS] [ROUNDS]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/metrics/bleu.h"
#include "lion/metrics/caption_words.h"
#include "lion/metrics/cider.h"
#include "lion/metrics/rouge.h"

namespace {

constexpr int kVocabulary = 10000;

/// Draws captions of `words` words that begin with a capital and end with a full stop.
class Writer {
 public:
  explicit Writer(int64_t words) : words_(words) {}

  std::string caption() {
    std::string text = "A";
    for (int64_t i = 1; i < words_; ++i) {
      text += ' ';
      text += word();
    }
    return text + ".";
  }

 private:
  // Zipf's law: the k-th word about 1/k as often as the first.
  std::string word() {
    const double rank =
        std::exp(std::uniform_real_distribution<>(0, std::log(kVocabulary))(random_));
    std::string letters;
    for (auto left = static_cast<int64_t>(rank); left > 0; left /= 20) {
      letters += static_cast<char>('a' + left % 20);
      letters += "aeiou"[left % 5];
    }
    return letters;
  }

  int64_t words_;
  std::mt19937_64 random_{1};
};

std::vector<lion::CaptionPair> captions(int64_t images, int64_t references, int64_t words) {
  Writer writer(words);
  std::vector<lion::CaptionPair> pairs(static_cast<size_t>(images));
  for (lion::CaptionPair& pair : pairs) {
    pair.candidate = writer.caption();
    for (int64_t i = 0; i < references; ++i) {
      pair.references.push_back(writer.caption());
    }
  }
  return pairs;
}

/// Seconds of each round.
struct Times {
  std::vector<double> seconds;

  lion::Json json() {
    std::sort(seconds.begin(), seconds.end());
    return {{"median", seconds[seconds.size() / 2]},
            {"least", seconds.front()},
            {"most", seconds.back()}};
  }
};

template <typename Work>
auto timed(Times& times, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  auto result = work();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  times.seconds.push_back(spent.count());
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, int64_t fallback) {
    return argc > i ? std::stoll(argv[i]) : fallback;
  };
  const int64_t images = argument(1, 5000);
  const int64_t references = argument(2, 5);
  const int64_t words = argument(3, 10);
  const int64_t rounds = argument(4, 5);
  const std::vector<lion::CaptionPair> pairs = captions(images, references, words);
  Times tokens;
  Times count;
  Times cider;
  Times bleu;
  Times rouge;
  double checksum = 0;  // keeps the scores from being optimised away
  for (int64_t i = 0; i < rounds; ++i) {
    const auto worded = timed(tokens, [&] { return lion::worded(pairs); });
    const auto ngrams = timed(count, [&] { return lion::counted(worded); });
    checksum += timed(cider, [&] { return lion::cider_d(ngrams); }).front();
    checksum += timed(bleu, [&] { return lion::bleu(worded, ngrams); }).corpus[0];
    checksum += timed(rouge, [&] { return lion::rouge_l(worded); }).front();
  }
  const lion::Json result = {
      {"images", images},        {"references", references},    {"words", words},
      {"rounds", rounds},        {"tokenize_s", tokens.json()}, {"count_s", count.json()},
      {"cider_s", cider.json()}, {"bleu_s", bleu.json()},       {"rouge_s", rouge.json()},
      {"checksum", checksum}};
  std::cout << result.dump() << "\n";
}
