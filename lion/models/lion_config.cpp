#include "lion/models/lion_config.h"

#include <algorithm>

namespace lion::models {

std::string_view visual_input_name(VisualInput input) {
  switch (input) {
    case VisualInput::kAll:
      return "ALL";
    case VisualInput::kQformer:
      return "QFORMER";
    case VisualInput::kAggregator:
      return "AGGREGATOR";
  }
  throw InternalError("visual_input_name: unknown value.");
}

VisualInput parse_visual_input(std::string_view name) {
  for (const auto input : {VisualInput::kAll, VisualInput::kQformer, VisualInput::kAggregator}) {
    if (name == visual_input_name(input)) return input;
  }
  throw InputError(
      str("visual_input: got \"", name.substr(0, 40), "\", expected ALL, QFORMER or AGGREGATOR."));
}

int64_t LionConfig::visual_tokens() const {
  return (has_qformer() ? qformer.num_query_tokens : 0) + (has_aggregator() ? vit.tokens() : 0);
}

namespace {

void check(bool good, std::string_view where, std::string_view what) {
  if (!good) throw InputError(str(where, ": ", what, ". Correct the config."));
}

// The largest sizes that a config may ask for: several times those of any model that this shape is
// built with, and small enough that no product of them overflows and that the networks of an
// untrusted config are built in moments, before their weights are looked for.
constexpr int64_t kMaxLayers = 512;
constexpr int64_t kMaxWidth = 1 << 16;  // and vocabularies: 16 times that
constexpr int64_t kMaxVocabulary = 1 << 20;
constexpr int64_t kMaxSide = 4096;             // pixels of an image
constexpr int64_t kMaxVisionTokens = 1 << 14;  // a grid of 128 x 128
constexpr int64_t kMaxText = 1 << 15;          // tokens

struct Size {
  const char* key;
  int64_t value;
  int64_t limit = kMaxWidth;
};

void check_sizes(std::string_view where, std::initializer_list<Size> sizes) {
  for (const auto& [key, value, limit] : sizes) {
    check(value > 0 && value <= limit, where, str(key, " is ", value, ", expected 1 to ", limit));
  }
}

/// What keeps a norm from dividing by nothing. NaN is refused as well.
void check_epsilon(std::string_view where, const char* key, double value) {
  check(value > 0 && value <= 0.1, where, str(key, " is ", value, ", expected above 0 to 0.1"));
}

void check_divides(std::string_view where, const char* divisor_key, int64_t divisor,
                   const char* key, int64_t value) {
  check(value % divisor == 0, where,
        str(divisor_key, " must divide ", key, " (got ", divisor, " and ", value, ")"));
}

void check_vit(const EvaVitConfig& vit, std::string_view where) {
  check_sizes(where, {{"vit.image_size", vit.image_size, kMaxSide},
                      {"vit.patch_size", vit.patch_size, kMaxSide},
                      {"vit.embed_dim", vit.embed_dim},
                      {"vit.depth", vit.depth, kMaxLayers},
                      {"vit.num_heads", vit.num_heads},
                      {"vit.mlp_hidden", vit.mlp_hidden}});
  check_divides(where, "vit.patch_size", vit.patch_size, "vit.image_size", vit.image_size);
  check_divides(where, "vit.num_heads", vit.num_heads, "vit.embed_dim", vit.embed_dim);
  check(vit.tokens() <= kMaxVisionTokens + 1, where,
        str("vit.image_size / vit.patch_size is ", vit.grid(), ", expected at most ", 128));
  check_epsilon(where, "vit.ln_eps", vit.ln_eps);
}

void check_t5(const T5Config& t5, std::string_view where) {
  check_sizes(
      where,
      {{"t5.d_model", t5.d_model},
       {"t5.d_kv", t5.d_kv, 4096},
       {"t5.num_heads", t5.num_heads, 1024},
       {"t5.d_ff", t5.d_ff, 4 * kMaxWidth},
       {"t5.num_layers", t5.num_layers, kMaxLayers},
       {"t5.num_decoder_layers", t5.num_decoder_layers, kMaxLayers},
       {"t5.vocab_size", t5.vocab_size, kMaxVocabulary},
       {"t5.relative_attention_num_buckets", t5.relative_attention_num_buckets, 4096},
       {"t5.relative_attention_max_distance", t5.relative_attention_max_distance, kMaxVocabulary}});
  check(t5.inner() <= kMaxWidth, where,
        str("t5.num_heads times t5.d_kv is ", t5.inner(), ", expected at most ", kMaxWidth));
  check(t5.relative_attention_num_buckets % 4 == 0, where,
        str("t5.relative_attention_num_buckets must be a multiple of 4 (got ",
            t5.relative_attention_num_buckets, ")"));
  check(t5.relative_attention_max_distance > t5.relative_attention_num_buckets / 2, where,
        "t5.relative_attention_max_distance must exceed half the buckets");
  check(t5.activation == "gelu" || t5.activation == "gelu_new", where,
        str("t5.activation is \"", t5.activation.substr(0, 40), "\", expected gelu or gelu_new"));
  check_epsilon(where, "t5.layer_norm_epsilon", t5.layer_norm_epsilon);
}

void check_qformer(const QformerConfig& q, int64_t max_txt_len, std::string_view where) {
  check_sizes(where, {{"qformer.num_query_tokens", q.num_query_tokens, 4096},
                      {"qformer.cross_attention_freq", q.cross_attention_freq, kMaxLayers},
                      {"qformer.hidden_size", q.hidden_size},
                      {"qformer.num_hidden_layers", q.num_hidden_layers, kMaxLayers},
                      {"qformer.num_attention_heads", q.num_attention_heads},
                      {"qformer.intermediate_size", q.intermediate_size, 4 * kMaxWidth},
                      {"qformer.max_position_embeddings", q.max_position_embeddings, kMaxText},
                      {"qformer.vocab_size", q.vocab_size, kMaxVocabulary}});
  check_divides(where, "qformer.num_attention_heads", q.num_attention_heads, "qformer.hidden_size",
                q.hidden_size);
  check(max_txt_len <= q.max_position_embeddings, where,
        str("max_txt_len must not exceed qformer.max_position_embeddings (got ", max_txt_len,
            " and ", q.max_position_embeddings, ")"));
  check_epsilon(where, "qformer.layer_norm_eps", q.layer_norm_eps);
}

void check_aggregator(const AggregatorConfig& aggregator, const EvaVitConfig& vit,
                      std::string_view where) {
  check_sizes(where,
              {{"aggregator.num_heads", aggregator.num_heads},
               {"aggregator.intermediate_size", aggregator.intermediate_size, 4 * kMaxWidth}});
  check(!aggregator.layers.empty(), where, "aggregator.layers must name at least one ViT block");
  check(std::ssize(aggregator.layers) <= kMaxLayers, where,
        str("aggregator.layers has ", aggregator.layers.size(), " entries, expected at most ",
            kMaxLayers));
  for (const int64_t layer : aggregator.layers) {
    check(layer >= 0 && layer < vit.depth, where,
          str("aggregator.layers has ", layer, ", expected 0 to ", vit.depth - 1));
  }
  check_divides(where, "aggregator.num_heads", aggregator.num_heads, "vit.embed_dim",
                vit.embed_dim);
  check_epsilon(where, "aggregator.ln_eps", aggregator.ln_eps);
}

/// Swin's blocks hold tables of their windows and masks as soon as they are built.
void check_swin(const SwinConfig& swin, std::string_view where) {
  check_sizes(where, {{"ram.image_size", swin.image_size, kMaxSide},
                      {"ram.patch_size", swin.patch_size, kMaxSide},
                      {"ram.embed_dim", swin.embed_dim},
                      {"ram.window_size", swin.window_size, 64}});
  check(!swin.depths.empty() && swin.depths.size() <= 8 &&
            swin.depths.size() == swin.num_heads.size(),
        where,
        str("ram.depths and ram.num_heads must have the same 1 to 8 entries (got ",
            swin.depths.size(), " and ", swin.num_heads.size(), ")"));
  check(swin.mlp_ratio > 0 && swin.mlp_ratio <= 64, where,
        str("ram.mlp_ratio is ", swin.mlp_ratio, ", expected above 0 to 64"));
  check(static_cast<double>(swin.embed_dim) * swin.mlp_ratio >= 1, where,
        str("ram.embed_dim times ram.mlp_ratio is ",
            static_cast<double>(swin.embed_dim) * swin.mlp_ratio, ", expected 1 or more"));
  check_divides(where, "ram.patch_size", swin.patch_size, "ram.image_size", swin.image_size);
  int64_t map = swin.image_size / swin.patch_size;
  check(map * map <= kMaxVisionTokens, where,
        str("ram.image_size / ram.patch_size is ", map, ", expected at most 128"));
  int64_t tables = 0;  // bytes
  for (size_t i = 0; i < swin.depths.size(); ++i) {
    check_sizes(where,
                {{"ram.depths", swin.depths[i], kMaxLayers}, {"ram.num_heads", swin.num_heads[i]}});
    const int64_t channels = swin.embed_dim << i;
    check(channels <= kMaxWidth, where,
          str("ram.embed_dim = ", swin.embed_dim, " becomes ", channels, " channels in stage ", i,
              ", expected at most ", kMaxWidth));
    check(channels % swin.num_heads[i] == 0, where,
          str("ram.num_heads[", i, "] = ", swin.num_heads[i], " must divide ", channels,
              " channels"));
    check(map <= swin.window_size || map % swin.window_size == 0, where,
          str("ram.window_size = ", swin.window_size, " must divide the map of stage ", i, ", ",
              map));
    const int64_t window = std::min(map, swin.window_size) * std::min(map, swin.window_size);
    const int64_t mask = map > swin.window_size ? map * map * window / 2 : 0;  // every second block
    tables += swin.depths[i] * (8 * window * window + 4 * mask);
    constexpr int64_t kMaxTables = 1 << 30;
    check(tables <= kMaxTables, where,
          str("ram.window_size = ", swin.window_size, " on maps of ", map, " x ", map, " in ",
              swin.depths[i], " blocks takes more than 1 GiB of tables, expected less"));
    if (i + 1 < swin.depths.size()) {
      check(map % 2 == 0, where,
            str("ram.depths: the map of stage ", i, ", ", map, ", must be even"));
      map /= 2;
    }
  }
}

void check_ram(const RamConfig& ram, std::string_view where) {
  check_swin(ram.swin, where);
  check_sizes(where, {{"ram.proj_dim", ram.proj_dim},
                      {"ram.hidden_size", ram.hidden_size},
                      {"ram.num_hidden_layers", ram.num_hidden_layers, kMaxLayers},
                      {"ram.num_attention_heads", ram.num_attention_heads},
                      {"ram.intermediate_size", ram.intermediate_size, 4 * kMaxWidth},
                      {"ram.num_tags", ram.num_tags, kMaxVocabulary}});
  check_divides(where, "ram.num_attention_heads", ram.num_attention_heads, "ram.hidden_size",
                ram.hidden_size);
  check_epsilon(where, "ram.layer_norm_eps", ram.layer_norm_eps);
}

}  // namespace

void LionConfig::validate(std::string_view where) const {
  check_sizes(where, {{"max_txt_len", max_txt_len, kMaxText},
                      {"max_output_txt_len", max_output_txt_len, kMaxText}});
  check_epsilon(where, "vision_norm_eps", vision_norm_eps);
  check_vit(vit, where);
  check_t5(t5, where);
  check(adapter.count >= 0 && adapter.count <= 2, where,
        str("adapter.count is ", adapter.count, ", expected 0, 1 or 2"));
  if (adapter.count > 0) check_sizes(where, {{"adapter.bottleneck", adapter.bottleneck}});
  if (has_qformer()) check_qformer(qformer, max_txt_len, where);
  if (has_aggregator()) check_aggregator(aggregator, vit, where);
  if (ram) check_ram(*ram, where);
}

LionConfig lion_4b() {
  LionConfig config;
  config.ram = RamConfig{};
  return config;
}

LionConfig lion_12b() {
  LionConfig config = lion_4b();
  config.t5.d_model = 4096;
  config.t5.num_heads = 64;
  config.t5.d_ff = 10240;
  return config;
}

LionConfig lion_mini(const VocabularySizes& sizes) {
  LionConfig config;
  config.dialogue_history = false;  // its training has single questions only
  config.max_output_txt_len = 64;
  config.vit = {.image_size = 128,
                .patch_size = 16,
                .embed_dim = 192,
                .depth = 6,
                .num_heads = 6,
                .mlp_hidden = 768};
  config.qformer.num_query_tokens = 16;
  config.qformer.hidden_size = 128;
  config.qformer.num_hidden_layers = 4;
  config.qformer.num_attention_heads = 4;
  config.qformer.intermediate_size = 256;
  config.qformer.max_position_embeddings = 128;
  config.qformer.vocab_size = sizes.bert;
  config.aggregator.layers = {5, 3, 1};  // after a third, two thirds and all of the blocks
  config.aggregator.num_heads = 6;
  config.aggregator.intermediate_size = 384;
  config.adapter.bottleneck = 32;
  config.t5.d_model = 128;
  config.t5.d_kv = 32;
  config.t5.num_heads = 4;
  config.t5.d_ff = 256;
  config.t5.num_layers = 4;
  config.t5.num_decoder_layers = 2;
  config.t5.vocab_size = sizes.t5;
  RamConfig ram;
  ram.swin = {.image_size = 128,
              .patch_size = 4,
              .embed_dim = 48,
              .depths = {2, 2, 2},
              .num_heads = {2, 4, 8},
              .window_size = 4};
  ram.proj_dim = 128;
  ram.hidden_size = 128;
  ram.intermediate_size = 256;
  ram.num_tags = sizes.tags;
  config.ram = ram;
  return config;
}

namespace {

/// Calls `field(key, member)` for every member of a part: one list serves reading and writing.
template <typename Config, typename Field>
void fields(Config& c,
            Field&& field) requires std::same_as<std::remove_const_t<Config>, EvaVitConfig> {
  field("image_size", c.image_size);
  field("patch_size", c.patch_size);
  field("embed_dim", c.embed_dim);
  field("depth", c.depth);
  field("num_heads", c.num_heads);
  field("mlp_hidden", c.mlp_hidden);
  field("ln_eps", c.ln_eps);
}

template <typename Config, typename Field>
void fields(Config& c,
            Field&& field) requires std::same_as<std::remove_const_t<Config>, QformerConfig> {
  field("num_query_tokens", c.num_query_tokens);
  field("cross_attention_freq", c.cross_attention_freq);
  field("hidden_size", c.hidden_size);
  field("num_hidden_layers", c.num_hidden_layers);
  field("num_attention_heads", c.num_attention_heads);
  field("intermediate_size", c.intermediate_size);
  field("max_position_embeddings", c.max_position_embeddings);
  field("layer_norm_eps", c.layer_norm_eps);
  field("vocab_size", c.vocab_size);
}

template <typename Config, typename Field>
void fields(Config& c,
            Field&& field) requires std::same_as<std::remove_const_t<Config>, AggregatorConfig> {
  field("layers", c.layers);
  field("num_heads", c.num_heads);
  field("intermediate_size", c.intermediate_size);
  field("ln_eps", c.ln_eps);
}

template <typename Config, typename Field>
void fields(Config& c,
            Field&& field) requires std::same_as<std::remove_const_t<Config>, AdapterConfig> {
  field("bottleneck", c.bottleneck);
  field("count", c.count);
  field("router", c.router);
}

template <typename Config, typename Field>
void fields(Config& c, Field&& field) requires std::same_as<std::remove_const_t<Config>, T5Config> {
  field("d_model", c.d_model);
  field("d_kv", c.d_kv);
  field("num_heads", c.num_heads);
  field("d_ff", c.d_ff);
  field("num_layers", c.num_layers);
  field("num_decoder_layers", c.num_decoder_layers);
  field("vocab_size", c.vocab_size);
  field("relative_attention_num_buckets", c.relative_attention_num_buckets);
  field("relative_attention_max_distance", c.relative_attention_max_distance);
  field("layer_norm_epsilon", c.layer_norm_epsilon);
  field("activation", c.activation);
}

template <typename Config, typename Field>
void fields(Config& c,
            Field&& field) requires std::same_as<std::remove_const_t<Config>, RamConfig> {
  field("image_size", c.swin.image_size);
  field("patch_size", c.swin.patch_size);
  field("embed_dim", c.swin.embed_dim);
  field("depths", c.swin.depths);
  field("num_heads", c.swin.num_heads);
  field("window_size", c.swin.window_size);
  field("mlp_ratio", c.swin.mlp_ratio);
  field("proj_dim", c.proj_dim);
  field("hidden_size", c.hidden_size);
  field("num_hidden_layers", c.num_hidden_layers);
  field("num_attention_heads", c.num_attention_heads);
  field("intermediate_size", c.intermediate_size);
  field("layer_norm_eps", c.layer_norm_eps);
  field("num_tags", c.num_tags);
}

template <typename Part>
void read_part(JsonReader& all, const std::string& key, Part& part) {
  JsonReader reader = all.object(key);
  fields(part, [&reader](const char* name, auto& value) { reader.read(name, value); });
  reader.finish();
}

template <typename Part>
Json write_part(const Part& part) {
  Json json = Json::object();
  fields(part, [&json](const char* name, const auto& value) { json[name] = value; });
  return json;
}

}  // namespace

LionConfig lion_config_from_json(const Json& json, std::string_view where) {
  LionConfig config;
  JsonReader reader(json, std::string(where));
  std::string visual_input(visual_input_name(config.visual_input));
  reader.read("visual_input", visual_input);
  try {
    config.visual_input = parse_visual_input(visual_input);
  } catch (const InputError& error) {
    throw InputError(str(where, ": ", error.what()));
  }
  reader.read("enable_semantic_tags", config.enable_semantic_tags);
  reader.read("dialogue_history", config.dialogue_history);
  reader.read("max_txt_len", config.max_txt_len);
  reader.read("max_output_txt_len", config.max_output_txt_len);
  reader.read("vision_norm_eps", config.vision_norm_eps);
  config.adapter.count = config.visual_input == VisualInput::kAll ? 2 : 1;  // as released
  read_part(reader, "vit", config.vit);
  read_part(reader, "qformer", config.qformer);
  read_part(reader, "aggregator", config.aggregator);
  read_part(reader, "adapter", config.adapter);
  read_part(reader, "t5", config.t5);
  if (reader.has("ram")) read_part(reader, "ram", config.ram.emplace());
  reader.finish();
  config.validate(where);
  return config;
}

Json to_json(const LionConfig& config) {
  Json json;
  json["visual_input"] = visual_input_name(config.visual_input);
  json["enable_semantic_tags"] = config.enable_semantic_tags;
  // Left out where it is the default, so that older programs read the folder.
  if (!config.dialogue_history) json["dialogue_history"] = false;
  json["max_txt_len"] = config.max_txt_len;
  json["max_output_txt_len"] = config.max_output_txt_len;
  json["vision_norm_eps"] = config.vision_norm_eps;
  json["vit"] = write_part(config.vit);
  if (config.has_qformer()) json["qformer"] = write_part(config.qformer);
  if (config.has_aggregator()) json["aggregator"] = write_part(config.aggregator);
  json["adapter"] = write_part(config.adapter);
  json["t5"] = write_part(config.t5);
  if (config.ram) json["ram"] = write_part(*config.ram);
  return json;
}

}  // namespace lion::models
