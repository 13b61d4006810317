#pragma once
/// JSON as Python writes it.

#include <optional>
#include <string>
#include <string_view>

namespace lion {

/// `json` with each NaN, Infinity and -Infinity outside texts as null, of which JSON has a form;
/// nothing when there is none. What is not JSON for another reason stays so.
std::optional<std::string> without_nan(std::string_view json);

}  // namespace lion
