#include "lion/data/augment.h"

#include <algorithm>
#include <cmath>

#include "lion/base/error.h"
#include "lion/image/normalize.h"
#include "lion/image/resize.h"
#include "lion/image/transform.h"

namespace lion::data {
namespace {

// Rounds halves to even, as Python does.
int64_t round_even(double x) { return static_cast<int64_t>(std::nearbyint(x)); }

double uniform(Random& random, double low, double high) {
  return low + (high - low) * random.uniform();
}

void check_probability(double value, std::string_view name) {
  if (value >= 0.0 && value <= 1.0) return;
  throw InputError(str("augmentation: ", name, " is ", value, " (expected 0 to 1). Correct it."));
}

void check_range(double low, double high, double limit, std::string_view name) {
  if (low > 0.0 && low <= high && high <= limit) return;
  throw InputError(str("augmentation: the crop's ", name, " goes from ", low, " to ", high,
                       " (expected above 0, at most ", limit, " and in order). Correct it."));
}

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

CropBox middle_crop(int64_t width, int64_t height, const CropOptions& options) {
  const double aspect = static_cast<double>(width) / static_cast<double>(height);
  int64_t w = width, h = height;
  if (aspect < options.min_aspect) {
    h = round_even(static_cast<double>(w) / options.min_aspect);
  } else if (aspect > options.max_aspect) {
    w = round_even(static_cast<double>(h) * options.max_aspect);
  }
  w = std::max<int64_t>(w, 1);
  h = std::max<int64_t>(h, 1);
  return {(width - w) / 2, (height - h) / 2, w, h};
}

}  // namespace

void AugmentOptions::validate() const {
  check_probability(image_flip, "image_flip");
  check_probability(region_flip, "region_flip");
  if (!crop) return;
  check_range(crop->min_area, crop->max_area, 1.0, "area");
  check_range(crop->min_aspect, crop->max_aspect, 100.0, "aspect");
}

CropBox sample_crop(int64_t width, int64_t height, const CropOptions& options, Random& random) {
  const double log_min = std::log(options.min_aspect);
  const double log_max = std::log(options.max_aspect);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area =
        static_cast<double>(width * height) * uniform(random, options.min_area, options.max_area);
    const double aspect = std::exp(uniform(random, log_min, log_max));
    const int64_t w = round_even(std::sqrt(area * aspect));
    const int64_t h = round_even(std::sqrt(area / aspect));
    if (w < 1 || w > width || h < 1 || h > height) continue;
    const auto place = [&random](int64_t room) {
      return static_cast<int64_t>(uniform(random, 0.0, static_cast<double>(room + 1)));
    };
    const int64_t top = place(height - h);
    return {place(width - w), top, w, h};
  }
  return middle_crop(width, height, options);
}

Augmentation draw_augmentation(Task task, const Example& example, int64_t width, int64_t height,
                               const AugmentOptions& options, Random& random) {
  const bool region = is_region(task);
  Augmentation drawn;
  if (!region && options.crop) drawn.crop = sample_crop(width, height, *options.crop, random);
  const bool spare_sides = region || !options.flip_sided_text;
  drawn.flip = random.uniform() < (region ? options.region_flip : options.image_flip) &&
               !(spare_sides &&
                 (says_left_or_right(example.instruction) || says_left_or_right(example.answer)));
  return drawn;
}

void augment(const Image& image, const Augmentation& augmentation, int64_t size,
             std::span<float> chw) {
  const auto finish = [&](const Image& part) {
    const Image resized = resize(part, size, size, Filter::kBicubic);
    normalize(augmentation.flip ? flip_horizontal(resized) : resized, kClipNormalization, chw);
  };
  if (const auto& box = augmentation.crop) {
    finish(crop(image, box->left, box->top, box->width, box->height));
  } else {
    finish(image);
  }
}

bool says_left_or_right(std::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    std::string word;
    while (end < text.size() && is_word_char(text[end])) word += lower(text[end++]);
    if (word == "left" || word == "right") return true;
    begin = end + 1;
  }
  return false;
}

Box mirror(const Box& box) { return {1.0 - box.x1, box.y0, 1.0 - box.x0, box.y1}; }

std::string mirror_boxes(std::string_view text) {
  std::string out;
  size_t done = 0;
  for (const ParsedBox& found : parse_boxes(text)) {
    out += text.substr(done, found.offset - done);
    out += format_box(mirror(found.box));
    done = found.offset + found.length;
  }
  out += text.substr(done);
  return out;
}

Example mirror(const Example& example) {
  Example out{mirror_boxes(example.instruction), mirror_boxes(example.answer), {}};
  for (const Box& box : example.boxes) out.boxes.push_back(mirror(box));
  return out;
}

}  // namespace lion::data
