#pragma once
/// A model folder to train from, made of the tiny oracle's frozen parts, and settings that train it
/// on scenes in seconds.

#include <filesystem>

#include "lion/base/json.h"
#include "lion/scenes/scene_dataset.h"
#include "lion/scenes/symbolic_scene.h"
#include "lion/scenes/words.h"
#include "lion/train/new_model.h"
#include "tests/engine/oracle_model.h"

namespace lion::testing {

/// `lion convert --base` of the oracle, made once a test program.
inline const std::filesystem::path& base_folder() {
  struct Base {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / str("lion-train-base-", ::getpid());
    Base() {
      std::filesystem::remove_all(path);
      ConvertOptions options = oracle_options(path);
      options.lion.clear();
      options.base = true;
      options.config = oracle_files() / "lion_config.json";
      convert(options);
    }
    ~Base() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Base base;
  return base.path;
}

/// As `lion new` makes them.
inline train::FirstWeights first_weights() {
  return {[](int64_t width, int64_t d_model) {
            scenes::SymbolicPatches reader = scenes::symbolic_patches(width, d_model);
            return train::FirstWeights::Patches{std::move(reader.weight), std::move(reader.bias)};
          },
          scenes::plural_of};
}

/// Settings common to all stages: float32, no dropout, a step of 8 small scenes.
inline Json tiny_settings(const std::filesystem::path& out) {
  Json json = parse_json(R"({
    "name": "test", "batch": 8, "draw": 4, "micro_batch": 4, "steps": 12, "precision": "fp32",
    "dropout": 0, "t5_dropout": 0, "threads": 2, "loader_threads": 1,
    "optimizer": {"lr": 3e-3, "warmup": 3, "decay": "cosine"},
    "log": {"every": 1, "save_every": 5, "keep": 2}
  })",
                         "settings");
  json["model"] = base_folder().string();
  json["out"] = out.string();
  return json;
}

/// A data set of painted scenes with these tasks.
inline Json scene_data(std::initializer_list<const char*> tasks) {
  Json one = {{"format", "scenes"}, {"tasks", Json::array()}, {"count", 500}, {"size", 70}};
  for (const char* task : tasks) one["tasks"].push_back(task);
  return {{"datasets", Json::array({one})}};
}

/// Lays the switches of a stage over the settings.
inline void set_stage(Json& json, int stage) {
  const char* adapters = "t5_model.*.block.*.layer.*.adapter.";
  if (stage == 1) {
    json["config"] = {
        {"visual_input", "QFORMER"}, {"enable_semantic_tags", false}, {"adapter", {{"count", 1}}}};
    json["train"] = {"Qformer.", "query_tokens", "ln_vision.", "t5_proj.", adapters};
    json["reinitialize"] = json["train"];
    json["data"] = scene_data({"caption", "vqa", "vqg", "dialogue"});
  } else if (stage == 2) {
    json["config"] = {{"visual_input", "AGGREGATOR"},
                      {"enable_semantic_tags", false},
                      {"adapter", {{"count", 1}}}};
    json["train"] = {"fusion_adapter.", "ln_adapter.", "adapter_proj.", adapters};
    json["reinitialize"] = json["train"];
    json["data"] = scene_data({"rec", "reg"});
  } else {
    json["config"] = {{"visual_input", "ALL"}, {"enable_semantic_tags", true}};
    json["train"] = {"Qformer.",      "query_tokens",     "ln_vision.",
                     "t5_proj.",      "fusion_adapter.",  "ln_adapter.",
                     "adapter_proj.", "soft_prompt_hint", adapters};
    json["reinitialize"] = {"soft_prompt_hint", "t5_model.*.block.*.layer.*.adapter.router_ratio"};
    json["tags"] = "soft";
    json["data"] = scene_data({"caption", "vqa", "rec", "reg"});
  }
  json["stage"] = stage;
}

}  // namespace lion::testing
