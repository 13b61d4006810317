#include "lion/text/task_level.h"

#include "lion/base/error.h"

namespace lion {

TaskLevel parse_task_level(std::string_view name) {
  if (name == "region") return TaskLevel::kRegion;
  if (name == "image") return TaskLevel::kImage;
  throw InputError(str("level: got \"", name, "\", expected image or region. Pass one of these."));
}

std::string_view task_level_name(TaskLevel level) {
  return level == TaskLevel::kRegion ? "region" : "image";
}

}  // namespace lion
