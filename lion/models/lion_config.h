#pragma once
/// Every size of a LION model, and its JSON form (config.json of a model folder).

#include <optional>
#include <string_view>

#include "lion/base/json.h"
#include "lion/models/adapter.h"
#include "lion/models/eva_vit.h"
#include "lion/models/qformer.h"
#include "lion/models/ram.h"
#include "lion/models/t5_layers.h"
#include "lion/models/vision_aggregator.h"

namespace lion::models {

/// Which visual branches feed the language model.
enum class VisualInput { kAll, kQformer, kAggregator };

std::string_view visual_input_name(VisualInput input);  ///< "ALL", "QFORMER", "AGGREGATOR"
VisualInput parse_visual_input(std::string_view name);  ///< throws InputError

struct LionConfig {
  VisualInput visual_input = VisualInput::kAll;
  bool enable_semantic_tags = true;  ///< tag sentence and soft prompt
  /// Whether the model learned to read earlier questions and answers before a question; one that
  /// never did is asked each question alone.
  bool dialogue_history = true;
  int64_t max_txt_len = 128;         ///< tokens of a question (Q-Former always, T5 in training)
  int64_t max_output_txt_len = 128;  ///< tokens of an answer in training
  double vision_norm_eps = 1e-5;     ///< of ln_vision; 1e-6 in Hugging Face's InstructBLIP
  EvaVitConfig vit;
  QformerConfig qformer;
  AggregatorConfig aggregator;
  AdapterConfig adapter;
  T5Config t5;
  std::optional<RamConfig> ram;  ///< absent in a model without a tagger

  bool has_qformer() const { return visual_input != VisualInput::kAggregator; }
  bool has_aggregator() const { return visual_input != VisualInput::kQformer; }

  /// Visual tokens that the language model reads before the text.
  int64_t visual_tokens() const;

  /// Checks ranges and divisibility. Throws InputError.
  void validate(std::string_view where) const;
};

/// LION-4B (Flan-T5 XL) and LION-12B (Flan-T5 XXL), with tagger.
LionConfig lion_4b();
LionConfig lion_12b();

/// lion-mini: a LION for images of 128 x 128, to be trained from nothing on painted scenes. The
/// sizes of vocabularies and tag list are those of the texts that it is made for.
struct VocabularySizes {
  int64_t t5 = 0;    ///< ids of the T5 tokenizer
  int64_t bert = 0;  ///< ids of the Q-Former's tokenizer, [DEC] included
  int64_t tags = 0;
};
LionConfig lion_mini(const VocabularySizes& sizes);

/// Reads and validates; an unknown key is an InputError. Missing keys keep LION-4B's values,
/// "ram" excepted: without it the model has no tagger.
LionConfig lion_config_from_json(const Json& json, std::string_view where);
Json to_json(const LionConfig& config);

}  // namespace lion::models
