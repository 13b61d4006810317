#include "lion/model_folder/model_folder.h"

#include "lion/base/file.h"

namespace lion {

models::LionConfig ModelFolder::read_config() const {
  std::error_code ignored;
  if (!std::filesystem::exists(config(), ignored)) {
    throw ResourceError(str(root.string(),
                            ": no config.json there. Name a model folder; "
                            "`lion convert` makes one from the released files."));
  }
  Json json = read_json_file(config());
  const std::string where = config().string();
  JsonReader head(json, where);
  int64_t version = 0;
  head.require("format_version", version);
  if (version < 1 || version > kFormatVersion) {
    throw InputError(str(where, ": format_version is ", version, ", this program reads 1 to ",
                         kFormatVersion, ". Use a newer program or convert again."));
  }
  json.erase("format_version");
  return models::lion_config_from_json(json, where);
}

void ModelFolder::write_config(const models::LionConfig& model) const {
  Json json;
  json["format_version"] = kFormatVersion;
  json.update(models::to_json(model));
  write_file(config(), json.dump(1) + "\n");
}

}  // namespace lion
