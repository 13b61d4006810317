#pragma once
/// A scene in words alone, for those who cannot see it: every thing with its box.

#include <functional>
#include <string>

#include "lion/base/random.h"
#include "lion/scenes/facts.h"
#include "lion/text/box.h"

namespace lion::scenes {

/// "In a meadow: dog [0.100,0.340,0.520,0.700], sign "STOP" [0.600,0.020,0.900,0.180].", the things
/// in random order. `box_of` gives the box of a thing as it is to be printed.
std::string inventory(const Facts& facts, const std::function<Box(const Thing&)>& box_of,
                      Random& random);

}  // namespace lion::scenes
