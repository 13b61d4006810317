/// How many scenes one core plans and paints in a second, as a trainer draws them on the fly.
/// Prints one JSON object.
///
/// usage: scenes_bench [COUNT] [SIZE] [KINDS]

#include <chrono>
#include <iostream>
#include <string>

#include "lion/base/json.h"
#include "lion/scenes/painter.h"

int main(int argc, char** argv) {
  const auto argument = [&](int i, int64_t fallback) {
    return argc > i ? std::stoll(argv[i]) : fallback;
  };
  const int64_t count = argument(1, 20000);
  lion::scenes::SceneConfig config;
  config.size = argument(2, 128);
  config.kinds = argument(3, config.kinds);
  const lion::scenes::Painter painter(config);
  uint64_t checksum = 0;  // keeps the images from being optimised away
  const auto paint = [&](int64_t first) {
    const auto begin = std::chrono::steady_clock::now();
    for (int64_t i = first; i < first + count; ++i) {
      const lion::Image image = painter.paint(painter.plan(static_cast<uint64_t>(i)));
      checksum += image.rgb[static_cast<size_t>(i) % image.rgb.size()];
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(count) / spent.count();
  };
  const double cold = paint(0);  // sprites are made when they are first needed
  const double warm = paint(count);
  const lion::Json result = {{"count", count},        {"size", config.size},
                             {"kinds", config.kinds}, {"first_images_per_s", cold},
                             {"images_per_s", warm},  {"checksum", checksum}};
  std::cout << result.dump() << "\n";
}
