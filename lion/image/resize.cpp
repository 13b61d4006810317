#include "lion/image/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lion/base/error.h"

namespace lion {
namespace {

constexpr int kPrecisionBits = 22;

// Output i is the sum of weight[k] * input[first + k] over k in [0, count), k from `offset` on.
struct Taps {
  int64_t first = 0;
  int64_t count = 0;
  int64_t offset = 0;
};

struct Weights {
  std::vector<Taps> taps;       // one per output
  std::vector<int32_t> values;  // fixed point, of all outputs
};

double support_of(Filter filter) { return filter == Filter::kBicubic ? 2.0 : 1.0; }

double filter_value(Filter filter, double x) {
  x = std::abs(x);
  if (filter == Filter::kBilinear) return x < 1.0 ? 1.0 - x : 0.0;
  constexpr double a = -0.5;
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

int32_t fixed_point(double weight) {
  const double scaled = weight * (1 << kPrecisionBits);
  return static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

// The order of the operations is Pillow's: another order rounds some weights differently.
Weights make_weights(int64_t in, int64_t out, Filter filter) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double filter_scale = std::max(scale, 1.0);
  const double support = support_of(filter) * filter_scale;
  const double inverse = 1.0 / filter_scale;
  Weights weights;
  weights.taps.reserve(out);
  std::vector<double> row;
  for (int64_t i = 0; i < out; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const int64_t first = std::max<int64_t>(0, static_cast<int64_t>(center - support + 0.5));
    const int64_t last = std::min(in, static_cast<int64_t>(center + support + 0.5));
    row.clear();
    double sum = 0;
    for (int64_t k = 0; k < last - first; ++k) {
      row.push_back(
          filter_value(filter, (static_cast<double>(k + first) - center + 0.5) * inverse));
      sum += row.back();
    }
    weights.taps.push_back({first, last - first, static_cast<int64_t>(weights.values.size())});
    for (const double w : row) weights.values.push_back(fixed_point(sum != 0 ? w / sum : w));
  }
  return weights;
}

uint8_t to_byte(int32_t fixed) {
  return static_cast<uint8_t>(std::clamp(fixed >> kPrecisionBits, 0, 255));
}

constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);

// R, G, B and a value without meaning, as one vector: the compiler finds no such layout by itself.
using WidePixel = int32_t __attribute__((vector_size(16)));

void widen_row(const uint8_t* from, WidePixel* to, int64_t n) {
  for (int64_t x = 0; x < n; ++x, from += 3) to[x] = WidePixel{from[0], from[1], from[2], 0};
}

// Two of them side by side.
using WidePair = int32_t __attribute__((vector_size(32), aligned(16), may_alias));

// Inlined into both kinds of `RowWork`.
#define LION_ROW_BODY inline __attribute__((always_inline)) void

LION_ROW_BODY resample_row(const WidePixel* from, const Taps* taps, int64_t out,
                           const WidePixel* weights, uint8_t* to) {
  for (int64_t x = 0; x < out; ++x, to += 3) {
    const WidePixel* weight = weights + taps[x].offset;
    const WidePixel* pixel = from + taps[x].first;
    WidePair sums = {kHalf, kHalf, kHalf, 0};
    int64_t k = 0;
    for (; k + 1 < taps[x].count; k += 2) {
      sums += *reinterpret_cast<const WidePair*>(weight + k) *
              *reinterpret_cast<const WidePair*>(pixel + k);
    }
    WidePixel sum = {sums[0] + sums[4], sums[1] + sums[5], sums[2] + sums[6], 0};
    if (k < taps[x].count) sum += weight[k] * pixel[k];
    for (int c = 0; c < 3; ++c) to[c] = to_byte(sum[c]);
  }
}

// sum[i] += weight * from[i]
LION_ROW_BODY accumulate_row(int32_t* __restrict sum, const uint8_t* __restrict from,
                             int32_t weight, int64_t n) {
  for (int64_t i = 0; i < n; ++i) sum[i] += weight * from[i];
}

LION_ROW_BODY round_row(const int32_t* __restrict sum, uint8_t* __restrict to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = to_byte(sum[i]);
}

// The inner loops. Integer arithmetic gives the same bytes with any instructions; AVX2 has a
// product of 32-bit numbers, which plain x86-64 has not.
struct RowWork {
  void (*resample)(const WidePixel* from, const Taps* taps, int64_t out, const WidePixel* weights,
                   uint8_t* to);
  void (*accumulate)(int32_t* sum, const uint8_t* from, int32_t weight, int64_t n);
  void (*round)(const int32_t* sum, uint8_t* to, int64_t n);
};

#define LION_ROW_WORK(name, target)                                                          \
  struct name {                                                                              \
    target static void resample(const WidePixel* from, const Taps* taps, int64_t out,        \
                                const WidePixel* weights, uint8_t* to) {                     \
      resample_row(from, taps, out, weights, to);                                            \
    }                                                                                        \
    target static void accumulate(int32_t* sum, const uint8_t* from, int32_t w, int64_t n) { \
      accumulate_row(sum, from, w, n);                                                       \
    }                                                                                        \
    target static void round(const int32_t* sum, uint8_t* to, int64_t n) {                   \
      round_row(sum, to, n);                                                                 \
    }                                                                                        \
    static constexpr RowWork kWork = {resample, accumulate, round};                          \
  }

LION_ROW_WORK(Plain, );
#if defined(__x86_64__)
LION_ROW_WORK(Avx2, __attribute__((target("avx2"))));
#endif

const RowWork& row_work() {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2");
  if (avx2) return Avx2::kWork;
#endif
  return Plain::kWork;
}

Image resize_width(const Image& image, int64_t width, Filter filter) {
  const Weights weights = make_weights(image.width, width, filter);
  Image out = Image::black(width, image.height);
  std::vector<WidePixel> wide(image.width);
  std::vector<WidePixel> wide_weights;  // each for all channels
  for (const int32_t w : weights.values) wide_weights.push_back(WidePixel{w, w, w, w});
  for (int64_t y = 0; y < image.height; ++y) {
    widen_row(image.row(y), wide.data(), image.width);
    row_work().resample(wide.data(), weights.taps.data(), width, wide_weights.data(), out.row(y));
  }
  return out;
}

Image resize_height(const Image& image, int64_t height, Filter filter) {
  const Weights weights = make_weights(image.height, height, filter);
  Image out = Image::black(image.width, height);
  const int64_t n = image.width * 3;
  std::vector<int32_t> sum(n);
  for (int64_t y = 0; y < height; ++y) {
    const Taps& taps = weights.taps[y];
    std::fill(sum.begin(), sum.end(), kHalf);
    for (int64_t k = 0; k < taps.count; ++k) {
      row_work().accumulate(sum.data(), image.row(taps.first + k), weights.values[taps.offset + k],
                            n);
    }
    row_work().round(sum.data(), out.row(y), n);
  }
  return out;
}

// Rounding after each pass makes the order visible. Pillow before 13 always began with the width;
// since 13 it begins with the height when that saves work: this is its rule, found by experiment.
bool vertical_first(const Image& image, int64_t width, int64_t height) {
  return height < image.height && image.height - height > 2 * (image.width - width);
}

}  // namespace

Image resize(const Image& image, int64_t width, int64_t height, Filter filter) {
  if (image.width < 1 || image.height < 1 || width < 1 || height < 1) {
    throw InputError(str("resize: the image is ", image.width, " x ", image.height,
                         " and the wanted size ", width, " x ", height,
                         " pixels (expected at least 1 x 1). Give a positive size."));
  }
  const bool new_width = width != image.width;
  const bool new_height = height != image.height;
  if (new_width && new_height) {
    return vertical_first(image, width, height)
               ? resize_width(resize_height(image, height, filter), width, filter)
               : resize_height(resize_width(image, width, filter), height, filter);
  }
  if (new_width) return resize_width(image, width, filter);
  if (new_height) return resize_height(image, height, filter);
  return image;
}

}  // namespace lion
