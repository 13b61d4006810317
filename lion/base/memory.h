#pragma once
/// How much memory there is.

#include <cstdint>

namespace lion {

/// Bytes that this process may still get: the system's estimate, and the limit of a container.
uint64_t available_memory();

/// The largest number of bytes of memory that this process has held at once so far.
uint64_t peak_memory();

}  // namespace lion
