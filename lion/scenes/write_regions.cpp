// Places and their words: Visual Genome, and RefCOCO, RefCOCO+, RefCOCOg in MDETR's layout.
#include <algorithm>
#include <array>

#include "lion/base/str.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/expressions.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

/// Every other image lies in the second folder, as the official ones do in two.
std::string genome_path(int64_t id) {
  return str(id % 2 == 0 ? "VG_100K/" : "VG_100K_2/", id, ".jpg");
}

void write_genome_images(Context& context, const Block& block) {
  JsonFile file(context.annotations("vg/image_data.json"));
  file.begin('[');
  for (int64_t i = 0; i < block.count; ++i) {
    file.item({{"width", block.painter.config().size},
               {"url", str("https://scenes.example/", genome_path(block.id(i)))},
               {"height", block.painter.config().size},
               {"image_id", block.id(i)},
               {"coco_id", nullptr},
               {"flickr_id", nullptr}});
  }
  file.end(']');
}

void write_genome_regions(Context& context, const Block& block) {
  JsonFile file(context.annotations("vg/region_descriptions.json"));
  file.begin('[');
  int64_t region_id = 1;
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, "vg", block.id(i));
    const Scene scene = block.plan(i);
    const Facts facts(scene, block.painter.vocabulary());
    Json regions = Json::array();
    for (size_t k = 0; k < facts.size(); ++k) {
      const std::optional<std::string> phrase = refer(facts, k, random);
      if (!phrase) continue;
      const Object& object = facts.object(k);
      regions.push_back({{"region_id", region_id++},
                         {"width", object.width},
                         {"height", object.height},
                         {"image_id", block.id(i)},
                         {"phrase", *phrase},
                         {"y", object.top},
                         {"x", object.left}});
    }
    file.item({{"regions", std::move(regions)}, {"id", block.id(i)}});
  }
  file.end(']');
}

enum class Style { kAny, kWithoutPlace, kLong };

struct RefSet {
  std::string_view name;
  Style style;
};
constexpr std::array<RefSet, 3> kRefSets = {
    {{"refcoco", Style::kAny}, {"refcoco+", Style::kWithoutPlace}, {"refcocog", Style::kLong}}};

struct Ref {
  size_t object;
  std::string text;
};

/// One expression per object in the style of the set.
std::vector<Ref> refs_of(const Context& context, const Block& block, int64_t i, const Facts& facts,
                         const RefSet& set) {
  Random random = text_random(context, set.name, block.id(i));
  std::vector<Ref> refs;
  for (size_t k = 0; k < facts.size(); ++k) {
    std::vector<Expression> list = expressions(facts, k);
    if (set.style == Style::kWithoutPlace)
      std::erase_if(list, [](const Expression& expression) { return expression.speaks_of_place; });
    if (list.empty()) continue;
    std::string text = pick(list, random).text;
    if (set.style == Style::kLong) {
      text = std::max_element(list.begin(), list.end(), [](const auto& a, const auto& b) {
               return a.text.size() < b.text.size();
             })->text;
    }
    refs.push_back({k, std::move(text)});
  }
  return refs;
}

/// Calls `write(number, image id, ref, object)` for every expression of the block.
template <typename Write>
void for_each_ref(const Context& context, const Block& block, const RefSet& set,
                  const Write& write) {
  int64_t number = 1;
  for (int64_t i = 0; i < block.count; ++i) {
    const Scene scene = block.plan(i);
    const Facts facts(scene, block.painter.vocabulary());
    for (const Ref& ref : refs_of(context, block, i, facts, set)) {
      write(number++, block.id(i), ref, facts.object(ref.object));
    }
  }
}

void write_ref_split(Context& context, const Block& block, const RefSet& set,
                     std::string_view split) {
  JsonFile file(context.annotations(str("refcoco/finetune_", set.name, "_", split, ".json")));
  const int64_t size = block.painter.config().size;
  file.begin('{');
  file.member("info", {{"description", "Referring expressions for synthetic scenes"}});
  file.member("licenses", Json::array());
  file.begin_list("images");
  for_each_ref(context, block, set,
               [&](int64_t number, int64_t image_id, const Ref& ref, const Object&) {
                 file.item({{"file_name", coco_name("train2014", image_id)},
                            {"height", size},
                            {"width", size},
                            {"id", number},
                            {"original_id", image_id},
                            {"caption", ref.text},
                            {"dataset_name", set.name},
                            {"tokens_negative", {{0, ref.text.size()}}}});
               });
  file.end_list();
  file.begin_list("annotations");
  for_each_ref(context, block, set,
               [&](int64_t number, int64_t image_id, const Ref& ref, const Object& object) {
                 file.item({{"area", object.width * object.height},
                            {"iscrowd", 0},
                            {"image_id", number},
                            {"category_id", 1},
                            {"id", number},
                            {"bbox", xywh(object)},
                            {"original_id", image_id * 100 + static_cast<int64_t>(ref.object)},
                            {"tokens_positive", {{0, ref.text.size()}}}});
               });
  file.end_list();
  file.member("categories",
              Json::array({{{"supercategory", "thing"}, {"id", 1}, {"name", "thing"}}}));
  file.end('}');
}

}  // namespace

void write_visual_genome(Context& context) {
  const Block block = own_block(context.train, 4, std::max<int64_t>(4, context.options.count / 2));
  write_genome_images(context, block);
  write_genome_regions(context, block);
  context.path("vg/VG_100K/x");
  context.path("vg/VG_100K_2/x");
  write_images(context, block, "visual genome",
               [](int64_t id) { return str("vg/", genome_path(id)); });
}

void write_refcoco(Context& context) {
  for (const RefSet& set : kRefSets) {
    write_ref_split(context, context.train, set, "train");
    write_ref_split(context, context.val, set, "val");
    if (set.name == "refcocog") {
      write_ref_split(context, context.evaluation(), set, "test");
    } else {
      write_ref_split(context, context.test, set, "testA");
      write_ref_split(context, context.held_out, set, "testB");
    }
  }
}

}  // namespace lion::scenes
