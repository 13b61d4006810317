#include "lion/eval/read_benchmark.h"

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"

namespace lion::eval {
namespace {

using Reader = void (*)(ItemReader&);

Reader reader_of(const BenchmarkInfo& info) {
  if (info.name.starts_with("own_")) return read_own_items;
  switch (info.metric) {
    case MetricKind::kCaption:
      return info.level == TaskLevel::kRegion ? read_region_items : read_caption_items;
    case MetricKind::kVqa:
      return read_vqa_items;
    case MetricKind::kAokvqaDirect:
      return read_aokvqa_items;
    case MetricKind::kExact:
      return read_gqa_items;
    case MetricKind::kTop1:
      if (info.name == "aokvqa_mc") return read_aokvqa_items;
      return info.name == "iconqa" ? read_iconqa_items : read_vsr_items;
    case MetricKind::kRanking:
      return read_dialogue_items;
    case MetricKind::kGrounding:
      return read_expression_items;
    case MetricKind::kPope:
      return read_pope_items;
    case MetricKind::kCircular:
      return read_mmbench_items;
    case MetricKind::kTags:
    case MetricKind::kMentions:
      return read_object_items;
  }
  throw InternalError(str("The benchmark ", info.name, " has no reader."));
}

}  // namespace

Benchmark read_benchmark(const BenchmarkInfo& info, const ReadOptions& options,
                         const PromptTemplates& templates) {
  ItemReader reader(info, options, templates);
  reader_of(info)(reader);
  return reader.finish();
}

}  // namespace lion::eval
