#include "lion/scenes/write_dataset.h"

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/held_out.h"

namespace lion::scenes {
namespace {

void check(const WriteOptions& options) {
  constexpr int64_t kLargest = 10'000'000;
  if (options.count < 1 || options.count > kLargest) {
    throw InputError(str("scenes: count is out of range (got ", options.count, ", expected 1 to ",
                         kLargest, "). Choose a number in between."));
  }
  if (options.evaluation != Split::kTest && options.evaluation != Split::kHeldOut) {
    throw InputError(
        "scenes: evaluation sets are made of the split test or held_out (got another). Name one "
        "of them.");
  }
}

Context make_context(const WriteOptions& options, const std::filesystem::path& root,
                     const ProgressSink& progress) {
  SceneConfig config = options.scene;
  config.split = Split::kTrain;
  const Painter painter(config);
  const int64_t n = options.count, m = std::max<int64_t>(8, n / 10);
  return {options,
          root,
          progress,
          {painter, 0, n, 1},
          {painter.with_split(Split::kVal), 0, m, n + 1},
          {painter.with_split(Split::kTest), 0, m, n + m + 1},
          {painter.with_split(Split::kHeldOut), 0, m, n + 2 * m + 1}};
}

Json kind_list(const Vocabulary& vocabulary) {
  Json list = Json::array();
  for (const Kind& kind : vocabulary.kinds()) {
    list.push_back({{"name", kind.name},
                    {"category", category_name(kind.category)},
                    {"keywords", kind.keywords}});
  }
  return list;
}

void write_manifest(Context& context) {
  const SceneConfig& scene = context.options.scene;
  const Vocabulary& vocabulary = context.train.painter.vocabulary();
  const Json manifest = {
      {"format", "lion scenes 1"},
      {"seed", scene.seed},
      {"size", scene.size},
      {"kinds", scene.kinds},
      {"training_images", context.train.count},
      {"evaluation_images", context.evaluation().count},
      {"evaluation_split", context.options.evaluation == Split::kTest ? "test" : "held_out"},
      {"images", context.images},
      {"coco_ids",
       {{"train", {context.train.first_id, context.train.count}},
        {"val", {context.val.first_id, context.val.count}},
        {"test", {context.test.first_id, context.test.count}},
        {"held_out", {context.held_out.first_id, context.held_out.count}}}},
      {"things", kind_list(vocabulary)},
      {"tags", vocabulary.tag_list()},
      {"held_out", all_held_out(vocabulary)},
      {"licences",
       {{"images of objects", "Noto Color Emoji, SIL Open Font License 1.1"},
        {"letters", "DejaVu Sans, Bitstream Vera licence"},
        {"names and keywords", "Unicode CLDR, Unicode licence"}}}};
  write_file(context.path("scenes.json"), str(manifest.dump(2), "\n"));
}

}  // namespace

WriteReport write_dataset(const WriteOptions& options, const ProgressSink& progress) {
  check(options);
  AtomicFolder folder(options.out);
  Context context = make_context(options, folder.path(), progress);
  write_coco(context);
  write_textcaps(context);
  write_flickr30k(context);
  write_vqa(context);
  write_aokvqa(context);
  write_ocrvqa(context);
  write_llava(context);
  write_visdial(context);
  write_visual_genome(context);
  write_refcoco(context);
  write_gqa(context);
  write_iconqa(context);
  write_vsr(context);
  write_pope(context);
  write_mmbench(context);
  write_manifest(context);
  folder.commit();
  return {context.images, context.files};
}

}  // namespace lion::scenes
