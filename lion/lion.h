#pragma once
/// Everything an embedder needs. Compiles without torch headers.

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/image/decode.h"
#include "lion/image/draw.h"
#include "lion/image/encode.h"
#include "lion/pipeline/convert.h"
#include "lion/pipeline/lion.h"
#include "lion/pipeline/model_info.h"
#include "lion/pipeline/tasks.h"
