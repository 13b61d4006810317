#pragma once
/// A figure of a score by its name, for tests.

#include <gtest/gtest.h>

#include <string_view>

#include "lion/eval/score.h"

namespace lion::eval {

inline double metric(const Score& score, std::string_view name) {
  for (const auto& [known, value] : score.metrics) {
    if (known == name) return value;
  }
  ADD_FAILURE() << "no metric " << name;
  return -1;
}

}  // namespace lion::eval
