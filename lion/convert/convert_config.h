#pragma once
/// Which model the released files make together: sizes and switches.

#include "lion/checkpoint/tensor_map.h"
#include "lion/convert/convert.h"
#include "lion/models/lion_config.h"

namespace lion {

/// The config of the LION files in `options`. `lion` holds the tensors of the LION file: they tell
/// which branches, adapters and soft prompt there are. Throws InputError.
models::LionConfig released_config(const ConvertOptions& options, const TensorMap& lion);

/// The config of a Hugging Face InstructBlipForConditionalGeneration (Flan-T5) folder. Throws
/// InputError, for instance for a Vicuna folder.
models::LionConfig instructblip_config(const std::filesystem::path& folder);

}  // namespace lion
