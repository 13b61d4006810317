#pragma once

#include <gtest/gtest.h>

#include <exception>
#include <string>

namespace lion {

/// The message of the `Expected` that `action` throws. Fails the test, and returns what there is,
/// when it throws nothing or something else.
template <typename Expected, typename Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Expected& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another kind of error was thrown: " << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace lion
