#include "lion/train/train_config.h"

#include <c10/core/ScalarType.h>

#include "lion/base/collected_errors.h"
#include "lion/nn/kernels/isa.h"

namespace lion::train {

namespace fs = std::filesystem;

namespace {

/// The file with what it extends laid below it.
Json load_extended(const fs::path& file, int depth) {
  constexpr int kDeepest = 8;
  if (depth > kDeepest) {
    throw InputError(str(file.string(), ": \"extends\" goes round in a circle. Break it."));
  }
  Json json = read_json_file(file);
  if (!json.is_object()) {
    throw InputError(str(file.string(), ": is no JSON object. Write the settings as {...}."));
  }
  const auto it = json.find("extends");
  if (it == json.end()) return json;
  if (!it->is_string()) {
    throw InputError(str(file.string(), ": \"extends\" must be the name of a file."));
  }
  Json below = load_extended(file.parent_path() / it->get<std::string>(), depth + 1);
  json.erase("extends");
  below.merge_patch(json);
  return below;
}

/// Applies "a.b=c".
void change(Json& json, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError(str("--set ", text, ": expected KEY=VALUE, for instance optimizer.lr=1e-4."));
  }
  Json* at = &json;
  for (const std::string& key : split(text.substr(0, equals), '.')) {
    if (at->is_null()) *at = Json::object();
    if (at->is_array()) {
      const bool index = !key.empty() && key.size() < 6 &&
                         key.find_first_not_of("0123456789") == std::string::npos &&
                         std::stoul(key) < at->size();
      if (!index) {
        throw InputError(str("--set ", text, ": \"", key, "\" is no place in a list of ",
                             at->size(), ". Count from 0."));
      }
      at = &(*at)[std::stoul(key)];
    } else if (at->is_object()) {
      at = &(*at)[key];
    } else {
      throw InputError(str("--set ", text, ": nothing lies below \"", key, "\". Check the key."));
    }
  }
  const std::string value = text.substr(equals + 1);
  const Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
  *at = parsed.is_discarded() ? Json(value) : parsed;
}

template <typename Enum>
Enum choice(const std::string& where, const std::string& got,
            const std::vector<std::pair<std::string, Enum>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (name == got) return value;
    names.push_back(name);
  }
  throw InputError(
      str(where, ": got \"", got, "\", expected ", join(names, ", "), ". Name one of them."));
}

/// The list of objects under `key`, empty where there is none.
Json list_of(JsonReader& reader, const Json& json, const std::string& key) {
  reader.ignore(key);
  const Json list = json.value(key, Json::array());
  if (!list.is_array()) throw InputError(str(reader.where(), ": ", key, " must be a list."));
  return list;
}

InitFile read_init_file(const Json& json, const std::string& where) {
  InitFile init;
  JsonReader reader(json, where);
  std::string file;
  reader.require("file", file);
  init.file = file;
  reader.read("only", init.only);
  reader.ignore("rename");
  const Json rename = json.value("rename", Json::object());
  for (const auto& [from, to] : rename.items()) {
    if (from.empty() || !to.is_string()) {
      throw InputError(str(where, ": rename maps texts to texts, got \"", from, "\". Fix it."));
    }
    init.rename.emplace_back(from, to.get<std::string>());
  }
  reader.finish();
  return init;
}

data::AugmentOptions read_augment(JsonReader reader) {
  data::AugmentOptions augment;
  std::vector<double> area = {augment.crop->min_area, augment.crop->max_area};
  std::vector<double> aspect = {augment.crop->min_aspect, augment.crop->max_aspect};
  bool crop = true;
  reader.read("crop", crop);
  reader.read("area", area);
  reader.read("aspect", aspect);
  reader.read("flip", augment.image_flip);
  reader.read("region_flip", augment.region_flip);
  reader.read("flip_sided_text", augment.flip_sided_text);
  reader.finish();
  if (area.size() != 2 || aspect.size() != 2) {
    throw InputError(str(reader.where(), ": area and aspect are [from, to]. Give two numbers."));
  }
  augment.crop = {area[0], area[1], aspect[0], aspect[1]};
  if (!crop) augment.crop.reset();
  augment.validate();
  return augment;
}

OptimizerConfig read_optimizer(JsonReader reader, const Json& json, int64_t steps) {
  OptimizerConfig optimizer;
  optimizer.schedule.steps = steps;
  optimizer.schedule = read_schedule(reader, optimizer.schedule);
  reader.read("beta1", optimizer.beta1);
  reader.read("beta2", optimizer.beta2);
  reader.read("eps", optimizer.eps);
  reader.read("weight_decay", optimizer.weight_decay);
  reader.read("muon", optimizer.muon);
  reader.read("clip", optimizer.clip);
  optimizer.aggregator_schedule = optimizer.schedule;
  reader.ignore("aggregator");
  if (json.contains("aggregator")) {
    JsonReader own(json["aggregator"], reader.where() + ": aggregator");
    optimizer.aggregator_schedule = read_schedule(own, optimizer.schedule);
    own.finish();
  }
  reader.finish();
  return optimizer;
}

void require(bool condition, std::string_view where, std::string_view what) {
  if (!condition) throw InputError(str(where, ": ", what, ". Change it."));
}

void validate(const TrainConfig& config, std::string_view where, ConfigUse use,
              CollectedErrors& errors) {
  const auto require = [&](bool condition, std::string_view of, std::string_view what) {
    errors.add([&] { train::require(condition, of, what); });
  };
  if (use == ConfigUse::kTraining) {
    require(!config.weights.model.empty(), where, "\"model\" must name a model folder");
    require(!config.out.empty(), where, "\"out\" must name the folder of the run");
    require(!config.train.empty(), where, "\"train\" must list the parameters that are trained");
  }
  require((config.objective == Objective::kCodes) == !config.teacher.empty(), where,
          "\"teacher\" must name a model folder where \"objective\" is \"codes\", and only there");
  require(config.objective != Objective::kCodes ||
              (!config.augment.crop && config.augment.image_flip == 0),
          where, "\"codes\" are of whole images: \"augment\" must have \"crop\" false, \"flip\" 0");
  require(config.steps >= 1, where, "\"steps\" must be at least 1");
  require(config.batch >= 1 && config.draw >= 1 && config.micro_batch >= 1, where,
          "\"batch\", \"draw\" and \"micro_batch\" must be at least 1");
  if (config.batch < 1 || config.draw < 1 || config.micro_batch < 1) return;  // they divide below
  require(config.batch % config.draw == 0, where, "\"batch\" must be a multiple of \"draw\"");
  require(config.per_image >= 1 && config.draw % config.per_image == 0 &&
              config.micro_batch % config.per_image == 0,
          where, "\"draw\" and \"micro_batch\" must be multiples of \"per_image\"");
  require(config.per_image == 1 || config.objective == Objective::kAnswers, where,
          "\"per_image\" must be 1 where tags are trained");
  require(config.batch % config.micro_batch == 0, where,
          "\"batch\" must be a multiple of \"micro_batch\"");
  require(config.log.every >= 1 && config.log.save_every >= 1 && config.log.keep >= 1, where,
          "log.every, log.save_every and log.keep must be at least 1");
  require(config.loader_threads >= 0 && config.threads >= 0, where,
          "\"loader_threads\" and \"threads\" must not be negative");
  require(config.timeout_s >= 1, where, "\"timeout_s\" must be at least 1");
  require(config.dropout >= 0 && config.dropout < 1 && config.t5_dropout >= 0 &&
              config.t5_dropout < 1 && config.words_only >= 0 && config.words_only <= 1 &&
              config.token_noise >= 0,
          where,
          "\"dropout\" and \"t5_dropout\" must be 0 to below 1, \"words_only\" 0 to 1, "
          "\"token_noise\" not "
          "negative");
  const OptimizerConfig& o = config.optimizer;
  require(o.beta1 >= 0 && o.beta1 < 1 && o.beta2 >= 0 && o.beta2 < 1 && o.eps > 0 &&
              o.weight_decay >= 0 && o.muon >= 0 && o.clip >= 0,
          where,
          "optimizer: betas must be 0 to below 1, eps above 0, weight_decay, muon and clip not "
          "negative");
}

}  // namespace

TrainConfig TrainConfig::from_json(const Json& json, std::string_view where_view,
                                   const data::GeneratedDataReader& read_scenes, ConfigUse use) {
  const std::string where(where_view);
  TrainConfig config;
  config.json = json;
  JsonReader reader(json, where);
  CollectedErrors errors;
  const auto read = [&](const std::string& key, auto& value) {
    errors.add([&] { reader.read(key, value); });
  };
  reader.ignore("about");
  read("name", config.name);
  std::string text;
  const auto read_path = [&](const std::string& key, fs::path& path) {
    text = path.string();
    read(key, text);
    path = text;
  };
  read_path("model", config.weights.model);
  read_path("out", config.out);
  read_path("tag_cache", config.tag_cache);
  reader.ignore("config");
  config.model_changes = json.value("config", Json::object());
  errors.add([&] {
    const Json init = list_of(reader, json, "init");
    for (size_t i = 0; i < init.size(); ++i) {
      config.weights.files.push_back(read_init_file(init[i], str(where, ": init ", i)));
    }
  });
  read("reinitialize", config.weights.reinitialize);
  read("zero", config.weights.zero);
  if (const auto train = json.find("train"); train != json.end() && train->is_string()) {
    reader.ignore("train");
    config.train = {train->get<std::string>()};
  } else {
    read("train", config.train);
  }
  int64_t seed = 42;
  read("seed", seed);
  config.weights.seed = static_cast<uint64_t>(seed);
  reader.ignore("data");
  errors.add([&] {
    config.data = data::DataConfig::from_json(json.value("data", Json::object()), where + ": data",
                                              read_scenes);
  });
  text = "sqrt_size";
  read("mixture", text);
  errors.add([&] {
    config.mixture = choice<data::MixtureRule>(where + ": mixture", text,
                                               {{"sqrt_size", data::MixtureRule::kSqrtSize},
                                                {"size", data::MixtureRule::kSize},
                                                {"weight", data::MixtureRule::kWeight}});
  });
  errors.add([&] { config.augment = read_augment(reader.object("augment")); });
  text = "answers";
  read("objective", text);
  errors.add([&] {
    config.objective = choice<Objective>(where + ": objective", text,
                                         {{"answers", Objective::kAnswers},
                                          {"tags", Objective::kTags},
                                          {"codes", Objective::kCodes}});
  });
  text.clear();
  read("teacher", text);
  config.teacher = text;
  text = "none";
  read("tags", text);
  errors.add([&] {
    config.tags = choice<data::TagUse>(where + ": tags", text,
                                       {{"none", data::TagUse::kNone},
                                        {"soft", data::TagUse::kSoft},
                                        {"hard", data::TagUse::kHard},
                                        {"either", data::TagUse::kEither}});
  });
  read("tag_share", config.tag_share);
  read("per_image", config.per_image);
  text = config.per_image > 1 ? "order" : "length";
  read("grouping", text);
  errors.add([&] {
    config.grouping = choice<data::Grouping>(
        where + ": grouping", text,
        {{"length", data::Grouping::kByLength}, {"order", data::Grouping::kInOrder}});
  });
  text = "bf16";
  read("precision", text);
  std::optional<at::ScalarType> precision = at::kBFloat16;
  errors.add([&] {
    precision = choice<std::optional<at::ScalarType>>(
        where + ": precision", text,
        {{"bf16", at::kBFloat16}, {"fp32", at::kFloat}, {"auto", std::nullopt}});
  });
  config.precision = precision.value_or(at::kBFloat16);
  config.precision_by_device = !precision;
  read("skip_broken", config.skip_broken);
  read("stage", config.stage);
  read("batch", config.batch);
  read("draw", config.draw);
  read("micro_batch", config.micro_batch);
  read("steps", config.steps);
  errors.add([&] {
    config.optimizer = read_optimizer(reader.object("optimizer"),
                                      json.value("optimizer", Json::object()), config.steps);
  });
  config.optimizer.muon_precision = config.precision;
  read("dropout", config.dropout);
  read("t5_dropout", config.t5_dropout);
  read("words_only", config.words_only);
  read("token_noise", config.token_noise);
  read("activation_checkpointing", config.activation_checkpointing);
  read("loader_threads", config.loader_threads);
  read("threads", config.threads);
  read("timeout_s", config.timeout_s);
  read("export_model", config.export_model);
  errors.add([&] {
    JsonReader log = reader.object("log");
    log.read("every", config.log.every);
    log.read("save_every", config.log.save_every);
    log.read("keep", config.log.keep);
    log.finish();
  });
  reader.ignore("validation");
  errors.add([&] {
    if (json.contains("validation")) {
      const Json& part = json["validation"];
      ValidationConfig& validation = config.validation.emplace();
      JsonReader own(part, where + ": validation");
      own.read("every", validation.every);
      own.read("samples", validation.samples);
      own.ignore("data");
      validation.data = data::DataConfig::from_json(part.value("data", Json::object()),
                                                    where + ": validation: data", read_scenes);
      own.finish();
      require(validation.every >= 1 && validation.samples >= 1, where,
              "validation: every and samples must be at least 1");
    }
  });
  errors.add([&] { reader.finish(); });
  validate(config, where, use, errors);
  errors.throw_if_any(where);
  return config;
}

void TrainConfig::choose_precision(at::Device device) {
  if (!precision_by_device) return;
  const bool multiplies_bf16 =
      !device.is_cpu() || nn::kernels::best_isa() == nn::kernels::Isa::kAvx512Bf16;
  precision = multiplies_bf16 ? at::kBFloat16 : at::kFloat;
  optimizer.muon_precision = precision;
}

TrainConfig TrainConfig::load(const fs::path& file, const std::vector<std::string>& changes,
                              const data::GeneratedDataReader& read_scenes, ConfigUse use) {
  Json json = load_extended(file, 0);
  for (const std::string& text : changes) change(json, text);
  return from_json(json, file.string(), read_scenes, use);
}

}  // namespace lion::train
