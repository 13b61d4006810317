#include "lion/annotations/reading.h"
#include "lion/base/str.h"

namespace lion {
namespace {

// Where the image stands in the first turn of a conversation: not part of what the user says.
constexpr std::string_view kImageToken = "<image>";

/// Reads one side of a turn. Throws BadRecord when another one speaks.
std::string read_side(const simdjson::dom::element& turn, std::string_view speaker, TextRule rule,
                      TextKind kind) {
  const RecordFields fields(turn);
  if (fields.text("from") != speaker) {
    throw BadRecord{ProblemKind::kMalformed,
                    str("\"", fields.text("from"), "\" speaks where ", speaker, " should")};
  }
  return read_text(replace_all(fields.text("value"), kImageToken, ""), speaker, rule, kind);
}

void read_conversation(const JsonElement& element, RecordTable& table, const ReadContext& context) {
  const RecordFields record(element.value);
  const uint32_t image = named_image(table, context, record.text("image"), "train2017");
  const auto source = static_cast<uint32_t>(element.number);
  const simdjson::dom::array turns = record.list("conversations");
  if (turns.size() % 2 != 0) {
    throw BadRecord{ProblemKind::kMalformed, str("has ", turns.size(), " turns: one has no reply")};
  }
  uint32_t part = 0;
  for (auto turn = turns.begin(); turn != turns.end(); ++turn) {
    const simdjson::dom::element human = *turn;
    const simdjson::dom::element reply = *++turn;
    ++part;
    read_record(
        context.problems, [&] { return table.describe_source(source, part); },
        [&] {
          const std::string asked = read_side(human, "human", context.text, TextKind::kQuestion);
          const std::string replied = read_side(reply, "gpt", context.text, TextKind::kAnswer);
          table.add({image, table.add_text(asked), table.add_text(replied), source, part});
        });
  }
}

}  // namespace

TablePtr read_dialogues(const Paths& annotations, const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  for (const auto& path : annotations) {
    table->begin_file(path, "record");
    open_stream(path, context).each_record([&](const JsonElement& element) {
      read_record(
          context.problems, [&] { return table->describe_source(element.number); },
          [&] { read_conversation(element, *table, context); });
    });
  }
  return finish_table(std::move(table), annotations, context.problems);
}

}  // namespace lion
