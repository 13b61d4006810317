#include "lion/convert/golden_answers.h"

#include <algorithm>
#include <array>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/engine/tasks.h"
#include "lion/image/decode.h"
#include "lion/model_folder/model_folder.h"
#include "lion/models/lion_config.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 5> kGoldenTasks{"caption", "query", "ground", "describe",
                                                       "tags"};

bool has_text(GoldenTask ask) { return ask != GoldenTask::kCaption && ask != GoldenTask::kTags; }

GoldenTask parse_golden_task(const std::string& name, const std::string& where) {
  const auto found = std::find(kGoldenTasks.begin(), kGoldenTasks.end(), name);
  if (found == kGoldenTasks.end()) {
    throw InputError(str(where, ": key \"ask\" is \"", name,
                         "\", expected caption, query, ground, describe or tags. Name one."));
  }
  return static_cast<GoldenTask>(found - kGoldenTasks.begin());
}

void require_below(const fs::path& image, const std::string& where) {
  if (!image.empty() && !image.is_absolute() && *image.lexically_normal().begin() != "..") {
    return;
  }
  throw InputError(str(where, ": key \"image\" is \"", image.string(),
                       "\", expected a path below the folder. Put the image into the folder."));
}

GoldenAnswer read_case(const Json& json, const std::string& where) {
  JsonReader reader(json, where);
  GoldenAnswer known;
  std::string ask;
  reader.require("image", known.image);
  reader.require("ask", ask);
  known.ask = parse_golden_task(ask, where);
  if (has_text(known.ask)) reader.require("text", known.text);
  std::string answer;
  reader.read("answer", answer);
  if (reader.has("answer")) known.answer = std::move(answer);
  reader.finish();
  require_below(known.image, where);
  return known;
}

Json case_json(const GoldenAnswer& known) {
  Json json = {{"image", known.image}, {"ask", golden_task_name(known.ask)}};
  if (has_text(known.ask)) json["text"] = known.text;
  if (known.answer) json["answer"] = *known.answer;
  return json;
}

/// The demo passes the list of tags nested once too deep, and its text reads "[['a, b']]".
std::string demo_tags(std::string_view tags) { return str("['", tags, "']"); }

Question make_question(const GoldenAnswer& known, const Image& image) {
  const PromptTemplates templates = PromptTemplates::builtin();
  switch (known.ask) {
    case GoldenTask::kCaption:
      return caption_question(templates);
    case GoldenTask::kQuery:
      return vqa_question(templates, known.text);
    case GoldenTask::kGround:
      return ground_question(templates, known.text);
    case GoldenTask::kDescribe:
      return describe_question(templates,
                               parse_box_argument(known.text, image.width, image.height));
    case GoldenTask::kTags:
      break;
  }
  throw InternalError("make_question: tags are found without a question.");
}

}  // namespace

std::string_view golden_task_name(GoldenTask ask) { return kGoldenTasks[static_cast<size_t>(ask)]; }

fs::path golden_answers_file(const fs::path& folder) {
  return ModelFolder{folder}.golden_answers();
}

std::optional<std::vector<GoldenAnswer>> read_golden_answers(const fs::path& folder) {
  const fs::path path = ModelFolder{folder}.golden_answers();
  const std::string where = path.string();
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  const Json json = read_json_file(path);
  JsonReader reader(json, where);
  reader.ignore("cases");
  reader.finish();
  const Json cases = json.value("cases", Json::array());
  if (!cases.is_array() || cases.empty()) {
    throw InputError(str(where, ": \"cases\" is no list with entries. Add one, for instance ",
                         "{\"image\": \"doctor/scene.png\", \"ask\": \"caption\"}."));
  }
  std::vector<GoldenAnswer> answers;
  for (size_t i = 0; i < cases.size(); ++i) {
    answers.push_back(read_case(cases[i], str(where, ": cases[", i, "]")));
  }
  return answers;
}

void write_golden_answers(const fs::path& folder, std::span<const GoldenAnswer> answers) {
  Json json;
  json["cases"] = Json::array();
  for (const GoldenAnswer& known : answers) json["cases"].push_back(case_json(known));
  write_file(ModelFolder{folder}.golden_answers(),
             json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

// Source: the notebook of JiuTian-LION, with the released code's 5 beams and repetition penalty.
std::vector<GoldenAnswer> released_answers(const fs::path& folder) {
  const models::LionConfig config = ModelFolder{folder}.read_config();
  models::LionConfig released = models::lion_4b();
  released.ram = config.ram;  // the tags are given
  if (models::to_json(config) != models::to_json(released)) return {};

  GoldenAnswer luggage;
  luggage.image = "COCO_train2014_000000024935.jpg";
  luggage.ask = GoldenTask::kQuery;
  luggage.text = "Please describe the image using a single short sentence.";
  luggage.answer = "A woman standing next to a luggage carousel with a dog.";
  luggage.literal = {.prompt = luggage.text,
                     .level = TaskLevel::kImage,
                     .tag_source = TagSource::kGiven,
                     .tags = demo_tags("airport, beagle, bend, cart, check, pillar, transporter, "
                                       "dog, escalator, luggage, man, pet, push, stand, terminal")};
  GoldenAnswer plant;
  plant.image = "COCO_train2014_000000533220.jpg";
  plant.ask = GoldenTask::kGround;
  plant.text =
      "In the image <image>, can you locate green plant behind a table visible behind a lady ' s "
      "head and let me know its coordinates?";
  plant.answer = "Answer: [0.440,0.060,0.650,0.367]";
  plant.literal = {
      .prompt = plant.text,
      .level = TaskLevel::kRegion,
      .tag_source = TagSource::kGiven,
      .tags = demo_tags("beer, beverage, cafe, conversation, table, drink, person, laugh, "
                        "man, outdoor, round table, sit, smile, woman")};
  return {luggage, plant};
}

std::string give_answer(const Lion& lion, const fs::path& file, const GoldenAnswer& known) {
  // The released code ignores EXIF; the commands turn images.
  const Image image = load_image(file, {.exif = known.literal ? Exif::kIgnore : Exif::kAuto});
  const EncodedImage encoded = lion.encode_image(image);
  if (known.ask == GoldenTask::kTags) return tag_names(lion.tags(encoded));
  if (known.literal) return lion.answer(encoded, *known.literal).best.text;
  Question question = make_question(known, image);
  question.generate.num_beams = 1;
  return lion.answer(encoded, question).best.text;
}

}  // namespace lion
