// Captions besides COCO: TextCaps, whose images have words in them, and Flickr30K.
#include <algorithm>

#include "lion/base/str.h"
#include "lion/scenes/captions.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

/// Lower-case words, as TextCaps and Karpathy list them.
std::vector<std::string> tokens(const std::string& caption) {
  std::string letters = lower_case(caption);
  std::replace_if(
      letters.begin(), letters.end(),
      [](char c) { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-'; }, ' ');
  std::vector<std::string> words = split(letters, ' ');
  std::erase(words, "");
  return words;
}

std::vector<std::string> captions_of(const Context& context, const Block& block, int64_t i,
                                     std::string_view purpose) {
  Random random = text_random(context, purpose, block.id(i));
  const Scene scene = block.plan(i);
  return captions(Facts(scene, block.painter.vocabulary()), kCaptionsPerImage, random);
}

std::string textcaps_id(std::string_view set, int64_t id) {
  return str(set == "train" ? "a" : "b", twelve_digits(id));
}

void write_textcaps_set(Context& context, const Block& block, const std::string& set) {
  JsonFile file(context.annotations(str("textcaps/TextCaps_0.1_", set, ".json")));
  file.begin('{');
  file.member("dataset_type", set);
  file.member("dataset_name", "textcaps");
  file.member("dataset_version", "0.1");
  file.begin_list("data");
  for (int64_t i = 0; i < block.count; ++i) {
    const std::vector<std::string> references = captions_of(context, block, i, set);
    Json reference_tokens = Json::array();
    for (const std::string& one : references) reference_tokens.push_back(tokens(one));
    const std::string image = textcaps_id(set, block.id(i));
    for (size_t k = 0; k < references.size(); ++k) {
      file.item({{"image_id", image},
                 {"image_path", str(set, "/", image, ".jpg")},
                 {"image_width", block.painter.config().size},
                 {"image_height", block.painter.config().size},
                 {"set_name", set},
                 {"image_classes", Json::array({"Sign"})},
                 {"caption_id", block.id(i) * kCaptionsPerImage + static_cast<int64_t>(k)},
                 {"caption_str", references[k]},
                 {"caption_tokens", tokens(references[k])},
                 {"reference_strs", references},
                 {"reference_tokens", reference_tokens}});
    }
  }
  file.end_list();
  file.end('}');
  write_images(context, block, "textcaps", [&](int64_t id) {
    return str("textcaps/train_images/", textcaps_id(set, id), ".jpg");
  });
}

/// Every image has a sign, and something beside it where there is room.
Block with_signs(Block block) {
  block.painter = block.painter.with_sign_share(1.0);
  return block;
}

}  // namespace

void write_textcaps(Context& context) {
  const int64_t train = std::max<int64_t>(4, context.options.count / 4);
  write_textcaps_set(context, with_signs(own_block(context.train, 1, train)), "train");
  const Block& evaluation = context.evaluation();
  write_textcaps_set(context, with_signs(own_block(evaluation, 1, evaluation.count)), "val");
}

void write_flickr30k(Context& context) {
  const Block block = own_block(context.evaluation(), 2, context.evaluation().count);
  JsonFile file(context.annotations("flickr30k/dataset_flickr30k.json"));
  file.begin('{');
  file.begin_list("images");
  for (int64_t i = 0; i < block.count; ++i) {
    Json sentences = Json::array(), ids = Json::array();
    int64_t id = block.id(i) * kCaptionsPerImage;
    for (const std::string& caption : captions_of(context, block, i, "flickr30k")) {
      sentences.push_back(
          {{"tokens", tokens(caption)}, {"raw", caption}, {"imgid", block.id(i)}, {"sentid", id}});
      ids.push_back(id++);
    }
    file.item({{"sentids", ids},
               {"imgid", block.id(i)},
               {"sentences", sentences},
               {"split", "test"},
               {"filename", str(block.id(i), ".jpg")}});
  }
  file.end_list();
  file.member("dataset", "flickr30k");
  file.end('}');
  write_images(context, block, "flickr30k",
               [](int64_t id) { return str("flickr30k/flickr30k-images/", id, ".jpg"); });
}

}  // namespace lion::scenes
