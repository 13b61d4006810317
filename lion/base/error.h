#pragma once
/// The three kinds of failure. Every message reads `where: what (got ..., expected ...). How to
/// fix it.` CONTRIBUTING.md has the rules.

#include <stdexcept>
#include <string>

#include "lion/base/str.h"

namespace lion {

/// Base of all errors the library throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller's argument, request, config or data is wrong. CLI exit 2, HTTP 400.
class InputError : public Error {
 public:
  using Error::Error;
};

/// A file, memory or a device is missing, broken or too small. CLI exit 3, HTTP 503.
class ResourceError : public Error {
 public:
  using Error::Error;
};

/// Our mistake. CLI exit 70, HTTP 500. The message ends with "Please report this."
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& what) : Error(what + " Please report this.") {}
};

}  // namespace lion

/// Guards an invariant of our own code, in release builds too. User input never reaches it.
#define LION_CHECK(condition, ...)                                                           \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      throw ::lion::InternalError(                                                           \
          ::lion::str(__FILE__, ":", __LINE__, ": ", #condition, " failed. ", __VA_ARGS__)); \
    }                                                                                        \
  } while (false)
