#pragma once
/// What is wrong with single records: counted by kind, the first few kept. A few bad records among
/// millions must not stop a training, and must not go unseen.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/json.h"

namespace lion {

enum class ProblemKind {
  kMalformed,     ///< a field is missing or of another type
  kEmptyText,     ///< a question, answer, caption or phrase without a letter
  kBadBox,        ///< below one pixel on a side after clipping to the image
  kDuplicate,     ///< the same record again
  kUnknownImage,  ///< refers to an image that the file does not list
  kMissingImage,  ///< the image's file is not there
  kBrokenImage,   ///< the image cannot be read
  kImageSize,     ///< the image has another size than the annotations say
  kNoAnnotation,  ///< a question without annotation
  kNoQuestion,    ///< an annotation without question
  kBoxFormat,     ///< the boxes of a file look like another unit or order than its layout has
  kExcluded,      ///< left out on purpose: its image is on a list
  kNotSampled,    ///< left out on purpose: more than asked for
};
inline constexpr size_t kProblemKinds = 13;

/// "malformed", "empty_text", ...
std::string_view problem_name(ProblemKind kind);

/// Whether records of this kind are left out on purpose: nothing is wrong with them.
bool is_choice(ProblemKind kind);

struct Problem {
  ProblemKind kind = ProblemKind::kMalformed;
  std::string where;  ///< file and record
  std::string what;
};

class Problems {
 public:
  /// Keeps the first `keep` of each kind in words; counts all.
  explicit Problems(int64_t keep = 20) : keep_(keep) {}

  void add(ProblemKind kind, std::string where, std::string what);
  /// Counts `n` of a kind that need no words.
  void count(ProblemKind kind, int64_t n = 1) { counts_[static_cast<size_t>(kind)] += n; }
  void merge(const Problems& other);

  int64_t counted(ProblemKind kind) const { return counts_[static_cast<size_t>(kind)]; }
  /// All but those left out on purpose.
  int64_t total() const;
  const std::vector<Problem>& kept() const { return kept_; }

  /// The one to show when only one is: what is wrong with a whole file, else the first one that was
  /// not left out on purpose; null when none is kept.
  const Problem* main() const;

  /// One line, for instance "3 malformed, 1 bad_box"; "" when there are none.
  std::string summary() const;
  /// {"counts": {kind: n}, "first": [{"kind", "where", "what"}]}
  Json to_json() const;

 private:
  int64_t keep_;
  std::array<int64_t, kProblemKinds> counts_{};
  std::array<int64_t, kProblemKinds> kept_counts_{};
  std::vector<Problem> kept_;
};

}  // namespace lion
