#include "lion/eval/result_files/score_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/result_files/score_parts.h"

namespace lion::eval {
namespace {

constexpr std::array<std::pair<std::string_view, FileScore>, 8> kNames{
    {{"cider", FileScore::kCider},
     {"bleu", FileScore::kBleu},
     {"rouge", FileScore::kRouge},
     {"vqa", FileScore::kVqa},
     {"rec", FileScore::kRec},
     {"pope", FileScore::kPope},
     {"visdial", FileScore::kVisDial},
     {"mmbench", FileScore::kMmbench}}};

}  // namespace

FileScore parse_file_score(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, what] : kNames) {
    if (known == name) return what;
    names.emplace_back(known);
  }
  throw InputError(str("score \"", name, "\": there is none of this name (expected ",
                       join(names, ", "), "). Name one of them."));
}

FileScoreResult score_files(FileScore what, const FileScoreOptions& options) {
  switch (what) {
    case FileScore::kCider:
    case FileScore::kBleu:
    case FileScore::kRouge:
      return score_caption_files(what, options);
    case FileScore::kVqa:
      return score_vqa_files(options);
    case FileScore::kRec:
      return score_grounding_files(options);
    case FileScore::kPope:
      return score_pope_files(options);
    case FileScore::kVisDial:
      return score_visdial_files(options);
    case FileScore::kMmbench:
      return score_mmbench_files(options);
  }
  throw InternalError("score_files: a kind without a scorer.");
}

}  // namespace lion::eval
