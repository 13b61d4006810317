#pragma once
/// Everything an embedder needs. Compiles without torch headers.

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/convert/convert.h"
#include "lion/convert/model_info.h"
#include "lion/engine/lion.h"
#include "lion/engine/tasks.h"
#include "lion/image/decode.h"
#include "lion/image/draw.h"
#include "lion/image/encode.h"
