// RefCOCO, RefCOCO+ and RefCOCOg: where is it (REC), and what is there (REG). The box that is right
// stays as the file has it: neither rounded nor clipped to the image.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lion/annotations/text_rules.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/readers/expressions.h"
#include "lion/text/box.h"

namespace lion::eval {
namespace {

Json official_of(const Expression& expression) {
  return {{"img_path", expression.image_name},
          {"expression", expression.text},
          {"width", expression.width},
          {"height", expression.height}};
}

/// The box as prompts write it: fractions within the image.
std::string written_box(const Expression& expression) {
  const auto fraction = [](double pixels, int64_t side) {
    return std::clamp(pixels / static_cast<double>(side), 0.0, 1.0);
  };
  const PixelBox& box = expression.box;
  return format_box({fraction(box.x0, expression.width), fraction(box.y0, expression.height),
                     fraction(box.x1, expression.width), fraction(box.y1, expression.height)});
}

}  // namespace

void read_expression_items(ItemReader& reader) {
  for_each_expression(reader, [&](Expression expression) {
    const std::string words(without_full_stop(expression.text));
    Item item;
    item.id = expression.id;
    item.prompt = fill(reader.drawn_prompt(Task::kRec, item.id), {{"expr", words}});
    item.truth.box = expression.box;
    item.official = official_of(expression);
    item.image.path = std::move(expression.image);
    item.question = std::move(expression.text);
    reader.add(std::move(item));
  });
}

void read_region_items(ItemReader& reader) {
  // A box has several sentences, which need not follow each other.
  std::vector<Item> items;
  std::unordered_map<std::string, size_t> numbers;
  for_each_expression(reader, [&](Expression expression) {
    const PixelBox& box = expression.box;
    const std::string key =
        str(expression.image_name, " ", box.x0, " ", box.y0, " ", box.x1, " ", box.y1);
    const auto [known, is_new] = numbers.try_emplace(key, items.size());
    if (is_new) {
      const std::string written = written_box(expression);
      Item item;
      item.id = expression.id;
      item.prompt = fill(reader.drawn_prompt(Task::kReg, item.id), {{"bbox", written}});
      item.question = written;
      item.truth.box = box;
      item.official = official_of(expression);
      item.official.erase("expression");
      item.official["image_id"] = id_value(item.id);
      item.image.path = expression.image;
      items.push_back(std::move(item));
    }
    items[known->second].truth.texts.push_back(std::move(expression.text));
  });
  for (Item& item : items) {
    read_record(
        reader.problems(), [&] { return item.id; }, [&] { reader.add(std::move(item)); });
  }
}

}  // namespace lion::eval
