#include "lion/convert/model_info.h"

#include <map>
#include <set>

#include "lion/checkpoint/tensor_map.h"
#include "lion/engine/compute.h"
#include "lion/engine/plan_memory.h"
#include "lion/model_folder/model_folder.h"
#include "lion/models/parameter_groups.h"
#include "lion/nn/torch_errors.h"

namespace lion {
namespace {

std::string part_of(std::string_view name) {
  const auto group = models::parameter_group(name);
  return group ? std::string(models::parameter_group_info(*group).title) : "other";
}

}  // namespace

ModelInfo inspect_model(const std::filesystem::path& folder, const LoadOptions& options) {
  const ModelFolder files{folder};
  const models::LionConfig config = files.read_config();
  const TensorMap tensors = read_tensors(folder);
  ModelInfo info;
  info.config = models::to_json(config);
  std::vector<std::string> order;
  std::map<std::string, PartInfo> parts;
  std::map<std::string, std::set<std::string>> types;
  for (const auto& [name, view] : tensors) {
    const std::string part_name = part_of(name);
    if (!parts.contains(part_name)) order.push_back(part_name);
    PartInfo& part = parts[part_name];
    part.name = part_name;
    ++part.tensors;
    part.parameters += view.numel();
    part.stored_bytes += view.nbytes();
    types[part_name].emplace(dtype_name(view.dtype));
    info.tensors.push_back({name, view.shape, std::string(dtype_name(view.dtype)), view.nbytes()});
  }
  for (const std::string& name : order) {
    const std::vector<std::string> stored(types[name].begin(), types[name].end());
    parts[name].stored_types = join(stored, ", ");
    info.parts.push_back(parts[name]);
  }
  info.plan = nn::with_our_errors(files.config().string(), nn::Fault::kInput, [&] {
    return plan_memory(config, Networks(config, scalar_type(options.dtype)), options.device,
                       &tensors);
  });
  return info;
}

}  // namespace lion
