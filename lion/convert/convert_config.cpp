#include "lion/convert/convert_config.h"

#include <algorithm>

#include "lion/base/file.h"
#include "lion/text/tag_list.h"

namespace lion {

namespace fs = std::filesystem;
using models::LionConfig;
using models::VisualInput;

namespace {

/// Reads the sizes of a Hugging Face T5 config, which has many keys that are none of ours.
void read_t5(const Json& json, const std::string& where, models::T5Config& t5) {
  JsonReader reader(json, where);
  reader.require("d_model", t5.d_model);
  reader.require("d_kv", t5.d_kv);
  reader.require("num_heads", t5.num_heads);
  reader.require("d_ff", t5.d_ff);
  reader.require("num_layers", t5.num_layers);
  t5.num_decoder_layers = t5.num_layers;
  reader.read("num_decoder_layers", t5.num_decoder_layers);
  reader.require("vocab_size", t5.vocab_size);
  reader.read("relative_attention_num_buckets", t5.relative_attention_num_buckets);
  reader.read("relative_attention_max_distance", t5.relative_attention_max_distance);
  reader.read("layer_norm_epsilon", t5.layer_norm_epsilon);
  std::string form = "gated-gelu";
  reader.read("feed_forward_proj", form);
  if (form != "gated-gelu") {
    throw InputError(str(where, ": feed_forward_proj is \"", form,
                         "\", expected gated-gelu. "
                         "Use a Flan-T5 (T5 v1.1) model."));
  }
}

/// Other activations leave no trace in the weights: the answers would be wrong without a word.
void require_erf_gelu(JsonReader& reader) {
  std::string act = "gelu";
  reader.read("hidden_act", act);
  if (act != "gelu") {
    throw InputError(str(reader.where(), ": hidden_act is \"", act,
                         "\", expected gelu. "
                         "Use a model with the released models' activation."));
  }
}

/// T5 1.0 shares its output matrix with the embeddings and scales the logits; Flan-T5 does neither.
void require_untied_output(const Json& text, const std::string& where) {
  JsonReader reader(text, where);
  bool tied = true;  // Hugging Face's default
  reader.read("tie_word_embeddings", tied);
  reader.read("scale_decoder_outputs", tied);  // transformers 5 writes this and always says "tied"
  if (tied) {
    throw InputError(str(where,
                         ": tie_word_embeddings is true or missing, expected false. "
                         "Use an InstructBLIP with Flan-T5."));
  }
}

Json read_config(const fs::path& folder) { return read_json_file(folder / "config.json"); }

bool has_prefix(const TensorMap& tensors, std::string_view prefix) {
  const auto it = tensors.lower_bound(std::string(prefix));
  return it != tensors.end() && it->first.starts_with(prefix);
}

/// The sizes to start from: the file the user names, the one beside the LION file, or the released
/// model whose language model has this width.
LionConfig base_config(const ConvertOptions& options, int64_t d_model) {
  fs::path file = options.config;
  if (file.empty()) {
    const fs::path beside = options.lion.parent_path() / "lion_config.json";
    std::error_code ignored;
    if (fs::exists(beside, ignored)) {
      file = beside;
      log_info(str("sizes from ", beside.string()));
    }
  }
  if (!file.empty()) return models::lion_config_from_json(read_json_file(file), file.string());
  return d_model == models::lion_12b().t5.d_model ? models::lion_12b() : models::lion_4b();
}

/// Which branches, adapters and soft prompt the tensors of a LION file speak of.
void read_switches(const ConvertOptions& options, const TensorMap& lion, LionConfig& config) {
  const bool qformer = has_prefix(lion, "Qformer.");
  const bool aggregator = has_prefix(lion, "fusion_adapter.");
  if (!qformer && !aggregator) {
    throw InputError(
        str(options.lion.string(),
            ": holds neither a Q-Former nor a vision aggregator (expected names such as "
            "\"Qformer.bert.encoder.layer.0.attention.self.query.weight\", got ",
            lion.empty() ? "no tensors" : some_names(lion),
            "). Name a LION checkpoint, for instance LION-FlanT5-XL.pth."));
  }
  config.visual_input = qformer && aggregator ? VisualInput::kAll
                        : qformer             ? VisualInput::kQformer
                                              : VisualInput::kAggregator;
  config.enable_semantic_tags = lion.contains("soft_prompt_hint");
  const std::string adapter = "t5_model.encoder.block.0.layer.1.adapter.";
  config.adapter.count = has_prefix(lion, adapter + "adapters.1.")   ? 2
                         : has_prefix(lion, adapter + "adapters.0.") ? 1
                                                                     : 0;
  config.adapter.router = config.adapter.count != 2 || lion.contains(adapter + "router_ratio1");
}

}  // namespace

LionConfig released_config(const ConvertOptions& options, const TensorMap& lion) {
  models::T5Config t5;
  const Json llm = read_config(options.llm);
  read_t5(llm, (options.llm / "config.json").string(), t5);
  LionConfig config = base_config(options, t5.d_model);
  t5.activation = config.t5.activation;  // LION sets the erf GELU whatever Flan-T5's config says
  config.t5 = t5;

  if (!options.base) read_switches(options, lion, config);
  if (options.ram.empty()) {
    config.ram.reset();
  } else {
    if (!config.ram) config.ram.emplace();
    config.ram->num_tags =
        static_cast<int64_t>(TagList::load(options.ram_tags, options.ram_thresholds).names.size());
  }
  config.validate("convert");
  return config;
}

LionConfig instructblip_config(const fs::path& folder) {
  const std::string where = (folder / "config.json").string();
  const Json json = read_config(folder);
  JsonReader reader(json, where);
  LionConfig config;
  config.visual_input = VisualInput::kQformer;
  config.enable_semantic_tags = false;
  config.adapter.count = 0;
  reader.read("num_query_tokens", config.qformer.num_query_tokens);

  JsonReader vit = reader.object("vision_config");
  vit.read("image_size", config.vit.image_size);
  vit.read("patch_size", config.vit.patch_size);
  vit.read("hidden_size", config.vit.embed_dim);
  vit.read("num_hidden_layers", config.vit.depth);
  vit.read("num_attention_heads", config.vit.num_heads);
  vit.read("intermediate_size", config.vit.mlp_hidden);
  vit.read("layer_norm_eps", config.vit.ln_eps);
  require_erf_gelu(vit);
  config.vision_norm_eps = config.vit.ln_eps;  // post_layernorm takes the encoder's

  models::QformerConfig& q = config.qformer;
  JsonReader qformer = reader.object("qformer_config");
  qformer.read("hidden_size", q.hidden_size);
  qformer.read("num_hidden_layers", q.num_hidden_layers);
  qformer.read("num_attention_heads", q.num_attention_heads);
  qformer.read("intermediate_size", q.intermediate_size);
  qformer.read("max_position_embeddings", q.max_position_embeddings);
  qformer.read("layer_norm_eps", q.layer_norm_eps);
  qformer.read("cross_attention_frequency", q.cross_attention_freq);
  q.vocab_size = 30522;  // Hugging Face's default, which its configs leave out
  qformer.read("vocab_size", q.vocab_size);
  require_erf_gelu(qformer);
  config.max_txt_len = std::min(config.max_txt_len, q.max_position_embeddings);

  const Json text = json.value("text_config", Json::object());
  std::string type = "t5";
  JsonReader(text, where + ": text_config").read("model_type", type);
  if (type != "t5") {
    throw InputError(str(where, ": text_config is a ", type,
                         " model, expected t5. Use an InstructBLIP "
                         "with Flan-T5; the Vicuna ones are not supported."));
  }
  require_untied_output(text, where + ": text_config");
  read_t5(text, where + ": text_config", config.t5);
  // Flan-T5's own config means the tanh form; InstructBLIP's folders override it by name.
  config.t5.activation = "gelu_new";
  JsonReader(text, where + ": text_config").read("dense_act_fn", config.t5.activation);
  config.validate(where);
  return config;
}

}  // namespace lion
