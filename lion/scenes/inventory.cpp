#include "lion/scenes/inventory.h"

#include <numeric>
#include <vector>

#include "lion/base/str.h"
#include "lion/scenes/words.h"

namespace lion::scenes {

std::string inventory(const Facts& facts, const std::function<Box(const Thing&)>& box_of,
                      Random& random) {
  std::vector<size_t> order(facts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  shuffle(order, random);
  std::vector<std::string> entries;
  for (const size_t i : order) {
    const Thing& thing = facts.thing(i);
    const std::string look =
        thing.form == Form::kSign
            ? str(kColours.at(static_cast<size_t>(thing.colour)).name, " sign \"", thing.text, "\"")
            : facts.name(i);
    entries.push_back(str(look, " ", format_box(box_of(thing))));
  }
  return str(capitalized(std::string(place_words(facts.scene().background.place).phrase)), ": ",
             join(entries, ", "), ".");
}

}  // namespace lion::scenes
