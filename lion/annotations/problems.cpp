#include "lion/annotations/problems.h"

#include <utility>

#include "lion/base/str.h"

namespace lion {

std::string_view problem_name(ProblemKind kind) {
  static constexpr std::array<std::string_view, kProblemKinds> kNames = {
      "malformed",     "empty_text",   "bad_box",    "duplicate",     "unknown_image",
      "missing_image", "broken_image", "image_size", "no_annotation", "no_question",
      "box_format",    "excluded",     "not_sampled"};
  return kNames[static_cast<size_t>(kind)];
}

bool is_choice(ProblemKind kind) {
  return kind == ProblemKind::kExcluded || kind == ProblemKind::kNotSampled;
}

void Problems::add(ProblemKind kind, std::string where, std::string what) {
  count(kind);
  int64_t& kept = kept_counts_[static_cast<size_t>(kind)];
  if (kept >= keep_) return;
  ++kept;
  kept_.push_back({kind, std::move(where), std::move(what)});
}

void Problems::merge(const Problems& other) {
  for (const Problem& problem : other.kept_) {
    add(problem.kind, problem.where, problem.what);
    count(problem.kind, -1);
  }
  for (size_t i = 0; i < kProblemKinds; ++i) counts_[i] += other.counts_[i];
}

int64_t Problems::total() const {
  int64_t sum = 0;
  for (size_t i = 0; i < kProblemKinds; ++i) {
    if (!is_choice(static_cast<ProblemKind>(i))) sum += counts_[i];
  }
  return sum;
}

const Problem* Problems::main() const {
  const Problem* first = nullptr;
  for (const Problem& one : kept_) {
    if (one.kind == ProblemKind::kBoxFormat) return &one;
    if (!first && !is_choice(one.kind)) first = &one;
  }
  return first;
}

std::string Problems::summary() const {
  std::vector<std::string> parts;
  for (size_t i = 0; i < kProblemKinds; ++i) {
    if (counts_[i] == 0) continue;
    parts.push_back(str(counts_[i], " ", problem_name(static_cast<ProblemKind>(i))));
  }
  return join(parts, ", ");
}

Json Problems::to_json() const {
  Json counts = Json::object();
  for (size_t i = 0; i < kProblemKinds; ++i) {
    if (counts_[i] > 0) counts[std::string(problem_name(static_cast<ProblemKind>(i)))] = counts_[i];
  }
  Json first = Json::array();
  for (const Problem& problem : kept_) {
    first.push_back(
        {{"kind", problem_name(problem.kind)}, {"where", problem.where}, {"what", problem.what}});
  }
  return {{"counts", std::move(counts)}, {"first", std::move(first)}};
}

}  // namespace lion
