#pragma once
/// What LibTorch throws, as errors of ours: nobody outside need know its types.

#include <new>
#include <string>
#include <string_view>

#include <c10/util/Exception.h>

#include "lion/base/error.h"

namespace lion::nn {

/// Whose fault an error of LibTorch is that has no better explanation.
enum class Fault {
  kInput,  ///< sizes and files that the caller gave led to it
  kOurs,
};

/// Throws ResourceError where memory or a device failed, else InputError or InternalError, as
/// `fault` says. Messages begin with `where` and have LibTorch's first line.
[[noreturn]] void throw_as_ours(const c10::Error& error, std::string_view where, Fault fault);
[[noreturn]] void throw_as_ours(const std::bad_alloc& error, std::string_view where);

/// What `work` returns; LibTorch's errors leave it as ours.
template <typename Work>
auto with_our_errors(std::string_view where, Fault fault, Work&& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    throw_as_ours(error, where, fault);
  } catch (const std::bad_alloc& error) {
    throw_as_ours(error, where);
  }
}

}  // namespace lion::nn
