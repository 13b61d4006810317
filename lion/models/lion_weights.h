#pragma once
/// The only name table: which tensor of which released file becomes which parameter of ours.
/// docs/model-folder.md says how tensors are called.

#include <vector>

#include "lion/models/lion_config.h"
#include "lion/nn/name_rule.h"

namespace lion::models {

/// eva_vit_g.pth. Blocks from `depth` on and what follows them are not used.
std::vector<nn::NameRule> vit_rules(int64_t depth);
/// A Flan-T5 folder.
std::vector<nn::NameRule> t5_rules();
/// LION-FlanT5-*.pth, the trained part.
std::vector<nn::NameRule> lion_rules();
/// ram_swin_large_14m.pth.
std::vector<nn::NameRule> ram_rules();
/// A Hugging Face InstructBlipForConditionalGeneration (Flan-T5) folder.
std::vector<nn::NameRule> instructblip_rules();

/// Names of the parameters that only the LION file can supply: everything but ViT, T5 and tagger.
bool is_trained_by_lion(std::string_view name);

}  // namespace lion::models
