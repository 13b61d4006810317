#include "cli/result.h"

#include <iomanip>

#include "cli/image_path.h"
#include "lion/base/base64.h"
#include "lion/base/str.h"

namespace lion::cli {
namespace {

Json header_json(std::string_view command, const Model& model, const ImageFile& file) {
  Json image = {{"path", written_path(file.path, /*one_line=*/false)},
                {"width", file.image.width},
                {"height", file.image.height}};
  if (!is_utf8(file.path)) image["path_bytes"] = encode_base64(file.path);
  return {{"command", command}, {"model", model.folder}, {"image", std::move(image)}};
}

Json tag_list_json(std::span<const Tag> tags) {
  Json list = Json::array();
  for (const Tag& tag : tags) list.push_back({{"name", tag.name}, {"score", tag.score}});
  return list;
}

Json box_json(const AnswerBox& found) {
  const auto corners = [](const auto& box) {
    return Json{{"x0", box.x0}, {"y0", box.y0}, {"x1", box.x1}, {"y1", box.y1}};
  };
  Json json = corners(found.box);
  json["pixels"] = corners(found.pixels);
  json["confidence"] = found.confidence;
  json["valid"] = true;
  json["adjusted"] = found.adjusted;
  return json;
}

/// Appends what is reported of every one of the n best answers.
void add_hypothesis(Json& json, const Hypothesis& hypothesis) {
  json["text"] = hypothesis.text;
  json["score"] = hypothesis.score;
  json["finished"] = hypothesis.finished;
  json["tokens"] = hypothesis.ids;
  json["token_logprobs"] = hypothesis.token_logprobs;
  json["boxes"] = Json::array();
  for (const AnswerBox& box : hypothesis.boxes) json["boxes"].push_back(box_json(box));
}

Json timings_json(const Model& model, const ImageFile& image, const Timings& timings) {
  const double total = model.load_seconds + image.decode_seconds + timings.vit +
                       timings.aggregator + timings.tagger + timings.qformer + timings.encoder +
                       timings.decoder;
  return {{"load_s", model.load_seconds},
          {"decode_image_s", image.decode_seconds},
          {"vit_s", timings.vit},
          {"aggregator_s", timings.aggregator},
          {"tagger_s", timings.tagger},
          {"qformer_s", timings.qformer},
          {"encoder_s", timings.encoder},
          {"decoder_s", timings.decoder},
          {"total_s", total}};
}

}  // namespace

Json answer_json(std::string_view command, const Model& model, const ImageFile& image,
                 const Answer& answer) {
  Json json = header_json(command, model, image);
  json["prompt"] = answer.prompt;
  json["question"] = answer.question;
  json["level"] = task_level_name(answer.level);
  add_hypothesis(json, answer.best);
  json["alternatives"] = Json::array();
  for (size_t i = 1; i < answer.hypotheses.size(); ++i) {
    Json alternative;
    add_hypothesis(alternative, answer.hypotheses[i]);
    json["alternatives"].push_back(std::move(alternative));
  }
  json["tags"] = tag_list_json(answer.tags);
  json["timings"] = timings_json(model, image, answer.timings);
  return json;
}

Json ranked_json(std::string_view command, const Model& model, const ImageFile& image,
                 const RankedAnswer& answer) {
  Json json = header_json(command, model, image);
  json["prompt"] = answer.prompt;
  json["question"] = answer.question;
  json["level"] = task_level_name(answer.level);
  json["candidates"] = Json::array();
  for (const RankedCandidate& candidate : answer.candidates) {
    json["candidates"].push_back({{"index", candidate.index},
                                  {"text", candidate.text},
                                  {"log_likelihood", candidate.log_likelihood},
                                  {"token_logprobs", candidate.token_logprobs}});
  }
  json["tags"] = tag_list_json(answer.tags);
  json["timings"] = timings_json(model, image, answer.timings);
  return json;
}

Json tags_json(std::string_view command, const Model& model, const ImageFile& image,
               std::span<const Tag> tags, const Timings& timings) {
  Json json = header_json(command, model, image);
  json["tags"] = tag_list_json(tags);
  json["timings"] = timings_json(model, image, timings);
  return json;
}

std::vector<std::string> answer_lines(const Answer& answer) {
  if (answer.hypotheses.size() < 2) return {answer.best.text};
  std::vector<std::string> all;
  for (size_t i = 0; i < answer.hypotheses.size(); ++i) {
    const Hypothesis& hypothesis = answer.hypotheses[i];
    all.push_back(str(i + 1, ". ", hypothesis.text, "  (score ", std::fixed, std::setprecision(3),
                      hypothesis.score, ")"));
  }
  return all;
}

std::string score_str(double score) { return Json(score).dump(); }

}  // namespace lion::cli
