// COCO: images under both years' names, captions, boxes, and the Karpathy lists.
#include <array>

#include "lion/base/str.h"
#include "lion/scenes/captions.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

std::vector<std::string> captions_of(const Context& context, const Block& block, int64_t i) {
  Random random = text_random(context, "caption", block.id(i));
  const Scene scene = block.plan(i);
  return captions(Facts(scene, block.painter.vocabulary()), kCaptionsPerImage, random);
}

Json image_entry(std::string_view set, int64_t id, int64_t size) {
  return {{"license", 1},
          {"file_name", coco_name(set, id)},
          {"height", size},
          {"width", size},
          {"id", id}};
}

void write_head(JsonFile& file, std::string_view what) {
  file.begin('{');
  file.member("info", {{"description", what}, {"version", "1.0"}, {"year", 2014}});
  file.member("licenses", Json::array({{{"id", 1}, {"name", "see scenes.json"}, {"url", ""}}}));
}

using Blocks = std::vector<const Block*>;

void write_image_list(const Context& context, JsonFile& file, const Blocks& blocks,
                      std::string_view set) {
  file.begin_list("images");
  for (const Block* block : blocks) {
    for (int64_t i = 0; i < block->count; ++i) {
      file.item(image_entry(set, block->id(i), context.options.scene.size));
    }
  }
  file.end_list();
}

void write_caption_file(Context& context, const Blocks& blocks, const std::string& set) {
  JsonFile file(context.annotations(str("coco/annotations/captions_", set, ".json")));
  write_head(file, "Captions of synthetic scenes");
  write_image_list(context, file, blocks, set);
  file.begin_list("annotations");
  for (const Block* block : blocks) {
    for (int64_t i = 0; i < block->count; ++i) {
      int64_t id = block->id(i) * kCaptionsPerImage;
      for (const std::string& caption : captions_of(context, *block, i)) {
        file.item({{"image_id", block->id(i)}, {"id", id++}, {"caption", caption}});
      }
    }
  }
  file.end_list();
  file.end('}');
}

/// Kinds from 1, then shapes, then signs.
int64_t category_id(const Object& object, const Vocabulary& vocabulary) {
  const auto kinds = static_cast<int64_t>(vocabulary.kinds().size());
  if (object.form == Form::kEmoji) return object.kind + 1;
  if (object.form == Form::kShape) return kinds + 1 + object.shape;
  return kinds + 1 + static_cast<int64_t>(kShapes.size());
}

Json category_list(const Vocabulary& vocabulary) {
  Json list = Json::array();
  const auto add = [&](std::string_view group, std::string_view name) {
    list.push_back({{"supercategory", group}, {"id", list.size() + 1}, {"name", name}});
  };
  for (const Kind& kind : vocabulary.kinds()) add(category_name(kind.category), kind.name);
  for (const std::string_view shape : kShapes) add("shape", shape);
  add("sign", "sign");
  return list;
}

void write_instance_file(Context& context, const Blocks& blocks, const std::string& set) {
  JsonFile file(context.annotations(str("coco/annotations/instances_", set, ".json")));
  write_head(file, "Boxes of synthetic scenes");
  const Vocabulary& vocabulary = blocks.front()->painter.vocabulary();
  write_image_list(context, file, blocks, set);
  file.begin_list("annotations");
  for (const Block* block : blocks) {
    for (int64_t i = 0; i < block->count; ++i) {
      int64_t id = block->id(i) * 100;
      for (const Object& object : block->plan(i).objects) {
        const PixelBox box = object.box();
        file.item(
            {{"segmentation", {{box.x0, box.y0, box.x1, box.y0, box.x1, box.y1, box.x0, box.y1}}},
             {"area", object.width * object.height},
             {"iscrowd", 0},
             {"image_id", block->id(i)},
             {"bbox", xywh(object)},
             {"category_id", category_id(object, vocabulary)},
             {"id", id++}});
      }
    }
  }
  file.end_list();
  file.member("categories", category_list(vocabulary));
  file.end('}');
}

/// Karpathy's one list of all images with their splits.
void write_karpathy(Context& context) {
  JsonFile file(context.annotations("coco/dataset_coco.json"));
  file.begin('{');
  file.begin_list("images");
  const auto add = [&](const Block& block, std::string_view folder, std::string_view split) {
    for (int64_t i = 0; i < block.count; ++i) {
      Json sentences = Json::array(), ids = Json::array();
      int64_t id = block.id(i) * kCaptionsPerImage;
      for (const std::string& caption : captions_of(context, block, i)) {
        sentences.push_back({{"raw", caption}, {"imgid", block.id(i)}, {"sentid", id}});
        ids.push_back(id++);
      }
      file.item({{"filepath", folder},
                 {"sentids", ids},
                 {"filename", coco_name(folder, block.id(i))},
                 {"imgid", block.id(i)},
                 {"split", split},
                 {"sentences", sentences},
                 {"cocoid", block.id(i)}});
    }
  };
  add(context.train, "train2014", "train");
  add(context.val, "val2014", "val");
  add(context.evaluation(), "val2014", "test");
  file.end_list();
  file.member("dataset", "coco");
  file.end('}');
}

/// LAVIS's form of the Karpathy test split.
void write_karpathy_test(Context& context) {
  JsonFile file(context.annotations("coco/coco_karpathy_test.json"));
  file.begin('[');
  const Block& block = context.evaluation();
  for (int64_t i = 0; i < block.count; ++i) {
    file.item({{"image", str("val2014/", coco_name("val2014", block.id(i)))},
               {"caption", captions_of(context, block, i)}});
  }
  file.end(']');
}

void link_block(Context& context, const Block& block, std::string_view year_2014,
                std::string_view year_2017) {
  context.path(str("coco/", year_2017, "/x"));
  context.path("coco/train2014/x");
  for (int64_t i = 0; i < block.count; ++i) {
    const std::filesystem::path from =
        context.root / str("coco/", year_2014, "/", coco_name(year_2014, block.id(i)));
    link_file(from,
              context.root / str("coco/", year_2017, "/", twelve_digits(block.id(i)), ".jpg"));
    // RefCOCO's images all lie in train2014, those of its evaluation splits too.
    if (year_2014 != "train2014") {
      link_file(from, context.root / str("coco/train2014/", coco_name("train2014", block.id(i))));
    }
  }
}

}  // namespace

void write_coco(Context& context) {
  const auto paint = [&](const Block& block, std::string_view task, std::string_view set) {
    write_images(context, block, task,
                 [&](int64_t id) { return str("coco/", set, "/", coco_name(set, id)); });
  };
  paint(context.train, "coco, training", "train2014");
  link_block(context, context.train, "train2014", "train2017");
  for (const Block* block : {&context.val, &context.test, &context.held_out}) {
    paint(*block, "coco, evaluation", "val2014");
    link_block(context, *block, "val2014", "val2017");
  }
  const Blocks train = {&context.train};
  const Blocks evaluation = {&context.val, &context.test, &context.held_out};
  write_caption_file(context, train, "train2014");
  write_caption_file(context, evaluation, "val2014");
  write_instance_file(context, train, "train2014");
  write_instance_file(context, evaluation, "val2014");
  write_karpathy(context);
  write_karpathy_test(context);
}

}  // namespace lion::scenes
