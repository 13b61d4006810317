#pragma once
/// What a task is about: the input of the adapters' router.

#include <cstdint>
#include <string_view>

namespace lion {

/// A region of the image, or the whole of it. The numbers are rows of the released router tables;
/// networks take them as tensors "level".
enum class TaskLevel : int64_t { kRegion = 0, kImage = 1 };

/// "region" or "image". Parsing throws InputError for another name.
TaskLevel parse_task_level(std::string_view name);
std::string_view task_level_name(TaskLevel level);

}  // namespace lion
