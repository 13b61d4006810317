#include "cli/local_answerer.h"

#include <optional>
#include <utility>
#include <vector>

#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/engine/options.h"
#include "lion/eval/fingerprint.h"
#include "lion/eval/tag_answers.h"

namespace lion::cli {
namespace {

using eval::BenchmarkInfo;
using eval::Prediction;

class LocalModel {
 public:
  LocalModel(std::shared_ptr<const Lion> lion, TagSource tags)
      : lion_(std::move(lion)), tags_(tags) {}

  std::vector<Prediction> answer(const BenchmarkInfo& info,
                                 std::span<const eval::ItemRequest> items) {
    if (info.mode == eval::Mode::kTag) return find_tags(items);
    if (info.mode == eval::Mode::kRank) return one_by_one(info, items);
    std::vector<Lion::Ask> asks;
    for (const eval::ItemRequest& asked : items)
      asks.push_back({encode_image(asked), question(info, asked)});
    try {
      std::vector<Prediction> predictions;
      for (Answer& answer : lion_->answer(asks)) {
        predictions.emplace_back().text = std::move(answer.best.text);
      }
      return predictions;
    } catch (const InputError&) {
      return one_by_one(info, items);  // to find whose fault it is
    }
  }

 private:
  /// What the tagger lacks, it lacks for every item: its errors end the run.
  std::vector<Prediction> find_tags(std::span<const eval::ItemRequest> items) {
    if (!tag_answers_) tag_answers_.emplace(lion_->tag_list());
    std::vector<Prediction> predictions;
    for (const eval::ItemRequest& asked : items) {
      predictions.push_back(
          tag_answers_->answer(*asked.item, lion_->tag_scores(encode_image(asked))));
    }
    return predictions;
  }

  std::vector<Prediction> one_by_one(const BenchmarkInfo& info,
                                     std::span<const eval::ItemRequest> items) {
    std::vector<Prediction> predictions;
    for (const eval::ItemRequest& asked : items) {
      Prediction& prediction = predictions.emplace_back();
      try {
        info.mode == eval::Mode::kRank ? rank(info, asked, prediction)
                                       : generate(info, asked, prediction);
      } catch (const InputError& error) {
        prediction.error = error.what();
      }
    }
    return predictions;
  }

  void generate(const BenchmarkInfo& info, const eval::ItemRequest& asked, Prediction& prediction) {
    prediction.text = lion_->answer(encode_image(asked), question(info, asked)).best.text;
  }

  void rank(const BenchmarkInfo& info, const eval::ItemRequest& asked, Prediction& prediction) {
    const std::vector<std::string>& candidates = asked.item->candidates;
    const RankedAnswer ranked = lion_->rank(encode_image(asked), question(info, asked), candidates);
    prediction.losses.resize(candidates.size());
    for (const RankedCandidate& one : ranked.candidates) {
      prediction.losses[static_cast<size_t>(one.index)] = -one.log_likelihood;
    }
    prediction.text = ranked.candidates.front().text;
  }

  Question question(const BenchmarkInfo& info, const eval::ItemRequest& asked) const {
    Question question;
    question.prompt = asked.item->prompt;
    question.level = info.level;
    question.tag_source = tags_;
    question.generate = info.decoding;
    return question;
  }

  /// Items of one image follow each other: it is encoded once.
  EncodedImage encode_image(const eval::ItemRequest& asked) {
    if (!encoded_ || image_ != asked.image) {
      encoded_ = lion_->encode_image(*asked.image);
      image_ = asked.image;
    }
    return *encoded_;
  }

  std::shared_ptr<const Lion> lion_;
  TagSource tags_;
  std::shared_ptr<const Image> image_;
  std::optional<EncodedImage> encoded_;
  std::optional<eval::TagAnswers> tag_answers_;
};

}  // namespace

eval::Answerer local_answerer(std::shared_ptr<const Lion> lion, const CommonArguments& common,
                              int64_t batch) {
  const bool tagged = lion->has_tagger() && !common.no_tags;
  const auto model =
      std::make_shared<LocalModel>(std::move(lion), tagged ? TagSource::kTagger : TagSource::kNone);
  eval::Answerer answerer;
  answerer.answer = [model](const BenchmarkInfo& info, std::span<const eval::ItemRequest> items) {
    return model->answer(info, items);
  };
  answerer.settings = {{"model_sha256", eval::folder_fingerprint(model_folder(common))},
                       {"dtype", common.dtype},
                       {"tags", tagged ? "tagger" : "none"},
                       {"exif", common.exif},
                       {"batch", batch}};
  answerer.batch = batch;
  return answerer;
}

}  // namespace lion::cli
