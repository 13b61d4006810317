/// References: see caption_references.h. Predictions: a list (or lines) of "image_id", a number or
/// text, and "caption", as COCO's result files have it. As there, those images are scored that
/// have a prediction.

#include <utility>

#include "lion/base/str.h"
#include "lion/eval/result_files/caption_references.h"
#include "lion/metrics/caption_scores.h"

namespace lion::eval {
namespace {

struct Caption {
  std::string id;
  std::string text;
  std::string where;
};

std::vector<Caption> read_captions(const FileScoreOptions& options, FindingLog& log) {
  std::vector<Caption> captions;
  each_result(options.predictions, log, [&](const ResultRecord& record) {
    const std::string_view text = record.fields.text("caption");
    captions.push_back({record.fields.id("image_id"), std::string(text), record.where});
  });
  return captions;
}

/// Makes the predictions' ids those of the references: an image may be called by its file's name,
/// or, in a file that never does so, by Karpathy's number.
void resolve_ids(std::vector<Caption>& captions, const CaptionReferences& references) {
  bool any = false;
  for (Caption& caption : captions) {
    if (!references.has(caption.id)) {
      std::string short_id = image_id(caption.id);
      if (references.has(short_id)) caption.id = std::move(short_id);
    }
    any |= references.has(caption.id);
  }
  if (any) return;
  for (Caption& caption : captions) {
    std::string id = references.id_of_number(caption.id);
    if (!id.empty()) caption.id = std::move(id);
  }
}

void set_figures(Score& score, FileScore what, const CaptionScores& scores) {
  score.metrics = {{"CIDEr", scores.cider}};
  for (size_t n = 0; n < scores.bleu.size(); ++n) {
    score.metrics.emplace_back(str("BLEU-", n + 1), scores.bleu[n]);
  }
  score.metrics.emplace_back("ROUGE-L", scores.rouge_l);
  score.figure = what == FileScore::kCider  ? "CIDEr"
                 : what == FileScore::kBleu ? "BLEU-4"
                                            : "ROUGE-L";
  for (const auto& [name, value] : score.metrics) {
    if (name == score.figure) score.main = 100 * value;
  }
}

double value_of(FileScore what, const CaptionScores& scores, size_t i) {
  if (what == FileScore::kCider) return scores.cider_each[i];
  return what == FileScore::kBleu ? scores.bleu_each[i][3] : scores.rouge_l_each[i];
}

}  // namespace

FileScoreResult score_caption_files(FileScore what, const FileScoreOptions& options) {
  FindingLog log;
  const CaptionReferences references(options, log);
  IdMatch match(options, log);
  for (const auto& image : references.images()) match.add(image.id, "");
  std::vector<Caption> captions = read_captions(options, log);
  resolve_ids(captions, references);
  std::vector<std::string> said(match.size());
  for (Caption& caption : captions) {
    const auto number = match.answer(caption.id, caption.where);
    if (number) said[*number] = std::move(caption.text);
  }
  match.report_missing();

  std::vector<CaptionPair> pairs;
  std::vector<ScoredUnit> units;
  for (size_t i = 0; i < match.size(); ++i) {
    if (!match.answered(i)) continue;
    pairs.push_back({std::move(said[i]), references.images()[i].captions});
    units.push_back({match.id(i), 0, {}});
  }
  CaptionScores scores;
  if (!pairs.empty()) scores = score_captions(pairs);
  for (size_t i = 0; i < units.size(); ++i) units[i].value = value_of(what, scores, i);
  FileScoreResult result;
  set_units(result, options, log, units);
  set_figures(result.score, what, scores);
  return result;
}

}  // namespace lion::eval
