#include "lion/nn/shape.h"

#include <algorithm>

#include "lion/base/error.h"

namespace lion::nn {

void check_shape(const at::Tensor& tensor, std::initializer_list<int64_t> expected,
                 std::string_view what) {
  const bool same =
      static_cast<size_t>(tensor.dim()) == expected.size() &&
      std::equal(expected.begin(), expected.end(), tensor.sizes().begin(),
                 [](int64_t want, int64_t got) { return want == kAny || want == got; });
  if (same) return;
  std::vector<std::string> wanted;
  for (const int64_t size : expected) wanted.push_back(size == kAny ? "any" : str(size));
  throw InputError(str(what, ": got shape ", shape_str(tensor.sizes()), ", expected [",
                       join(wanted, ","), "]. Pass a tensor of that shape."));
}

}  // namespace lion::nn
