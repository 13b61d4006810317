#pragma once
/// Reads the official files of the training sets (docs/training.md lists them) into tables.
///
/// A record that cannot be used goes to the problems of the context. All readers throw
/// ResourceError when a file cannot be read, InputError when it is not JSON, has another layout, or
/// holds no usable record at all.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lion/annotations/image_finder.h"
#include "lion/annotations/problems.h"
#include "lion/annotations/record_table.h"
#include "lion/annotations/text_rules.h"
#include "lion/base/log.h"

namespace lion {

using Paths = std::vector<std::filesystem::path>;
using TablePtr = std::shared_ptr<const RecordTable>;

/// What all readers need.
struct ReadContext {
  std::filesystem::path root;  ///< images below it are named relative to it
  ImageFinder& images;
  Problems& problems;
  TextRule text = TextRule::kRaw;
  ProgressSink progress;  ///< bytes of each file
  /// Width and height in pixels of an image file, for records that do not give them. Throws
  /// ResourceError when it cannot be read, InputError when it is no image.
  std::function<std::pair<int64_t, int64_t>(const std::filesystem::path&)> image_size;
};

/// VQAv2 and OKVQA: questions and annotations in two files. Of OKVQA's answers `raw_answer` is
/// taken. `split` names the folder of COCO's images.
TablePtr read_vqa(const std::filesystem::path& questions, const Paths& annotations,
                  const std::string& split, const ReadContext& context);

/// A list of records with question and answers: A-OKVQA, and LAVIS's form of every VQA set.
TablePtr read_vqa_list(const Paths& annotations, const std::string& split,
                       const ReadContext& context);

/// OCR-VQA, `split` 1 train, 2 validation, 3 test. A cover without image is left out.
TablePtr read_ocr_vqa(const Paths& annotations, int64_t split, const ReadContext& context);

/// COCO's captions, or LAVIS's list of them (a caption or several in each record).
TablePtr read_captions(const Paths& annotations, const std::string& split,
                       const ReadContext& context);

TablePtr read_textcaps(const Paths& annotations, const ReadContext& context);

/// LLaVA-Instruct: a record per turn of each conversation.
TablePtr read_dialogues(const Paths& annotations, const ReadContext& context);

struct VisualGenomeOptions {
  std::set<int64_t> exclude_images;  ///< ids of Visual Genome
  std::set<int64_t> exclude_coco;    ///< ids of COCO
  int64_t max_regions = 0;           ///< so many are drawn when there are more; 0: all
  uint64_t seed = 0;                 ///< of that draw
};

TablePtr read_visual_genome(const std::filesystem::path& image_data,
                            const std::filesystem::path& regions,
                            const VisualGenomeOptions& options, const ReadContext& context);

/// Referring expressions: grounding lines (`img_path`, `expression`, `bbox`), lines with `image`,
/// `sent`, `bbox`, COCO's layout with a caption per image (MDETR), or a list of references, which
/// needs `instances` and takes those of `split`. An image's size is read from its file where the
/// annotations do not give it.
TablePtr read_expressions(const Paths& annotations,
                          const std::optional<std::filesystem::path>& instances,
                          const std::string& split, const ReadContext& context);

}  // namespace lion
