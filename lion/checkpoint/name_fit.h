#pragma once
/// Names as people's training wrappers leave them, brought to those of the bare model.

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "lion/checkpoint/tensor_map.h"

namespace lion {

/// Whether one of `parts` (lower case) stands in the name, whatever its case.
bool name_contains_any(std::string_view name, std::initializer_list<std::string_view> parts);

/// Whether a key or prefix is one of averaged weights, as "model_ema." is.
bool is_averaged_name(std::string_view name);

/// Takes away what wrappers add to names: parts that stand anywhere ("module.", "_orig_mod.",
/// "_fsdp_wrapped_module.", ...), then one prefix ("model.", "net.visual.", ...), when without it
/// more names satisfy `is_known`, and it either explains all names or no name is known as it is.
/// Of two prefixes that fit as well, the one of averaged weights ("model_ema.") is not taken.
/// Tensors outside the prefix are left out. log_info says what was done; `where` names the source.
TensorMap without_wrappers(TensorMap tensors,
                           const std::function<bool(std::string_view name)>& is_known,
                           const std::string& where);

}  // namespace lion
