// Compiled without torch on the include path: the front door must not need it.

#include "lion/lion.h"

#if __has_include(<torch/torch.h>) || __has_include(<ATen/ATen.h>)
#error "torch headers are on the include path: this test would prove nothing"
#endif
